package api_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/api"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/harvest"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/web/webtest"
)

var now = time.Date(2026, 4, 16, 10, 0, 0, 0, time.UTC)

// service is an API over a database, with a clock that the test moves.
type service struct {
	*api.API
	t        testing.TB
	papers   *paper.Store
	editions *edition.Store
	found    *search.Papers
	state    atomic.Uint64
	later    atomic.Int64 // since now
}

func open(t testing.TB, d *db.DB, change func(*api.Config)) *service {
	t.Helper()
	s := &service{t: t, papers: paper.NewStore(d)}
	s.editions = edition.NewStore(s.papers, edition.Settings{})
	found, err := search.OpenPapers(t.Context(), t.TempDir(), s.editions, s.papers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { found.Close() })
	s.found = found
	c := api.Config{
		Finder: found,
		Papers: s.papers, Editions: s.editions, Feeds: feed.New(s.papers), Base: "https://broadsheet.example", State: s.state.Load,
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now.Add(time.Duration(s.later.Load())) },
	}
	if change != nil {
		change(&c)
	}
	a, err := api.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.API = a
	return s
}

// publish gives all papers their editions.
func (s *service) publish() {
	s.t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = s.editions.Update(s.t.Context(), now, 1000); err != nil {
			s.t.Fatal(err)
		}
	}
	for n := 1; n > 0; {
		var err error
		if n, err = s.found.Update(s.t.Context(), 1000); err != nil {
			s.t.Fatal(err)
		}
	}
	s.state.Add(1)
}

func (s *service) put(papers ...*paper.Paper) {
	s.t.Helper()
	err := s.papers.DB().Transact(s.t.Context(), func(tx *db.Tx) error {
		_, err := s.papers.Put(s.t.Context(), tx, "upstream", now, papers...)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.publish()
}

// edition stores n papers that somebody put in on a day.
func (s *service) edition(at string, n int, submitter string) {
	s.t.Helper()
	d, err := time.Parse(time.DateOnly, at)
	if err != nil {
		s.t.Fatal(err)
	}
	list := webtest.Papers(n, d)
	for i, p := range list {
		p.Key, p.ID = "", 0
		p.Figures.Votes %= 7 // so that there are ties
		p.Featured = &paper.Feature{Source: "upstream", At: d.Add(time.Duration(i%3) * time.Hour), Submitter: submitter}
	}
	s.put(list...)
}

// load takes in lines of a file.
func (s *service) load(lines string) harvest.Totals {
	s.t.Helper()
	im := harvest.Importing{Papers: s.papers, Now: func() time.Time { return now }}
	total, err := im.Import(s.t.Context(), strings.NewReader(lines), "-")
	if err != nil {
		s.t.Fatal(err)
	}
	s.publish()
	return total
}

func (s *service) get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// read answers a request into v, which must succeed.
func (s *service) read(path string, v any) http.Header {
	s.t.Helper()
	w := s.get(path)
	if w.Code != 200 {
		s.t.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	return w.Header()
}

func TestErrors(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		s.edition("2026-04-14", 3, "ada")
		for _, c := range []struct {
			path   string
			status int
			says   string
		}{
			{"/api/daily_papers?date=2026-02-30", 400, `"2026-02-30" is no day`},
			{"/api/daily_papers?date=14.4.2026", 400, "write it as 2026-04-14"},
			{"/api/daily_papers?week=2026-W54", 400, "has no week 54"},
			{"/api/daily_papers?week=16", 400, "write it as 2026-W16"},
			{"/api/daily_papers?month=2026-13", 400, "is no month"},
			{"/api/daily_papers?p=-1", 400, "p is a whole number from 0"},
			{"/api/daily_papers?p=1.5", 400, `not "1.5"`},
			{"/api/daily_papers?p=", 400, `not ""`},
			{"/api/daily_papers?p=99999999999999999999", 400, "p is a whole number"},
			{"/api/daily_papers?limit=0", 400, "limit is a whole number from 1 to 100"},
			{"/api/daily_papers?limit=101", 400, "from 1 to 100"},
			{"/api/daily_papers?sort=votes", 400, "sort is publishedAt or trending"},
			{"/api/daily_papers?sort=" + strings.Repeat("x", 5000), 400, "…"},
			{"/api/papers?cursor=%21", 400, "cursor is taken from the Link"},
			{"/api/papers?limit=x", 400, "limit is a whole number"},
			{"/api/papers/search?q=" + strings.Repeat("a", 251), 400, "at most 250 characters"},
			{"/api/papers/search?q=a&limit=121", 400, "from 1 to 120"},
			{"/api/papers/suggest?q=" + strings.Repeat("a", 251), 400, "at most 250 characters"},
			{"/api/papers/2604.99999", 404, "2604.99999"},
			{"/api/papers/..%2f..%2fetc", 404, ""},
			{"/api/papers/no%C3%B6", 404, ""},
			{"/api/arxiv/2604.99999/repos", 404, "2604.99999"},
			{"/api/arxiv/2604.14000", 404, "/repos"},
			{"/papers/2604.99999.md", 404, "2604.99999"},
			{"/api/models", 404, "nothing at this address"},
		} {
			w := s.get(c.path)
			var body struct{ Error string }
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Errorf("%.80s: the body is no JSON: %v", c.path, err)
			}
			h := w.Header()
			if w.Code != c.status || !strings.Contains(body.Error, c.says) || body.Error == "" || len(body.Error) > 300 {
				t.Errorf("%.80s: status %d, says %q; want %d and %q", c.path, w.Code, body.Error, c.status, c.says)
			}
			if h.Get("X-Error-Message") == "" || h.Get("X-Request-Id") == "" || !strings.HasPrefix(h.Get("Content-Type"), "application/json") || h.Get("Cache-Control") != "no-store" {
				t.Errorf("%.80s: headers %v", c.path, h)
			}
			if strings.Trim(h.Get("X-Error-Message"), " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") != "" {
				t.Errorf("%.80s: X-Error-Message %q is not ASCII", c.path, h.Get("X-Error-Message"))
			}
		}
	})
}

func TestAFailureOfOursShowsNoInside(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.papers.DB().Close()
	w := s.get("/api/daily_papers")
	if w.Code != 500 || !strings.Contains(w.Body.String(), "Something broke here") || strings.Contains(w.Body.String(), "database") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

// TestAnotherMethodIsRefused asks by other methods for an answer that is kept.
func TestAnotherMethodIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2026-04-14", 3, "ada")
	for _, path := range []string{"/api/daily_papers", "/api/papers/search?q=paper", "/api/papers"} {
		if w := s.get(path); w.Code != 200 {
			t.Fatalf("GET %s: %d", path, w.Code)
		}
		for _, method := range []string{"DELETE", "PUT", "get", "FOO", "TRACE"} {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			if w.Code != 405 || w.Header().Get("Allow") != "GET" || !strings.Contains(w.Body.String(), `{"error":"This address takes GET."}`) {
				t.Errorf("%s %s: %d, Allow %q: %.100s", method, path, w.Code, w.Header().Get("Allow"), w.Body)
			}
		}
	}
}

func TestAnswersAreKeptUntilTheStateChanges(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2026-04-14", 20, "ada")
	const path = "/api/daily_papers?date=2026-04-14"
	first := s.get(path, "Accept-Encoding", "identity")
	tag := first.Header().Get("Etag")
	if w := s.get(path, "If-None-Match", tag); tag == "" || w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("asked again with its ETag %q: status %d, %d bytes", tag, w.Code, w.Body.Len())
	}
	if w := s.get(path, "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() >= first.Body.Len() {
		t.Error("the answer is not packed for who takes gzip")
	}
	if w := s.get(path, "Accept-Encoding", "gzip;q=0, *"); w.Header().Get("Content-Encoding") != "" {
		t.Error("the answer is packed for who refuses gzip")
	}
	s.edition("2026-04-14", 21, "bo")
	if w := s.get(path, "If-None-Match", tag); w.Code != 200 || w.Body.String() == first.Body.String() {
		t.Errorf("with another paper the answer is the old one: status %d", w.Code)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *api.Config) { c.PerHour = 36 }) // three in five minutes
	ask := func(from string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/api/daily_papers", nil)
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	for i, want := range []string{`"api";r=2;t=300`, `"api";r=1;t=300`, `"api";r=0;t=300`} {
		if w := ask("192.0.2.1:1000"); w.Code != 200 || w.Header().Get("RateLimit") != want || w.Header().Get("RateLimit-Policy") != `"fixed window";"api";q=3;w=300` {
			t.Errorf("request %d: status %d, headers %v", i+1, w.Code, w.Header())
		}
	}
	s.later.Store(int64(100 * time.Second))
	if w := ask("192.0.2.1:2000"); w.Code != 429 || w.Header().Get("Retry-After") != "200" || !strings.Contains(w.Body.String(), `"error"`) {
		t.Errorf("one too many: status %d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
	for _, other := range []string{"192.0.2.2:1", "[2001:db8:0:1::1]:1"} {
		if w := ask(other); w.Code != 200 {
			t.Errorf("%s pays for another: status %d", other, w.Code)
		}
	}
	for i, same := range []string{"[2001:db8:0:1::2]:1", "[2001:db8:0:1:ffff::]:9", "[2001:db8:0:1::3]:1"} {
		if w := ask(same); (w.Code == 429) != (i == 2) {
			t.Errorf("%s is of the same household: status %d", same, w.Code)
		}
	}
	if w := ask("[::ffff:192.0.2.1]:5"); w.Code != 429 {
		t.Errorf("an IPv4 address written as IPv6 is another client: status %d", w.Code)
	}
	s.later.Store(int64(301 * time.Second))
	if w := ask("192.0.2.1:1000"); w.Code != 200 {
		t.Errorf("in the next window: status %d", w.Code)
	}
}

// TestSharedLimits: what a client asks of one process counts at another.
func TestSharedLimits(t *testing.T) {
	t.Parallel()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		limited := func(c *api.Config) { c.PerHour = 1200 } // a hundred in five minutes
		one, two := open(t, dbtest.Open(t, dsn), limited), open(t, dbtest.Open(t, dsn), limited)
		ask := func(s *service, from string) (left string) {
			r := httptest.NewRequest("GET", "/api/daily_papers", nil)
			r.RemoteAddr = from
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			left, _, _ = strings.Cut(w.Header().Get("RateLimit"), ";t")
			return left
		}
		for range 40 {
			ask(one, "192.0.2.1:1")
		}
		for range 30 {
			ask(two, "192.0.2.1:2")
		}
		ask(one, "192.0.2.9:1")
		for _, s := range []*service{one, two, one} {
			if err := s.ShareLimits(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if left := ask(two, "192.0.2.1:2"); left != `"api";r=29` {
			t.Errorf("after 70 requests at two processes and one more: %s, want 29 left", left)
		}
		ask(one, "192.0.2.1:2") // which tells that there is more to hear
		for range 2 {
			if err := one.ShareLimits(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if left := ask(one, "192.0.2.1:1"); left != `"api";r=28` {
			t.Errorf("at the first process: %s, want 28 left", left)
		}
		if left := ask(two, "192.0.2.9:1"); left != `"api";r=99` {
			t.Errorf("somebody else: %s, want 99 left", left)
		}
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		s.edition("2026-04-14", 14, "ada")
		for _, c := range []struct {
			q    string
			want string // the first title, "" for none
		}{
			{"tidenet", "TideNet: Forecasting Harbour Levels from a Week of Gauge Readings"},
			{"2604.14000", "TideNet: Forecasting Harbour Levels from a Week of Gauge Readings"},
			{"https://arxiv.org/abs/2604.14007v1", "Counting Trees from Single Photographs Is Harder than It Looks"},
			{"towel%20eleven", "Learning to Fold a Towel from Eleven Examples"},
			{"100%25", ""},
			{"_", ""},
			{"%27%22%3B--", ""},
			{"", ""},
			{"2604.99999", ""},
		} {
			var found []struct {
				Title            string
				HighlightedTitle []struct{ Type, Text string }
			}
			s.read("/api/papers/search?limit=1&q="+c.q, &found)
			switch {
			case c.want == "" && len(found) != 0:
				t.Errorf("%q finds %s", c.q, found[0].Title)
			case c.want != "" && (len(found) != 1 || found[0].Title != c.want):
				t.Errorf("%q finds %v; want %s", c.q, found, c.want)
			}
			for _, f := range found {
				joined := ""
				for _, piece := range f.HighlightedTitle {
					joined += piece.Text
				}
				if joined != f.Title {
					t.Errorf("%q: the pieces of the title join to %q", c.q, joined)
				}
			}
		}
	})
}

func TestMarkdownAndRepos(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2026-04-14", 7, "ada")
	w := s.get("/papers/2604.14042.md")
	for _, want := range []string{
		"# A Bound on the Error of Averages That Arrive Late\n", "- arxiv: [2604.14042](https://arxiv.org/abs/2604.14042)\n",
		"- edition: [2026-04-14](https://broadsheet.example/papers/date/2026-04-14)\n", "## Abstract\n\nAverages are often", "at most σ√(2/n) when",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the Markdown has no %q:\n%s", want, w.Body)
		}
	}
	if w.Header().Get("Content-Type") != "text/markdown; charset=utf-8" {
		t.Errorf("Content-Type %q", w.Header().Get("Content-Type"))
	}
	var repos map[string][]any
	if s.read("/api/arxiv/2604.14042v1/repos", &repos); len(repos) != 3 || repos["models"] == nil {
		t.Errorf("repos: %v", repos)
	}
}

// TestSuggest: what is suggested is a query that finds it.
func TestSuggest(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	p := &paper.Paper{Title: `Kernels \% and $x^2$`, Form: paper.TeX, Authority: paper.FromArXiv, Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}}
	p.Topics, p.Authors = []string{"Kernels"}, []paper.Author{{Name: "Kern Elson"}}
	s.put(p)
	for n := 1; n > 0; {
		var err error
		if n, err = s.found.Update(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
	}
	want := `[{"type":"topic","text":"kernels","query":"topic:\"kernels\""},{"type":"author","text":"Kern Elson","query":"author:\"Kern Elson\""},{"type":"title","text":"Kernels % and x²","query":"Kernels % and x²"}]`
	if got := strings.TrimSpace(s.get("/api/papers/suggest?q=kern").Body.String()); got != want {
		t.Errorf("suggests %s, want %s", got, want)
	}
	if got := strings.TrimSpace(s.get("/api/papers/suggest?q=k").Body.String()); got != "[]" {
		t.Errorf("one letter suggests %s", got)
	}
}

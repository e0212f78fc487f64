package web_test

import (
	"compress/gzip"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/web"
	"broadsheet/web/webtest"
)

// site is a server of pages over a database, with a clock that stands still.
type site struct {
	*web.Handler
	t      *testing.T
	db     *db.DB
	papers *paper.Store
	state  atomic.Uint64
}

var now = time.Date(2026, 4, 16, 10, 0, 0, 0, time.UTC)

// open serves d. change may change the configuration.
func open(t *testing.T, d *db.DB, change func(*web.Config)) *site {
	t.Helper()
	s := &site{t: t, db: d, papers: paper.NewStore(d)}
	s.state.Store(1)
	c := web.Config{
		Papers: s.papers, Editions: edition.NewStore(s.papers, edition.Settings{}), Feeds: feed.New(s.papers),
		State: s.state.Load, Version: "1.0", Base: "https://broadsheet.example", Now: func() time.Time { return now },
		Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&c)
	}
	h, err := web.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = h
	return s
}

// put stores papers and gives them their editions.
func (s *site) put(papers ...*paper.Paper) {
	s.t.Helper()
	ctx := s.t.Context()
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := s.papers.Put(ctx, tx, "upstream", now, papers...)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	editions := edition.NewStore(s.papers, edition.Settings{})
	for n := 1; n > 0; {
		if n, err = editions.Update(ctx, now, 1000); err != nil {
			s.t.Fatal(err)
		}
	}
	s.state.Add(1)
}

// edition stores n papers that were put in on a day.
func (s *site) edition(at string, n int) {
	s.t.Helper()
	d, err := time.Parse(time.DateOnly, at)
	if err != nil {
		s.t.Fatal(err)
	}
	list := webtest.Papers(n, d)
	for _, p := range list {
		p.Key, p.ID = "", 0
		p.Featured = &paper.Feature{Source: "upstream", At: d.Add(9 * time.Hour)}
	}
	s.put(list...)
}

// filled is a site with four editions: one of 2024, three of April 2026.
func filled(t *testing.T, d *db.DB) *site {
	s := open(t, d, nil)
	s.edition("2024-11-17", 2) // a Sunday
	s.edition("2026-04-08", 30)
	s.edition("2026-04-13", 3)
	s.edition("2026-04-14", 6)
	return s
}

func (s *site) get(path string, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d)
		old := &paper.Paper{Title: "An Old One", Form: paper.TeX, Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "hep-th/9901001"}, {Scheme: paper.DOI, Value: "10.1000/old"}}}
		s.put(old)
		key := "2604.14000" // the first of the edition of the 14th
		for _, c := range []struct {
			path   string
			status int
			want   string // in the page, or the address it leads to
		}{
			{"/", 200, `<time datetime="2026-04-14">Tuesday 14 April 2026</time>`},
			{"/papers", 302, "/papers/date/2026-04-14"},
			{"/papers?q=x", 302, "/papers/date/2026-04-14"},
			{"/papers/date/2026-04-14", 200, "End of edition No. 4. The next is due Wednesday 15 April."},
			{"/papers/date/2026-04-13", 200, `href="/papers/date/2026-04-08" rel="prev"`},
			{"/papers/date/2026-04-13", 200, `href="/papers/date/2026-04-14" rel="next"`},
			{"/papers/date/2026-04-10", 200, "Friday 10 April 2026 has no edition. This is the one before it."},
			{"/papers/date/2026-04-10", 200, `<link rel="canonical" href="https://broadsheet.example/papers/date/2026-04-08">`},
			{"/papers/date/2026-04-16", 200, "Thursday 16 April 2026 has no edition."},
			{"/papers/date/2026-04-17", 302, "/papers/date/2026-04-14"},
			{"/papers/date/9999-12-31", 302, "/papers/date/2026-04-14"},
			{"/papers/date/2025-04-14", 404, "There is no edition of that time."},
			{"/papers/date/2024-11-16", 404, "There is no edition of that time."},
			{"/papers/date/0001-01-01", 404, "There is no edition of that time."},
			{"/papers/date/2025-13-40", 302, "/papers/date/2026-04-14"},
			{"/papers/date/2026-4-14", 302, "/papers/date/2026-04-14"},
			{"/papers/week/2026-W16", 200, "<h1>Week 16, 2026</h1>"},
			{"/papers/week/2026-W16", 200, `href="/papers/week/2026-W15" rel="prev"`},
			{"/papers/week/2024-W46", 200, "<b>17</b> Sunday"},
			{"/papers/week/2026-W14", 200, "Week 14, 2026 has no edition."},
			{"/papers/week/2099-W10", 302, "/papers/week/2026-W16"},
			{"/papers/week/2025-W20", 404, "There is no edition of that time."},
			{"/papers/week/2026-W54", 302, "/papers/date/2026-04-14"},
			{"/papers/month/2026-04", 200, "<h1>April 2026</h1>"},
			{"/papers/month/2026-03", 200, "March 2026 has no edition."},
			{"/papers/month/2027-01", 302, "/papers/month/2026-04"},
			{"/papers/month/2025-02", 404, "There is no edition of that time."},
			{"/papers/" + key, 200, `<h1 class="title headline">TideNet`},
			{"/papers/" + key + "v1", 200, `<link rel="canonical" href="https://broadsheet.example/papers/` + key + `">`},
			{"/papers/" + key + "v2", 404, "The newest version of " + key + " is version 1."},
			{"/papers/arXiv:" + key, 301, "/papers/" + key},
			{"/papers/hep-th/9901001", 200, "An Old One"},
			{"/papers/hep-th%2f9901001", 200, "An Old One"},
			{"/papers/10.1000/OLD", 301, "/papers/hep-th/9901001"},
			{"/papers/hep-th/9901001v7", 301, "/papers/hep-th/9901001"},
			{"/papers/2604.99999", 404, "No paper here has the identifier arXiv:2604.99999."},
			{"/papers/2604.1400", 404, "has five digits after the point"},
			{"/papers/2604.1400", 404, `<a href="/papers/2604.14000">TideNet`},
			{"/papers/rising", 404, "There is no page at"},
			{"/papers/" + key + ".md", 404, "There is no page at"},
			{"/archive", 200, `<a class="now" href="/papers/date/2026-04-14">`},
			{"/archive?date=2026-04-13", 303, "/papers/date/2026-04-13"},
			{"/archive?date=2026-04-13&no=2", 303, "/papers/date/2026-04-08"}, // the form sends both
			{"/archive?date=soon", 400, "is no day"},
			{"/archive?no=2", 303, "/papers/date/2026-04-08"},
			{"/archive?no=5", 404, "There is no edition No. 5; the newest is No. 4."},
			{"/archive?no=x", 400, "is no number of an edition"},
			{"/status", 200, "<dt>Papers</dt><dd>42</dd>"},
			{"/theme", 405, "cannot be asked in that way"},
			{"/robots.txt", 200, "Sitemap: https://broadsheet.example/sitemap.xml"},
			{"/sitemap-2026-03.xml", 404, "There is no edition in that month."},
			{"/sitemap-x.xml", 404, "There is no page at"},
			{"/no-such-page", 404, "<code>/no-such-page</code>"},
			{"/static/broadsheet.css", 200, "@layer"},
			{"/static/../web.go", 307, "/web.go"},
			{"/static/none.css", 404, "no such file"},
		} {
			w := s.get(c.path)
			got := w.Body.String()
			if w.Code/100 == 3 {
				got = w.Header().Get("Location")
				if got != c.want {
					t.Errorf("%s: leads to %s; want %s", c.path, got, c.want)
				}
			} else if !strings.Contains(got, c.want) {
				t.Errorf("%s: the page does not hold %q:\n%.3000s", c.path, c.want, got)
			}
			if w.Code != c.status {
				t.Errorf("%s: status %d; want %d", c.path, w.Code, c.status)
			}
			if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && w.Code/100 != 3 && !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: no policy", c.path)
			}
		}
	})
}

func TestMergedPaperLeadsToTheOneThatStayed(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	a, b := webtest.Papers(2, now)[0], webtest.Papers(2, now)[1]
	s.put(a, b)
	both := *a
	both.Identifiers = append(slices.Clone(a.Identifiers), b.Identifiers...)
	s.put(&both)
	if w := s.get("/papers/" + b.Identifiers[0].Value); w.Code != 301 || w.Header().Get("Location") != "/papers/"+a.Identifiers[0].Value {
		t.Errorf("status %d, leads to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestWeek53(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2021-01-01", 2) // a Friday, in week 53 of 2020
	if w := s.get("/papers/week/2020-W53"); w.Code != 200 || !strings.Contains(w.Body.String(), "Week 53, 2020") || !strings.Contains(w.Body.String(), "28 December 2020 to 1 January 2021") {
		t.Errorf("status %d:\n%.2000s", w.Code, w.Body)
	}
}

func TestPagesAreKeptUntilTheStateChanges(t *testing.T) {
	t.Parallel()
	s := filled(t, dbtest.Open(t, dbtest.SQLite(t)))
	first := s.get("/papers/date/2026-04-14")
	tag := first.Header().Get("Etag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	if w := s.get("/papers/date/2026-04-14", "If-None-Match", `"x", `+tag); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("asked again with its ETag: status %d and %d bytes; want 304 and none", w.Code, w.Body.Len())
	}
	s.db.Close() // what is held needs no database
	for _, path := range []string{"/papers/date/2026-04-14", "/papers/date/2026-04-14?utm=1"} {
		if w := s.get(path); w.Body.String() != first.Body.String() {
			t.Errorf("%s is not what it was", path)
		}
	}
	packed := s.get("/papers/date/2026-04-14", "Accept-Encoding", "br, gzip")
	if packed.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("the page is not packed for who takes gzip")
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || string(body) != first.Body.String() {
		t.Errorf("the packed page is another one (%v)", err)
	}
	if w := s.get("/papers/date/2026-04-14", "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("the page is packed for who refuses gzip")
	}
	r := httptest.NewRequest("HEAD", "/papers/date/2026-04-14", nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != fmt.Sprint(first.Body.Len()) {
		t.Errorf("HEAD: status %d, %d bytes, Content-Length %s", w.Code, w.Body.Len(), w.Header().Get("Content-Length"))
	}
	s.state.Add(1)
	if w := s.get("/papers/date/2026-04-14"); w.Code != 500 {
		t.Errorf("under another state the page is made anew, which cannot work here: status %d", w.Code)
	}
}

func TestANewPaperIsOnThePageAtOnce(t *testing.T) {
	t.Parallel()
	s := filled(t, dbtest.Open(t, dbtest.SQLite(t)))
	before := s.get("/").Header().Get("Etag")
	s.edition("2026-04-15", 1)
	w := s.get("/", "If-None-Match", before)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "Wednesday 15 April 2026") {
		t.Errorf("status %d; the new edition is not on the page", w.Code)
	}
}

func TestWhatOthersMayKeep(t *testing.T) {
	t.Parallel()
	s := filled(t, dbtest.Open(t, dbtest.SQLite(t)))
	for path, want := range map[string]string{
		"/": "no-cache", "/papers/date/2026-04-14": "no-cache", "/papers/date/2026-04-10": "no-cache",
		"/papers/date/2026-04-13": "public, max-age=60, stale-while-revalidate=31536000",
		"/papers/month/2026-04":   "no-cache", "/papers/week/2026-W15": "public, max-age=60, stale-while-revalidate=31536000",
		"/nothing": "private, no-store", "/static/broadsheet.css": "no-cache",
	} {
		if got := s.get(path).Header().Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q; want %q", path, got, want)
		}
	}
	sheet := regexp.MustCompile(`/static/broadsheet\.[^"]+\.css`).FindString(s.get("/").Body.String())
	if got := s.get(sheet).Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("%s: Cache-Control %q", sheet, got)
	}
	body := s.get(sheet).Body.String()
	for font := range strings.SplitSeq(body, "url(fonts/") {
		if name, _, ok := strings.Cut(font, ")"); ok && strings.Contains(name, "woff2") {
			if w := s.get("/static/fonts/" + name); w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
				t.Errorf("the font %s of the style sheet: status %d", name, w.Code)
			}
		}
	}
	if strings.Count(body, ".woff2)") < 8 {
		t.Error("the style sheet names no fonts")
	}
}

func (s *site) post(path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestTheme(t *testing.T) {
	t.Parallel()
	s := filled(t, dbtest.Open(t, dbtest.SQLite(t)))
	w := s.post("/theme", url.Values{"theme": {"dark"}, "next": {"/papers/date/2026-04-13"}}, "Origin", "https://broadsheet.example")
	if w.Code != 303 || w.Header().Get("Location") != "/papers/date/2026-04-13" {
		t.Errorf("status %d, leads to %s", w.Code, w.Header().Get("Location"))
	}
	cookie := w.Header().Get("Set-Cookie")
	for _, part := range []string{"theme=dark", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q has no %s", cookie, part)
		}
	}
	light := s.get("/").Body.String()
	dark := s.get("/", "Cookie", "theme=dark").Body.String()
	if !strings.Contains(dark, `<html lang="en" data-theme="dark"`) || strings.Contains(light, "data-theme=") {
		t.Error("the theme of the cookie is not that of the page, or it is everybody's")
	}
	if again := s.get("/").Body.String(); again != light {
		t.Error("one reader's theme is another's")
	}
	if w := s.get("/", "Cookie", `theme="><script>`); strings.Contains(w.Body.String(), "data-theme=") {
		t.Error("a theme that is none is taken")
	}
	if w := s.post("/theme", url.Values{"theme": {"pink"}}); w.Code != 400 {
		t.Errorf("a theme that is none: status %d", w.Code)
	}
	if w := s.post("/theme", url.Values{"theme": {"auto"}}); w.Code != 303 || !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("auto: status %d, cookie %q", w.Code, w.Header().Get("Set-Cookie"))
	}
}

func TestThemeLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	for _, next := range []string{"", "https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`, "/%5cevil.example", "///evil.example", "/\t/evil.example", " //evil.example", "javascript:alert(1)", "/..//evil.example", "/\r\nLocation: //evil.example", "/a?b=//evil.example", "/@evil.example:80"} {
		if to := s.post("/theme", url.Values{"theme": {"dark"}, "next": {next}}).Header().Get("Location"); to != "/" {
			t.Errorf("next=%q leads to %q; want /", next, to)
		}
	}
}

func TestFailureOfOursShowsNoInside(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *web.Config) {
		c.RequestID = func(*http.Request) string { return "7F3A-91C2" }
	})
	s.db.Close()
	w := s.get("/papers/2604.11666")
	if w.Code != 500 || !strings.Contains(w.Body.String(), "Reference 7F3A-91C2") {
		t.Errorf("status %d; the page does not name the request", w.Code)
	}
	if strings.Contains(w.Body.String(), "sql") || strings.Contains(w.Body.String(), "database is closed") {
		t.Error("the page shows the inside of the program")
	}
}

func TestFirstRun(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *web.Config) {
		c.Progress = func(context.Context) (web.ProgressData, error) {
			return web.ProgressData{Harvesting: true, Got: 212, Of: 380}, nil
		}
	})
	w := s.get("/")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "212 of 380") || w.Header().Get("Refresh") == "" {
		t.Errorf("status %d, Refresh %q:\n%.1500s", w.Code, w.Header().Get("Refresh"), w.Body)
	}
	if w := s.get("/papers/date/2026-04-14"); w.Code != 302 || w.Header().Get("Location") != "/papers/date/2026-04-14" && w.Header().Get("Location") != "/" {
		t.Errorf("a day before the first edition: status %d", w.Code)
	}
}

func TestScrapers(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *web.Config) {
		c.Scrape = func(_ context.Context, span edition.Span) ([]byte, error) {
			return []byte(`[{"title":"\"A\" & <b> ` + span.From + `"}]`), nil
		}
	})
	s.edition("2026-04-13", 3)
	s.edition("2026-04-14", 3)
	island := regexp.MustCompile(`class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="([^"]*)"`)
	for path, want := range map[string]string{
		"/papers/date/2026-04-14": `"dateString":"2026-04-14","periodType":"day","prevDate":"2026-04-13"`,
		"/papers/week/2026-W16":   `"dateString":"2026-W16","periodType":"week"`,
		"/papers/month/2026-04":   `"dateString":"2026-04","periodType":"month"`,
	} {
		body := s.get(path).Body.String()
		m := island.FindStringSubmatch(body)
		if m == nil {
			t.Errorf("%s has no data for scrapers", path)
			continue
		}
		props := strings.NewReplacer("&#34;", `"`, "&lt;", "<", "&gt;", ">", "&#39;", "'", "&amp;", "&").Replace(m[1])
		if !strings.Contains(props, want) || !strings.Contains(props, `\"A\"`) {
			t.Errorf("%s: %s does not hold %s", path, props, want)
		}
		if strings.Count(body, `class="leading-none"`) < 3 {
			t.Errorf("%s: the votes are not marked for scrapers", path)
		}
	}
}

func TestSitemaps(t *testing.T) {
	t.Parallel()
	s := filled(t, dbtest.Open(t, dbtest.SQLite(t)))
	type set struct {
		Maps []struct {
			At string `xml:"loc"`
		} `xml:"sitemap"`
		Pages []struct {
			At string `xml:"loc"`
		} `xml:"url"`
	}
	read := func(path string) set {
		var v set
		if err := xml.Unmarshal(s.get(path).Body.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return v
	}
	index := read("/sitemap.xml")
	if len(index.Maps) != 2 || index.Maps[0].At != "https://broadsheet.example/sitemap-2026-04.xml" {
		t.Fatalf("the index names %v", index.Maps)
	}
	seen := map[string]bool{}
	for _, m := range index.Maps {
		for _, p := range read(strings.TrimPrefix(m.At, "https://broadsheet.example")).Pages {
			if seen[p.At] {
				t.Errorf("%s stands twice", p.At)
			}
			seen[p.At] = true
			if w := s.get(strings.TrimPrefix(p.At, "https://broadsheet.example")); w.Code != 200 {
				t.Errorf("%s is in the sitemap and answers %d", p.At, w.Code)
			}
		}
	}
	if len(seen) != 41+4+2 { // papers, days, months
		t.Errorf("the sitemaps name %d addresses", len(seen))
	}
}

func TestLogPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/feed/me/KEY/following.atom": "/feed/me/…", "/cite/me/KEY/library.bib": "/cite/me/…", "/join/CODE": "/join/…", "/papers/2604.00001": "/papers/2604.00001"} {
		if got := web.LogPath(path); got != want {
			t.Errorf("%s is logged as %s, want %s", path, got, want)
		}
	}
}

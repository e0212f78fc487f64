package web_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/web"
	"broadsheet/web/webtest"
)

// feedsOf returns the addresses of the feeds that a page names.
func (s *site) feedsOf(path string) (list []string) {
	s.t.Helper()
	w := s.get(path)
	doc, err := html.Parse(w.Body)
	if err != nil || w.Code != http.StatusOK {
		s.t.Fatalf("%s: status %d, %v", path, w.Code, err)
	}
	for n := range doc.Descendants() {
		attrs := map[string]string{}
		for _, a := range n.Attr {
			attrs[a.Key] = a.Val
		}
		if n.Data == "link" && attrs["rel"] == "alternate" && strings.HasPrefix(attrs["href"], "/feed/") {
			if attrs["title"] == "" {
				s.t.Errorf("%s: the feed %s has no title", path, attrs["href"])
			}
			list = append(list, attrs["href"])
		}
	}
	return list
}

// read reads a feed, all its pages, and returns the identifiers of its entries.
func (s *site) read(path string) (ids []string) {
	s.t.Helper()
	seen := map[string]bool{}
	for next := path; next != ""; {
		w := s.get(next)
		if w.Code != http.StatusOK {
			s.t.Fatalf("%s: status %d: %s", next, w.Code, w.Body)
		}
		body := w.Body.String()
		f, err := gofeed.NewParser().ParseString(body)
		if err != nil {
			s.t.Fatalf("%s: %v", next, err)
		}
		if f.FeedLink != "https://broadsheet.example"+next {
			s.t.Errorf("%s says it is %s", next, f.FeedLink)
		}
		for _, it := range f.Items {
			if seen[it.GUID] {
				s.t.Errorf("%s: %s comes twice", next, it.GUID)
			}
			seen[it.GUID] = true
			ids = append(ids, it.GUID)
		}
		if next = nextOf(body); next != "" && len(f.Items) == 0 {
			s.t.Fatalf("an empty page leads to %s", next)
		}
	}
	return ids
}

// nextOf returns where a feed says that it goes on.
func nextOf(body string) string {
	for _, mark := range []string{`<link rel="next"`, `<atom:link rel="next"`, `"next_url":"`} {
		if _, rest, ok := strings.Cut(body, mark); ok {
			_, rest, _ = strings.Cut(rest, "https://broadsheet.example")
			to, _, _ := strings.Cut(rest, `"`)
			return strings.NewReplacer("&amp;", "&", `\u0026`, "&").Replace(to)
		}
	}
	return ""
}

// TestEveryListIsAFeed follows what pages name: each format of each list holds the
// papers of the page, whole, page by page.
func TestEveryListIsAFeed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, put := talking(t, d)
		s.edition("2026-04-08", 30)
		s.edition("2026-04-13", 3)
		s.edition("2026-04-14", 6)
		hostile := webtest.Papers(1, webtest.Now())[0]
		hostile.Key, hostile.Title, hostile.Authors = "", "One by A/B", []paper.Author{{Name: "A/B ?#% Ünal.json"}}
		hostile.Figures = paper.Figures{}
		hostile.Identifiers = []paper.Identifier{{Scheme: paper.ArXiv, Value: "hep-th/9901001"}}
		put(hostile)
		for _, c := range []struct {
			page string
			want int // in each feed of its list; -1 for some
		}{
			{"/", 39},
			{"/papers/date/2026-04-08", 30},
			{"/papers/week/2026-W16", 9},
			{"/papers/month/2026-04", 39},
			{"/papers/trending?window=month", 39},
			{"/authors/A%2FB%20%3F%23%25%20%C3%9Cnal.json", 1},
			{"/categories/cs.LG", 40},
			{"/papers?q=cat%3Acs.CV", -1},
			{"/papers/similar?id=2604.14000", -1},
			{"/papers/hep-th/9901001", 0},
		} {
			feeds := s.feedsOf(c.page)
			if len(feeds) < 3 {
				t.Errorf("%s names %d feeds", c.page, len(feeds))
			}
			lengths := map[string]int{}
			for _, path := range feeds {
				ids := s.read(path)
				list := strings.TrimRight(path, "abcdefghijklmnopqrstuvwxyz?=0123456789")
				if n, ok := lengths[list]; ok && n != len(ids) {
					t.Errorf("%s has %d entries, in another format %d", path, len(ids), n)
				}
				lengths[list] = len(ids)
				own := c.page == "/" || !strings.HasPrefix(path, "/feed/papers.")
				if own && c.want >= 0 && !strings.HasPrefix(path, "/feed/editions.") && len(ids) != c.want {
					t.Errorf("%s: %s has %d entries, want %d", c.page, path, len(ids), c.want)
				}
				if c.want < 0 && len(ids) == 0 {
					t.Errorf("%s is empty", path)
				}
			}
		}
		all := s.read("/feed/month/2026-04.atom")
		if some := s.read("/feed/month/2026-04.atom?limit=7"); strings.Join(some, " ") != strings.Join(all, " ") {
			t.Errorf("seven at a time they are %v, not %v", some, all)
		}
		few := s.read("/feed/month/2026-04.json?min=100")
		if len(few) == 0 || len(few) >= len(all) {
			t.Errorf("%d of %d have a hundred votes", len(few), len(all))
		}
		for _, id := range few {
			p, err := s.papers.Find(t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: strings.TrimPrefix(id, "urn:broadsheet:paper:")})
			if err != nil || p.Votes() < 100 {
				t.Errorf("%s has no hundred votes: %v", id, err)
			}
		}
		if ids := s.read("/feed/editions.atom"); len(ids) != 3 {
			t.Errorf("%d editions: %v", len(ids), ids)
		}
		if ids := s.read("/feed/search.rss?min=100&q=cat%3Acs.LG"); len(ids) != len(few) {
			t.Errorf("a search finds %d papers with a hundred votes, not %d", len(ids), len(few))
		}
		for path, want := range map[string]int{
			"/feed/papers": 404, "/feed/day.atom": 404, "/feed/nothing/x.atom": 404, "/feed/day/2026-04-12.atom": 404, "/feed/day/x.atom": 400, "/feed/papers/x.atom": 404,
			"/feed/papers.atom?limit=0": 400, "/feed/papers.atom?limit=9999": 400, "/feed/papers.atom?min=x": 400, "/feed/papers.atom?page=1000": 404, "/feed/papers.atom?before=x": 400,
			"/feed/author/Nobody.atom": 404, "/feed/search.atom": 400, "/feed/similar.atom": 400, "/feed/comments/2604.99999.atom": 404, "/feed/search.atom?q=x&page=999": 404,
		} {
			if w := s.get(path); w.Code != want {
				t.Errorf("%s: status %d, want %d: %.200s", path, w.Code, want, w.Body)
			}
		}
	})
}

// talking is a site with a search and with readers who talk.
func talking(t *testing.T, d *db.DB) (*site, func(...*paper.Paper)) {
	var found *search.Papers
	s := open(t, d, func(c *web.Config) {
		var err error
		if found, err = search.OpenPapers(t.Context(), t.TempDir(), edition.NewStore(c.Papers, edition.Settings{}), c.Papers); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { found.Close() })
		c.Finder = found
		c.Accounts = account.NewStore(d, account.Settings{}, c.Now, nil)
		c.Talk = discuss.NewStore(c.Papers, c.Accounts, nil)
	})
	return s, func(papers ...*paper.Paper) {
		t.Helper()
		s.put(papers...)
		for n := 1; n > 0; {
			var err error
			if n, err = found.Update(t.Context(), 1000); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCommentsAreAFeed has a reader write, hides one of two comments, and reads.
func TestCommentsAreAFeed(t *testing.T) {
	t.Parallel()
	s, put := talking(t, dbtest.Open(t, dbtest.SQLite(t)))
	p := webtest.Papers(1, webtest.Now())[0]
	p.Key = ""
	put(p)
	held, err := s.papers.Find(t.Context(), p.Identifiers[0])
	if err != nil {
		t.Fatal(err)
	}
	ada := accounttest.Create(t, s.Accounts, s.db, "ada", account.Reader)
	write := func(parent int64, body string) *discuss.Comment {
		t.Helper()
		c, err := s.Talk.Write(t.Context(), now, discuss.Draft{Paper: held.ID, Parent: parent, Body: body, Writer: discuss.Writer{Account: ada.ID, Joined: now.AddDate(-1, 0, 0)}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := write(0, "Is $x<1$ *needed*? <script>")
	answer := write(first.ID, "It is.")
	gone := write(0, "Nonsense.")
	if err := s.Talk.Withdraw(t.Context(), now, gone.ID, ada.ID); err != nil {
		t.Fatal(err)
	}
	s.state.Add(1)
	w := s.get("/feed/comments/" + held.Key + ".atom")
	f, err := gofeed.NewParser().Parse(w.Body)
	if err != nil || len(f.Items) != 2 {
		t.Fatalf("%v: %+v", err, f)
	}
	for _, it := range f.Items {
		if it.Authors[0].Name != "ada" && it.Authors[0].Name != "Ada" {
			t.Errorf("written by %v", it.Authors[0])
		}
		under := it.Extensions["thr"]["in-reply-to"][0].Attrs["ref"]
		switch {
		case strings.HasSuffix(it.GUID, ":"+strconv.FormatInt(first.ID, 10)):
			if under != "urn:broadsheet:paper:"+held.Key || !strings.Contains(it.Content, "<math>") || !strings.Contains(it.Content, "<em>needed</em>") || strings.Contains(it.Content, "<script>") {
				t.Errorf("the first comment answers %s and says %s", under, it.Content)
			}
		case strings.HasSuffix(it.GUID, ":"+strconv.FormatInt(answer.ID, 10)):
			if !strings.HasSuffix(under, ":"+strconv.FormatInt(first.ID, 10)) {
				t.Errorf("the answer stands under %s", under)
			}
		default:
			t.Errorf("there is a comment %s", it.GUID)
		}
	}
}

// TestFeedsAreAskedAgain asks for a feed as programs do that have it already.
func TestFeedsAreAskedAgain(t *testing.T) {
	t.Parallel()
	clock := now
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *web.Config) { c.Now = func() time.Time { return clock } })
	s.edition("2026-04-14", 6)
	const path = "/feed/papers.atom"
	first := s.get(path)
	etag, date := first.Header().Get("Etag"), first.Header().Get("Last-Modified")
	if first.Code != 200 || etag == "" || date != now.Format(http.TimeFormat) || first.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Fatalf("status %d, %v", first.Code, first.Header())
	}
	ask := func(want int, header ...string) *httptest.ResponseRecorder {
		t.Helper()
		w := s.get(path, header...)
		if w.Code != want || (want == 304) != (w.Body.Len() == 0) {
			t.Errorf("%v: status %d with %d bytes, want %d", header, w.Code, w.Body.Len(), want)
		}
		return w
	}
	again := func() {
		t.Helper()
		ask(304, "If-None-Match", etag)
		ask(304, "If-None-Match", `"zz", `+etag)
		ask(304, "If-Modified-Since", date)
		ask(200, "If-None-Match", `"zz"`, "If-Modified-Since", date)
		ask(200, "If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")
		ask(200, "If-Modified-Since", "yesterday")
	}
	again()
	clock = clock.Add(time.Minute)
	s.state.Add(1) // something changed, but not this feed
	again()
	if got := s.get(path).Header().Get("Last-Modified"); got != date {
		t.Errorf("made again it is of %s", got)
	}
	s.edition("2026-04-16", 1)
	ask(200, "If-None-Match", etag)
	if w := ask(200, "If-Modified-Since", date); w.Header().Get("Last-Modified") != clock.Format(http.TimeFormat) {
		t.Errorf("changed, it is of %s", w.Header().Get("Last-Modified"))
	}
}

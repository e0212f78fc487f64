package web_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/web"
	"broadsheet/web/webtest"
)

func TestSearchPage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var found *search.Papers
		s := open(t, d, func(c *web.Config) {
			var err error
			if found, err = search.OpenPapers(t.Context(), t.TempDir(), edition.NewStore(c.Papers, edition.Settings{}), c.Papers); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { found.Close() })
			c.Finder = found
		})
		s.put(webtest.Papers(45, webtest.Now())...)
		for n := 1; n > 0; {
			var err error
			if n, err = found.Update(t.Context(), 1000); err != nil {
				t.Fatal(err)
			}
		}
		page := s.get("/papers?q=towel").Body.String()
		for _, want := range []string{`<mark class="w">Towel</mark>`, "1st by words", `value="towel"`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of a search has no %s", want)
			}
		}
		first := webtest.Papers(1, webtest.Now())[0]
		for _, q := range []string{first.Key, "arXiv:" + first.Key + "v1", "https://arxiv.org/abs/" + first.Key} {
			if w := s.get("/papers?q=" + q); w.Code != http.StatusFound || w.Header().Get("Location") != "/papers/"+first.Key {
				t.Errorf("%s leads to %d %s, want the paper", q, w.Code, w.Header().Get("Location"))
			}
		}
		if page := s.get(`/papers?q=%22towel+a+fold%22`).Body.String(); !strings.Contains(page, "No paper has all of") || !strings.Contains(page, "Without the phrase: ") {
			t.Error("a phrase that nobody wrote is not offered as words")
		}
		if page := s.get(`/papers?q=2604.99999`).Body.String(); !strings.Contains(page, "The paper arXiv:2604.99999 is not here.") || strings.Contains(page, "<ol>") {
			t.Error("of a paper that is not here, others are shown")
		}
		if page := s.get(`/papers?q=Ada+Lindgren`).Body.String(); !strings.Contains(page, "No paper has all of: Ada Lindgren.") || !strings.Contains(page, "By an author of this name: ") {
			t.Error("who types a name is not led to its papers")
		}
		if page := s.get(`/papers?q=fold+a+towle`).Body.String(); !strings.Contains(page, `Did you mean <a href="/papers?q=fold&#43;a&#43;towel">fold a towel</a>?`) && !strings.Contains(page, `Did you mean <a href="/papers?q=fold+a+towel">fold a towel</a>?`) {
			t.Error("a misspelt word is not set right")
		}
		if page := s.get(`/papers?q=towel`).Body.String(); strings.Contains(page, "Did you mean") {
			t.Error("a word that papers have is set right")
		}
		page, _, _ = strings.Cut(s.get(`/papers?q=towel&by=words&sort=newest`).Body.String(), "</form>\n<div class=\"cols")
		if _, form, _ := strings.Cut(page, `class="query"`); !strings.Contains(form, `name="by" value="words"`) || !strings.Contains(form, `name="sort" value="newest"`) {
			t.Error("the next words are not looked for in the way and the order of these")
		}
		for address, status := range map[string]int{
			"/papers?q=x&by=luck": 400, "/papers?q=x&sort=best": 200, "/papers?q=x&page=0": 400, "/papers?q=towel&page=40": 404,
			"/papers?q=": 200, "/papers?q=%22%28%29-OR*": 200, "/papers?q=" + strings.Repeat("a", 2000): 200, "/papers": http.StatusFound,
		} {
			if w := s.get(address); w.Code != status {
				t.Errorf("%.60s answers %d, want %d", address, w.Code, status)
			}
		}
	})
}

// TestSearchCanBePagedToItsEnd: the pages of a search are disjoint and hold as many
// papers as it says.
func TestSearchCanBePagedToItsEnd(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	var found *search.Papers
	s := open(t, d, func(c *web.Config) {
		var err error
		if found, err = search.OpenPapers(t.Context(), t.TempDir(), edition.NewStore(c.Papers, edition.Settings{}), c.Papers); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { found.Close() })
		c.Finder = found
	})
	s.put(webtest.Papers(45, webtest.Now())...)
	if _, err := found.Update(t.Context(), 1000); err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`<h2 class="title" id="t\d+"><a href="(/papers/[^"]+)">`)
	seen := map[string]bool{}
	next := regexp.MustCompile(`<a href="(/papers\?[^"]*page=\d+[^"]*)">The next`)
	address, pages := "/papers?q=cat:cs", 0
	var body string
	for address != "" {
		if pages++; pages > 10 {
			t.Fatal("the list does not end")
		}
		body = s.get(strings.ReplaceAll(address, "&amp;", "&")).Body.String()
		for _, m := range row.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Errorf("%s stands on two pages", m[1])
			}
			seen[m[1]] = true
		}
		address = ""
		if m := next.FindStringSubmatch(body); m != nil {
			address = m[1]
		}
	}
	if len(seen) < 21 || !strings.Contains(body, fmt.Sprintf("%d of %[1]d.", len(seen))) {
		t.Errorf("%d pages hold %d papers, and the last does not say so", pages, len(seen))
	}
}

// absent is a search that is away when it is first asked, and then finds one paper near
// every other.
type absent struct {
	web.Finder
	asked bool
	of    *paper.Paper
}

func (a *absent) Near(context.Context, *paper.Paper, int) ([]*paper.Paper, error) {
	if !a.asked {
		a.asked = true
		return nil, fault.Busy("The search cannot be reached at the moment.")
	}
	return []*paper.Paper{a.of}, nil
}

// TestAPageInPartIsNotKept asks for a paper while the search is away, and when it is back:
// the page that lacks the papers near it was not kept.
func TestAPageInPartIsNotKept(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *web.Config) {
		c.Finder = &absent{of: webtest.Papers(2, webtest.Now())[1]}
	})
	list := webtest.Papers(1, webtest.Now())
	list[0].ID, list[0].Key = 0, ""
	s.put(list...)
	path := "/papers/" + list[0].Key
	if page := s.get(path).Body.String(); strings.Contains(page, "Near it in meaning") {
		t.Error("a search that is away found something")
	}
	if page := s.get(path).Body.String(); !strings.Contains(page, "Near it in meaning") {
		t.Error("the page was kept without the papers near it")
	}
}

package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/web"
	"broadsheet/web/webtest"
)

// searched is a site with a search, and brings it up to date.
func searched(t *testing.T, d *db.DB) (*site, func(...*paper.Paper)) {
	var found *search.Papers
	s := open(t, d, func(c *web.Config) {
		var err error
		if found, err = search.OpenPapers(t.Context(), t.TempDir(), edition.NewStore(c.Papers, edition.Settings{}), c.Papers); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { found.Close() })
		c.Finder = found
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

func TestListings(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, put := searched(t, d)
		list := webtest.Papers(45, webtest.Now())
		for _, p := range list[:30] {
			p.Featured = &paper.Feature{Source: "upstream", At: webtest.Now()}
		}
		list[0].Authors = []paper.Author{{Name: "Ada Lindgren"}, {Name: "A/B ?#% Ünal"}}
		by, cs, votes := 0, 0, 0
		for _, p := range list {
			for _, a := range p.Authors {
				if a.Name == "Ada Lindgren" {
					by++
					votes += p.Votes()
				}
			}
			for _, c := range p.Categories {
				if c == "cs.CL" {
					cs++
				}
			}
		}
		put(list...)
		for _, c := range []struct {
			path   string
			status int
			want   string
		}{
			{"/authors/Ada%20Lindgren", 200, fmt.Sprintf("<span>%d papers here since April 2026</span> <span>%d votes</span>", by, votes)},
			{"/authors/Ada%20Lindgren", 200, `<link rel="canonical" href="https://broadsheet.example/authors/Ada%20Lindgren">`},
			{"/authors/Ada%20Lindgren", 200, `1st of 30 in <a href="/papers/date/2026-04-14">No. 1</a>.`},
			{"/authors/Ada%20Lindgren", 200, `<a href="/authors/Bo%20Castellanos">`},
			{"/authors/A%2FB%20%3F%23%25%20%C3%9Cnal", 200, "<span>1 paper here since April 2026</span>"},
			{"/papers/" + list[0].Key, 200, `<a href="/authors/A%2FB%20%3F%23%25%20%C3%9Cnal">A/B ?#% Ünal</a>`},
			{"/authors/A.%20Lindgren", http.StatusFound, "/papers?q=author%3A%22A.+Lindgren%22&sort=newest"},
			{"/categories/cs.CL", 200, fmt.Sprintf("<span>%d papers here", cs)},
			{"/categories/cs.LG?page=3", 200, "45 of 45."},
			{"/categories/cs.LG?page=4", 404, "The list ends before page 4."},
			{"/categories/cs.LG?page=51", 400, "page is a number from 1 to 50"},
			{"/categories/cs.XX", 404, "No paper of the category cs.XX is held."},
			{"/authors/" + strings.Repeat("a", 300), 404, "No name is so long."},
		} {
			w := s.get(c.path)
			if w.Code != c.status {
				t.Errorf("%s answers %d, want %d", c.path, w.Code, c.status)
			}
			if got := w.Body.String() + w.Header().Get("Location"); !strings.Contains(got, c.want) {
				t.Errorf("%s has no %s", c.path, c.want)
			}
		}
	})
}

func TestSimilarPapers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, put := searched(t, d)
		list := webtest.Papers(30, webtest.Now())
		list[22].Title = "A Title: of Its Own"
		put(list...)
		a, b := list[20].Key, list[21].Key
		for _, c := range []struct {
			path   string
			status int
			want   string
		}{
			{"/papers/similar", 200, "0 of up to 10"},
			{"/papers/similar?id=" + a, 200, "Nearest to it"},
			{"/papers/similar?id=" + a, 200, "By words alone"},
			{"/papers/similar?id=" + a + "&id=" + b, 200, "Nearest to both"},
			{"/papers/similar?id=" + a + "&id=https://arxiv.org/abs/" + b + "v1", http.StatusFound, "/papers/similar?id=" + a + "&id=" + b},
			{"/papers/similar?id=" + a + "&id=" + b + "&id=&drop=" + b, http.StatusFound, "/papers/similar?id=" + a},
			{"/papers/similar?id=" + a + "&id=" + a, http.StatusFound, "/papers/similar?id=" + a},
			{"/papers/similar?id=&drop=" + a, http.StatusFound, "/papers/similar"},
			{"/papers/similar?id=a+title+of+its+own", http.StatusFound, "/papers/similar?id=" + list[22].Key},
			{"/papers/similar?id=2604.99999", 200, "No paper here is named &#34;2604.99999&#34;."},
			{"/papers/similar?id=%3Cb%3E", 200, "No paper here is named &#34;&lt;b&gt;&#34;."},
			{"/papers/similar?id=" + a + "&page=50", 404, "The list ends before page 50."},
			{"/papers/similar?id=" + a + "&page=x", 400, "page is a number"},
			{"/papers/similar?id=" + strings.Repeat("&id=x", 3000), 200, "0 of up to 10"},
		} {
			w := s.get(c.path)
			if w.Code != c.status {
				t.Errorf("%.80s answers %d, want %d", c.path, w.Code, c.status)
			}
			if got := w.Body.String() + w.Header().Get("Location"); !strings.Contains(got, c.want) {
				t.Errorf("%.80s has no %s", c.path, c.want)
			}
		}
		if page := s.get("/papers/similar?id=" + a).Body.String(); strings.Count(page, `href="/papers/`+a+`"`) != 1 {
			t.Error("a paper stands among those like it")
		}
		w := s.post("/papers/similar", url.Values{"text": {"A robot folds a towel and must know where its edges are."}})
		if w.Code != 200 || !strings.Contains(w.Body.String(), `id="t1"><a href="/papers/`+list[4].Key+`"`) || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("a text about towels finds something else first, or may be kept: %d %s", w.Code, w.Header().Get("Cache-Control"))
		}
		if w := s.post("/papers/similar", url.Values{"text": {strings.Repeat("é", 4001)}}); w.Code != 400 {
			t.Errorf("a text of 4,001 letters answers %d", w.Code)
		}
	})
}

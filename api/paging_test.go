package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"broadsheet/db/dbtest"
	"broadsheet/paper"
	"broadsheet/web/webtest"

	"pgregory.net/rapid"
)

type listed struct {
	Paper struct {
		ID                 string
		Upvotes            int
		SubmittedOnDailyAt time.Time
	}
	ID string // of flat lists
}

// pages follows the Links from path on and returns the identifiers of each page.
func (s *service) pages(path string) [][]string {
	s.t.Helper()
	var all [][]string
	for path != "" {
		var list []listed
		h := s.read(path, &list)
		ids := []string{}
		for _, it := range list {
			ids = append(ids, it.Paper.ID+it.ID)
		}
		all = append(all, ids)
		link := h.Get("Link")
		if link == "" {
			return all
		}
		to, ok := strings.CutSuffix(strings.TrimPrefix(link, "<https://broadsheet.example"), `>; rel="next"`)
		if !ok || to == path {
			s.t.Fatalf("Link %q", link)
		}
		if path = to; len(all) > 200 {
			s.t.Fatal("the pages have no end")
		}
	}
	return all
}

// TestPaging: whatever is asked for, the pages that the Links lead through hold
// every paper of the whole list, once, in its order, and all but the last are full.
func TestPaging(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	for i, n := range []int{17, 1, 30, 8, 3} {
		s.edition(time.Date(2026, 4, 3*i+1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), n, []string{"ada", "bo"}[i%2])
	}
	rapid.Check(t, func(t *rapid.T) {
		q := url.Values{}
		for name, values := range map[string][]string{
			"date": {"", "", "2026-04-07", "2026-04-08"}, "week": {"", "", "2026-W15"}, "month": {"", "", "2026-04", "2026-05"},
			"sort": {"", "publishedAt", "trending"}, "submitter": {"", "", "ada", "nobody"}, "other": {"", "ignored"},
		} {
			if v := rapid.SampledFrom(values).Draw(t, name); v != "" {
				q.Set(name, v)
			}
		}
		path := "/api/daily_papers"
		if rapid.IntRange(0, 4).Draw(t, "flat") == 0 {
			path, q = "/api/papers", url.Values{}
		}
		whole := slices.Concat(s.pages(path + "?limit=100&" + q.Encode())...)
		limit := rapid.IntRange(1, 40).Draw(t, "limit")
		parts := s.pages(fmt.Sprintf("%s?limit=%d&%s", path, limit, q.Encode()))
		if got := slices.Concat(parts...); !slices.Equal(got, whole) {
			t.Fatalf("?%s by %d: the pages hold %v; want %v", q.Encode(), limit, got, whole)
		}
		for i, p := range parts {
			if i < len(parts)-1 && len(p) != limit || len(p) > limit {
				t.Fatalf("?%s: page %d of %d has %d papers; want %d", q.Encode(), i, len(parts), len(p), limit)
			}
		}
		if seen := slices.Compact(slices.Sorted(slices.Values(whole))); len(seen) != len(whole) {
			t.Fatalf("?%s: a paper stands twice", q.Encode())
		}
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2026-04-12", 4, "ada") // a Sunday, of week 15
	s.edition("2026-04-13", 5, "bo")
	s.edition("2026-04-14", 6, "ada")
	late := webtest.Papers(1, now)[0]
	late.Announced = "2026-04-14" // announced, and put in by nobody
	s.put(late)
	for path, want := range map[string]int{
		"/api/daily_papers": 15, "/api/daily_papers?date=2026-04-13": 5, "/api/daily_papers?week=2026-W15": 4, "/api/daily_papers?week=2026-W16": 11,
		"/api/daily_papers?month=2026-04": 15, "/api/daily_papers?month=2026-03": 0, "/api/daily_papers?date=2026-04-11": 0,
		"/api/daily_papers?submitter=ada": 10, "/api/daily_papers?submitter=ada&date=2026-04-13": 0,
		"/api/daily_papers?p=1": 0, "/api/daily_papers?p=1000000&limit=100": 0, "/api/daily_papers?limit=2&p=7": 1,
		"/api/daily_papers?sort=trending&nonsense=1&date_=x": 12, // three have no votes
		"/api/daily_papers?sort=trending&date=2026-04-13":    5, "/api/daily_papers?sort=trending&submitter=bo": 4, "/api/daily_papers?sort=trending&window=2026-04-01..2026-04-12": 4,
		"/api/daily_papers?sort=trending&category=cs.CL&min=2": 0,
		"/api/papers": 16,
	} {
		var list []listed
		if s.read(path, &list); len(list) != want {
			t.Errorf("%s: %d papers; want %d", path, len(list), want)
		}
		if list == nil {
			t.Errorf("%s: an empty list is null", path)
		}
	}
	var list []listed
	s.read("/api/daily_papers", &list)
	for i := 1; i < len(list); i++ {
		a, b := list[i-1].Paper, list[i].Paper
		day := func(t time.Time) string { return t.Format(time.DateOnly) }
		if x, y := day(a.SubmittedOnDailyAt), day(b.SubmittedOnDailyAt); x < y || x == y && a.Upvotes < b.Upvotes {
			t.Errorf("%s (%s, %d votes) stands before %s (%s, %d votes)", a.ID, x, a.Upvotes, b.ID, y, b.Upvotes)
		}
	}
	s.read("/api/daily_papers?sort=publishedAt", &list)
	for i := 1; i < len(list); i++ {
		if list[i-1].Paper.SubmittedOnDailyAt.Before(list[i].Paper.SubmittedOnDailyAt) {
			t.Errorf("the newest first: %s stands before a newer one", list[i-1].Paper.ID)
		}
	}
}

func TestIdentifiersOfAPaper(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.put(&paper.Paper{Title: "An Old One", Form: paper.TeX, Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "hep-th/9901001"}, {Scheme: paper.DOI, Value: "10.1000/old"}}})
	for _, name := range []string{"hep-th/9901001", "hep-th/9901001v3", "hep-th%2F9901001", "arXiv:hep-th/9901001", "10.1000/OLD"} {
		var p struct{ ID, Title string }
		if s.read("/api/papers/"+name, &p); p.ID != "hep-th/9901001" || p.Title != "An Old One" {
			t.Errorf("%s is %+v", name, p)
		}
	}
	if w := s.get("/papers/hep-th/9901001.md"); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "# An Old One") {
		t.Errorf("as Markdown: status %d: %s", w.Code, w.Body)
	}
}

package api_test

import (
	"fmt"
	"strings"
	"testing"

	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// TestListsArePaged reads each list page by page: nothing comes twice, nothing is left
// out, ranks follow each other.
func TestListsArePaged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		s.edition("2026-04-14", 7, "ada")
		s.edition("2026-04-15", 5, "ben")
		for path, want := range map[string]int{
			"/api/v1/papers?limit=5":                                          12,
			"/api/v1/editions/2026-04-14?limit=3":                             7,
			"/api/v1/editions/today?limit=2":                                  5,
			"/api/v1/editions/no-1?limit=100":                                 7,
			"/api/v1/weeks/2026-W16?limit=5&fields=title,rank":                12,
			"/api/v1/months/2026-04?limit=12":                                 12,
			"/api/v1/trending?window=2026-04-01..2026-04-16&limit=1":          0,
			"/api/v1/search?q=category:cs.LG&by=words&limit=4&include=facets": 12,
		} {
			seen, at := map[string]bool{}, 0
			for next := path; next != ""; {
				var page struct {
					Papers []v1.Listed
					Next   string
				}
				s.read(next, &page)
				for _, p := range page.Papers {
					if at++; p.Rank != 0 && p.Rank != at {
						t.Errorf("%s: rank %d stands in the place of %d", next, p.Rank, at)
					}
					seen[p.ID] = true
				}
				next = page.Next
			}
			if want > 0 && (len(seen) != want || at != want) {
				t.Errorf("%s: %d papers, %d of them different; want %d", path, at, len(seen), want)
			}
		}
		var editions v1.Editions
		s.read("/api/v1/editions?limit=1", &editions)
		if len(editions.Editions) != 1 || editions.Editions[0].Date != "2026-04-15" || editions.Next == "" {
			t.Errorf("the first of the editions: %+v", editions)
		}
		var rest v1.Editions
		if s.read(editions.Next, &rest); len(rest.Editions) != 1 || rest.Editions[0].Date != "2026-04-14" || rest.Next != "" {
			t.Errorf("the rest of the editions: %+v", rest)
		}
	})
}

// TestAnswersCostNothingTwice asks again with the ETag, and for few fields.
func TestAnswersCostNothingTwice(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2026-04-14", 3, "ada")
	path := "/api/v1/editions/2026-04-14?fields=title,votes"
	first := s.get(path)
	if w := s.get(path, "If-None-Match", first.Header().Get("ETag")); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("asked again: %d, %d bytes", w.Code, w.Body.Len())
	}
	if body := first.Body.String(); strings.Contains(body, `"abstract"`) || !strings.Contains(body, `{"id":`) || !strings.Contains(body, `"votes":`) {
		t.Errorf("with fields=title,votes: %s", body)
	}
	if w := s.get("/api/v1/papers?fields=colour"); w.Code != 400 || !strings.Contains(w.Body.String(), "colour") {
		t.Errorf("a field that is none: %d %s", w.Code, w.Body)
	}
}

// TestForeignCursors gives each list the cursor of another.
func TestForeignCursors(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2026-04-14", 3, "ada")
	var page v1.Papers
	s.read("/api/v1/papers?limit=1", &page)
	_, foreign, _ := strings.Cut(page.Next, "cursor=")
	foreign, _, _ = strings.Cut(foreign, "&")
	for _, list := range []string{"editions", "trending", "search", "editions/today", "weeks/2026-W16"} {
		for _, c := range []string{foreign, "", "_", "cGFwZXJzLi0x", strings.Repeat("A", 4000)} {
			if w := s.get(fmt.Sprintf("/api/v1/%s?cursor=%s", list, c)); w.Code != 400 {
				t.Errorf("%s with the cursor %.20q: %d", list, c, w.Code)
			}
		}
	}
}

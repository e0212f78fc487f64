package search_test

import (
	"fmt"
	"testing"

	"broadsheet/search"
)

// TestFoundIsWhatCanBeLookedAt: by words alone no more papers are ranked than are shown, and yet
// a page tells how many there are, however deep it lies and whatever binds.
func TestFoundIsWhatCanBeLookedAt(t *testing.T) {
	t.Parallel()
	e, err := search.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var docs []search.Document
	for i := range 1300 {
		d := search.Document{ID: int64(i + 1), Title: "Graphs", Abstract: "of theory"}
		if i < 30 {
			d.Abstract = "learning theory"
			d.Keys = []string{search.KeyCategory + "cs.LG"}
		}
		docs = append(docs, d)
	}
	if err := e.Put(docs, nil, 1); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		query              string
		order              search.Order
		skip, limit, found int
	}{
		{"learning", "", 0, 10, 30},
		{"learning", "", 0, 30, 30},
		{"learning", "", 20, 20, 30},
		{"learning", "", 40, 20, 30},
		{"learning theory", "", 0, 10, search.Deepest},
		{"learning theory", "", 990, 10, search.Deepest},
		{"learning theory category:cs.LG", "", 0, 10, 30},
		{`"learning theory"`, "", 0, 10, 30},
		{"category:cs.LG", "", 0, 10, 30},
		{"learning theory", search.Newest, 0, 30, 30},
		{"nothing", "", 0, 10, 0},
	} {
		a, err := e.Search(t.Context(), search.Ask{Query: search.Parse(c.query), Mode: search.WordsOnly, Order: c.order, Skip: c.skip, Limit: c.limit, Facet: true})
		if err != nil {
			t.Fatal(err)
		}
		if want := max(0, min(c.limit, c.found-c.skip)); a.Found != c.found || len(a.Hits) != want {
			t.Errorf("%s: %d found, %d shown; want %d and %d (%v)", fmt.Sprint(c.query, c.order, c.skip), a.Found, len(a.Hits), c.found, want, c)
		}
	}
}

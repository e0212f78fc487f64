package search_test

import (
	"testing"

	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/searchtest"
)

func TestEngineConforms(t *testing.T) {
	t.Parallel()
	searchtest.Run(t, func(t *testing.T, papers *paper.Store, editions *edition.Store, m search.Encoder) (searchtest.Searcher, func()) {
		p, err := search.OpenPapers(t.Context(), t.TempDir(), editions, papers)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		if m != nil {
			if err := p.Attach(m); err != nil {
				t.Fatal(err)
			}
		}
		return p, func() {}
	})
}

// Package searchtest holds what every engine of search must do alike: the query language,
// filters, counts, marks, suggestions, likeness, orders, paging, and following the change
// log. Each engine runs it in its own tests.
package searchtest

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search"
)

// Searcher is a search over the papers of a store.
type Searcher interface {
	Find(context.Context, search.Ask) (*search.Page, error)
	Near(ctx context.Context, to *paper.Paper, limit int) ([]*paper.Paper, error)
	Alike(context.Context, search.Likeness) ([]search.Near, int, error)
	Suggest(ctx context.Context, typed string) ([]search.Suggestion, error)
	Spelling(context.Context, *search.Query) (string, error)
	Listing(ctx context.Context, of search.Field, value, since string) (*search.Listing, error)
	Matching(ctx context.Context, text string, papers []int64) (map[int64]bool, error)
	Update(ctx context.Context, limit int) (int, error)
	EncodeNext(ctx context.Context, limit int) (int, error)
}

// Opener opens an engine over the papers of a store, with vectors that m makes; without
// any when m is nil. seen returns once searches see all that was written. The test closes
// what it opened.
type Opener func(t *testing.T, papers *paper.Store, editions *edition.Store, m search.Encoder) (s Searcher, seen func())

// Run tests an engine.
func Run(t *testing.T, open Opener) {
	t.Run("library", func(t *testing.T) { library(t, newHouse(t, open, true)) })
	t.Run("without vectors", func(t *testing.T) { withoutVectors(t, newHouse(t, open, false)) })
	t.Run("many", func(t *testing.T) { manyPapers(t, newHouse(t, open, true)) })
	t.Run("changes", func(t *testing.T) { changes(t, newHouse(t, open, true)) })
	t.Run("hostile", func(t *testing.T) { hostile(t, newHouse(t, open, true)) })
}

// Bags is an encoder whose vectors are the words of a text, so that texts with the same
// words are near.
type Bags struct{}

// Name implements search.Encoder.
func (Bags) Name() string { return "bags" }

// Dim implements search.Encoder.
func (Bags) Dim() int { return 64 }

// EncodeQuery implements search.Encoder.
func (b Bags) EncodeQuery(dst []float32, text string) []float32 {
	v := make([]float32, b.Dim())
	for _, w := range strings.Fields(strings.ToLower(text)) {
		h := fnv.New32a()
		h.Write([]byte(strings.Trim(w, ".,;")))
		v[h.Sum32()%64]++
	}
	n := 0.0
	for _, x := range v {
		n += float64(x * x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(max(n, 1)))
	}
	return append(dst, v...)
}

// EncodeAll implements search.Encoder.
func (b Bags) EncodeAll(dst []float32, texts []string) []float32 {
	for _, t := range texts {
		dst = b.EncodeQuery(dst, t)
	}
	return dst
}

// noon is when every paper of a test comes in.
var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

// house is a store with an engine over it.
type house struct {
	t        *testing.T
	papers   *paper.Store
	editions *edition.Store
	seen     func()
	Searcher
}

func newHouse(t *testing.T, open Opener, vectors bool) *house {
	papers := paper.NewStore(dbtest.Open(t, dbtest.SQLite(t)))
	h := &house{t: t, papers: papers, editions: edition.NewStore(papers, edition.Settings{Fill: edition.FillSubmitted})}
	var m search.Encoder
	if vectors {
		m = Bags{}
	}
	h.Searcher, h.seen = open(t, papers, h.editions, m)
	return h
}

// put stores papers and brings everything that follows the change log up to date.
func (h *house) put(papers ...*paper.Paper) {
	h.t.Helper()
	if err := h.papers.DB().Transact(h.t.Context(), func(tx *db.Tx) error {
		_, err := h.papers.Put(h.t.Context(), tx, "test", noon, papers...)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	for _, step := range []func() (int, error){
		func() (int, error) { return h.editions.Update(h.t.Context(), noon, 1000) },
		func() (int, error) { return h.Update(h.t.Context(), 1000) },
		func() (int, error) { return h.EncodeNext(h.t.Context(), 100) },
	} {
		for {
			n, err := step()
			if err != nil {
				h.t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
	h.seen()
}

// find returns a page of what a query finds.
func (h *house) find(a search.Ask, text string) *search.Page {
	h.t.Helper()
	a.Query, a.Facet = search.Parse(text), true
	if a.Limit == 0 {
		a.Limit = 20
	}
	page, err := h.Find(h.t.Context(), a)
	if err != nil {
		h.t.Fatalf("%s: %v", text, err)
	}
	return page
}

// keys returns the last figures of the papers on a page.
func keys(page *search.Page) string {
	var list []string
	for _, f := range page.List {
		list = append(list, short(f.Paper))
	}
	return strings.Join(list, " ")
}

func short(p *paper.Paper) string {
	if len(p.Key) < 10 {
		return p.Key
	}
	return strings.TrimLeft(p.Key[5:], "0")
}

// made is a paper that was submitted n days ago.
func made(n int, title, abstract string) *paper.Paper {
	return &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)}}, Title: title, Abstract: abstract,
		Form: paper.TeX, Authority: paper.FromArXiv, Submitted: noon.AddDate(0, 0, -n), Categories: []string{"cs.LG"},
	}
}

package search

import (
	"cmp"
	"slices"
	"strings"

	"broadsheet/search/lexical"
)

func numberOf(o Order) string {
	if o == MostVotes {
		return NumberVotes
	}
	return NumberDay
}

// sorted returns the documents that have every word, by date or votes; when none
// has, those that have any.
func (e *Engine) sorted(snap *lexical.Snapshot, f Form, o Order) []Hit {
	res := snap.Search(f.All, Deepest, lexical.Options{Sort: numberOf(o)})
	if len(res.Hits) == 0 && f.Rank != nil {
		res = snap.Search(f.Rank, Deepest, lexical.Options{Sort: numberOf(o), Filter: f.Filter})
	}
	hits := make([]Hit, len(res.Hits))
	for i, h := range res.Hits {
		hits[i] = Hit{ID: h.ID}
	}
	return hits
}

// sortBy orders hits by a number, the largest first; equals stay as they stand.
func sortBy(snap *lexical.Snapshot, hits []Hit, number string) {
	values := make(map[int64]int64, len(hits))
	for _, h := range hits {
		values[h.ID] = snap.Number(h.ID, number)
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(values[b.ID], values[a.ID]) })
}

// count counts what stands beside the list.
func (e *Engine) count(snap *lexical.Snapshot, q *Query, f Form, r *Answer) {
	r.All = snap.Search(f.All, 0, lexical.Options{Count: true}).Total
	if len(q.Words) > 1 {
		side := lexical.And{lexical.Exactly(strings.Join(q.Words, " "), "")}
		if f.Filter != nil {
			side = append(side, f.Filter)
		}
		r.Phrase = snap.Search(side, 0, lexical.Options{Count: true}).Total
	}
	of := f.All
	if r.All == 0 && f.Rank != nil {
		of = f.Rank
		if f.Filter != nil {
			of = lexical.And{f.Rank, f.Filter}
		}
	}
	const many = 12
	r.Facets = Facets{
		Years:      facets(snap, of, KeyYear, 100),
		Categories: facets(snap, of, KeyCategory, many),
		Topics:     facets(snap, of, KeyTopic, many),
		Code:       snap.Search(lexical.And{of, lexical.Key(KeyHas + "code")}, 0, lexical.Options{Count: true}).Total,
	}
	slices.SortFunc(r.Facets.Years, func(a, b Facet) int { return cmp.Compare(a.Value, b.Value) })
}

func facets(snap *lexical.Snapshot, of lexical.Query, prefix string, limit int) []Facet {
	var list []Facet
	for _, f := range snap.Facets(of, prefix, limit) {
		list = append(list, Facet{strings.TrimPrefix(f.Text, prefix), f.Docs})
	}
	return list
}

package search

import (
	"cmp"
	"slices"
	"strings"

	"broadsheet/search/lexical"
)

func numberOf(o Order) string {
	if o == MostVotes {
		return numberVotes
	}
	return numberDay
}

// sorted returns the documents that have every word, by date or votes; when none
// has, those that have any.
func (e *Engine) sorted(snap *lexical.Snapshot, f form, o Order) []Hit {
	res := snap.Search(f.all, Deepest, lexical.Options{Sort: numberOf(o)})
	if len(res.Hits) == 0 && f.rank != nil {
		res = snap.Search(f.rank, Deepest, lexical.Options{Sort: numberOf(o), Filter: f.filter})
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
func (e *Engine) count(snap *lexical.Snapshot, q *Query, f form, r *Answer) {
	r.All = snap.Search(f.all, 0, lexical.Options{Count: true}).Total
	if len(q.Words) > 1 {
		side := lexical.And{lexical.Exactly(strings.Join(q.Words, " "), "")}
		if f.filter != nil {
			side = append(side, f.filter)
		}
		r.Phrase = snap.Search(side, 0, lexical.Options{Count: true}).Total
	}
	of := f.all
	if r.All == 0 && f.rank != nil {
		of = f.rank
		if f.filter != nil {
			of = lexical.And{f.rank, f.filter}
		}
	}
	const many = 12
	r.Facets = Facets{
		Years:      facets(snap, of, keyYear, 100),
		Categories: facets(snap, of, keyCategory, many),
		Topics:     facets(snap, of, keyTopic, many),
		Code:       snap.Search(lexical.And{of, lexical.Key(keyHas + "code")}, 0, lexical.Options{Count: true}).Total,
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

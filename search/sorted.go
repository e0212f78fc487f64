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

// mostRead is of how many documents the places of words are read to count those that
// have the words side by side. Of more that have the words a part is read, which speaks
// for all.
const mostRead = 4096

// count counts what stands beside the list.
func (e *Engine) count(snap *lexical.Snapshot, a Ask, f Form, r *Answer) {
	if a.Limit == 0 {
		r.All = snap.Count(f.All, 0)
		return
	}
	q := a.Query
	r.All, r.Facets = facets(snap, f.All)
	if len(q.Words) > 1 {
		side := lexical.And{lexical.Exactly(strings.Join(q.Words, " "), "")}
		if f.Filter != nil {
			side = append(side, f.Filter)
		}
		every := 1
		for r.All/every > mostRead {
			every *= 2
		}
		r.Phrase, r.About = min(r.All, snap.About(side, every)), every > 1
	}
	if r.All == 0 && f.Rank != nil {
		_, r.Facets = facets(snap, f.any())
	}
}

// facets returns how many documents a query has, and what they are.
func facets(snap *lexical.Snapshot, of lexical.Query) (total int, fs Facets) {
	const many, years = 12, 200
	total, counts := snap.Facets(of, years, KeyYear, KeyCategory, KeyTopic, KeyHas+"code")
	fs = Facets{
		Years:      facetsOf(counts[0], KeyYear, years),
		Categories: facetsOf(counts[1], KeyCategory, many),
		Topics:     facetsOf(counts[2], KeyTopic, many),
	}
	for _, c := range counts[3] {
		if c.Text == KeyHas+"code" {
			fs.Code = c.Docs
		}
	}
	slices.SortFunc(fs.Years, func(a, b Facet) int { return cmp.Compare(a.Value, b.Value) })
	return total, fs
}

func facetsOf(counts []lexical.Count, prefix string, limit int) []Facet {
	var list []Facet
	for _, c := range counts[:min(limit, len(counts))] {
		list = append(list, Facet{strings.TrimPrefix(c.Text, prefix), c.Docs})
	}
	return list
}

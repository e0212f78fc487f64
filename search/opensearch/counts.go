package opensearch

import (
	"cmp"
	"context"
	"slices"

	"broadsheet/search"
)

func numberOf(o search.Order) string {
	if o == search.MostVotes {
		return search.NumberVotes
	}
	return search.NumberDay
}

// sorted answers with the documents that have every word, by date or votes; when none
// has, with those that have any.
func (s *asked) sorted(ctx context.Context, r *search.Answer) error {
	skip := min(s.Skip, search.Deepest)
	page := &question{Query: matching(s.form.All), Sort: descending(numberOf(s.Order)), From: skip, Size: min(s.Limit, search.Deepest-skip), Count: search.Deepest}
	questions := []*question{page}
	if s.Facet {
		questions = append(questions, s.counts())
	}
	replies, err := s.ask(ctx, "search", questions...)
	if err != nil {
		return err
	}
	if replies[0].Hits.Total.Value == 0 && s.form.Rank != nil {
		page.Query = matching(and(s.form.Rank, s.form.Filter))
		questions = questions[:1]
		if s.Facet {
			questions = append(questions, s.count(r, &replies[1]))
		}
		if replies, err = s.ask(ctx, "search", questions...); err != nil {
			return err
		}
		if s.Facet {
			s.facets(r, &replies[1])
		}
	} else if s.Facet {
		s.count(r, &replies[1])
	}
	r.Found = min(search.Deepest, replies[0].Hits.Total.Value)
	for _, f := range replies[0].Hits.Hits {
		r.Hits = append(r.Hits, search.Hit{ID: f.id()})
	}
	return nil
}

// sortBy orders hits by a number that came with them, the largest first; equals stay as
// they stand.
func sortBy(hits []search.Hit, list []found, number string) {
	values := make(map[int64]int64, len(list))
	for _, f := range list {
		values[f.id()] = f.number(number)
	}
	slices.SortStableFunc(hits, func(a, b search.Hit) int { return cmp.Compare(values[b.ID], values[a.ID]) })
}

const many = 12 // categories and topics that are listed

// counts asks what stands beside the list, among the documents that have every word.
func (s *asked) counts() *question {
	q := counting(matching(s.form.All))
	if side := s.side(); side != nil {
		q.Aggs["side"] = object{"filter": matching(side)}
	}
	return q
}

// counting asks for the facets of what matches.
func counting(q object) *question {
	return &question{Query: q, Count: true, Aggs: object{
		"year": terms("year", 200), "cat": terms("cat", many), "topic": terms("topic", many),
		"code": object{"filter": object{"term": object{kind(search.KeyHas): "code"}}},
	}}
}

// terms counts the values of a field. More are counted on each shard than are wanted, so
// that the sums of the most frequent are right.
func terms(field string, size int) object {
	return object{"terms": object{"field": field, "size": size, "shard_size": 10 * size}}
}

// count reads what stands beside the list. When no document has every word it returns
// the question for the facets of those that have any; else nil.
func (s *asked) count(r *search.Answer, told *reply) *question {
	r.All = told.Hits.Total.Value
	if side := told.Aggs["side"]; side != nil {
		r.Phrase = side.Docs
	}
	s.facets(r, told)
	if r.All > 0 || s.form.Rank == nil {
		return nil
	}
	return counting(matching(and(s.form.Rank, s.form.Filter)))
}

// countAny asks for the facets of the documents that have any word, unless there is
// nothing to ask.
func (s *asked) countAny(ctx context.Context, r *search.Answer, any *question) error {
	if any == nil {
		return nil
	}
	replies, err := s.ask(ctx, "search", any)
	if err != nil {
		return err
	}
	s.facets(r, &replies[0])
	return nil
}

// facets reads counts into an answer.
func (s *asked) facets(r *search.Answer, told *reply) {
	r.Facets = search.Facets{Years: told.facets("year"), Categories: told.facets("cat"), Topics: told.facets("topic")}
	if code := told.Aggs["code"]; code != nil {
		r.Facets.Code = code.Docs
	}
	slices.SortFunc(r.Facets.Years, func(a, b search.Facet) int { return cmp.Compare(a.Value, b.Value) })
}

// facets reads the values of a field that were counted, the most frequent first.
func (r *reply) facets(name string) []search.Facet {
	var list []search.Facet
	if a := r.Aggs[name]; a != nil {
		for _, b := range a.Buckets {
			list = append(list, search.Facet{Value: b.Key, Count: b.Docs})
		}
	}
	return list
}

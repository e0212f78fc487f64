package opensearch

import (
	"strings"

	"broadsheet/search/lexical"
)

// Which part of the words a document has is read from the names of the clauses that it
// matches.

// worthOf returns the names of what a query is scored by, each with what it is worth there.
func worthOf(q lexical.Query, of map[string]weight) map[string]float64 {
	list := map[string]float64{}
	var add func(lexical.Query, float64)
	add = func(q lexical.Query, boost float64) {
		switch q := q.(type) {
		case lexical.And:
			for _, sub := range q {
				add(sub, boost)
			}
		case lexical.Or:
			for _, sub := range q {
				add(sub, boost)
			}
		case lexical.Boosted:
			add(q.Of, boost*q.By)
		default:
			if name := nameOf(q); name != "" && whole(q, of) {
				list[name] += boost * sum(q, of)
			}
		}
	}
	add(q, 1)
	return list
}

// nameOf returns the name of what documents are scored by; "" of what scores nothing.
func nameOf(q lexical.Query) string {
	switch q := q.(type) {
	case lexical.Term:
		return q.Field + ":" + tokenOf(q)
	case lexical.Phrase:
		return q.Field + ":\"" + strings.Join(q.Words, " ")
	case lexical.Prefix:
		return q.Field + ":" + q.Word + "*"
	}
	return ""
}

// whole reports that a document has each word of what may be a phrase.
func whole(q lexical.Query, of map[string]weight) bool {
	all := true
	if p, ok := q.(lexical.Phrase); ok {
		leaves(p, 1, func(token string, _ float64) { all = all && of[token].known })
	}
	return all
}

// named gives a clause its name, if what it says is worth something.
func (c *compiler) named(q lexical.Query, clause object) object {
	if name := nameOf(q); c.worth[name] > 0 {
		for _, kind := range clause {
			for _, field := range kind.(object) {
				field.(object)["_name"] = name
			}
		}
	}
	return clause
}

// note remembers which part of the words documents have.
func (s *asked) note(list []found) {
	total := 0.0
	for _, w := range s.worth {
		total += w
	}
	for _, f := range list {
		sum := 0.0
		for _, name := range f.Matched {
			sum += s.worth[name]
		}
		s.had[f.id()] = sum / max(total, 1e-9)
	}
}

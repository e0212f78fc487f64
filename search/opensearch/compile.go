package opensearch

import (
	"strings"

	"broadsheet/search"
	"broadsheet/search/lexical"
)

// compiler turns a query's tree into OpenSearch's language. What a query is worth is
// what search/lexical says, as far as the cluster's BM25 can.
type compiler struct {
	unit float64           // of scores
	of   map[string]weight // of the words
	left int               // parts that the query may still have

	// worth has the parts that are to be named, so that a document says which it has.
	worth map[string]float64
}

// scoring returns a query that ranks documents, by the weights of its words. Its parts that
// are worth something bear their names.
func (v view) scoring(q lexical.Query, of map[string]weight, worth map[string]float64) object {
	c := &compiler{unit: v.unit, of: of, left: lexical.MaxParts, worth: worth}
	return either(c.ranking(q, 1, 0))
}

// matching returns a query that matches and scores nothing.
func matching(q lexical.Query) object {
	c := &compiler{left: lexical.MaxParts}
	return c.binding(q, 0)
}

var (
	nothing = object{"match_none": object{}}
	// everything leaves out what is no document, as the cursor is.
	everything = object{"exists": object{"field": search.NumberDay}}
)

// either matches what any of some clauses match, and adds up their scores.
func either(clauses []any) object {
	switch len(clauses) {
	case 0:
		return nothing
	case 1:
		if one, ok := clauses[0].(object); ok {
			return one
		}
	}
	return object{"bool": object{"should": clauses}}
}

func silent(q object) object { return object{"bool": object{"filter": []any{q}}} }

// ranking returns clauses of which a document has to match one.
func (c *compiler) ranking(q lexical.Query, boost float64, depth int) []any {
	if c.left--; c.left < 0 || depth > lexical.MaxDepth {
		return nil
	}
	switch q := q.(type) {
	case lexical.Term:
		return c.scored(q, q.Field, boost, func(field string, boost float64) object {
			return object{"term": object{field: object{"value": tokenOf(q), "boost": boost}}}
		})
	case lexical.Phrase:
		return c.scored(q, q.Field, boost, func(field string, boost float64) object { return phrase(field, q.Words, boost) })
	case lexical.Prefix:
		return []any{c.named(q, object{"prefix": object{fieldNamed(q.Field): object{"value": exact(q.Word), "boost": boost}}})}
	case lexical.Or:
		var clauses []any
		for _, sub := range q {
			clauses = append(clauses, c.ranking(sub, boost, depth+1)...)
		}
		return clauses
	case lexical.And:
		var must []any
		for _, sub := range q {
			must = append(must, either(c.ranking(sub, boost, depth+1)))
		}
		if len(must) == 0 {
			return []any{silent(everything)}
		}
		return []any{object{"bool": object{"must": must}}}
	case lexical.Boosted:
		return c.ranking(q.Of, boost*max(0, q.By), depth+1)
	}
	c.left++ // binding counts it
	return []any{silent(c.binding(q, depth))}
}

// scored returns the clauses of words: in the joint measure of title and abstract and
// once more in the title, or in the one field that is named. In each field the cluster
// weighs a word by how rare it is there; boosts turn that into how rare it is in all.
func (c *compiler) scored(words lexical.Query, field string, boost float64, clause func(string, float64) object) []any {
	boost *= c.unit
	title := 1.0
	if idf := sum(words, c.of); idf > 0 {
		own := 0.0
		leaves(words, 1, func(token string, _ float64) { own += c.of[token].idf / c.of[token].title })
		title = idf / own
	}
	switch field {
	case fieldTitle:
		return []any{c.named(words, clause(field, boost*title))}
	case fieldAbstract:
		return []any{c.named(words, clause(field, boost))}
	}
	return []any{c.named(words, clause(fieldAll, boost)), clause(fieldTitle, boost*search.TitleBoost*title)}
}

// binding returns a query that only matches.
func (c *compiler) binding(q lexical.Query, depth int) object {
	if c.left--; c.left < 0 || depth > lexical.MaxDepth {
		return nothing
	}
	switch q := q.(type) {
	case lexical.All:
		return everything
	case lexical.Term:
		return object{"term": object{fieldNamed(q.Field): tokenOf(q)}}
	case lexical.Phrase:
		return phrase(fieldNamed(q.Field), q.Words, 1)
	case lexical.Prefix:
		return object{"prefix": object{fieldNamed(q.Field): exact(q.Word)}}
	case lexical.Key:
		field, value := fieldOf(string(q))
		return object{"term": object{field: value}}
	case lexical.Range:
		return object{"range": object{q.Number: object{"gte": q.Min, "lte": q.Max}}}
	case lexical.Not:
		return object{"bool": object{"filter": []any{everything}, "must_not": []any{c.binding(q.Of, depth+1)}}}
	case lexical.Or:
		if len(q) == 0 {
			return nothing
		}
		return object{"bool": object{"should": c.all(q, depth)}}
	case lexical.And:
		if len(q) == 0 {
			return everything
		}
		return object{"bool": object{"filter": c.all(q, depth)}}
	case lexical.Boosted:
		return c.binding(q.Of, depth+1)
	}
	return nothing
}

// all compiles parts as far as they count.
func (c *compiler) all(parts []lexical.Query, depth int) []any {
	var list []any
	for _, q := range parts {
		if c.left <= 0 {
			break
		}
		list = append(list, c.binding(q, depth+1))
	}
	return list
}

func fieldNamed(f string) string {
	if f == "" {
		return fieldAll
	}
	return f
}

// tokenOf returns the token of a word: of its stem, or of just this form.
func tokenOf(t lexical.Term) string {
	if t.Exact {
		return exact(t.Word)
	}
	return lexical.Stem(t.Word)
}

// phrase matches words side by side in just these forms.
func phrase(field string, words []string, boost float64) object {
	words = words[:min(len(words), lexical.MaxPhrase)]
	if len(words) == 0 {
		return nothing
	}
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = exact(w)
	}
	return object{"match_phrase": object{field: object{"query": strings.Join(list, " "), "analyzer": "whitespace", "boost": boost}}}
}

// leaves calls f for each word that a query is scored by, with the boost under which it
// stands; the words of a phrase count one by one. A beginning of words has no token and
// is worth its boost.
func leaves(q lexical.Query, boost float64, f func(token string, boost float64)) {
	switch q := q.(type) {
	case lexical.Term:
		f(tokenOf(q), boost)
	case lexical.Phrase:
		for _, w := range q.Words {
			f(exact(w), boost)
		}
	case lexical.Prefix:
		f("", boost)
	case lexical.And:
		for _, sub := range q {
			leaves(sub, boost, f)
		}
	case lexical.Or:
		for _, sub := range q {
			leaves(sub, boost, f)
		}
	case lexical.Boosted:
		leaves(q.Of, boost*q.By, f)
	}
}

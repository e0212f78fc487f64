package lexical

import "runtime/debug"

// Matched says how a part of a query matched a document: which words, where.
type Matched struct {
	Query  Query // the Term, Phrase or Prefix
	Score  float64
	Fields []MatchedField // those in which it stands
}

// MatchedField is a field and how often something stands in it.
type MatchedField struct {
	Field string
	Count int
	// Places are those of words as they stand and of a phrase's first words,
	// counted as Token.Place; a word searched in all its forms has none here (mark
	// them with Tokens and Stem in the text).
	Places []int
}

// Explain returns what of a query matched a document, in the order of the query;
// what stands under Not is left out. Without a match in the document it is empty.
func (s *Snapshot) Explain(q Query, id int64) []Matched {
	defer s.guard(debug.SetPanicOnFault(true))
	p, d, ok := s.find(id)
	if !ok {
		return nil
	}
	var out []Matched
	s.compile(q).leaves(func(c *clause) {
		n := c.bind(p)
		score, ok := n.score(d)
		if !ok {
			return
		}
		m := Matched{Query: c.query, Score: score}
		switch n := n.(type) {
		case *termNode:
			i, _ := n.find(d)
			var places []uint32
			if n.flags&flagPlaces != 0 {
				places = n.placesOf(i, nil)
			}
			m.Fields = s.fieldsOf(p, d, c, n.tuple(i), places)
		case *phraseNode:
			t := n.count(d)
			m.Fields = s.fieldsOf(p, d, c, t, n.at)
		}
		out = append(out, m)
	})
	return out
}

// fieldsOf spreads occurrences over the fields of a clause.
func (s *Snapshot) fieldsOf(p *part, d uint32, c *clause, t *tuple, places []uint32) []MatchedField {
	var out []MatchedField
	base := uint32(0)
	for slot, f := range s.lay.groups[c.group].fields {
		end := base + uint32(p.lens[f][d])
		if t[f] > 0 && (c.slot < 0 || c.slot == slot) {
			m := MatchedField{Field: s.lay.Fields[f].Name, Count: int(t[f])}
			for _, at := range places {
				if base <= at && at < end {
					m.Places = append(m.Places, int(at-base))
				}
			}
			out = append(out, m)
		}
		base = end + 1
	}
	return out
}

package lexical

import (
	"fmt"
	"slices"
	"sync"
)

// clause is a query with what holds in all segments: the weight of its words.
type clause struct {
	snap   *Snapshot
	kind   clauseKind
	subs   []*clause
	group  int
	slot   int       // of the only field that counts in the group; −1: all
	weight float64   // boost · idf
	top    float64   // no document's part reaches it
	lists  [][]*list // for each part of the view, for each word
	words  []string
	prefix []byte
	query  Query // for kinds without words
}

type clauseKind uint8

const (
	nothing clauseKind = iota
	everythingClause
	termClause
	phraseClause
	prefixClause
	andClause
	orClause
	notClause
	keyClause
	rangeClause
	filterClause
)

// compile looks the words of a query up.
func (s *Snapshot) compile(q Query) *clause {
	left := MaxParts
	return s.clause(q, 1, 0, &left)
}

// clause compiles a part; left is how many more the query may have.
func (s *Snapshot) clause(q Query, boost float64, depth int, left *int) *clause {
	c := &clause{snap: s, slot: -1}
	*left--
	if depth > MaxDepth {
		return c
	}
	switch q := q.(type) {
	case All:
		c.kind = everythingClause
	case Term:
		s.term(c, q, boost)
	case Phrase:
		s.phrase(c, q, boost)
	case Prefix:
		s.prefix(c, q, boost)
	case Key:
		c.kind, c.query = keyClause, q
		s.lookup(c, []string{string(append([]byte{keyTerm}, q[:min(len(q), maxKey)]...))})
	case Range:
		if _, ok := s.lay.number[q.Number]; ok {
			c.kind, c.query = rangeClause, q
		}
	case And:
		c.kind = andClause
		s.subs(c, q, boost, depth, left)
		if len(q) == 0 {
			c.kind = everythingClause
		}
	case Or:
		c.kind = orClause
		s.subs(c, q, boost, depth, left)
	case Not:
		c.kind = notClause
		s.subs(c, []Query{q.Of}, 0, depth, left)
	case filtered:
		c.kind, c.query = filterClause, q.of
		s.subs(c, []Query{q.of}, 0, depth, left)
	case Boosted:
		return s.clause(q.Of, boost*max(0, q.By), depth+1, left)
	}
	return c
}

// subs compiles parts. Parts of the same kind are taken apart: And{And{a, b}, c}
// is And{a, b, c}.
func (s *Snapshot) subs(c *clause, parts []Query, boost float64, depth int, left *int) {
	for _, q := range parts {
		if *left <= 0 {
			return
		}
		sub := s.clause(q, boost, depth+1, left)
		if sub.kind == c.kind && (c.kind == andClause || c.kind == orClause) {
			c.subs = append(c.subs, sub.subs...)
		} else {
			c.subs = append(c.subs, sub)
		}
	}
}

// place says which group a field belongs to and which slot in it counts.
func (s *Snapshot) place(c *clause, field string) bool {
	if field == "" {
		c.group = 0
		return len(s.lay.groups[0].fields) > 0
	}
	f, ok := s.lay.field[field]
	if !ok {
		return false
	}
	c.group = s.lay.groupOf[f]
	if len(s.lay.groups[c.group].fields) > 1 {
		c.slot = s.lay.slot[f]
	}
	return true
}

func (s *Snapshot) term(c *clause, q Term, boost float64) {
	if q.Word == "" || !s.place(c, q.Field) {
		return
	}
	c.kind, c.query = termClause, q
	g := &s.lay.groups[c.group]
	c.top = g.top
	if c.slot >= 0 {
		c.top = k1 + 1
	}
	word := string([]byte{wordTerm(c.group)}) + q.Word
	if q.Exact || g.plain {
		s.lookup(c, []string{word})
	} else {
		s.lookup(c, []string{stemKey([]byte(word))})
	}
	c.weight = boost * s.idf(c, 0)
}

func (s *Snapshot) phrase(c *clause, q Phrase, boost float64) {
	words := q.Words[:min(len(q.Words), MaxPhrase)]
	for len(words) > 0 && words[0] == "" {
		words = words[1:]
	}
	if len(words) == 0 || !s.place(c, q.Field) {
		return
	}
	c.kind, c.query = phraseClause, q
	c.top = s.lay.groups[c.group].top
	if c.slot >= 0 {
		c.top = k1 + 1
	}
	for _, w := range words {
		if w != "" {
			w = string([]byte{wordTerm(c.group)}) + w
		}
		c.words = append(c.words, w)
	}
	s.lookup(c, c.words)
	for i, w := range c.words {
		if w != "" {
			c.weight += boost * s.idf(c, i)
		}
	}
}

func (s *Snapshot) prefix(c *clause, q Prefix, boost float64) {
	if q.Word == "" || !s.place(c, q.Field) {
		return
	}
	c.kind, c.query, c.weight, c.top = prefixClause, q, boost, 1
	c.prefix = append([]byte{wordTerm(c.group)}, q.Word...)
}

// lookup finds the lists of terms in every segment.
func (s *Snapshot) lookup(c *clause, terms []string) {
	c.lists = make([][]*list, len(s.view.parts))
	for part := range c.lists {
		c.lists[part] = make([]*list, len(terms))
	}
	for i, t := range terms {
		if t == "" {
			continue
		}
		for part, l := range s.looked.get(t, s.lists) {
			c.lists[part][i] = l
		}
	}
}

// lists finds the list of a term in every segment. A stem that is missing is the word that is
// spelt like it.
func (s *Snapshot) lists(term string) []*list {
	found := make([]*list, len(s.view.parts))
	for i, p := range s.view.parts {
		key := []byte(term)
		l, ok := p.lookup(key)
		if !ok && kindOf(key) == stemKind {
			key[0]--
			l, _ = p.lookup(key)
		}
		found[i] = l
	}
	return found
}

// looked remembers the lists of terms: a page asks for the words of its question several
// times.
type looked struct {
	mu   sync.Mutex
	held map[string][]*list
}

func (m *looked) get(term string, find func(string) []*list) []*list {
	m.mu.Lock()
	defer m.mu.Unlock()
	lists, ok := m.held[term]
	if !ok {
		if m.held == nil {
			m.held = map[string][]*list{}
		}
		lists = find(term)
		m.held[term] = lists
	}
	return lists
}

// idf is the weight of a word; 0 of one that no document has.
func (s *Snapshot) idf(c *clause, word int) float64 {
	df := 0
	for _, row := range c.lists {
		if row[word] != nil {
			df += row[word].df
		}
	}
	if df == 0 {
		return 0
	}
	return idf(s.docs, df)
}

// leaves calls f for what scores.
func (c *clause) leaves(f func(*clause)) {
	switch c.kind {
	case termClause, phraseClause, prefixClause:
		f(c)
	case andClause, orClause:
		for _, sub := range c.subs {
			sub.leaves(f)
		}
	}
}

// bind makes the nodes that evaluate a clause in a part.
func (c *clause) bind(p *part) node {
	i := slices.Index(c.snap.view.parts, p)
	switch c.kind {
	case everythingClause:
		return allNode{}
	case termClause:
		return c.bindTerm(p, c.lists[i][0])
	case phraseClause:
		return c.bindPhrase(p, c.lists[i])
	case prefixClause:
		return c.bindPrefix(p)
	case keyClause:
		if l := c.lists[i][0]; l != nil {
			return &keyNode{cursor: newCursor(l)}
		}
	case rangeClause:
		q := c.query.(Range)
		return &rangeNode{&p.nums[c.snap.lay.number[q.Number]], q.Min, q.Max}
	case filterClause:
		if len(c.subs) > 0 {
			return c.bindFilter(p)
		}
	case andClause:
		return c.bindAnd(p)
	case orClause:
		return c.bindOr(p)
	case notClause:
		if len(c.subs) > 0 {
			return &notNode{c.subs[0].bind(p)}
		}
	}
	return noNode{}
}

func (c *clause) bindTerm(p *part, l *list) node {
	if l == nil {
		return noNode{}
	}
	up, down := p.avg.over(c.snap.avg, c.group, c.snap.lay.groups[c.group].fields)
	return &termNode{
		cursor: newCursor(l), rater: c.snap.lay.rater(c.group, p.lens, c.snap.avg), weight: c.weight,
		slot: c.slot, top: c.top, unit: c.weight * c.snap.lay.groups[c.group].top / 255 * up, down: down,
	}
}

func (c *clause) bindPhrase(p *part, lists []*list) node {
	n := &phraseNode{rater: c.snap.lay.rater(c.group, p.lens, c.snap.avg), weight: c.weight, slot: c.slot, top: c.top}
	up, _ := p.avg.over(c.snap.avg, c.group, c.snap.lay.groups[c.group].fields)
	n.unit = c.weight * c.snap.lay.groups[c.group].top / 255 * up
	for i, l := range lists {
		if c.words[i] == "" {
			continue
		}
		if l == nil {
			return noNode{}
		}
		n.words = append(n.words, phraseWord{cursor: newCursor(l), offset: uint32(i), started: -1, last: -1})
	}
	slices.SortStableFunc(n.words, func(a, b phraseWord) int { return a.df - b.df })
	return n
}

func (c *clause) bindPrefix(p *part) node {
	n := &prefixNode{docs: newBitmap(p.docs), weight: c.weight}
	const short = 4 // bytes with the one that says what it is: so many words begin so that they are remembered
	if len(c.prefix) < short {
		n.docs = p.filters.get(fmt.Sprint(c.slot, " ", string(c.prefix)), func() bitmap {
			c.begun(p, n)
			return n.docs
		})
		return n
	}
	c.begun(p, n)
	return n
}

// begun adds the documents that have a word that begins as the clause says.
func (c *clause) begun(p *part, n *prefixNode) {
	var l list
	p.eachTerm(c.prefix, func(t *terms) bool {
		switch {
		case c.slot >= 0:
			n.addField(t, &l, c.snap.lay.groups[c.group].fields[c.slot])
		case t.short():
			t.into(n.docs)
		default:
			t.read(&l)
			n.add(&l)
		}
		return true
	})
}

func (c *clause) bindAnd(p *part) node {
	n := &andNode{}
	for _, sub := range c.subs {
		b := sub.bind(p)
		if _, none := b.(noNode); none {
			return b
		}
		n.subs = append(n.subs, b)
	}
	n.byCost = slices.Clone(n.subs)
	slices.SortStableFunc(n.byCost, func(a, b node) int { return a.cost(p.docs) - b.cost(p.docs) })
	return n
}

func (c *clause) bindOr(p *part) node {
	n := &orNode{}
	for _, sub := range c.subs {
		b := sub.bind(p)
		if _, none := b.(noNode); !none {
			n.subs = append(n.subs, b)
		}
	}
	if len(n.subs) == 0 {
		return noNode{}
	}
	return n
}

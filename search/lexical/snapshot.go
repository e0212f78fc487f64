package lexical

import (
	"iter"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
)

// Snapshot answers queries on an index as it was at one moment. When the index turns out
// to be damaged, its methods answer nothing, and Err says so.
type Snapshot struct {
	view   *view
	lay    *layout
	docs   int // deleted ones included, as in all statistics
	avg    averages
	index  *Index
	looked looked
	damage atomic.Pointer[Damage]
}

// Snapshot returns the index as it is now. It need not be closed.
func (x *Index) Snapshot() *Snapshot {
	x.refreshIfOld()
	s := &Snapshot{view: x.now.Load(), lay: x.lay, index: x}
	sums := make([]uint64, len(x.lay.Fields))
	for _, p := range s.view.parts {
		s.docs += p.docs
		for f := range sums {
			sums[f] += p.sums[f]
		}
	}
	s.avg = x.lay.averages(sums, s.docs)
	return s
}

// Seq returns the sequence number of the last batch that the snapshot has.
func (s *Snapshot) Seq() int64 { return s.view.seq }

// Docs returns how many documents the snapshot has.
func (s *Snapshot) Docs() int {
	n := 0
	for _, p := range s.view.parts {
		n += p.live()
	}
	return n
}

// Has reports whether there is a document with the ID.
func (s *Snapshot) Has(id int64) bool {
	defer s.guard(debug.SetPanicOnFault(true))
	_, _, ok := s.find(id)
	return ok
}

// find returns where a document is.
func (s *Snapshot) find(id int64) (*part, uint32, bool) {
	defer runtime.KeepAlive(s)
	for _, p := range s.view.parts {
		if d, ok := p.find(id); ok && !p.dead.has(d) {
			return p, d, true
		}
	}
	return nil, 0, false
}

// Number returns a number of a document, 0 when there is none.
func (s *Snapshot) Number(id int64, name string) int64 {
	defer s.guard(debug.SetPanicOnFault(true))
	c, ok := s.lay.number[name]
	if p, d, found := s.find(id); ok && found {
		return p.nums[c].at(int(d))
	}
	return 0
}

// Scores returns the score of each document under a query, 0 for one that does not match.
func (s *Snapshot) Scores(q Query, ids []int64) (out []float64) {
	out = make([]float64, len(ids))
	defer s.guard(debug.SetPanicOnFault(true))
	c := s.compile(q)
	nodes := map[*part]node{}
	for i, id := range ids {
		p, d, ok := s.find(id)
		if !ok {
			continue
		}
		n := nodes[p]
		if n == nil {
			n = c.bind(p)
			nodes[p] = n
		}
		if score, ok := n.score(d); ok {
			out[i] = score
		}
	}
	return out
}

// Shares returns which part of IDF(q) the words and phrases make that a document has, from 0
// to 1 for each document. A phrase with a word that no document has is left out.
func (s *Snapshot) Shares(q Query, ids []int64) (out []float64) {
	out = make([]float64, len(ids))
	defer s.guard(debug.SetPanicOnFault(true))
	total := 0.0
	var leaves []*clause
	s.compile(q).leaves(func(c *clause) {
		for i, w := range c.words {
			if w != "" && s.idf(c, i) == 0 {
				return
			}
		}
		total += c.weight
		leaves = append(leaves, c)
	})
	nodes := map[*part][]node{}
	for i, id := range ids {
		p, d, ok := s.find(id)
		if !ok {
			continue
		}
		if nodes[p] == nil {
			for _, c := range leaves {
				nodes[p] = append(nodes[p], c.bind(p))
			}
		}
		for k, n := range nodes[p] {
			if _, ok := n.score(d); ok {
				out[i] += leaves[k].weight / total
			}
		}
	}
	return out
}

// Ceiling returns what no document can score under a query: (k1 + 1) · (1 + the
// boosts of the fields) · Σ boost · idf. IDF is the sum alone.
func (s *Snapshot) Ceiling(q Query) float64 {
	defer s.guard(debug.SetPanicOnFault(true))
	total := 0.0
	s.compile(q).leaves(func(c *clause) { total += c.weight * c.top })
	return total
}

// IDF returns Σ boost · idf over the words and phrases of a query, those under Not left out.
// A word that no document has adds nothing.
func (s *Snapshot) IDF(q Query) float64 {
	defer s.guard(debug.SetPanicOnFault(true))
	total := 0.0
	s.compile(q).leaves(func(c *clause) { total += c.weight })
	return total
}

// Set is a set of document IDs.
type Set struct {
	least int64
	words []uint64 // a bit for each ID from least on
	ids   []int64  // instead, sorted, when the IDs lie far apart
	n     int
}

// Match returns the documents that match a query.
func (s *Snapshot) Match(q Query) (set *Set) {
	set = &Set{}
	defer s.guard(debug.SetPanicOnFault(true))
	c := s.compile(q)
	var ids []int64
	for _, p := range s.view.parts {
		eachMatch(p, c.bind(p), func(w int, set *bitSet) {
			for d := range set.all(w) {
				ids = append(ids, p.ids.at(int(d)))
			}
		})
	}
	return newSet(ids)
}

func newSet(ids []int64) *Set {
	set := &Set{n: len(ids)}
	if len(ids) == 0 {
		return set
	}
	least, most := slices.Min(ids), slices.Max(ids)
	if span := uint64(most) - uint64(least); span/64 > uint64(len(ids)) {
		slices.Sort(ids)
		set.ids = ids
		return set
	}
	set.least, set.words = least, make([]uint64, (most-least)/64+1)
	for _, id := range ids {
		set.words[(id-least)/64] |= 1 << ((id - least) % 64)
	}
	return set
}

// Len returns how many IDs are in the set.
func (s *Set) Len() int { return s.n }

// Has reports whether an ID is in the set.
func (s *Set) Has(id int64) bool {
	if s.ids != nil {
		_, ok := slices.BinarySearch(s.ids, id)
		return ok
	}
	at := uint64(id) - uint64(s.least)
	return id >= s.least && at/64 < uint64(len(s.words)) && s.words[at/64]>>(at%64)&1 == 1
}

// All returns the IDs in order.
func (s *Set) All() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for _, id := range s.ids {
			if !yield(id) {
				return
			}
		}
		for w, word := range s.words {
			for b := 0; word != 0; b, word = b+1, word>>1 {
				if word&1 == 1 && !yield(s.least+int64(w*64+b)) {
					return
				}
			}
		}
	}
}

// eachTerm calls f for the terms with a prefix until it returns false.
func (s *segment) eachTerm(prefix []byte, f func(*terms) bool) {
	for t := s.seek(prefix); t.next() && hasPrefix(t.term, prefix) && f(t); {
	}
}

func hasPrefix(term, prefix []byte) bool {
	return len(term) >= len(prefix) && string(term[:len(prefix)]) == string(prefix)
}

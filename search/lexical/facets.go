package lexical

import (
	"cmp"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// Facets counts the documents that match a query, and among them, for each prefix such as
// "cat:", the keys that begin so: the limit most frequent, then by name.
func (s *Snapshot) Facets(q Query, limit int, prefixes ...string) (total int, counts [][]Count) {
	counts = make([][]Count, len(prefixes))
	defer s.guard(debug.SetPanicOnFault(true))
	c := s.compile(q)
	found := map[shelved]int{}
	for _, p := range s.view.parts {
		var here []tally
		eachMatch(p, c.bind(p), func(w int, set *bitSet) {
			total += set.count()
			if here == nil {
				here = p.shelves.tallies(p.segment, prefixes)
			}
			for i := range here {
				here[i].add(w, set)
			}
		})
		for i := range here {
			here[i].into(found)
		}
	}
	for key, n := range found {
		counts[key.under] = append(counts[key.under], Count{key.text, n})
	}
	for i := range counts {
		slices.SortFunc(counts[i], func(a, b Count) int {
			return cmp.Or(cmp.Compare(b.Docs, a.Docs), cmp.Compare(a.Text, b.Text))
		})
		counts[i] = counts[i][:min(limit, len(counts[i]))]
	}
	return total, counts
}

// shelf says which keys each document of a segment has: most questions find few documents,
// and these are asked sooner than the lists of all keys are read.
type shelf struct {
	keys []shelved
	of   []uint16 // numbers of keys, document by document
	ends []uint32 // where those of a document end
}

// shelved is a key, and the number of the prefix under which it is asked for.
type shelved struct {
	under int
	text  string
}

// tally counts keys of documents.
type tally struct {
	*shelf
	n []uint32 // of each key
}

func (t *tally) add(w int, set *bitSet) {
	for d := range set.all(w) {
		from := uint32(0)
		if d > 0 {
			from = t.ends[d-1]
		}
		for _, k := range t.of[from:t.ends[d]] {
			t.n[k]++
		}
	}
}

func (t *tally) into(found map[shelved]int) {
	for k, n := range t.n {
		if n > 0 {
			found[t.keys[k]] += int(n)
		}
	}
}

// shelfCache holds the shelves of a segment by the prefixes of their keys.
type shelfCache struct {
	mu   sync.Mutex
	held map[string][]*shelf
}

// tallies returns a tally for each shelf. The first to ask fills them, which takes the reading
// of all lists of the keys.
func (c *shelfCache) tallies(s *segment, prefixes []string) []tally {
	const most = 4 // kinds of questions
	c.mu.Lock()
	defer c.mu.Unlock()
	name := strings.Join(prefixes, "\x00")
	shelves, ok := c.held[name]
	if !ok {
		if c.held == nil || len(c.held) >= most {
			c.held = map[string][]*shelf{}
		}
		shelves = s.fill(prefixes)
		c.held[name] = shelves
	}
	list := make([]tally, len(shelves))
	for i, shelf := range shelves {
		list[i] = tally{shelf, make([]uint32, len(shelf.keys))}
	}
	return list
}

// fill makes the shelves of the keys with some prefixes, as many as the numbers of keys need.
func (s *segment) fill(prefixes []string) []*shelf {
	var shelves []*shelf
	var l list
	var keys []shelved
	var docs []uint32 // of one key after the other
	var ends []int
	for i, prefix := range prefixes {
		s.eachTerm(append([]byte{keyTerm}, prefix...), func(t *terms) bool {
			if len(keys) > math.MaxUint16 {
				shelves = append(shelves, newShelf(s.docs, keys, docs, ends))
				keys, docs, ends = nil, docs[:0], ends[:0]
			}
			t.read(&l)
			docs = l.documents(docs)
			keys, ends = append(keys, shelved{i, string(t.term[1:])}), append(ends, len(docs))
			return true
		})
	}
	return append(shelves, newShelf(s.docs, keys, docs, ends))
}

// newShelf turns lists of documents by key into lists of keys by document.
func newShelf(size int, keys []shelved, docs []uint32, ends []int) *shelf {
	s := &shelf{keys: keys, of: make([]uint16, len(docs)), ends: make([]uint32, size)}
	for _, d := range docs {
		s.ends[d]++
	}
	sum := uint32(0)
	for d, n := range s.ends { // for a moment, where those of a document begin
		s.ends[d] = sum
		sum += n
	}
	from := 0
	for k, end := range ends {
		for _, d := range docs[from:end] {
			s.of[s.ends[d]] = uint16(k)
			s.ends[d]++
		}
		from = end
	}
	return s
}

package lexical

import (
	"cmp"
	"container/heap"
	"iter"
	"math"
	"math/bits"
	"runtime/debug"
	"slices"
)

// Options say how the results of a search are chosen and ordered.
type Options struct {
	// Filter, if not nil, must match too; it scores nothing.
	Filter Query
	// Sort orders by a number of the schema instead of the score, largest first, or
	// smallest first when Rising.
	Sort   string
	Rising bool
	// Count asks for the number of all matches, which takes longer.
	Count bool
}

// Hit is a document found.
type Hit struct {
	ID    int64
	Score float64
	Value int64 // of the number sorted by
}

// Result is what a search found, best first, equals by rising ID.
type Result struct {
	Hits  []Hit
	Total int // of all matches, when Options.Count asked for it
}

// Search returns the k best documents for a query.
func (s *Snapshot) Search(q Query, k int, o Options) Result {
	defer s.guard(debug.SetPanicOnFault(true))
	if o.Filter != nil {
		q = And{q, filtered{o.Filter}}
	}
	r := &ranking{k: max(0, k), rising: o.Rising, column: -1}
	if o.Sort != "" {
		c, ok := s.lay.number[o.Sort]
		if !ok {
			return Result{}
		}
		r.column = c
	}
	c := s.compile(q)
	total := 0
	for _, p := range s.view.parts {
		n := c.bind(p)
		switch {
		case o.Count:
			total += r.everything(p, n)
		case r.column >= 0:
			r.everything(p, n)
		case k > 0 && !r.prune(p, n):
			r.best(p, n)
		}
	}
	return Result{r.sorted(), total}
}

// Count returns how many documents match a query. When enough is not 0 and there are more,
// it may stop there.
func (s *Snapshot) Count(q Query, enough int) (n int) {
	return s.sample(q, enough, 1)
}

// About returns about how many documents match a query: in large segments it looks at one of
// every so many, a power of two.
func (s *Snapshot) About(q Query, every int) int {
	return s.sample(q, 0, min(every, winSize))
}

func (s *Snapshot) sample(q Query, enough, every int) (n int) {
	defer s.guard(debug.SetPanicOnFault(true))
	c := s.compile(q)
	for _, p := range s.view.parts {
		each := every
		if p.docs <= winSize {
			each = 1
		}
		eachOf(p, c.bind(p), each, func(_ int, set *bitSet) bool {
			n += set.count() * each
			return enough == 0 || n < enough
		})
		if enough > 0 && n >= enough {
			break
		}
	}
	return n
}

// filtered marks a query that scores nothing and whose documents are worth remembering.
type filtered struct{ of Query }

func (filtered) query() {}

// ranking keeps the k best hits.
type ranking struct {
	k      int
	hits   []Hit // a heap, the worst on top
	rising bool
	column int // sorted by, −1: the score
}

// worse orders hits from the last to the first place.
func (r *ranking) worse(a, b *Hit) bool {
	switch {
	case r.column >= 0 && a.Value != b.Value:
		return (a.Value < b.Value) != r.rising
	case r.column < 0 && a.Score != b.Score:
		return a.Score < b.Score
	}
	return a.ID > b.ID
}

func (r *ranking) Len() int           { return len(r.hits) }
func (r *ranking) Less(i, j int) bool { return r.worse(&r.hits[i], &r.hits[j]) }
func (r *ranking) Swap(i, j int)      { r.hits[i], r.hits[j] = r.hits[j], r.hits[i] }
func (r *ranking) Push(x any)         { r.hits = append(r.hits, x.(Hit)) }
func (r *ranking) Pop() any           { panic("unused") }

func (r *ranking) add(h Hit) {
	if len(r.hits) < r.k {
		heap.Push(r, h)
	} else if r.k > 0 && r.worse(&r.hits[0], &h) {
		r.hits[0] = h
		heap.Fix(r, 0)
	}
}

// least returns the score that a document must reach to be among the best.
func (r *ranking) least() float64 {
	if len(r.hits) < r.k {
		return 0
	}
	return r.hits[0].Score
}

// last returns the ID that a document with the least score must be below.
func (r *ranking) last() int64 {
	if len(r.hits) < r.k {
		return math.MaxInt64
	}
	return r.hits[0].ID
}

func (r *ranking) sorted() []Hit {
	slices.SortFunc(r.hits, func(a, b Hit) int {
		switch {
		case r.worse(&b, &a):
			return -1
		case r.worse(&a, &b):
			return 1
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return r.hits
}

// everything ranks all matches of a part and returns how many there are.
func (r *ranking) everything(p *part, n node) int {
	total := 0
	eachMatch(p, n, func(w int, set *bitSet) {
		total += set.count()
		if r.k == 0 {
			return
		}
		for d := range set.all(w) {
			r.rank(p, n, d)
		}
	})
	return total
}

// rank scores a document and keeps it if it matches and is good enough.
func (r *ranking) rank(p *part, n node, d uint32) {
	h := Hit{ID: p.ids.at(int(d))}
	if r.column >= 0 {
		h.Value = p.nums[r.column].at(int(d))
	} else {
		var ok bool
		if h.Score, ok = n.score(d); !ok {
			return
		}
	}
	r.add(h)
}

// all returns the documents of the set, which is that of window w.
func (s *bitSet) all(w int) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(uint32(w<<winBits + i<<6 + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// start sets the set to the documents of a window that were not deleted.
func (p *part) start(w int, set *bitSet) {
	set.fill(p.docs - w<<winBits)
	if p.dead != nil {
		set.andNot(p.dead.window(w))
	}
}

// eachMatch calls f for each window with the documents in it that match.
func eachMatch(p *part, n node, f func(w int, set *bitSet)) {
	eachOf(p, n, 1, func(w int, set *bitSet) bool {
		f(w, set)
		return true
	})
}

// eachOf is eachMatch for one document of every so many, a power of two, until f returns
// false.
func eachOf(p *part, n node, every int, f func(w int, set *bitSet) bool) {
	var set bitSet
	for w := n.nextWindow(0); w >= 0 && w < windows(p.docs); w = n.nextWindow(w + 1) {
		p.start(w, &set)
		if every > 1 {
			set.thin(every)
		}
		n.restrict(w, &set)
		if !set.empty() && !f(w, &set) || w+1 == windows(p.docs) {
			return
		}
	}
}

// best ranks the matches of a part that may be among the best.
func (r *ranking) best(p *part, n node) {
	var set bitSet
	rising := len(p.sort) == 0
	for w := n.nextWindow(0); w >= 0 && w < windows(p.docs); w = n.nextWindow(w + 1) {
		if most := n.bound(w); most > r.least() || most == r.least() && !(rising && r.last() < p.ids.at(w<<winBits)) {
			p.start(w, &set)
			n.restrict(w, &set)
			for d := range set.all(w) {
				r.rank(p, n, d)
			}
		}
		if w+1 == windows(p.docs) {
			return
		}
	}
}

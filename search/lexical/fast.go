package lexical

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// pruner ranks the documents of a part under a sum of words, window by window. It
// adds impacts up as whole numbers of a unit so small that the largest sum stays
// below 2^16, compares the sums with what the worst of the best scores, and scores
// exactly what reaches it. Sums are upper bounds, so no document is missed.
//
// Source of the scheme: MaxScore (Turtle and Flood 1995) with bounds by window and
// block (Ding and Suel 2011; Mallia et al. 2017 for ranges of documents).
type pruner struct {
	r       *ranking
	p       *part
	scorer  node
	quick   []node      // conditions by bitmap, looked at first
	must    []node      // other conditions; neither score
	all     bool        // every word must match
	tree    bool        // a tree of any kind, which is the one condition
	limited bool        // not all documents are allowed
	terms   []*fastTerm // by rising bound
	unit    float64     // score of one step
	plus    float64     // that every match scores besides
	need    int         // a sum below it cannot be among the best
	floor   float64     // k documents of this part score so much at least

	byDocs []*fastTerm // the rarest first

	acc     accumulators
	set     bitSet // candidates, in the cells of live; what stands elsewhere means nothing
	live    uint64
	own     bitSet   // for a moment
	allowed bitSet   // documents of the window that are not deleted and meet the quick conditions
	cells   cellSums // bounds
	below   []uint32 // below[i]: the sum of the bounds of the first i words
}

type fastTerm struct {
	*cursor
	unit   float64 // score of one step of an impact at most
	weight uint16  // the same in steps, times 256
	most   uint32  // steps, of any posting
	here   uint32  // steps, of any in the window
	// lookups is how many documents can be looked up in the time that it takes to
	// add a window of the list.
	lookups int
}

// maxPruned is how many words are pruned with: with more, 16 bits are too few for a
// sum, and bounds say little. Those are added up in full (wide.go).
const maxPruned = 48

// sumMax is the largest sum of impacts in steps, so that a weight (up to sumMax / 240
// · 256) and a sum fit 16 bits even when each word counts its least: one step an impact.
func sumMax(words int) float64 { return float64(61000 - 257*words) }

var pruners = sync.Pool{New: func() any { return &pruner{} }}

// prune ranks by pruning if the node is a kind of sum that it knows.
func (r *ranking) prune(p *part, n node) bool {
	if phrase, ok := n.(*phraseNode); ok && phrase.slot < 0 {
		r.prunePhrase(p, phrase)
		return true
	}
	f := pruners.Get().(*pruner)
	f.r, f.p, f.scorer = r, p, n
	if !f.take(n) {
		f.forget()
		f.r, f.p, f.scorer = r, p, n
		f.tree, f.must = true, append(f.must, n)
		f.leaves(n)
	}
	words := len(f.terms)
	switch {
	case words > maxPruned:
		f.wide()
	case words > 0:
		f.prepare()
		f.run()
	}
	f.forget()
	pruners.Put(f) // not after a panic, which leaves sums behind
	return words > 0
}

// forget makes the pruner ready for another use.
func (f *pruner) forget() {
	clear(f.quick)
	clear(f.must)
	clear(f.terms)
	clear(f.byDocs)
	f.quick, f.must, f.terms, f.byDocs = f.quick[:0], f.must[:0], f.terms[:0], f.byDocs[:0]
	f.r, f.p, f.scorer, f.all, f.tree, f.plus = nil, nil, nil, false, false, 0
}

// leaves takes what scores in a tree of any kind.
func (f *pruner) leaves(n node) {
	switch n := n.(type) {
	case *termNode:
		if !f.word(n) {
			f.plus += n.weight * n.top
		}
	case *phraseNode:
		if !f.summand(n) {
			f.plus += n.weight * n.top
		}
	case *prefixNode:
		f.plus += n.weight
	case *andNode:
		for _, sub := range n.subs {
			f.leaves(sub)
		}
	case *orNode:
		for _, sub := range n.subs {
			f.leaves(sub)
		}
	}
}

// take splits a node into words and conditions.
func (f *pruner) take(n node) bool {
	switch n := n.(type) {
	case *termNode:
		return f.word(n)
	case *orNode:
		for _, sub := range n.subs {
			if !f.summand(sub) {
				return false
			}
		}
		return true
	case *andNode:
		return f.takeAnd(n)
	}
	return false
}

// summand takes a part of a sum. What a phrase scores is bounded by the impact of its rarest
// word; whether it stands there is seen when a document is scored.
func (f *pruner) summand(n node) bool {
	switch n := n.(type) {
	case *termNode:
		return f.word(n)
	case *phraseNode:
		if n.slot < 0 {
			f.terms = append(f.terms, &fastTerm{cursor: newCursor(n.words[0].list), unit: n.unit})
			return true
		}
	}
	return false
}

func (f *pruner) word(t *termNode) bool {
	if t.slot >= 0 {
		return false
	}
	f.terms = append(f.terms, &fastTerm{cursor: t.cursor, unit: t.unit})
	return true
}

// takeAnd takes words that must all match, or one sum; and beside them conditions.
func (f *pruner) takeAnd(n *andNode) bool {
	sums := 0
	for _, sub := range n.byCost {
		switch sub := sub.(type) {
		case *termNode:
			if !f.word(sub) {
				return false
			}
			f.all = true
		case *orNode:
			sums++
			if !f.take(sub) {
				return false
			}
		case *keyNode, *filterNode:
			f.quick = append(f.quick, sub)
		case *prefixNode:
			f.quick = append(f.quick, sub)
			f.plus += sub.weight
		case *rangeNode, *notNode:
			f.must = append(f.must, sub)
		default:
			return false
		}
	}
	return sums == 0 || sums == 1 && !f.all
}

func (f *pruner) prepare() {
	total := 0.0
	for _, t := range f.terms {
		total += t.unit * float64(max(t.cursor.most, 240))
	}
	f.unit = max(total/sumMax(len(f.terms)), math.SmallestNonzeroFloat32)
	for _, t := range f.terms {
		t.weight = uint16(max(256, math.Ceil(t.unit/f.unit*256)))
		t.most = t.steps(t.cursor.most)
		t.lookups = 5
		if !t.bits() {
			t.lookups = 2 + t.df/windows(f.p.docs)/16
		}
	}
	f.byDocs = append(f.byDocs[:0], f.terms...)
	slices.SortStableFunc(f.byDocs, func(a, b *fastTerm) int { return cmp.Compare(a.df, b.df) })
	slices.SortStableFunc(f.terms, func(a, b *fastTerm) int { return cmp.Compare(a.most, b.most) })
	f.limited = len(f.quick) > 0 || f.p.dead != nil
	f.floor = f.known()
	f.raise()
}

// steps is an upper bound in steps of what an impact adds to a sum.
func (t *fastTerm) steps(impact byte) uint32 {
	if impact == 0 {
		return 0
	}
	return uint32(impact)*uint32(t.weight)>>8 + 1
}

// known returns a score that k documents reach, from the best impacts of one word.
func (f *pruner) known() float64 {
	if f.all || f.tree || len(f.must)+len(f.quick) > 0 || f.p.dead != nil {
		return 0
	}
	rank := 0
	for rank < 3 && f.r.k > [...]int{10, 100, 1000}[rank] {
		rank++
	}
	best := 0.0
	if rank == 3 {
		return best
	}
	var each func(n node)
	each = func(n node) {
		switch n := n.(type) {
		case *termNode:
			if v := n.best[rank]; n.docs == nil && v > 1 {
				best = max(best, n.weight*n.top/255*float64(v-1)*n.down)
			}
		case *orNode:
			for _, sub := range n.subs {
				each(sub)
			}
		}
	}
	each(f.scorer)
	return best
}

// raise sets need to what a document must reach now.
func (f *pruner) raise() {
	const rounded = 1e-12 // the part of a score that adding it up may lose, which can be all that is left without plus
	least := max(f.floor, f.r.least())*(1-rounded) - f.plus
	// each word's impact lost less than a step
	f.need = max(0, int(max(0, least)/f.unit)-1)
}

// threshold is the least sum that may still suffice when the words not added yet
// have rest steps at most.
func (f *pruner) threshold(rest uint32) int {
	return max(1, f.need-int(rest)-len(f.terms))
}

// nextWindow returns the next window that may have a document good enough: one of the
// words that matter must be in it.
func (f *pruner) nextWindow(w int) int {
	if f.all {
		for {
			at := w
			for _, t := range f.terms {
				if at = t.nextWindow(at); at < 0 {
					return -1
				}
			}
			if at == w {
				return w
			}
			w = at
		}
	}
	if f.tree && f.need == 0 {
		return f.scorer.nextWindow(w)
	}
	first, sum := -1, uint32(0)
	for _, t := range f.terms {
		if sum += t.most; int(sum) < f.need {
			continue
		}
		if t.parted() {
			return w
		}
		if at := t.nextWindow(w); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

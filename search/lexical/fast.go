package lexical

import (
	"cmp"
	"math"
	"math/bits"
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
	set     bitSet          // candidates
	allowed bitSet          // documents of the window that are not deleted and meet the quick conditions
	touched bitSet          // documents whose sums are not 0, if no dense list was added
	subs    [winSubs]uint32 // bounds of 256 documents each
	below   []uint32        // below[i]: the sum of the bounds of the first i words
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

// maxPruned is how many words are pruned with; more are added up in full (wide.go).
const maxPruned = 128

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
	defer pruners.Put(f)
	defer f.forget()
	f.r, f.p, f.scorer = r, p, n
	if !f.take(n) {
		f.forget()
		f.r, f.p, f.scorer = r, p, n
		f.tree, f.must = true, append(f.must, n)
		f.leaves(n)
	}
	switch {
	case len(f.terms) == 0:
		return false
	case len(f.terms) > maxPruned:
		f.wide()
	default:
		f.prepare()
		f.run()
	}
	return true
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

// leaves takes what scores in a tree of any kind. What a phrase scores is bounded by
// the impact of its rarest word.
func (f *pruner) leaves(n node) {
	switch n := n.(type) {
	case *termNode:
		if n.slot >= 0 {
			f.plus += n.weight * n.top
		} else {
			f.word(n)
		}
	case *phraseNode:
		if n.slot >= 0 {
			f.plus += n.weight * n.top
		} else {
			f.terms = append(f.terms, &fastTerm{cursor: newCursor(n.words[0].list), unit: n.unit})
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
			if t, ok := sub.(*termNode); !ok || !f.word(t) {
				return false
			}
		}
		return true
	case *andNode:
		return f.takeAnd(n)
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
		if !t.dense() {
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
	least := max(f.floor, f.r.least()-f.plus)
	// rounding: each word's impact lost less than a step
	f.need = max(0, int(least/f.unit)-1)
}

// threshold is the least sum that may still suffice when the words not added yet
// have rest steps at most.
func (f *pruner) threshold(rest uint32) int {
	return max(1, f.need-int(rest)-len(f.terms))
}

func (f *pruner) run() {
	nw := windows(f.p.docs)
	for w := f.nextWindow(0); w >= 0 && w < nw; w = f.nextWindow(w + 1) {
		switch {
		case f.all:
			f.conjunction(w)
		case f.tree && f.need == 0:
			f.anything(w)
		default:
			f.disjunction(w)
		}
		if w+1 == nw {
			return
		}
	}
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
		if t.dense() {
			return w
		}
		if at := t.nextWindow(w); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// bounds computes the words' bounds in a window and their sum.
func (f *pruner) bounds(w int) int {
	total := uint32(0)
	f.below = append(f.below[:0], 0)
	for _, t := range f.terms {
		t.here = t.steps(t.cursor.bound(w))
		total += t.here
		f.below = append(f.below, total)
	}
	return int(total)
}

// active returns the parts of 256 documents of a window that may have a document
// good enough, a bit each.
func (f *pruner) active(w int) uint32 {
	flat := uint32(0)
	for _, t := range f.terms {
		if !t.dense() {
			flat += t.here
		}
	}
	for i := range f.subs {
		f.subs[i] = flat
	}
	for _, t := range f.terms {
		if t.dense() {
			for i, v := range t.subMax[w*winSubs:][:winSubs] {
				f.subs[i] += t.steps(v)
			}
		}
	}
	mask := uint32(0)
	for i, v := range f.subs {
		if int(v) >= f.need {
			mask |= 1 << i
		}
	}
	return mask
}

// runs calls g for each run of set bits.
func runs(mask uint32, g func(from, to int)) {
	for mask != 0 {
		from := bits.TrailingZeros32(mask)
		to := from + bits.TrailingZeros32(^(mask >> from))
		g(from, to)
		mask &^= 1<<to - 1<<from
	}
}

const subWords = winWords / winSubs

// addDense adds a dense list in the active parts of a window.
func (f *pruner) addDense(t *fastTerm, w int, mask uint32) {
	runs(mask, func(from, to int) {
		sub := w*winSubs + from
		addDense(f.acc[from<<subBits:], t.words[sub*subWords:][:(to-from)*subWords], t.imps[min(len(t.imps), int(t.rank[sub])):], t.weight)
	})
}

// addSparse adds a list that is not dense, and notes its documents in touched.
func (f *pruner) addSparse(t *fastTerm, w int) {
	weight := uint32(t.weight)
	t.each(w, func(docs []uint32, ordinal int) {
		imps := t.imps[ordinal:][:len(docs)]
		for i, d := range docs {
			d &= winSize - 1
			f.acc[d] += uint16(uint32(imps[i]) * weight >> 8)
			f.touched[d>>6] |= 1 << (d & 63)
		}
	})
}

// open begins a window: it leaves the documents that are there and meet the quick
// conditions in allowed.
func (f *pruner) open(w int) bool {
	if f.bounds(w) < f.need {
		return false
	}
	if !f.limited {
		return true
	}
	f.p.start(w, &f.allowed)
	for _, n := range f.quick {
		n.restrict(w, &f.allowed)
	}
	return !f.allowed.empty()
}

// few is how many documents of a window are looked up one by one rather than by
// adding all words up.
const few = 12

// disjunction ranks the documents of a window that have any of the words.
func (f *pruner) disjunction(w int) {
	if !f.open(w) {
		return
	}
	mask := f.active(w)
	if mask == 0 {
		return
	}
	required := f.required(w)
	if required {
		f.keepActive(mask)
		if f.condition(w); f.set.empty() {
			return
		}
		if n := f.set.count(); n <= few {
			f.rank(w, len(f.terms))
			return
		}
	}
	f.sum(w, mask, required)
}

// anything ranks the documents of a window that match, as long as there are fewer
// than k.
func (f *pruner) anything(w int) {
	f.bounds(w)
	f.p.start(w, &f.set)
	f.scorer.restrict(w, &f.set)
	n := f.set.count()
	if n == 0 {
		return
	}
	f.addAll(f.terms, w, 1<<winSubs-1)
	f.choose(w, 0, n)
	clear(f.acc[:])
}

// keepActive takes the documents out of the set that are not in the parts of mask.
func (f *pruner) keepActive(mask uint32) {
	for off := ^mask & (1<<winSubs - 1); off != 0; off &= off - 1 {
		clear(f.set[bits.TrailingZeros32(off)*subWords:][:subWords])
	}
}

// required sets the set to the documents that have every word without which none
// can be good enough. It reports false when there is no such word.
func (f *pruner) required(w int) bool {
	total, found := int(f.below[len(f.terms)]), false
	for _, t := range f.byDocs {
		if total-int(t.here) >= f.need {
			continue
		}
		if !found {
			t.window(w, &f.set)
			found = true
			continue
		}
		var own bitSet
		t.window(w, &own)
		f.set.and(&own)
	}
	return found
}

// sum adds up the words that matter in a window, and ranks what is good enough of
// the set, if it was set, or of all documents.
func (f *pruner) sum(w int, mask uint32, some bool) {
	// the first words alone cannot make a document good enough
	first := 0
	for first < len(f.terms) && int(f.below[first+1]) < f.need {
		first++
	}
	dense := f.addAll(f.terms[first:], w, mask)
	if some {
		f.recheck(first)
	} else {
		f.candidates(dense, mask, first)
		f.condition(w)
	}
	n := f.set.count()
	for n > 0 && first > 0 {
		t := f.terms[first-1]
		if t.here != 0 {
			if n < t.lookups {
				break
			}
			dense = f.add(t, w, mask) || dense
		}
		first--
		f.recheck(first)
		n = f.set.count()
	}
	if n > 0 {
		f.choose(w, first, n)
	}
	clear(f.acc[:])
}

// addAll adds words up and reports whether one was dense.
func (f *pruner) addAll(terms []*fastTerm, w int, mask uint32) (dense bool) {
	f.touched = bitSet{}
	for _, t := range terms {
		if t.here > 0 {
			dense = f.add(t, w, mask) || dense
		}
	}
	return dense
}

func (f *pruner) add(t *fastTerm, w int, mask uint32) (dense bool) {
	if t.dense() {
		f.addDense(t, w, mask)
		return true
	}
	f.addSparse(t, w)
	return false
}

// candidates sets the set to the documents whose sums may still suffice.
func (f *pruner) candidates(dense bool, mask uint32, first int) {
	if !dense {
		f.set = f.touched
		f.recheck(first)
		return
	}
	f.set = bitSet{}
	least := uint16(min(math.MaxUint16, f.threshold(f.below[first])))
	runs(mask, func(from, to int) {
		atLeast(f.set[from*subWords:to*subWords], f.acc[from<<subBits:], least)
	})
}

// recheck takes documents out of the set whose sums cannot suffice any more.
func (f *pruner) recheck(first int) {
	least := uint16(min(math.MaxUint16, f.threshold(f.below[first])))
	var enough bitSet
	atLeast(enough[:], f.acc[:], least)
	f.set.and(&enough)
}

// condition takes documents out that are deleted or do not meet the conditions.
func (f *pruner) condition(w int) {
	if f.limited {
		f.set.and(&f.allowed)
	}
	for _, n := range f.must {
		n.restrict(w, &f.set)
	}
}

// choose ranks the n documents of the set. When there are many, those with the highest
// sums come first, so that the rest need not be scored.
func (f *pruner) choose(w, first, n int) {
	if n > 2*f.r.k+32 {
		if high := f.high(n); high > 0 {
			var rest bitSet
			for i, word := range f.set {
				for ; word != 0; word &= word - 1 {
					if b := bits.TrailingZeros64(word); f.acc[i<<6+b] < high {
						rest[i] |= 1 << b
					}
				}
			}
			f.set.andNot(&rest)
			f.rank(w, first)
			f.set = rest
		}
	}
	f.rank(w, first)
}

// high returns a sum that at least k and not many more documents of the set reach.
func (f *pruner) high(n int) uint16 {
	const shift = 6
	var count [1 << (16 - shift)]uint16
	for i, word := range f.set {
		for ; word != 0; word &= word - 1 {
			count[f.acc[i<<6+bits.TrailingZeros64(word)]>>shift]++
		}
	}
	seen := 0
	for v := len(count) - 1; v > 0; v-- {
		if seen += int(count[v]); seen >= f.r.k {
			return uint16(v << shift)
		}
	}
	return 0
}

// rank looks the first words up for each document of the set, from the one with the
// highest bound down, and scores the documents that may be good enough.
func (f *pruner) rank(w, first int) {
	for sub := range winSubs {
		row := (*[subWords]uint64)(f.set[sub*subWords:])
		if row[0]|row[1]|row[2]|row[3] == 0 {
			continue
		}
		f.tighten(w, sub, first)
		for i, word := range row {
			for ; word != 0; word &= word - 1 {
				f.look(w, sub<<subBits+i<<6+bits.TrailingZeros64(word), first)
			}
		}
	}
}

// tighten sets the bounds of the first words to those that hold for 256 documents.
func (f *pruner) tighten(w, sub, first int) {
	for i, t := range f.terms[:first] {
		here := t.here
		if here > 0 && t.dense() {
			here = t.steps(t.subMax[w*winSubs+sub])
		}
		f.below[i+1] = f.below[i] + here
	}
}

// look looks the first words up for one document.
func (f *pruner) look(w, slot, first int) {
	doc := uint32(w<<winBits + slot)
	sum := int(f.acc[slot]) + len(f.terms)
	for j := first; j > 0; j-- {
		if sum+int(f.below[j]) < f.need {
			return
		}
		if t := f.terms[j-1]; t.here > 0 {
			if o, ok := t.find(doc); ok {
				sum += int(uint32(t.imps[o]) * uint32(t.weight) >> 8)
			}
		}
	}
	if sum >= f.need {
		f.r.rank(f.p, f.scorer, doc)
		f.raise()
	}
}

// together sets the set to the documents that have all words and meet the conditions.
func (f *pruner) together(w int) bool {
	var own bitSet
	for i, t := range f.byDocs {
		if i == 0 {
			t.window(w, &f.set)
			continue
		}
		t.window(w, &own)
		f.set.and(&own)
		if f.set.empty() {
			return false
		}
	}
	f.condition(w)
	return true
}

// conjunction ranks the documents of a window that have all words.
func (f *pruner) conjunction(w int) {
	if !f.open(w) {
		return
	}
	if !f.together(w) {
		return
	}
	if f.set.count() <= few {
		f.rank(w, len(f.terms))
		return
	}
	f.sum(w, f.active(w), true)
}

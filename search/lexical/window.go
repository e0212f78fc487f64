package lexical

import (
	"math"
	"math/bits"
)

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
		if !t.parted() {
			flat += t.here
		}
	}
	for i := range f.subs {
		f.subs[i] = flat
	}
	for _, t := range f.terms {
		if t.parted() {
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

// addDense adds a list of bits in the active parts of a window.
func (f *pruner) addDense(t *fastTerm, w int, mask uint32) {
	runs(mask, func(from, to int) {
		sub := w*winSubs + from
		addDense(f.acc[from<<subBits:], t.words[sub*subWords:][:(to-from)*subWords], t.group.class[sub<<subBits:], &t.planes, min(t.df, t.ordinal(sub)), t.weight, t.group.table)
	})
}

// addSparse adds another list, and notes its documents in touched.
func (f *pruner) addSparse(t *fastTerm, w int) {
	weight, table, class := uint32(t.weight), t.group.table, t.group.class
	t.eachSymbol(w, func(docs []uint32, syms []byte) {
		for i, d := range docs {
			imp := table[(int(syms[i])*classes+int(class[d]))&(symbols*classes-1)]
			d &= winSize - 1
			f.acc[d] += uint16(uint32(imp) * weight >> 8)
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
		if t.bits() {
			f.set.and((*bitSet)(t.words[w*winWords:]))
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
			f.add(t, w, mask)
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
	if t.bits() {
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
		if here > 0 && t.parted() {
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
				sum += int(uint32(t.impact(o, doc)) * uint32(t.weight) >> 8)
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

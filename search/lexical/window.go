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
		if total += t.here; f.all && t.here == 0 {
			return -1
		}
		f.below = append(f.below, total)
	}
	return int(total)
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

// weigh sums up, for each cell of a window, the bounds of the words that have them by cell,
// and returns the sum of the others'.
func (f *pruner) weigh(w int) (flat uint32) {
	f.cells = cellSums{}
	for _, t := range f.terms {
		switch {
		case t.here == 0:
		case t.parted():
			addBounds(&f.cells, t.cellsMost(w), t.weight)
		default:
			flat += t.here
		}
	}
	return flat
}

// cellsMost are the largest impacts in the cells of a window.
func (t *fastTerm) cellsMost(w int) *[winCells]byte {
	return (*[winCells]byte)(t.cellMax[w*winCells:])
}

// active returns the cells that may have a document good enough when the words without
// bounds by cell add so much.
func (f *pruner) active(flat uint32) uint64 {
	return atLeast(&f.cells, uint16(min(math.MaxUint16, max(0, f.need-int(flat)))))
}

// disjunction ranks the documents of a window that have any of the words.
func (f *pruner) disjunction(w int) {
	if !f.open(w) {
		return
	}
	flat := f.weigh(w)
	if mask := f.active(flat); mask != 0 {
		f.sum(w, mask, flat, false)
	}
}

// few is how many documents of a window are looked up one by one rather than by
// adding all words up.
const few = 12

// conjunction ranks the documents of a window that have all words.
func (f *pruner) conjunction(w int) {
	if !f.open(w) {
		return
	}
	flat := f.weigh(w)
	mask := f.active(flat)
	if mask == 0 {
		return
	}
	switch n := f.together(w, mask); {
	case n == 0:
	case n <= few:
		f.rank(w, len(f.terms))
	default:
		f.sum(w, f.live, flat, true)
	}
}

// together sets the set to the documents of some cells that have all words and meet the
// conditions, and returns how many there are.
func (f *pruner) together(w int, mask uint64) int {
	for i, t := range f.byDocs {
		words := &f.own
		if t.bits() {
			words = (*bitSet)(t.words[w*winWords:])
		} else {
			t.window(w, &f.own)
		}
		for m := mask; m != 0; m &= m - 1 {
			c := bits.TrailingZeros64(m)
			word := words[c]
			if i > 0 {
				word &= f.set[c]
			}
			if f.set[c] = word; word == 0 {
				mask &^= 1 << c
			}
		}
		if mask == 0 {
			return 0
		}
	}
	f.live = mask
	return f.condition(w)
}

// condition takes documents out of the set that are deleted or do not meet the conditions,
// and returns how many are left.
func (f *pruner) condition(w int) (n int) {
	if len(f.must) > 0 {
		f.set.keep(f.live)
		for _, c := range f.must {
			c.restrict(w, &f.set)
		}
	}
	for m := f.live; m != 0; m &= m - 1 {
		c := bits.TrailingZeros64(m)
		if f.limited {
			f.set[c] &= f.allowed[c]
		}
		if f.set[c] == 0 {
			f.live &^= 1 << c
		}
		n += bits.OnesCount64(f.set[c])
	}
	return n
}

// anything ranks the documents of a window that match, as long as there are fewer
// than k.
func (f *pruner) anything(w int) {
	f.bounds(w)
	f.p.start(w, &f.set)
	f.scorer.restrict(w, &f.set)
	if f.live = f.set.filled(); f.live == 0 {
		return
	}
	dirty := uint64(0)
	for _, t := range f.terms {
		if t.here > 0 {
			dirty |= f.add(t, w, f.live)
		}
	}
	f.choose(w, 0, f.set.count())
	f.acc.clear(dirty)
}

// sum adds up the words that matter in the cells of a window that may have a document
// good enough, and ranks what is good enough of the set, if it was set, or of all documents.
// flat is the sum of the words without bounds by cell.
func (f *pruner) sum(w int, mask uint64, flat uint32, some bool) {
	// the first words alone cannot make a document good enough
	first := 0
	for first < len(f.terms) && int(f.below[first+1]) < f.need {
		first++
	}
	dirty, hot, dense := uint64(0), uint64(0), false
	for _, t := range f.terms[first:] {
		switch {
		case t.here == 0:
		case t.parted():
			dense = true
		default:
			flat -= t.here
			touched, good := f.addSparse(t, w, flat)
			dirty, hot = dirty|touched, hot|good
		}
	}
	switch {
	case some:
	case dense:
		mask &= hot | f.active(flat) // where none of the sparse words is they add nothing
	default:
		mask &= hot
	}
	for _, t := range f.terms[first:] {
		if mask != 0 && t.here > 0 && t.parted() {
			dirty |= f.add(t, w, mask)
			takeBounds(&f.cells, t.cellsMost(w), t.weight)
		}
	}
	n := f.pick(w, mask, flat, some)
	for ; n > 0 && first > 0; first-- {
		if t := f.terms[first-1]; t.here != 0 {
			if n < t.lookups {
				break
			}
			dirty |= f.add(t, w, f.live)
			if t.parted() {
				takeBounds(&f.cells, t.cellsMost(w), t.weight)
			} else {
				flat -= t.here
			}
			n = f.pick(w, f.live, flat, true)
		}
	}
	if n > 0 {
		f.choose(w, first, n)
	}
	f.acc.clear(dirty)
}

// add adds a word up, at least in some cells of a window, and returns in which.
func (f *pruner) add(t *fastTerm, w int, mask uint64) uint64 {
	switch {
	case t.bits():
		in := t.dense(w)
		addCells(&f.acc, &in, mask, t.weight, t.group.table)
	case t.parted() && bits.OnesCount64(mask) <= winCells/8:
		f.addNear(t, w, mask)
	default:
		mask, _ = f.addSparse(t, w, 0)
	}
	return mask
}

// addNear adds a list of bytes in some cells of a window.
func (f *pruner) addNear(t *fastTerm, w int, mask uint64) {
	for sub := range winSubs {
		in := mask >> (sub * subWords) & (1<<subWords - 1)
		if in == 0 {
			continue
		}
		n := t.ordinal(w*winSubs + sub)
		for i, b := range t.near[n:t.ordinal(w*winSubs+sub+1)] {
			if in>>(b>>cellBits)&1 == 1 {
				d := sub<<subBits | int(b)
				f.acc[d] += uint16(uint32(t.impact(n+i, uint32(w<<winBits|d))) * uint32(t.weight) >> 8)
			}
		}
	}
}

// addSparse adds a list that is not of bits, and returns the cells in which it has documents,
// and those in which one may be good enough when words without bounds by cell that are to be
// added add so much at most.
func (f *pruner) addSparse(t *fastTerm, w int, flat uint32) (touched, good uint64) {
	weight, table, class := uint32(t.weight), t.group.table, t.group.class[w<<winBits:][:winSize]
	need := uint32(f.threshold(flat))
	t.eachSymbol(w, func(docs []uint32, syms []byte) {
		syms = syms[:len(docs)]
		all, some := uint64(0), uint64(0)
		for i, d := range docs {
			d &= winSize - 1
			imp := table[(int(syms[i])*classes+int(class[d]))&(symbols*classes-1)]
			sum := f.acc[d] + uint16(uint32(imp)*weight>>8)
			f.acc[d] = sum
			all |= 1 << (d >> cellBits)
			if uint32(sum)+uint32(f.cells[d>>cellBits]) >= need {
				some |= 1 << (d >> cellBits)
			}
		}
		touched, good = touched|all, good|some
	})
	return touched, good
}

// pick sets the set to the documents of some cells whose sums may still suffice with what is
// to be added: of the set, if it was set, or of all that meet the conditions. It returns how
// many there are.
func (f *pruner) pick(w int, mask uint64, flat uint32, some bool) (n int) {
	f.live, n = pick(&f.set, &f.acc, &f.cells, mask, f.need-int(flat)-len(f.terms), some)
	if some || n == 0 || !f.limited && len(f.must) == 0 {
		return n
	}
	return f.condition(w)
}

// choose ranks the n documents of the set. When there are many, those with the highest
// sums come first, so that the rest need not be scored.
func (f *pruner) choose(w, first, n int) {
	if n > 2*f.r.k+32 {
		if high := f.high(); high > 0 {
			var rest bitSet
			for m := f.live; m != 0; m &= m - 1 {
				c := bits.TrailingZeros64(m)
				for word := f.set[c]; word != 0; word &= word - 1 {
					if b := bits.TrailingZeros64(word); f.acc[c<<cellBits+b] < high {
						rest[c] |= 1 << b
					}
				}
				f.set[c] &^= rest[c]
			}
			f.rank(w, first)
			f.set = rest
		}
	}
	f.rank(w, first)
}

// high returns a sum that at least k and not many more documents of the set reach.
func (f *pruner) high() uint16 {
	const shift = 6
	var count [1 << (16 - shift)]uint16
	for m := f.live; m != 0; m &= m - 1 {
		c := bits.TrailingZeros64(m)
		for word := f.set[c]; word != 0; word &= word - 1 {
			count[f.acc[c<<cellBits+bits.TrailingZeros64(word)]>>shift]++
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
	for m := f.live; m != 0; m &= m - 1 {
		c := bits.TrailingZeros64(m)
		if f.set[c] == 0 {
			continue
		}
		f.tighten(w*winCells+c, first)
		for word := f.set[c]; word != 0; word &= word - 1 {
			f.look(w, c<<cellBits+bits.TrailingZeros64(word), first)
		}
	}
}

// tighten sets the bounds of the first words to those that hold in a cell.
func (f *pruner) tighten(cell, first int) {
	for i, t := range f.terms[:first] {
		here := t.here
		if here > 0 && t.parted() {
			here = t.steps(t.cellMax[cell])
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

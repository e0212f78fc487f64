package lexical

import (
	"math"
	"math/bits"
	"slices"
)

// wideMax is the largest sum of a query of many words, in steps.
const wideMax = 1 << 30

// wide ranks under a sum of so many words that bounds say little: it adds every
// impact up, in 32 bits, and scores exactly what reaches the worst of the best.
func (f *pruner) wide() {
	total := 0.0
	for _, t := range f.terms {
		total += 255 * t.unit
	}
	unit := max(total/wideMax, math.SmallestNonzeroFloat32)
	weights := make([]uint32, len(f.terms))
	for i, t := range f.terms {
		weights[i] = uint32(math.Ceil(t.unit / unit))
	}
	sums := make([]uint32, winSize)
	for w := range windows(f.p.docs) {
		touched := bitSet{}
		for i, t := range f.terms {
			addWide(sums, &touched, t.cursor, w, weights[i])
		}
		f.p.start(w, &f.set)
		if f.tree {
			f.scorer.restrict(w, &f.set)
		} else {
			f.set.and(&touched)
			for _, n := range slices.Concat(f.quick, f.must) {
				n.restrict(w, &f.set)
			}
		}
		f.rankWide(sums, w, unit)
		clear(sums)
	}
}

func addWide(sums []uint32, touched *bitSet, c *cursor, w int, weight uint32) {
	table, class := c.group.table, c.group.class
	if !c.bits() {
		c.eachSymbol(w, func(docs []uint32, syms []byte) {
			for i, d := range docs {
				imp := table[(int(syms[i])*classes+int(class[d]))&(symbols*classes-1)]
				d &= winSize - 1
				sums[d] += uint32(imp) * weight
				touched[d>>6] |= 1 << (d & 63)
			}
		})
		return
	}
	ordinal := c.ordinal(w * winSubs)
	for i, word := range c.words[w*winWords:][:winWords] {
		touched[i] |= word
		for ; word != 0; word &= word - 1 {
			slot := i<<6 + bits.TrailingZeros64(word)
			sums[slot] += uint32(c.impact(ordinal, uint32(w<<winBits+slot))) * weight
			ordinal++
		}
	}
}

// rankWide ranks the documents of the set, those with the highest sums first.
func (f *pruner) rankWide(sums []uint32, w int, unit float64) {
	var order []uint64
	need := func() uint32 { return uint32(max(0, min(math.MaxUint32, (f.r.least()-f.plus)/unit-1))) }
	least := need()
	for d := range f.set.all(w) {
		if s := sums[d&(winSize-1)]; s >= least && f.has(d) {
			order = append(order, uint64(s)<<32|uint64(d))
		}
	}
	slices.Sort(order)
	for _, o := range slices.Backward(order) {
		if uint32(o>>32) < need() {
			return
		}
		f.r.rank(f.p, f.scorer, uint32(o))
	}
}

// has reports whether a document has all words, where it must.
func (f *pruner) has(doc uint32) bool {
	if f.all {
		for _, t := range f.terms {
			if _, ok := t.find(doc); !ok {
				return false
			}
		}
	}
	return true
}

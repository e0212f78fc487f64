package lexical

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// The inner loops, in Go. On processors for which there is one, kernel_*.s has a
// twin of each; these here are its oracle in tests, and used everywhere else.

// accumulators hold the sum of weighted impacts for each document of a window.
type accumulators [winSize]uint16

// dense is a window of a list of bits.
type dense struct {
	words  *bitSet // its documents
	class  []byte  // of each document of the window, that of its length
	planes *planes // the symbols of all postings of the list
	start  uint32  // postings before the window
	rank   *[winSubs]uint16
}

// addCellsGo adds impact · weight / 256 for each posting in some cells of a window to acc. A
// document's impact stands in the table under its class and the symbol of its posting. No sum
// may pass 65535.
func addCellsGo(acc *accumulators, in *dense, mask uint64, weight uint16, table *impacts) {
	p := in.planes
	for ; mask != 0; mask &= mask - 1 {
		c := bits.TrailingZeros64(mask)
		at := int(in.start) + int(in.rank[c/subWords])
		for _, word := range in.words[c&^(subWords-1) : c] {
			at += bits.OnesCount64(word)
		}
		row, of := acc[c*64:][:64:64], in.class[c*64:][:64:64]
		low, mid, high := bitsAt(p[0], at), bitsAt(p[1], at), bitsAt(p[2], at)
		for word := in.words[c]; word != 0; word &= word - 1 {
			d := bits.TrailingZeros64(word)
			imp := table[low&1<<4|mid&1<<5|high&1<<6|uint64(of[d])&(classes-1)]
			row[d] += uint16(uint32(imp) * uint32(weight) >> 8)
			low, mid, high = low>>1, mid>>1, high>>1
		}
	}
}

// bitsAt returns the 64 bits from bit at on.
func bitsAt(p []byte, at int) uint64 {
	p = p[at>>3:][:9]
	s := at & 7
	return binary.LittleEndian.Uint64(p)>>s | uint64(p[8])<<1<<(63-s)
}

// pickGo sets the set, in some cells, to the documents whose sums are at least need less the
// cell's bound, and at least 1: of those that are in the set, if some, or of all. It returns in
// which cells there are any, and how many. need is at most 65535, or taken for that.
func pickGo(set *bitSet, acc *accumulators, bounds *cellSums, mask uint64, need int, some bool) (live uint64, n int) {
	for ; mask != 0; mask &= mask - 1 {
		c := bits.TrailingZeros64(mask)
		least := uint16(max(1, min(need, math.MaxUint16)-int(bounds[c])))
		var word uint64
		for j, v := range acc[c*64:][:64:64] {
			if v >= least {
				word |= 1 << j
			}
		}
		if some {
			word &= set[c]
		}
		if set[c] = word; word != 0 {
			live |= 1 << c
			n += bits.OnesCount64(word)
		}
	}
	return live, n
}

// cellSums are sums of bounds, one for each cell of a window.
type cellSums [winCells]uint16

// addBoundsGo adds impact · weight / 256 + 1 for each impact that is not 0 to the sums, which
// stay at 65535 when they pass it.
func addBoundsGo(sums *cellSums, most *[winCells]byte, weight uint16) {
	for i, v := range most {
		if v != 0 {
			sums[i] = uint16(min(math.MaxUint16, uint32(sums[i])+uint32(v)*uint32(weight)>>8+1))
		}
	}
}

// takeBoundsGo undoes addBoundsGo.
func takeBoundsGo(sums *cellSums, most *[winCells]byte, weight uint16) {
	for i, v := range most {
		if v != 0 {
			sums[i] = uint16(max(0, int(sums[i])-int(uint32(v)*uint32(weight)>>8+1)))
		}
	}
}

// atLeastGo returns which of the sums are need or more.
func atLeastGo(sums *cellSums, need uint16) (mask uint64) {
	for i, v := range sums {
		if v >= need {
			mask |= 1 << i
		}
	}
	return mask
}

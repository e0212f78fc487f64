package lexical

import (
	"math"
	"math/bits"
)

//go:noescape
func atLeastNEON(out *uint64, acc *uint16, n int, need uint16, weights *[8]uint16)

var laneBits = [8]uint16{1, 2, 4, 8, 16, 32, 64, 128}

func addCells(acc *accumulators, in *dense, mask uint64, weight uint16, table *impacts) {
	addCellsGo(acc, in, mask, weight, table)
}

func pick(set *bitSet, acc *accumulators, bounds *cellSums, mask uint64, need int, some bool) (live uint64, n int) {
	for ; mask != 0; mask &= mask - 1 {
		c := bits.TrailingZeros64(mask)
		var word uint64
		atLeastNEON(&word, &acc[c*64], 1, uint16(max(1, min(need, math.MaxUint16)-int(bounds[c]))), &laneBits)
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

func addBounds(sums *cellSums, most *[winCells]byte, weight uint16) { addBoundsGo(sums, most, weight) }

func takeBounds(sums *cellSums, most *[winCells]byte, weight uint16) {
	takeBoundsGo(sums, most, weight)
}

func atLeast(sums *cellSums, need uint16) (mask uint64) {
	atLeastNEON(&mask, &sums[0], 1, need, &laneBits)
	return mask
}

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

// addCellsGo adds impact · weight / 256 for each posting in some cells of a window to acc. The
// bits of words are the documents of the list, 64 a cell. A document's impact stands in the
// table under its class, which the list of classes has in its place, and the symbol of its
// posting. No sum may pass 65535.
func addCellsGo(acc *accumulators, words []uint64, class []byte, p *planes, cells []cell, weight uint16, table *impacts) {
	for _, c := range cells {
		i, at := int(c.slot), int(c.at)
		row, of := acc[i*64:][:64:64], class[i*64:][:64:64]
		low, mid, high := bitsAt(p[0], at), bitsAt(p[1], at), bitsAt(p[2], at)
		for word := words[i]; word != 0; word &= word - 1 {
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

// reachGo sets out, for some cells, to the documents whose sums are at least what stands
// in the place of a number of a posting.
func reachGo(out *bitSet, acc *accumulators, cells []cell) {
	for _, c := range cells {
		var word uint64
		for j, v := range acc[c.slot*64:][:64:64] {
			if uint32(v) >= c.at {
				word |= 1 << j
			}
		}
		out[c.slot] = word
	}
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

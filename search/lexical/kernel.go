package lexical

import (
	"encoding/binary"
	"math/bits"
)

// The inner loops, in Go. On processors for which there is one, kernel_*.s has a
// twin of each; these here are its oracle in tests, and used everywhere else.

// accumulators hold the sum of weighted impacts for each document of a window.
type accumulators [winSize]uint16

// addDenseGo adds impact · weight / 256 for each bit of words to acc, which has 64 places
// a word. A document's impact stands in the table under its class, which the list of classes
// has in its place, and the symbol of its posting; the first bit is of posting at. No sum
// may pass 65535.
func addDenseGo(acc []uint16, words []uint64, class []byte, p *planes, at int, weight uint16, table *impacts) {
	for i, word := range words {
		row, of := acc[i*64:][:64:64], class[i*64:][:64:64]
		low, mid, high := bitsAt(p[0], at), bitsAt(p[1], at), bitsAt(p[2], at)
		at += bits.OnesCount64(word)
		for ; word != 0; word &= word - 1 {
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

// atLeastGo sets the bits of those acc that are need or more.
func atLeastGo(out []uint64, acc []uint16, need uint16) {
	for i := range out {
		var word uint64
		for j, v := range acc[i*64:][:64:64] {
			if v >= need {
				word |= 1 << j
			}
		}
		out[i] = word
	}
}

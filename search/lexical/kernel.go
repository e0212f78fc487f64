package lexical

import "math/bits"

// The inner loops, in Go. On processors for which there is one, kernel_*.s has a
// twin of each; these here are its oracle in tests, and used everywhere else.

// accumulators hold the sum of weighted impacts for each document of a window.
type accumulators [winSize]uint16

// addDenseGo adds impact · weight / 256 for each bit of words to acc, which has 64
// places a word; the impacts stand one behind the other. No sum may pass 65535.
func addDenseGo(acc []uint16, words []uint64, imps []byte, weight uint16) {
	for i, word := range words {
		row := acc[i*64:][:64:64]
		for ; word != 0; word &= word - 1 {
			row[bits.TrailingZeros64(word)] += uint16(uint32(imps[0]) * uint32(weight) >> 8)
			imps = imps[1:]
		}
	}
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

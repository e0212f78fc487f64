package lexical

import (
	"math/bits"
	"unsafe"
)

//go:noescape
func addDenseNEON(acc *uint16, words *uint64, imps *byte, n int, weight uint16, spread *[256]uint64, ones *[256]uint8)

//go:noescape
func atLeastNEON(out *uint64, acc *uint16, n int, need uint16, weights *[8]uint16)

var (
	laneBits = [8]uint16{1, 2, 4, 8, 16, 32, 64, 128}
	ones     = func() (t [256]uint8) {
		for m := range t {
			t[m] = uint8(bits.OnesCount(uint(m)))
		}
		return t
	}()
)

// addDense is addDenseGo; every arm64 has NEON. At least 8 bytes must be readable
// behind the impacts.
func addDense(acc []uint16, words []uint64, imps []byte, weight uint16) {
	if len(words) == 0 || len(imps) == 0 {
		return
	}
	_ = acc[len(words)*64-1]
	addDenseNEON(&acc[0], &words[0], unsafe.SliceData(imps), len(words), weight, &spread, &ones)
}

func atLeast(out []uint64, acc []uint16, need uint16) {
	if len(out) == 0 {
		return
	}
	_ = acc[len(out)*64-1]
	atLeastNEON(&out[0], &acc[0], len(out), need, &laneBits)
}

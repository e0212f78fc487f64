package lexical

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

var (
	hasAVX512 = cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VBMI2 && cpu.X86.HasPOPCNT
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT
)

//go:noescape
func addDenseAVX512(acc *uint16, words *uint64, imps *byte, n int, weight uint16)

//go:noescape
func atLeastAVX512(out *uint64, acc *uint16, n int, need uint16)

//go:noescape
func addDenseAVX2(acc *uint16, words *uint64, imps *byte, n int, weight uint16, spread *[256]uint64)

//go:noescape
func atLeastAVX2(out *uint64, acc *uint16, n int, need uint16)

// addDense is addDenseGo. At least 64 bytes must be readable behind the impacts.
func addDense(acc []uint16, words []uint64, imps []byte, weight uint16) {
	if len(words) == 0 || len(imps) == 0 {
		return
	}
	_ = acc[len(words)*64-1]
	switch {
	case hasAVX512:
		addDenseAVX512(&acc[0], &words[0], unsafe.SliceData(imps), len(words), weight)
	case hasAVX2:
		addDenseAVX2(&acc[0], &words[0], unsafe.SliceData(imps), len(words), weight, &spread)
	default:
		addDenseGo(acc, words, imps, weight)
	}
}

func atLeast(out []uint64, acc []uint16, need uint16) {
	if len(out) == 0 {
		return
	}
	_ = acc[len(out)*64-1]
	switch {
	case hasAVX512:
		atLeastAVX512(&out[0], &acc[0], len(out), need)
	case hasAVX2:
		atLeastAVX2(&out[0], &acc[0], len(out), need)
	default:
		atLeastGo(out, acc, need)
	}
}

package lexical

import "golang.org/x/sys/cpu"

var (
	hasAVX512 = cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VBMI && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT
)

//go:noescape
func addDenseAVX512(acc *uint16, words *uint64, class *byte, low, mid, high *byte, at, n int, weight uint16, table *impacts)

//go:noescape
func addDenseAVX2(acc *uint16, words *uint64, class *byte, low, mid, high *byte, at, n int, weight uint16, table *impacts)

//go:noescape
func atLeastAVX512(out *uint64, acc *uint16, n int, need uint16)

//go:noescape
func atLeastAVX2(out *uint64, acc *uint16, n int, need uint16)

// addDense is addDenseGo. At least slack bytes must be readable behind the planes.
func addDense(acc []uint16, words []uint64, class []byte, p *planes, at int, weight uint16, table *impacts) {
	if len(words) == 0 {
		return
	}
	if !hasAVX2 {
		addDenseGo(acc, words, class, p, at, weight, table)
		return
	}
	_, _ = acc[len(words)*64-1], class[len(words)*64-1]
	_, _, _ = p[0][at>>3], p[1][at>>3], p[2][at>>3]
	if hasAVX512 {
		addDenseAVX512(&acc[0], &words[0], &class[0], &p[0][0], &p[1][0], &p[2][0], at, len(words), weight, table)
	} else {
		addDenseAVX2(&acc[0], &words[0], &class[0], &p[0][0], &p[1][0], &p[2][0], at, len(words), weight, table)
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

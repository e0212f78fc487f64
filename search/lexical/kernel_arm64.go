package lexical

//go:noescape
func atLeastNEON(out *uint64, acc *uint16, n int, need uint16, weights *[8]uint16)

var laneBits = [8]uint16{1, 2, 4, 8, 16, 32, 64, 128}

func addDense(acc []uint16, words []uint64, class []byte, p *planes, at int, weight uint16, table *impacts) {
	addDenseGo(acc, words, class, p, at, weight, table)
}

func atLeast(out []uint64, acc []uint16, need uint16) {
	if len(out) == 0 {
		return
	}
	_ = acc[len(out)*64-1]
	atLeastNEON(&out[0], &acc[0], len(out), need, &laneBits)
}

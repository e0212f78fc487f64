package lexical

//go:noescape
func atLeastNEON(out *uint64, acc *uint16, n int, need uint16, weights *[8]uint16)

var laneBits = [8]uint16{1, 2, 4, 8, 16, 32, 64, 128}

func addCells(acc *accumulators, words []uint64, class []byte, p *planes, cells []cell, weight uint16, table *impacts) {
	addCellsGo(acc, words, class, p, cells, weight, table)
}

func reach(out *bitSet, acc *accumulators, cells []cell) {
	for _, c := range cells {
		atLeastNEON(&out[c.slot], &acc[c.slot*64], 1, uint16(c.at), &laneBits)
	}
}

func addBounds(sums *cellSums, most *[winCells]byte, weight uint16) { addBoundsGo(sums, most, weight) }

func takeBounds(sums *cellSums, most *[winCells]byte, weight uint16) {
	takeBoundsGo(sums, most, weight)
}

func atLeast(sums *cellSums, need uint16) (mask uint64) {
	atLeastNEON(&mask, &sums[0], 1, need, &laneBits)
	return mask
}

//go:build !amd64 && !arm64

package lexical

func addCells(acc *accumulators, words []uint64, class []byte, p *planes, cells []cell, weight uint16, table *impacts) {
	addCellsGo(acc, words, class, p, cells, weight, table)
}

func reach(out *bitSet, acc *accumulators, cells []cell) { reachGo(out, acc, cells) }

func addBounds(sums *cellSums, most *[winCells]byte, weight uint16) { addBoundsGo(sums, most, weight) }

func takeBounds(sums *cellSums, most *[winCells]byte, weight uint16) {
	takeBoundsGo(sums, most, weight)
}

func atLeast(sums *cellSums, need uint16) uint64 { return atLeastGo(sums, need) }

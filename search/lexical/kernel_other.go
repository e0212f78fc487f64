//go:build !amd64 && !arm64

package lexical

func addCells(acc *accumulators, in *dense, mask uint64, weight uint16, table *impacts) {
	addCellsGo(acc, in, mask, weight, table)
}

func pick(set *bitSet, acc *accumulators, bounds *cellSums, mask uint64, need int, some bool) (live uint64, n int) {
	return pickGo(set, acc, bounds, mask, need, some)
}

func addBounds(sums *cellSums, most *[winCells]byte, weight uint16) { addBoundsGo(sums, most, weight) }

func takeBounds(sums *cellSums, most *[winCells]byte, weight uint16) {
	takeBoundsGo(sums, most, weight)
}

func atLeast(sums *cellSums, need uint16) uint64 { return atLeastGo(sums, need) }

package lexical

import "golang.org/x/sys/cpu"

var (
	hasAVX512 = cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VBMI && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT
)

//go:noescape
func addCellsAVX512(acc *accumulators, words *uint64, class *byte, low, mid, high *byte, cells *cell, n int, weight uint16, table *impacts)

//go:noescape
func addCellsAVX2(acc *accumulators, words *uint64, class *byte, low, mid, high *byte, cells *cell, n int, weight uint16, table *impacts)

//go:noescape
func reachAVX512(out *bitSet, acc *accumulators, cells *cell, n int)

//go:noescape
func reachAVX2(out *bitSet, acc *accumulators, cells *cell, n int)

//go:noescape
func addBoundsAVX2(sums *cellSums, most *[winCells]byte, weight uint16)

//go:noescape
func takeBoundsAVX2(sums *cellSums, most *[winCells]byte, weight uint16)

//go:noescape
func atLeastAVX2(sums *cellSums, need uint16) uint64

// addCells is addCellsGo. At least slack bytes must be readable behind the planes.
func addCells(acc *accumulators, words []uint64, class []byte, p *planes, cells []cell, weight uint16, table *impacts) {
	if len(cells) == 0 {
		return
	}
	if !hasAVX2 {
		addCellsGo(acc, words, class, p, cells, weight, table)
		return
	}
	last := cells[len(cells)-1]
	_, _ = words[last.slot], class[last.slot*64+63]
	_, _, _ = p[0][last.at>>3], p[1][last.at>>3], p[2][last.at>>3]
	if hasAVX512 {
		addCellsAVX512(acc, &words[0], &class[0], &p[0][0], &p[1][0], &p[2][0], &cells[0], len(cells), weight, table)
	} else {
		addCellsAVX2(acc, &words[0], &class[0], &p[0][0], &p[1][0], &p[2][0], &cells[0], len(cells), weight, table)
	}
}

// reach is reachGo.
func reach(out *bitSet, acc *accumulators, cells []cell) {
	if len(cells) == 0 {
		return
	}
	switch {
	case hasAVX512:
		reachAVX512(out, acc, &cells[0], len(cells))
	case hasAVX2:
		reachAVX2(out, acc, &cells[0], len(cells))
	default:
		reachGo(out, acc, cells)
	}
}

// addBounds is addBoundsGo.
func addBounds(sums *cellSums, most *[winCells]byte, weight uint16) {
	if hasAVX2 {
		addBoundsAVX2(sums, most, weight)
	} else {
		addBoundsGo(sums, most, weight)
	}
}

// takeBounds is takeBoundsGo.
func takeBounds(sums *cellSums, most *[winCells]byte, weight uint16) {
	if hasAVX2 {
		takeBoundsAVX2(sums, most, weight)
	} else {
		takeBoundsGo(sums, most, weight)
	}
}

// atLeast is atLeastGo.
func atLeast(sums *cellSums, need uint16) uint64 {
	if hasAVX2 {
		return atLeastAVX2(sums, need)
	}
	return atLeastGo(sums, need)
}

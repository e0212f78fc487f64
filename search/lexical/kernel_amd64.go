package lexical

import (
	"math"
	"math/bits"

	"golang.org/x/sys/cpu"
)

var (
	hasAVX512 = cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VBMI && cpu.X86.HasAVX512VPOPCNTDQ && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT
)

//go:noescape
func addCellsAVX512(acc *accumulators, words *bitSet, class *byte, low, mid, high *byte, start uint32, rank *[winSubs]uint16, mask uint64, weight uint16, table *impacts)

//go:noescape
func addCellsAVX2(acc *accumulators, words *bitSet, class *byte, low, mid, high *byte, start uint32, rank *[winSubs]uint16, mask uint64, weight uint16, table *impacts)

//go:noescape
func pickAVX512(set *bitSet, acc *accumulators, bounds *cellSums, mask uint64, need int, some bool) (live uint64, n int)

//go:noescape
func pickAVX2(set *bitSet, acc *accumulators, bounds *cellSums, mask uint64, need int, some bool) (live uint64, n int)

//go:noescape
func addBoundsAVX2(sums *cellSums, most *[winCells]byte, weight uint16)

//go:noescape
func takeBoundsAVX2(sums *cellSums, most *[winCells]byte, weight uint16)

//go:noescape
func atLeastAVX2(sums *cellSums, need uint16) uint64

// addCells is addCellsGo. At least slack bytes must be readable behind the planes.
func addCells(acc *accumulators, in *dense, mask uint64, weight uint16, table *impacts) {
	if mask == 0 {
		return
	}
	if !hasAVX2 {
		addCellsGo(acc, in, mask, weight, table)
		return
	}
	// the last cell's symbols are there; with it those of all
	c := 63 - bits.LeadingZeros64(mask)
	last := (int(in.start)+int(in.rank[c/subWords])+winSize/winSubs)>>3 + 8
	p := in.planes
	_, _, _, _ = p[0][last], p[1][last], p[2][last], in.class[winSize-1]
	if hasAVX512 {
		addCellsAVX512(acc, in.words, &in.class[0], &p[0][0], &p[1][0], &p[2][0], in.start, in.rank, mask, weight, table)
	} else {
		addCellsAVX2(acc, in.words, &in.class[0], &p[0][0], &p[1][0], &p[2][0], in.start, in.rank, mask, weight, table)
	}
}

// pick is pickGo.
func pick(set *bitSet, acc *accumulators, bounds *cellSums, mask uint64, need int, some bool) (live uint64, n int) {
	switch {
	case mask == 0:
		return 0, 0
	case hasAVX512:
		return pickAVX512(set, acc, bounds, mask, min(need, math.MaxUint16), some)
	case hasAVX2:
		return pickAVX2(set, acc, bounds, mask, min(need, math.MaxUint16), some)
	}
	return pickGo(set, acc, bounds, mask, need, some)
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

package lexical

import "math"

// eachKernel checks the kernels that the processor has.
func eachKernel(in *kernelInput, check func(kernels)) {
	if in.mask == 0 {
		return // kernels are not asked then
	}
	avx2 := kernels{
		"AVX2",
		func(acc *accumulators) {
			addCellsAVX2(acc, in.words, &in.class[0], &in.planes[0][0], &in.planes[1][0], &in.planes[2][0], in.start, in.rank, in.mask, in.weight, &in.table)
		},
		func(set *bitSet, acc *accumulators, some bool) (uint64, int) {
			return pickAVX2(set, acc, &in.bounds, in.mask, min(in.least, math.MaxUint16), some)
		},
		func(sums *cellSums) { addBoundsAVX2(sums, &in.most, in.weight) },
		func(sums *cellSums) { takeBoundsAVX2(sums, &in.most, in.weight) },
		func(sums *cellSums) uint64 { return atLeastAVX2(sums, in.need) },
	}
	if hasAVX2 {
		check(avx2)
	}
	if hasAVX512 {
		wide := avx2
		wide.name = "AVX-512"
		wide.add = func(acc *accumulators) {
			addCellsAVX512(acc, in.words, &in.class[0], &in.planes[0][0], &in.planes[1][0], &in.planes[2][0], in.start, in.rank, in.mask, in.weight, &in.table)
		}
		wide.pick = func(set *bitSet, acc *accumulators, some bool) (uint64, int) {
			return pickAVX512(set, acc, &in.bounds, in.mask, min(in.least, math.MaxUint16), some)
		}
		check(wide)
	}
}

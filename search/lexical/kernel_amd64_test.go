package lexical

// eachKernel checks the kernels that the processor has.
func eachKernel(in *kernelInput, check func(kernels)) {
	n := len(in.cells)
	avx2 := kernels{
		"AVX2",
		func(acc *accumulators) {
			addCellsAVX2(acc, &in.words[0], &in.class[0], &in.planes[0][0], &in.planes[1][0], &in.planes[2][0], &in.cells[0], n, in.weight, &in.table)
		},
		func(out *bitSet, acc *accumulators) { reachAVX2(out, acc, &in.needs[0], n) },
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
			addCellsAVX512(acc, &in.words[0], &in.class[0], &in.planes[0][0], &in.planes[1][0], &in.planes[2][0], &in.cells[0], n, in.weight, &in.table)
		}
		wide.reach = func(out *bitSet, acc *accumulators) { reachAVX512(out, acc, &in.needs[0], n) }
		check(wide)
	}
}

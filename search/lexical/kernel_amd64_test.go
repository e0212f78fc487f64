package lexical

// eachKernel checks the kernels that the processor has.
func eachKernel(in kernelInput, check func(string, func([]uint16), func([]uint64, []uint16))) {
	n := len(in.words)
	if hasAVX512 {
		check("AVX-512", func(acc []uint16) {
			addDenseAVX512(&acc[0], &in.words[0], &in.class[0], &in.planes[0][0], &in.planes[1][0], &in.planes[2][0], in.at, n, in.weight, &in.table)
		}, func(out []uint64, acc []uint16) { atLeastAVX512(&out[0], &acc[0], n, in.need) })
	}
	if hasAVX2 {
		check("AVX2", func(acc []uint16) {
			addDenseAVX2(&acc[0], &in.words[0], &in.class[0], &in.planes[0][0], &in.planes[1][0], &in.planes[2][0], in.at, n, in.weight, &in.table)
		}, func(out []uint64, acc []uint16) { atLeastAVX2(&out[0], &acc[0], n, in.need) })
	}
}

package lexical

// eachKernel checks the kernels that the processor has.
func eachKernel(words []uint64, imps []byte, weight, need uint16, check func(string, func([]uint16), func([]uint64, []uint16))) {
	n := len(words)
	if hasAVX512 {
		check("AVX-512", func(acc []uint16) { addDenseAVX512(&acc[0], &words[0], &imps[0], n, weight) },
			func(out []uint64, acc []uint16) { atLeastAVX512(&out[0], &acc[0], n, need) })
	}
	if hasAVX2 {
		check("AVX2", func(acc []uint16) { addDenseAVX2(&acc[0], &words[0], &imps[0], n, weight, &spread) },
			func(out []uint64, acc []uint16) { atLeastAVX2(&out[0], &acc[0], n, need) })
	}
}

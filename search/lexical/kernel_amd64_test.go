package lexical

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestKernelsAgreeWithTheirTwins compares assembly with Go on random input.
func TestKernelsAgreeWithTheirTwins(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n := 1 + r.IntN(winWords)
		words := make([]uint64, n)
		set := 0
		for i := range words {
			switch r.IntN(4) {
			case 0:
			case 1:
				words[i] = ^uint64(0)
			default:
				words[i] = r.Uint64() & r.Uint64()
			}
			set += bits.OnesCount64(words[i])
		}
		imps := make([]byte, set+64)
		for i := range imps {
			imps[i] = byte(r.IntN(256))
		}
		weight := uint16(r.IntN(1 << 16))
		need := uint16(r.IntN(1 << 16))
		start := make([]uint16, n*64)
		for i := range start {
			start[i] = uint16(r.IntN(200))
			weight = min(weight, 65000)
		}
		want := slices.Clone(start)
		addDenseGo(want, words, imps, weight)
		wantBits := make([]uint64, n)
		atLeastGo(wantBits, want, need)
		check := func(name string, add func(acc []uint16), above func(out []uint64, acc []uint16)) {
			got, gotBits := slices.Clone(start), make([]uint64, n)
			add(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%s adds otherwise", name)
			}
			above(gotBits, got)
			if !slices.Equal(gotBits, wantBits) {
				t.Fatalf("%s compares otherwise", name)
			}
		}
		if hasAVX512 {
			check("AVX-512", func(acc []uint16) { addDenseAVX512(&acc[0], &words[0], &imps[0], n, weight) },
				func(out []uint64, acc []uint16) { atLeastAVX512(&out[0], &acc[0], n, need) })
		}
		if hasAVX2 {
			check("AVX2", func(acc []uint16) { addDenseAVX2(&acc[0], &words[0], &imps[0], n, weight, &spread) },
				func(out []uint64, acc []uint16) { atLeastAVX2(&out[0], &acc[0], n, need) })
		}
	}
}

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
		check("the kernel in use", func(acc []uint16) { addDense(acc, words, imps, weight) },
			func(out []uint64, acc []uint16) { atLeast(out, acc, need) })
		eachKernel(words, imps, weight, need, check)
	}
}

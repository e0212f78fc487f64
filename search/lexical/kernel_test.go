package lexical

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// kernelInput is what the kernels are given.
type kernelInput struct {
	words        []uint64
	class        []byte
	planes       planes
	at           int
	weight, need uint16
	table        impacts
}

func someInput(r *rand.Rand) kernelInput {
	n := 1 + r.IntN(winWords)
	in := kernelInput{
		words: make([]uint64, n), class: make([]byte, n*64), at: r.IntN(300), weight: uint16(r.IntN(65000)), need: uint16(r.IntN(1 << 16)),
	}
	set := in.at
	for i := range in.words {
		switch r.IntN(4) {
		case 0:
		case 1:
			in.words[i] = ^uint64(0)
		default:
			in.words[i] = r.Uint64() & r.Uint64()
		}
		set += bits.OnesCount64(in.words[i])
	}
	for i := range in.class {
		in.class[i] = byte(r.IntN(classes))
	}
	for i := range in.planes {
		in.planes[i] = make([]byte, set/8+slack)
		for j := range in.planes[i] {
			in.planes[i][j] = byte(r.Uint32())
		}
	}
	for i := range in.table {
		in.table[i] = byte(r.IntN(256))
	}
	return in
}

// TestKernelsAgreeWithTheirTwins compares assembly with Go on random input.
func TestKernelsAgreeWithTheirTwins(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		in := someInput(r)
		n := len(in.words)
		start := make([]uint16, n*64)
		for i := range start {
			start[i] = uint16(r.IntN(200))
		}
		want := slices.Clone(start)
		addDenseGo(want, in.words, in.class, &in.planes, in.at, in.weight, &in.table)
		wantBits := make([]uint64, n)
		atLeastGo(wantBits, want, in.need)
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
		check("the kernel in use", func(acc []uint16) { addDense(acc, in.words, in.class, &in.planes, in.at, in.weight, &in.table) },
			func(out []uint64, acc []uint16) { atLeast(out, acc, in.need) })
		eachKernel(in, check)
	}
}

// TestAddDenseIsWhatItSays compares the Go twin with the definition, posting by posting.
func TestAddDenseIsWhatItSays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		in := someInput(r)
		got, want := make([]uint16, len(in.class)), make([]uint16, len(in.class))
		addDenseGo(got, in.words, in.class, &in.planes, in.at, in.weight, &in.table)
		i := in.at
		for d := range want {
			if in.words[d/64]>>(d%64)&1 == 1 {
				want[d] = uint16(uint32(in.table[int(in.planes.at(i))*classes+int(in.class[d])]) * uint32(in.weight) >> 8)
				i++
			}
		}
		if !slices.Equal(got, want) {
			t.Fatal("the sums are others")
		}
	}
}

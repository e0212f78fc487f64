package lexical

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// kernelInput is what the kernels are given.
type kernelInput struct {
	dense
	set          bitSet
	bounds       cellSums
	mask         uint64
	least        int
	weight, need uint16
	table        impacts
	most         [winCells]byte
}

func someInput(r *rand.Rand) *kernelInput {
	in := &kernelInput{
		dense:  dense{words: &bitSet{}, class: make([]byte, winSize), planes: &planes{}, start: uint32(r.IntN(300)), rank: &[winSubs]uint16{}},
		mask:   r.Uint64() & (r.Uint64() >> (r.IntN(2) * r.IntN(64))),
		least:  r.IntN(1<<17) - 1000,
		weight: uint16(r.IntN(65000)), need: uint16(r.IntN(1 << 16)),
	}
	at := 0
	for i := range in.words {
		switch r.IntN(4) {
		case 0:
		case 1:
			in.words[i] = ^uint64(0)
		default:
			in.words[i] = r.Uint64() & r.Uint64()
		}
		if i%subWords == 0 {
			in.rank[i/subWords] = uint16(at)
		}
		in.set[i], in.bounds[i] = r.Uint64(), uint16(r.IntN(1<<16))
		at += bits.OnesCount64(in.words[i])
		in.most[i] = byte(max(0, r.IntN(300)-44))
	}
	for i := range in.class {
		in.class[i] = byte(r.IntN(classes))
	}
	for i := range in.planes {
		in.planes[i] = make([]byte, (int(in.start)+at)/8+slack)
		for j := range in.planes[i] {
			in.planes[i][j] = byte(r.Uint32())
		}
	}
	for i := range in.table {
		in.table[i] = byte(r.IntN(256))
	}
	return in
}

// kernels are the inner loops in one form.
type kernels struct {
	name   string
	add    func(acc *accumulators)
	pick   func(set *bitSet, acc *accumulators, some bool) (uint64, int)
	bounds func(sums *cellSums)
	take   func(sums *cellSums)
	least  func(sums *cellSums) uint64
}

// TestKernelsAgreeWithTheirTwins compares assembly with Go on random input.
func TestKernelsAgreeWithTheirTwins(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		in := someInput(r)
		var start, want accumulators
		for i := range start {
			start[i] = uint16(r.IntN(200))
		}
		want = start
		addCellsGo(&want, &in.dense, in.mask, in.weight, &in.table)
		var from, sums cellSums
		for i := range from {
			from[i] = uint16(r.Uint32())
		}
		sums = from
		addBoundsGo(&sums, &in.most, in.weight)
		mask := atLeastGo(&sums, in.need)
		less := from
		takeBoundsGo(&less, &in.most, in.weight)
		check := func(k kernels) {
			got := start
			if k.add(&got); got != want {
				t.Fatalf("%s adds otherwise", k.name)
			}
			for _, some := range []bool{false, true} {
				set, wantSet := in.set, in.set
				live, n := k.pick(&set, &got, some)
				if wantLive, wantN := pickGo(&wantSet, &want, &in.bounds, in.mask, in.least, some); set != wantSet || live != wantLive || n != wantN {
					t.Fatalf("%s picks otherwise", k.name)
				}
			}
			added := from
			if k.bounds(&added); added != sums {
				t.Fatalf("%s adds bounds otherwise", k.name)
			}
			taken := from
			if k.take(&taken); taken != less {
				t.Fatalf("%s takes bounds otherwise", k.name)
			}
			if k.least(&added) != mask {
				t.Fatalf("%s compares bounds otherwise", k.name)
			}
		}
		check(kernels{
			"the kernel in use",
			func(acc *accumulators) { addCells(acc, &in.dense, in.mask, in.weight, &in.table) },
			func(set *bitSet, acc *accumulators, some bool) (uint64, int) {
				return pick(set, acc, &in.bounds, in.mask, in.least, some)
			},
			func(sums *cellSums) { addBounds(sums, &in.most, in.weight) },
			func(sums *cellSums) { takeBounds(sums, &in.most, in.weight) },
			func(sums *cellSums) uint64 { return atLeast(sums, in.need) },
		})
		eachKernel(in, check)
	}
}

// TestAddCellsIsWhatItSays compares the Go twin with the definition, posting by posting.
func TestAddCellsIsWhatItSays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		in := someInput(r)
		var got, want accumulators
		addCellsGo(&got, &in.dense, in.mask, in.weight, &in.table)
		i := int(in.start)
		for d := range winSize {
			if in.words[d/64]>>(d%64)&1 == 0 {
				continue
			}
			if in.mask>>(d/64)&1 == 1 {
				want[d] = uint16(uint32(in.table[int(in.planes.at(i))*classes+int(in.class[d])]) * uint32(in.weight) >> 8)
			}
			i++
		}
		if got != want {
			t.Fatal("the sums are others")
		}
	}
}

// TestUnpackingAgreesWithItsTwin compares what unpacks a block with Go, for every width.
func TestUnpackingAgreesWithItsTwin(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for width := range 33 {
		for range 40 {
			n := 1 + r.IntN(blockSize)
			src := make([]byte, (n*width+7)/8+slack)
			for i := range src {
				src[i] = byte(r.Uint32())
			}
			var got, want [blockSize]uint32
			last := r.Uint32() - 1
			gaps(&got, src, n, width, last)
			gapsGo(&want, src, n, width, last)
			if !slices.Equal(got[:n], want[:n]) {
				t.Fatalf("%d documents of %d bits are others", n, width)
			}
			if width > symbolBitsMost {
				continue
			}
			var table symbolTable
			for i := range table {
				table[i] = byte(r.IntN(symbols))
			}
			var gotSyms, wantSyms [blockSize]byte
			unpackSymbols(&gotSyms, src, n, width, &table)
			symbolsGo(&wantSyms, src, n, width, &table)
			if !slices.Equal(gotSyms[:n], wantSyms[:n]) {
				t.Fatalf("%d symbols of %d bits are others", n, width)
			}
		}
	}
}

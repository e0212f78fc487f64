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
	cells, needs []cell
	weight, need uint16
	table        impacts
	most         [winCells]byte
}

func someInput(r *rand.Rand) *kernelInput {
	in := &kernelInput{words: make([]uint64, winWords), class: make([]byte, winSize), weight: uint16(r.IntN(65000)), need: uint16(r.IntN(1 << 16))}
	at := r.IntN(300)
	for i := range in.words {
		switch r.IntN(4) {
		case 0:
		case 1:
			in.words[i] = ^uint64(0)
		default:
			in.words[i] = r.Uint64() & r.Uint64()
		}
		if r.IntN(3) > 0 {
			in.cells = append(in.cells, cell{uint32(at), uint32(i)})
			in.needs = append(in.needs, cell{uint32(r.IntN(1 << 16)), uint32(i)})
		}
		at += bits.OnesCount64(in.words[i])
		in.most[i] = byte(max(0, r.IntN(300)-44))
	}
	for i := range in.class {
		in.class[i] = byte(r.IntN(classes))
	}
	for i := range in.planes {
		in.planes[i] = make([]byte, at/8+slack)
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
	reach  func(out *bitSet, acc *accumulators)
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
		addCellsGo(&want, in.words, in.class, &in.planes, in.cells, in.weight, &in.table)
		var wantSet bitSet
		reachGo(&wantSet, &want, in.needs)
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
			var set bitSet
			if k.reach(&set, &got); set != wantSet {
				t.Fatalf("%s compares otherwise", k.name)
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
			func(acc *accumulators) { addCells(acc, in.words, in.class, &in.planes, in.cells, in.weight, &in.table) },
			func(out *bitSet, acc *accumulators) { reach(out, acc, in.needs) },
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
		addCellsGo(&got, in.words, in.class, &in.planes, in.cells, in.weight, &in.table)
		for _, c := range in.cells {
			i := int(c.at)
			for d := int(c.slot) * 64; d < int(c.slot+1)*64; d++ {
				if in.words[d/64]>>(d%64)&1 == 1 {
					want[d] = uint16(uint32(in.table[int(in.planes.at(i))*classes+int(in.class[d])]) * uint32(in.weight) >> 8)
					i++
				}
			}
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

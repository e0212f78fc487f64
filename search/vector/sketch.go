package vector

import (
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// The sketch of a row is the signs of its numbers, a bit each: an eighth of the
// bytes. A product with the signs, times the row's spread, estimates the product with
// the row, as in Gao and Long, "RaBitQ" (2024), without their rotation:
//
//	⟨q, x⟩ ≈ spread · Σ q·sign(x)    where spread = |x|² / Σ|x|
//
// The estimate errs like noise with a deviation of about 0.6 · spread · |q|, which is
// 0.04 for vectors of 384 numbers and length 1. Rows whose estimate lies by more than a
// margin · spread · |q| below the worst of the best found so far are passed over. For the
// 1,000 best of 292,341 a margin of 1.1 leaves 18,000 products to be made, one of 1.75 40,000;
// with both the best 100 are all there, and of the 1,000 998 and all.
const (
	sketchMargin = 1.75
	deepMargin   = 1.1
	sketchRows   = 1 << 16 // from so many rows on a segment is skimmed
	shareRows    = 1 << 14 // the fewest rows that are worth a goroutine
)

// marginFor returns the margin for the k best. Of many the last may be missed more often; the
// first lie so far above them that they are not.
func marginFor(k int) float32 {
	const deep = 500
	if k >= deep {
		return deepMargin
	}
	return sketchMargin
}

// appendSketch appends the signs of a row, the first in the lowest bit.
func appendSketch(b, row []uint8) []uint8 {
	for k := 0; k < len(row); k += 8 {
		var signs uint8
		for i, v := range row[k : k+8] {
			signs |= v >> 7 << i // 128 and more is not negative
		}
		b = append(b, signs)
	}
	return b
}

func spread(by float32, row []uint8) float32 {
	square, sum := 0, 0
	for _, v := range row {
		n := int(v) - 128
		square += n * n
		sum += max(n, -n)
	}
	if sum == 0 {
		return 0
	}
	return by * float32(square) / float32(sum)
}

// skim is scan for a segment with sketches. First all rows are estimated; then the products
// are made of about as many as are wanted, those with the greatest estimates, so that what a
// product must reach is known; and then of the others that may reach it. Each step shares the
// rows among as many goroutines as there are processors.
func (s *Store) skim(tops []*top, g *segment, dead bitmap) {
	held, _ := s.estimates.Get().(*[]float32)
	if held == nil {
		held = new([]float32)
	}
	defer s.estimates.Put(held)
	*held = slices.Grow((*held)[:0], len(g.ids))[:len(g.ids)]
	for _, t := range tops {
		high := s.estimate(t, g, *held)
		s.skimFor(t, g, dead, *held, func(_ *top, estimates, _ []float32) uint64 { return highest(estimates, high) })
		s.skimFor(t, g, dead, *held, func(t *top, estimates, spreads []float32) uint64 { return t.near(estimates, spreads, high) })
	}
}

// skimFor makes the products of the rows that choose returns of each block, a bit for each.
// Each goroutine goes on with what has been found so far.
func (s *Store) skimFor(t *top, g *segment, dead bitmap, estimates []float32, choose func(t *top, estimates, spreads []float32) uint64) {
	found := make([][]Hit, shares(len(estimates)))
	shared(len(estimates), func(share, from, to int) {
		own := *t
		own.hits = slices.Clone(t.hits)
		p := make([]int32, 1)
		for at := from; at < to; at += blockRows {
			end := min(at+blockRows, to)
			for rows := choose(&own, estimates[at:end], g.spreads[at:end]) &^ dead[at/64]; rows != 0; rows &= rows - 1 {
				row := at + bits.TrailingZeros64(rows)
				s.k.dots(p, g.vectors[row*s.dim:][:s.dim], t.question.q)
				h := Hit{g.ids[row], float32(p[0]-t.question.bias) * g.scales[row].by * t.question.scale}
				if h.Score >= own.least && t.admits(h.ID) {
					own.offer(h)
					found[share] = append(found[share], h)
				}
			}
		}
	})
	for _, h := range slices.Concat(found...) {
		t.offer(h)
	}
}

// shares returns among how many goroutines the rows of a segment are shared.
func shares(rows int) int { return max(1, min(runtime.GOMAXPROCS(0), rows/shareRows)) }

// shared calls do at once for each share of some rows, and waits for all. A share begins
// with a block.
func shared(rows int, do func(share, from, to int)) {
	n := shares(rows)
	each := (rows/n + blockRows) / blockRows * blockRows
	var all sync.WaitGroup
	for share := 1; share < n; share++ {
		all.Go(func() { do(share, share*each, min(rows, (share+1)*each)) })
	}
	do(0, 0, min(rows, each))
	all.Wait()
}

// steps are into how many steps estimates are counted, to find out what the best reach.
const steps = 1024

// estimate estimates the products of all rows, and returns what about as many as are wanted
// reach. A product of signs is Σ q over the set bits, so that Σ q·sign is twice it less Σ q.
func (s *Store) estimate(t *top, g *segment, estimates []float32) (high float32) {
	q := &t.question
	slope, start := 2*q.scale, -q.scale*float32(q.bias/128)
	by := steps / 2 / max(q.length, math.SmallestNonzeroFloat32)
	counts := make([][steps]int32, shares(len(estimates)))
	width := s.dim / 8
	shared(len(estimates), func(share, from, to int) {
		var products [blockRows]int32
		count := &counts[share]
		for at := from; at < to; at += blockRows {
			n := min(blockRows, to-at)
			s.k.signs(products[:n], g.sketches[at*width:][:n*width], q.q)
			for i, p := range products[:n] {
				e := (float32(p)*slope + start) * g.spreads[at+i]
				estimates[at+i] = e
				count[max(0, min(steps-1, int(e*by)+steps/2))]++
			}
		}
	})
	for step, n := steps-1, 0; step > 0; step-- {
		for i := range counts {
			n += int(counts[i][step])
		}
		if n >= t.k {
			return float32(step-steps/2) / by
		}
	}
	return float32(math.Inf(-1))
}

// highest returns a bit for each of 64 rows whose estimate is high.
func highest(estimates []float32, high float32) (rows uint64) {
	for i, e := range estimates {
		if e >= high {
			rows |= 1 << (i & 63)
		}
	}
	return rows
}

// near returns a bit for each of 64 rows that may be among the best and whose estimate is
// below high.
func (t *top) near(estimates, spreads []float32, high float32) (rows uint64) {
	margin, least := t.margin*t.question.length, t.least
	spreads = spreads[:len(estimates)]
	for i, e := range estimates { // without a branch: who is near is hard to guess
		short, over := e-high, e+margin*spreads[i]-least
		rows |= uint64(math.Float32bits(short)>>31&^(math.Float32bits(over)>>31)) << (i & 63)
	}
	return rows
}

package vector

import (
	"math"
	"math/bits"
)

// The sketch of a row is the signs of its numbers, a bit each: an eighth of the
// bytes. A product with the signs, times the row's spread, estimates the product with
// the row, as in Gao and Long, "RaBitQ" (2024), without their rotation:
//
//	⟨q, x⟩ ≈ spread · Σ q·sign(x)    where spread = |x|² / Σ|x|
//
// The estimate errs like noise with a deviation of about 0.6 · spread · |q|, which is
// 0.04 for vectors of 384 numbers and length 1. Rows whose estimate lies by more than
// sketchMargin · spread · |q| below the worst of the best found so far are passed over.
const (
	sketchMargin = 1.75
	sketchRows   = 1 << 16 // from so many rows on a segment is skimmed
)

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

// skim is scan for a segment with sketches.
func (s *Store) skim(tops []*top, g *segment, dead bitmap) {
	var products [blockRows]int32
	width := s.dim / 8
	for at := 0; at < len(g.ids); at += blockRows {
		n := min(blockRows, len(g.ids)-at)
		for _, t := range tops {
			s.k.signs(products[:n], g.sketches[at*width:][:n*width], t.question.q)
			near := t.near(products[:n], g.spreads[at:][:n]) &^ dead[at/64]
			for ; near != 0; near &= near - 1 {
				row := at + bits.TrailingZeros64(near)
				if !t.admits(g.ids[row]) {
					continue
				}
				var p [1]int32
				s.k.dots(p[:], g.vectors[row*s.dim:][:s.dim], t.question.q)
				v := float32(p[0]-t.question.bias) * g.scales[row].by * t.question.scale
				if v >= t.least {
					t.offer(Hit{g.ids[row], v})
				}
			}
		}
	}
}

// near returns a bit for each row of a block that may be among the best. A product is
// Σ q over the set bits, so that Σ q·sign is twice it less Σ q.
func (t *top) near(products []int32, spreads []float32) (rows uint64) {
	q := &t.question
	slope := 2 * q.scale
	start := sketchMargin*q.length - q.scale*float32(q.bias/128)
	spreads = spreads[:len(products)]
	for i, p := range products { // without a branch: who is near is hard to guess
		over := (float32(p)*slope+start)*spreads[i] - t.least
		rows |= uint64(^math.Float32bits(over)>>31) << (i & 63)
	}
	return rows
}

package lexical

import "math/bits"

// bitmap is a set of documents of a segment. nil is the empty set.
type bitmap []uint64

// newBitmap has room for whole windows.
func newBitmap(docs int) bitmap { return make(bitmap, windows(docs)*winWords) }

func (m bitmap) has(doc uint32) bool {
	return m != nil && m[doc>>6]>>(doc&63)&1 == 1
}

func (m bitmap) set(doc uint32) { m[doc>>6] |= 1 << (doc & 63) }

func (m bitmap) count() int {
	n := 0
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// bitSet is the documents of one window.
type bitSet [winWords]uint64

func (s *bitSet) empty() bool {
	var all uint64
	for _, w := range s {
		all |= w
	}
	return all == 0
}

func (s *bitSet) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s *bitSet) and(o *bitSet) {
	for i := range s {
		s[i] &= o[i]
	}
}

func (s *bitSet) or(o *bitSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s *bitSet) andNot(o *bitSet) {
	for i := range s {
		s[i] &^= o[i]
	}
}

// thin leaves one document of every so many, a power of two up to winSize.
func (s *bitSet) thin(every int) {
	first := ^uint64(0) / (1<<min(every, 64) - 1) // of each group in a word
	for i := range s {
		if s[i] &= first; i%max(1, every/64) != 0 {
			s[i] = 0
		}
	}
}

// fill sets the first n bits.
func (s *bitSet) fill(n int) {
	for i := range s {
		switch {
		case n >= 64:
			s[i] = ^uint64(0)
		case n > 0:
			s[i] = 1<<n - 1
		default:
			s[i] = 0
		}
		n -= 64
	}
}

// window returns the part of m that is window w.
func (m bitmap) window(w int) *bitSet { return (*bitSet)(m[w*winWords:]) }

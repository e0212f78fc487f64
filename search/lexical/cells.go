package lexical

import (
	"encoding/binary"
	"math/bits"
)

// dense returns a window of a list of bits.
func (l *list) dense(w int) dense {
	return dense{
		(*bitSet)(l.words[w*winWords:]), l.group.class[w<<winBits:][:winSize], &l.planes,
		l.start[w], (*[winSubs]uint16)(l.rank[w*winSubs:]),
	}
}

// planes are the lowest, the middle and the highest bits of symbols.
type planes [3][]byte

// at returns symbol i.
func (p *planes) at(i int) byte {
	b, s := i>>3, i&7
	return p[0][b]>>s&1 | p[1][b]>>s&1<<1 | p[2][b]>>s&1<<2
}

// severalBefore returns how many of the first j postings of a block have a symbol of several
// codes.
func (l *list) severalBefore(block, j int) int {
	n := 0
	for half := 0; half < j; half += 64 {
		below := ^uint64(0)
		if j-half < 64 {
			below = 1<<(j-half) - 1
		}
		all := l.symbols(block, half)
		for sym := range symbols {
			if l.several[block]>>sym&1 == 1 {
				n += bits.OnesCount64(all.are(sym) & below)
			}
		}
	}
	return n
}

// symbolBits are the bits of 64 symbols.
type symbolBits [3]uint64

// symbols returns those of half a block.
func (l *list) symbols(block, half int) (s symbolBits) {
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(l.planes[i][(block*blockSize+half)/8:])
	}
	return s
}

// are returns which are a symbol.
func (s *symbolBits) are(sym int) uint64 {
	out := ^uint64(0)
	for i, bits := range s {
		out &= bits ^ (uint64(sym>>i&1) - 1)
	}
	return out
}

// filled returns the cells in which the set has documents.
func (s *bitSet) filled() (mask uint64) {
	for i, word := range s {
		if word != 0 {
			mask |= 1 << i
		}
	}
	return mask
}

// keep takes the documents out of the set that are not in the cells of a mask.
func (s *bitSet) keep(mask uint64) {
	for off := ^mask; off != 0; off &= off - 1 {
		s[bits.TrailingZeros64(off)] = 0
	}
}

// clear sets the sums in some cells to 0.
func (a *accumulators) clear(mask uint64) {
	for ; mask != 0; mask &= mask - 1 {
		*(*[64]uint16)(a[bits.TrailingZeros64(mask)<<cellBits:]) = [64]uint16{}
	}
}

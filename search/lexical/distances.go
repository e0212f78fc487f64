package lexical

import "math/bits"

// distances are the places of a block as they lie in the file: of each posting the first, then
// how far each is from the one before. Few of them are far: these stand apart, so that one
// does not make all as wide, and the greatest number that the width can hold stands for each.
type distances struct {
	packed []byte
	width  int
	far    []byte // the width of what they are beyond that number, and these packed; nil for none

	at, passed int // how many are far of so many
}

// distances returns those of a block.
func (l *list) distances(block int) distances {
	d := distances{packed: l.places[l.placeOff[block]:], width: int(l.placeW[block])}
	if l.placeFar != nil && l.placeFar[block] > 0 {
		d.far, d.packed = d.packed, d.packed[l.placeFar[block]:]
	}
	return d
}

// read appends those from one to before another.
func (d *distances) read(dst []uint32, from, to int) []uint32 {
	mask := uint32(1)<<d.width - 1
	for i := from; i < to; i++ {
		v := unpack(d.packed, d.width, i)
		if v == mask && d.far != nil {
			v += d.beyond(i)
		}
		dst = append(dst, v)
	}
	return dst
}

// beyond returns what a far one is beyond the greatest number of the width. It counts those
// before it, and goes on from the last that it was asked for.
func (d *distances) beyond(i int) uint32 {
	if i < d.at {
		d.at, d.passed = 0, 0
	}
	for mask := uint32(1)<<d.width - 1; d.at < i; d.at++ {
		if unpack(d.packed, d.width, d.at) == mask {
			d.passed++
		}
	}
	return unpack(d.far[1:], int(d.far[0]), d.passed)
}

// places appends the places of one posting, whose distances stand from one to before another.
func (d *distances) places(dst []uint32, from, to int) []uint32 {
	begin := len(dst)
	dst = d.read(dst, from, to)
	for i := begin + 1; i < len(dst); i++ {
		dst[i] += dst[i-1]
	}
	return dst
}

// packDistances appends those of a block in the way that takes the fewest bytes, and returns
// their width, and how many bytes of far ones stand before them.
func packDistances(dst []byte, values []uint32) (out []byte, width, far byte) {
	var more [34]int // how many do not fit below the greatest number of a width
	var most uint32
	for _, v := range values {
		most = max(most, v)
		more[bits.Len64(uint64(v)+1)]++ // with so many bits it is below
	}
	for w := 33; w > 0; w-- {
		more[w-1] += more[w]
	}
	widest := bits.Len32(most)
	best, least := widest, (len(values)*widest+7)/8
	for w := widest - 1; w > 0; w-- {
		apart := 1 + (more[w+1]*bits.Len32(most-(1<<w-1))+7)/8
		if size := apart + (len(values)*w+7)/8; size < least && apart <= 255 {
			best, least = w, size
		}
	}
	if best == widest {
		return pack(dst, values, widest), byte(widest), 0
	}
	mask := uint32(1)<<best - 1
	near, apart := make([]uint32, len(values)), make([]uint32, 0, more[best+1])
	for i, v := range values {
		if near[i] = min(v, mask); v >= mask {
			apart = append(apart, v-mask)
		}
	}
	high, begin := bits.Len32(most-mask), len(dst)
	dst = pack(append(dst, byte(high)), apart, high)
	far = byte(len(dst) - begin)
	return pack(dst, near, best), byte(best), far
}

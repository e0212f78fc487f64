package lexical

import "math/bits"

// tally is a set of documents of a segment, and counts those that lists have of it. It
// looks only where it has documents: most questions have few.
type tally struct {
	bitmap
	n     int
	words []int // of the bitmap, which have documents
	list  list  // read last
}

func (t *tally) add(w int, set *bitSet) {
	for i, word := range set {
		if word != 0 {
			t.words = append(t.words, w*winWords+i)
			t.bitmap[w*winWords+i] = word
			t.n += bits.OnesCount64(word)
		}
	}
}

// of returns how many documents of the set the current term has.
func (t *tally) of(term *terms) (n int) {
	if !term.short() {
		term.read(&t.list)
		return t.count(&t.list)
	}
	term.each(func(d uint32) { n += int(t.bitmap[d>>6] >> (d & 63) & 1) })
	return n
}

// count returns how many documents of the set are in a list.
func (t *tally) count(l *list) int {
	switch {
	case l.bits():
		n := 0
		for _, w := range t.words {
			n += bits.OnesCount64(t.bitmap[w] & l.words[w])
		}
		return n
	case l.parted():
		return t.countNear(l)
	}
	n, next := 0, 0
	var block [blockSize]uint32
	for b := range l.blocks() {
		if l.lasts != nil {
			for next < len(t.words) && b > 0 && uint32(t.words[next]) < l.lasts[b-1]>>6 {
				next++
			}
			if next == len(t.words) {
				break
			}
			if l.lasts[b]>>6 < uint32(t.words[next]) {
				continue
			}
		}
		for _, d := range block[:l.decode(b, &block)] {
			n += int(t.bitmap[d>>6] >> (d & 63) & 1)
		}
	}
	return n
}

// countNear is count for a list of bytes.
func (t *tally) countNear(l *list) (n int) {
	last := -1
	for _, w := range t.words {
		sub := w / subWords
		if sub == last {
			continue
		}
		last = sub
		words := t.bitmap[sub*subWords:][:subWords]
		for _, b := range l.near[l.ordinal(sub):l.ordinal(sub+1)] {
			n += int(words[b>>6] >> (b & 63) & 1)
		}
	}
	return n
}

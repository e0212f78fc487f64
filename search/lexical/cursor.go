package lexical

import "math/bits"

// cursor reads a list with random and with rising access, and remembers the block
// it decoded last.
type cursor struct {
	*list
	block int // decoded into buf, −1 for none
	n     int // documents in it
	buf   [blockSize]uint32

	symBlock int // whose symbols are in syms, −1 for none
	syms     [blockSize]byte
}

func newCursor(l *list) *cursor { return &cursor{list: l, block: -1, symBlock: -1} }

// blockOf returns the block that holds the first document not below doc; it is the
// number of blocks when there is none.
func (c *cursor) blockOf(doc uint32) int {
	if c.docs != nil {
		if c.docs[len(c.docs)-1] < doc {
			return 1
		}
		return 0
	}
	lo, hi := 0, len(c.lasts)
	if c.block >= 0 {
		// near what was read last, mostly
		if c.lasts[c.block] < doc {
			lo = c.block + 1
			for step := 1; lo+step < hi; step *= 2 {
				if c.lasts[lo+step] >= doc {
					hi = lo + step
					break
				}
			}
		} else if c.block == 0 || c.lasts[c.block-1] < doc {
			return c.block
		}
	}
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if c.lasts[m] < doc {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

func (c *cursor) enter(block int) {
	if c.block != block {
		c.n = c.decode(block, &c.buf)
		c.block = block
	}
}

// find returns the number of a document's posting.
func (c *cursor) find(doc uint32) (int, bool) {
	if c.parted() {
		return c.of(doc)
	}
	block := c.blockOf(doc)
	if block == c.blocks() {
		return 0, false
	}
	c.enter(block)
	i := c.search(doc)
	return block*blockSize + i, i < c.n && c.buf[i] == doc
}

// search returns the first place in the decoded block that is not below doc.
func (c *cursor) search(doc uint32) int {
	lo, hi := 0, c.n
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if c.buf[m&(blockSize-1)] < doc {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// next returns the first document not below doc.
func (c *cursor) next(doc uint32) (uint32, bool) {
	if c.parted() && !c.bits() {
		return c.nextNear(doc)
	}
	if c.bits() {
		for w := int(doc >> 6); w < len(c.words); w++ {
			word := c.words[w]
			if w == int(doc>>6) {
				word &= ^uint64(0) << (doc & 63)
			}
			if word != 0 {
				return uint32(w<<6 + bits.TrailingZeros64(word)), true
			}
		}
		return 0, false
	}
	block := c.blockOf(doc)
	if block == c.blocks() {
		return 0, false
	}
	c.enter(block)
	return c.buf[c.search(doc)], true
}

// nextNear is next for a list of bytes.
func (c *cursor) nextNear(doc uint32) (uint32, bool) {
	sub := int(doc >> subBits)
	if sub >= len(c.rank)-1 {
		return 0, false
	}
	from := c.ordinal(sub)
	for _, b := range c.near[from:c.ordinal(sub+1)] {
		if b >= byte(doc) {
			return uint32(sub<<subBits) | uint32(b), true
		}
	}
	for sub++; sub < len(c.rank)-1; sub++ {
		if from = c.ordinal(sub); from < c.ordinal(sub+1) {
			return uint32(sub<<subBits) | uint32(c.near[from]), true
		}
	}
	return 0, false
}

// nextWindow returns the first window from w on that has a document, −1 if there is none.
func (c *cursor) nextWindow(w int) int {
	d, ok := c.next(uint32(w) << winBits)
	if !ok {
		return -1
	}
	return int(d >> winBits)
}

// each calls f for the postings of a window in parts that lie in one block each: the
// documents, and the number of the first one's posting. The list is not one of bits.
func (c *cursor) each(w int, f func(docs []uint32, ordinal int)) {
	if c.parted() {
		c.eachNear(w, f)
		return
	}
	from, to := uint32(w)<<winBits, uint32(w+1)<<winBits
	for block := c.blockOf(from); block < c.blocks(); block++ {
		c.enter(block)
		lo, hi := 0, c.n
		if c.buf[0] < from {
			lo = c.search(from)
		}
		if c.buf[hi-1] >= to {
			hi = c.search(to)
		}
		if lo < hi {
			f(c.buf[lo:hi], block*blockSize+lo)
		}
		if hi < c.n {
			return
		}
	}
}

func (c *cursor) eachNear(w int, f func(docs []uint32, ordinal int)) {
	c.block = -1 // the buffer is used for parts of blocks
	n, i := 0, c.ordinal(w*winSubs)
	for sub := w * winSubs; sub < (w+1)*winSubs; sub++ {
		for _, b := range c.near[i:c.ordinal(sub+1)] {
			c.buf[n] = uint32(sub<<subBits) | uint32(b)
			n++
			if i++; i%blockSize == 0 {
				f(c.buf[:n], i-n)
				n = 0
			}
		}
	}
	if n > 0 {
		f(c.buf[:n], i-n)
	}
}

// eachSymbol is each with the postings' symbols.
func (c *cursor) eachSymbol(w int, f func(docs []uint32, syms []byte)) {
	c.each(w, func(docs []uint32, ordinal int) {
		if block := ordinal / blockSize; c.symBlock != block {
			c.symBlock = block
			c.symbolsOf(block, &c.syms)
		}
		f(docs, c.syms[ordinal%blockSize:][:len(docs)])
	})
}

// window sets out to the documents of a window.
func (c *cursor) window(w int, out *bitSet) {
	switch {
	case c.bits():
		copy(out[:], c.words[w*winWords:])
	case c.parted():
		*out = bitSet{}
		i := c.ordinal(w * winSubs)
		for sub := range winSubs {
			for _, b := range c.near[i:c.ordinal(w*winSubs+sub+1)] {
				out[(sub*subWords+int(b>>6))&(winWords-1)] |= 1 << (b & 63)
				i++
			}
		}
	default:
		*out = bitSet{}
		c.each(w, func(docs []uint32, _ int) {
			for _, d := range docs {
				out[d>>6&(winWords-1)] |= 1 << (d & 63)
			}
		})
	}
}

// bound returns an impact that none in the window exceeds, 0 when it has no document.
func (c *cursor) bound(w int) byte {
	var most byte
	if c.parted() {
		return c.winMax[w]
	}
	if c.docs != nil {
		if d, ok := c.next(uint32(w) << winBits); !ok || int(d>>winBits) > w {
			return 0
		}
		return c.most
	}
	from, to := uint32(w)<<winBits, uint32(w+1)<<winBits
	for block := c.blockOf(from); block < len(c.lasts); block++ {
		if block > 0 && c.lasts[block-1] >= to-1 {
			break
		}
		most = max(most, c.blockMax[block])
	}
	return most
}

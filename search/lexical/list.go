package lexical

import (
	"encoding/binary"
	"math/bits"
)

// list holds where the parts of a term's postings are.
type list struct {
	seg                 *segment
	df                  int
	flags               byte
	most                byte    // the largest impact
	best                [3]byte // the 10th, 100th and 1000th
	winMax              []byte  // dense: largest impact of a window
	subMax              []byte  // and of 256 documents
	rank                []uint32
	words               []uint64
	lasts, gapOff       []uint32 // else
	blockMax            []byte
	gaps                []byte
	codeOff, placeOff   []uint32
	placeW              []byte
	imps, codes, places []byte
	docs                []uint32 // of a list shorter than a block
	codeW               int      // likewise
}

func (l *list) dense() bool { return l.flags&flagDense != 0 }

// list reads the head of the current term's postings.
func (t *terms) list() *list {
	l := &list{seg: t.seg, df: t.df}
	kind := kindOf(t.term)
	if t.df == 1 {
		t.single(l, kind)
		return l
	}
	p := t.seg.post[t.off:]
	l.flags = p[0]
	if l.flags&flagLong == 0 {
		l.short(p)
	} else {
		l.long(p)
	}
	return l
}

// single makes the list of a term of one document.
func (t *terms) single(l *list, kind termKind) {
	v := t.value
	l.docs = []uint32{uint32(uv(&v))}
	if kind == keyKind {
		l.flags = flagBare
		return
	}
	code := uint32(uv(&v))
	l.codeW = bits.Len32(code)
	l.codes = append(pack(nil, []uint32{code}, l.codeW), make([]byte, slack)...)
	r := t.seg.lay.rater(groupOf(t.term), t.seg.lens, t.seg.avg)
	l.most = impact(r.part(&t.seg.tuples[code], l.docs[0]), r.group.top)
	l.imps = []byte{l.most}
	if kind == wordKind {
		l.flags = flagPlaces
		var apart []uint32
		for range t.seg.totals[code] {
			apart = append(apart, uint32(uv(&v)))
		}
		w := widest(apart)
		l.placeW, l.placeOff = []byte{byte(w)}, []uint32{0, 0}
		l.places = append(pack(nil, apart, w), make([]byte, slack)...)
	}
}

func (l *list) short(p []byte) {
	if l.df >= blockSize {
		panic("a list has another length than the dictionary says")
	}
	width := int(l.flags >> 4)
	p = p[1:]
	d := uint32(uv(&p))
	l.docs = make([]uint32, l.df)
	for i := range l.docs {
		if i > 0 {
			d += fixed(p, width)
			p = p[width:]
		}
		l.docs[i] = d
	}
	if l.flags&flagBare != 0 {
		return
	}
	l.imps = p[:l.df]
	for _, v := range l.imps {
		l.most = max(l.most, v)
	}
	p = p[l.df:]
	l.codeW = int(p[0])
	l.codes = p[1:]
	if l.flags&flagPlaces != 0 {
		p = p[1+(l.df*l.codeW+7)/8:]
		l.placeW, l.placeOff = p[:1], []uint32{0, 0}
		l.places = p[1:]
	}
}

func fixed(p []byte, width int) uint32 {
	switch width {
	case 1:
		return uint32(p[0])
	case 2:
		return uint32(binary.LittleEndian.Uint16(p))
	}
	return binary.LittleEndian.Uint32(p)
}

func (l *list) long(p []byte) {
	l.most = p[1]
	copy(l.best[:], p[2:5])
	n, nb := int(binary.LittleEndian.Uint32(p[8:])), int(binary.LittleEndian.Uint32(p[12:]))
	gaps, codes := int(binary.LittleEndian.Uint32(p[16:])), int(binary.LittleEndian.Uint32(p[20:]))
	places := int(binary.LittleEndian.Uint64(p[24:]))
	p = p[40:]
	take := func(size int) []byte {
		out := p[:size]
		p = p[(size+7)&^7:]
		return out
	}
	if n != l.df {
		panic("a list has another length than the dictionary says")
	}
	if l.dense() {
		nw := windows(l.seg.docs)
		l.winMax, l.subMax = take(nw), take(nw*winSubs)
		l.rank = numbers[uint32](take(4 * nw * winSubs))
		l.words = numbers[uint64](take(8 * nw * winWords))
	} else {
		l.lasts, l.gapOff = numbers[uint32](take(4*nb)), numbers[uint32](take(4*nb))
		if l.flags&flagBare == 0 {
			l.blockMax = take(nb)
		}
		l.gaps = take(gaps)
	}
	if l.flags&flagBare != 0 {
		return
	}
	l.codeOff = numbers[uint32](take(4 * (nb + 1)))
	if l.flags&flagPlaces != 0 {
		l.placeOff, l.placeW = numbers[uint32](take(4*(nb+1))), take(nb)
	}
	l.imps = take(n)
	at := p
	take(codes)
	l.codes = at[:codes+slack]
	l.places = p[:places+slack]
}

// blocks is how many blocks a list that is not dense has.
func (l *list) blocks() int {
	if l.docs != nil {
		return 1
	}
	return len(l.lasts)
}

// decode puts the documents of block i into out and returns how many there are.
func (l *list) decode(i int, out *[blockSize]uint32) int {
	if l.docs != nil {
		return copy(out[:], l.docs)
	}
	n := min(blockSize, l.df-i*blockSize)
	d := uint32(0)
	if i > 0 {
		d = l.lasts[i-1]
	}
	off := l.gapOff[i]
	p := l.gaps[off&(1<<30-1):]
	switch off >> 30 {
	case 0:
		p = p[:n]
		for j, g := range p {
			d += uint32(g)
			out[j&(blockSize-1)] = d
		}
	case 1:
		for j := range n {
			d += uint32(binary.LittleEndian.Uint16(p[2*j:]))
			out[j] = d
		}
	default:
		for j := range n {
			d += binary.LittleEndian.Uint32(p[4*j:])
			out[j] = d
		}
	}
	return n
}

// code returns the code of posting i.
func (l *list) code(i int) uint32 {
	if l.docs != nil {
		return unpack(l.codes, l.codeW, i)
	}
	at := l.codeOff[i/blockSize]
	width := (l.codeOff[i/blockSize+1] - at) / 16
	return unpack(l.codes[at:], int(width), i%blockSize)
}

// tuple returns how often the term stands in the fields of posting i.
func (l *list) tuple(i int) *tuple { return &l.seg.tuples[l.code(i)] }

// ordinal returns the number of the posting of a document in a dense list.
func (l *list) ordinal(doc uint32) (int, bool) {
	w := doc >> 6
	word := l.words[w]
	bit := uint64(1) << (doc & 63)
	if word&bit == 0 {
		return 0, false
	}
	n := int(l.rank[doc>>subBits]) + bits.OnesCount64(word&(bit-1))
	for i := w &^ (1<<(subBits-6) - 1); i < w; i++ {
		n += bits.OnesCount64(l.words[i])
	}
	return n, true
}

// placesOf appends the places of posting i.
func (l *list) placesOf(i int, dst []uint32) []uint32 {
	block, first := i/blockSize, 0
	for j := block * blockSize; j < i; j++ {
		first += int(l.seg.totals[l.code(j)])
	}
	n := int(l.seg.totals[l.code(i)])
	width, src := int(l.placeW[block]), l.places[l.placeOff[block]:]
	last := uint32(0)
	for j := first; j < first+n; j++ {
		last += unpack(src, width, j)
		dst = append(dst, last)
	}
	return dst
}

// all appends every posting.
func (l *list) all(p *postings) {
	if l.dense() {
		for w, word := range l.words {
			for ; word != 0; word &= word - 1 {
				p.docs = append(p.docs, uint32(w<<6+bits.TrailingZeros64(word)))
			}
		}
	} else {
		var block [blockSize]uint32
		for i := range l.blocks() {
			n := l.decode(i, &block)
			p.docs = append(p.docs, block[:n]...)
		}
	}
	if l.flags&flagBare != 0 {
		return
	}
	for lo := 0; lo < l.df; lo += blockSize {
		total := 0
		for i := lo; i < min(l.df, lo+blockSize); i++ {
			c := l.code(i)
			p.codes = append(p.codes, c)
			total += int(l.seg.totals[c])
		}
		if l.flags&flagPlaces == 0 {
			continue
		}
		block := lo / blockSize
		width, src, at := int(l.placeW[block]), l.places[l.placeOff[block]:], 0
		for _, c := range p.codes[len(p.codes)-min(blockSize, l.df-lo):] {
			last := uint32(0)
			for range l.seg.totals[c] {
				last += unpack(src, width, at)
				at++
				p.places = append(p.places, last)
			}
		}
	}
}

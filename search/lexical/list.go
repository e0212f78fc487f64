package lexical

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// list holds where the parts of a term's postings are.
type list struct {
	seg   *segment
	group *segGroup // nil for a key
	df    int
	flags byte
	most  byte    // the largest impact
	best  [3]byte // the 10th, 100th and 1000th

	// of a list with bits or bytes
	winMax  []byte   // largest impact of a window
	cellMax []byte   // and of 64 documents
	start   []uint32 // postings before a window
	rank    []uint16 // and in it before 256 documents
	words   []uint64 // a bit a document
	near    []byte   // or the lowest byte of each

	// of another long one
	lasts, gapOff []uint32
	blockMax      []byte
	gaps          []byte

	planes            planes // of a list with bits: the symbols
	several, codeW    []byte
	codeOff, placeOff []uint32
	placeW, placeFar  []byte // widths, and how many bytes of far ones there are; nil for none
	codes, places     []byte
	docs              []uint32 // of a list shorter than a block
	shortW            int      // width of its codes
}

// parted says that the list knows of each 256 documents how many postings and what
// impacts there are.
func (l *list) parted() bool { return l.flags&(flagBits|flagBytes) != 0 }

// bits says that the list is a bit a document.
func (l *list) bits() bool { return l.flags&flagBits != 0 }

// list reads the head of the current term's postings.
func (t *terms) list() *list {
	l := &list{}
	t.read(l)
	return l
}

// read is list, into one that there is.
func (t *terms) read(l *list) {
	*l = list{seg: t.seg, df: t.df}
	kind := kindOf(t.term)
	if kind != keyKind {
		l.group = &t.seg.groups[groupOf(t.term)]
	}
	if t.df == 1 {
		t.single(l, kind)
		return
	}
	p := t.seg.post[t.off:]
	l.flags = p[0]
	if l.flags&flagLong == 0 {
		l.short(p)
	} else {
		l.long(p)
	}
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
	l.shortW = bits.Len32(code)
	l.codes = append(pack(nil, []uint32{code}, l.shortW), make([]byte, slack)...)
	l.most = l.impact(0, l.docs[0])
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

const badLength = "a list has another length than the dictionary says"

func (l *list) short(p []byte) {
	if l.df >= blockSize {
		panic(badLength)
	}
	width := int(p[1])
	p = p[2:]
	first := uint32(uv(&p))
	l.docs = make([]uint32, l.df)
	l.docs[0] = first
	apart(l.docs[1:], first, p, width)
	p = p[((l.df-1)*width+7)/8:]
	if l.flags&flagBare != 0 {
		return
	}
	l.most, l.shortW = p[0], int(p[1])
	l.codes = p[2:]
	if l.flags&flagPlaces != 0 {
		p = p[2+(l.df*l.shortW+7)/8:]
		l.placeW, l.placeOff = p[:1], []uint32{0, 0}
		l.places = p[1:]
	}
}

func (l *list) long(p []byte) {
	l.most = p[1]
	copy(l.best[:], p[2:5])
	n, nb := int(binary.LittleEndian.Uint32(p[8:])), int(binary.LittleEndian.Uint32(p[12:]))
	gaps, codes := int(binary.LittleEndian.Uint32(p[16:])), int(binary.LittleEndian.Uint32(p[20:]))
	places := int(binary.LittleEndian.Uint64(p[24:]))
	p = p[40:]
	take := func(size int) []byte {
		out := p[:size:size]
		p = p[(size+7)&^7:]
		return out
	}
	if n != l.df || nb != (n+blockSize-1)/blockSize {
		panic(badLength)
	}
	bare := l.flags&flagBare != 0
	if l.parted() {
		nw := windows(l.seg.docs)
		if !bare {
			l.winMax, l.cellMax = take(nw), take(nw*winCells)
		}
		l.start, l.rank = numbers[uint32](take(4*(nw+1))), numbers[uint16](take(2*(nw*winSubs+1)))
		if l.bits() {
			l.words = numbers[uint64](take(8 * nw * winWords))
		} else {
			l.near = take(n)
		}
	} else {
		l.lasts, l.gapOff = numbers[uint32](take(4*nb)), numbers[uint32](take(4*nb))
		if !bare {
			l.blockMax = take(nb)
		}
		l.gaps = p[:gaps+slack]
		take(gaps)
	}
	if bare {
		return
	}
	if l.bits() {
		for i := range l.planes {
			l.planes[i] = p[:(n+7)/8+slack]
			take((n + 7) / 8)
		}
		l.several, l.codeW = take(nb), take(nb)
	}
	l.codeOff = numbers[uint32](take(4 * (nb + 1)))
	if l.flags&flagPlaces != 0 {
		l.placeOff, l.placeW, l.placeFar = numbers[uint32](take(4*(nb+1))), take(nb), take(nb)
	}
	l.codes = p[:codes+slack]
	take(codes)
	l.places = p[:places+slack]
}

// blocks is how many blocks of 128 postings a list has.
func (l *list) blocks() int { return (l.df + blockSize - 1) / blockSize }

// decode puts the documents of block i into out and returns how many there are. The list
// is not parted.
func (l *list) decode(i int, out *[blockSize]uint32) int {
	if l.docs != nil {
		return copy(out[:], l.docs)
	}
	n := min(blockSize, l.df-i*blockSize)
	last := ^uint32(0) // before the first document
	if i > 0 {
		last = l.lasts[i-1]
	}
	off := l.gapOff[i]
	gaps(out, l.gaps[off&(1<<gapBits-1):], n, int(off>>gapBits), last)
	return n
}

// ordinal returns the number of the first posting of 256 documents.
func (l *list) ordinal(sub int) int {
	return int(l.start[sub>>(winBits-subBits)]) + int(l.rank[sub])
}

// of returns the number of the posting of a document in a parted list.
func (l *list) of(doc uint32) (int, bool) {
	sub := int(doc >> subBits)
	n := l.ordinal(sub)
	if !l.bits() {
		i := slices.Index(l.near[n:l.ordinal(sub+1)], byte(doc))
		return n + i, i >= 0
	}
	w := doc >> 6
	word, bit := l.words[w], uint64(1)<<(doc&63)
	if word&bit == 0 {
		return 0, false
	}
	for i := w &^ (subWords - 1); i < w; i++ {
		n += bits.OnesCount64(l.words[i])
	}
	return n + bits.OnesCount64(word&(bit-1)), true
}

// impact returns an upper bound of the impact of posting i, which is that of a document.
func (l *list) impact(i int, doc uint32) byte {
	return l.group.table[int(l.symbol(i))*classes+int(l.group.class[doc])]
}

// symbol returns the symbol of posting i.
func (l *list) symbol(i int) byte {
	if l.bits() {
		return l.planes.at(i)
	}
	return l.seg.syms[l.code(i)]
}

// code returns the code of posting i.
func (l *list) code(i int) uint32 {
	if l.docs != nil {
		return unpack(l.codes, l.shortW, i)
	}
	block, j := i/blockSize, i%blockSize
	at := l.codeOff[block]
	if l.bits() {
		sym := l.planes.at(i)
		if l.several[block]>>sym&1 == 0 {
			return l.group.codes[sym][0]
		}
		n := l.group.codes[sym]
		return n[unpack(l.codes[at:], int(l.codeW[block]), l.severalBefore(block, j))]
	}
	return unpack(l.codes[at:], int(l.codeOff[block+1]-at)/16, j)
}

// codesOf puts the codes of the first n postings of a block into out.
func (l *list) codesOf(block, n int, out *[blockSize]uint32) {
	if !l.bits() {
		codes, width := l.packed(block)
		if width == 0 {
			clear(out[:n])
			return
		}
		mask, at := uint64(1)<<width-1, 0
		for i := range out[:n] {
			out[i] = uint32(binary.LittleEndian.Uint64(codes[at>>3:]) >> (at & 7) & mask)
			at += width
		}
		return
	}
	more, width, several, next := l.codes[l.codeOff[block]:], int(l.codeW[block]), l.several[block], 0
	for half := 0; half < n; half += 64 {
		s := l.symbols(block, half)
		for i := range out[half:min(n, half+64)] {
			sym := s[0]>>i&1 | s[1]>>i&1<<1 | s[2]>>i&1<<2
			nth := uint32(0)
			if several>>sym&1 == 1 {
				nth = unpack(more, width, next)
				next++
			}
			out[half+i] = l.group.codes[sym][nth]
		}
	}
}

// packed returns the codes of a block, and their width, of a list that is not of bits.
func (l *list) packed(block int) (codes []byte, width int) {
	if l.docs != nil {
		return l.codes, l.shortW
	}
	at := l.codeOff[block]
	return l.codes[at:], int(l.codeOff[block+1]-at) / 16
}

// symbolsOf puts the symbols of a block of a list that is not of bits into out.
func (l *list) symbolsOf(block int, out *[blockSize]byte) {
	n := l.size(block)
	if packed, width := l.packed(block); width <= symbolBitsMost {
		unpackSymbols(out, packed, n, width, &l.seg.sym)
		return
	}
	var codes [blockSize]uint32
	l.codesOf(block, n, &codes)
	for i, code := range codes[:n] {
		out[i] = l.seg.syms[code]
	}
}

// size is how many postings a block has.
func (l *list) size(block int) int { return min(blockSize, l.df-block*blockSize) }

// tuple returns how often the term stands in the fields of posting i.
func (l *list) tuple(i int) *tuple { return &l.seg.tuples[l.code(i)] }

// placesOf appends the places of posting i.
func (l *list) placesOf(i int, dst []uint32) []uint32 {
	block := i / blockSize
	var codes [blockSize]uint32
	l.codesOf(block, i%blockSize+1, &codes)
	first := 0
	for _, c := range codes[:i%blockSize] {
		first += int(l.seg.totals[c])
	}
	d := l.distances(block)
	return d.places(dst, first, first+int(l.seg.totals[codes[i%blockSize]]))
}

// documents appends those of every posting.
func (l *list) documents(dst []uint32) []uint32 {
	switch {
	case l.bits():
		for w, word := range l.words {
			for ; word != 0; word &= word - 1 {
				dst = append(dst, uint32(w<<6+bits.TrailingZeros64(word)))
			}
		}
	case l.parted():
		for sub := range len(l.rank) - 1 {
			for _, b := range l.near[l.ordinal(sub):l.ordinal(sub+1)] {
				dst = append(dst, uint32(sub<<subBits)|uint32(b))
			}
		}
	default:
		var block [blockSize]uint32
		for i := range l.blocks() {
			dst = append(dst, block[:l.decode(i, &block)]...)
		}
	}
	return dst
}

// all appends every posting.
func (l *list) all(p *postings) {
	p.docs = l.documents(p.docs)
	if l.flags&flagBare != 0 {
		return
	}
	var codes [blockSize]uint32
	for block := range l.blocks() {
		n := l.size(block)
		l.codesOf(block, n, &codes)
		p.codes = append(p.codes, codes[:n]...)
		if l.flags&flagPlaces == 0 {
			continue
		}
		total := 0
		for _, c := range codes[:n] {
			total += int(l.seg.totals[c])
		}
		d := l.distances(block)
		p.places = d.read(p.places, 0, total)
		rest := p.places[len(p.places)-total:]
		for _, c := range codes[:n] {
			of := rest[:l.seg.totals[c]]
			for i := 1; i < len(of); i++ {
				of[i] += of[i-1]
			}
			rest = rest[len(of):]
		}
	}
}

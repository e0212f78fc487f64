package lexical

import (
	"encoding/binary"
	"slices"
)

// rate computes the impacts of a list.
func (s *segWriter) rate(term []byte, kind termKind, p *postings) []byte {
	s.imps = s.imps[:0]
	if kind == keyKind {
		return nil
	}
	r := &s.raters[groupOf(term)]
	for i, d := range p.docs {
		s.imps = append(s.imps, impact(r.part(&s.tuples[p.codes[i]], d), r.group.top))
	}
	return s.imps
}

// apart replaces the places of each document by the first and the distances between them.
func (s *segWriter) apart(codes, places []uint32) []uint32 {
	s.scratch = s.scratch[:0]
	for _, c := range codes {
		last := uint32(0)
		for _, v := range places[:s.totals[c]] {
			s.scratch = append(s.scratch, v-last)
			last = v
		}
		places = places[s.totals[c]:]
	}
	return s.scratch
}

func (s *segWriter) short(term []byte, kind termKind, p *postings) {
	gaps := s.gaps(p.docs, int64(p.docs[0]))
	w := widest(gaps)
	out := append(s.buf[:0], 0, byte(w))
	out = binary.AppendUvarint(out, uint64(p.docs[0]))
	out = pack(out, gaps, w)
	if kind == keyKind {
		out[0] |= flagBare
	} else {
		out = append(out, slices.Max(s.rate(term, kind, p)))
		w := widest(p.codes)
		out = pack(append(out, byte(w)), p.codes, w)
	}
	if kind == wordKind {
		out[0] |= flagPlaces
		places := s.apart(p.codes, p.places)
		w := widest(places)
		out = pack(append(out, byte(w)), places, w)
	}
	s.put(out)
	s.buf = out
}

// gaps returns how many documents lie between each and the one before it, which for the
// first is last; with the first itself as last it is left out.
func (s *segWriter) gaps(docs []uint32, last int64) []uint32 {
	s.scratch = s.scratch[:0]
	for _, d := range docs {
		if int64(d) != last {
			s.scratch = append(s.scratch, uint32(int64(d)-last-1))
		}
		last = int64(d)
	}
	return s.scratch
}

// long writes a list of blocks.
func (s *segWriter) long(term []byte, kind termKind, p *postings) {
	imps := s.rate(term, kind, p)
	form := byte(0)
	switch large := s.docs >= winSize; {
	case large && len(p.docs)*bitShare > s.docs:
		form = flagBits
	case large && len(p.docs)*byteShare > s.docs:
		form = flagBytes
	}
	b := s.blocks(kind, p, form)
	head := make([]byte, 40)
	head[0] = flagLong | form
	switch kind {
	case keyKind:
		head[0] |= flagBare
	case wordKind:
		head[0] |= flagPlaces
	}
	bestImpacts(head[1:5], imps)
	binary.LittleEndian.PutUint32(head[8:], uint32(len(p.docs)))
	binary.LittleEndian.PutUint32(head[12:], uint32(b.n))
	binary.LittleEndian.PutUint32(head[16:], uint32(len(b.gaps)))
	binary.LittleEndian.PutUint32(head[20:], uint32(len(b.codes)))
	binary.LittleEndian.PutUint64(head[24:], uint64(len(b.places)))
	s.array(head)
	if form != 0 {
		s.parts(p.docs, imps, form)
	} else {
		s.array(bytesOf(b.lasts))
		s.array(bytesOf(b.gapOff))
		if imps != nil {
			s.array(blockMaxima(imps))
		}
		s.array(b.gaps)
	}
	if kind == keyKind {
		return
	}
	if form == flagBits {
		for i := range b.planes {
			s.array(b.planes[i])
		}
		s.array(b.several)
		s.array(b.codeW)
	}
	s.array(bytesOf(append(b.codeOff, uint32(len(b.codes)))))
	if kind == wordKind {
		s.array(bytesOf(append(b.placeOff, uint32(len(b.places)))))
		s.array(b.placeW)
		s.array(b.placeFar)
	}
	s.array(b.codes)
	s.array(b.places)
}

// blocks are the arrays of a long list, and where each block begins in them.
type blocks struct {
	n                                int
	gaps, codes, places, placeW      []byte
	lasts, gapOff, codeOff, placeOff []uint32
	planes                           [3][]byte
	several, codeW, placeFar         []byte
}

func (s *segWriter) blocks(kind termKind, p *postings, form byte) *blocks {
	b := &blocks{n: (len(p.docs) + blockSize - 1) / blockSize}
	rest := p.places
	last := int64(-1)
	for i := range b.n {
		lo, hi := i*blockSize, min(len(p.docs), (i+1)*blockSize)
		if form == 0 {
			gaps := s.gaps(p.docs[lo:hi], last)
			w := widest(gaps)
			last = int64(p.docs[hi-1])
			b.lasts, b.gapOff = append(b.lasts, uint32(last)), append(b.gapOff, uint32(len(b.gaps))|uint32(w)<<gapBits)
			b.gaps = pack(b.gaps, gaps, w)
		}
		if kind == keyKind {
			continue
		}
		block := p.codes[lo:hi]
		b.codeOff = append(b.codeOff, uint32(len(b.codes)))
		if form == flagBits {
			s.symbols(b, block)
		} else {
			w := widest(block)
			b.codes = pack(b.codes, block, w)
			b.codes = append(b.codes, make([]byte, int(b.codeOff[i])+16*w-len(b.codes))...)
		}
		if kind == wordKind {
			total := 0
			for _, c := range block {
				total += int(s.totals[c])
			}
			apart := s.apart(block, rest[:total])
			rest = rest[total:]
			b.placeOff = append(b.placeOff, uint32(len(b.places)))
			var width, far byte
			b.places, width, far = packDistances(b.places, apart)
			b.placeW, b.placeFar = append(b.placeW, width), append(b.placeFar, far)
		}
	}
	return b
}

// symbols adds the codes of a block as symbols, and behind them which code of a symbol is
// meant, where there is more than one.
func (s *segWriter) symbols(b *blocks, block []uint32) {
	var planes [3][blockSize / 8]byte
	several := byte(0)
	for i, c := range block {
		for p := range planes {
			planes[p][i/8] |= s.syms[c] >> p & 1 << (i % 8)
		}
		if s.nths[c] > 0 {
			several |= 1 << s.syms[c]
		}
	}
	s.scratch = s.scratch[:0]
	for _, c := range block {
		if several>>s.syms[c]&1 == 1 {
			s.scratch = append(s.scratch, s.nths[c])
		}
	}
	w := widest(s.scratch)
	b.several, b.codeW = append(b.several, several), append(b.codeW, byte(w))
	b.codes = pack(b.codes, s.scratch, w)
	for p := range planes {
		b.planes[p] = append(b.planes[p], planes[p][:(len(block)+7)/8]...)
	}
}

// array writes bytes at a multiple of 8.
func (s *segWriter) array(p []byte) {
	s.put(p)
	s.align()
}

func blockMaxima(imps []byte) []byte {
	var out []byte
	for block := range slices.Chunk(imps, blockSize) {
		out = append(out, slices.Max(block))
	}
	return out
}

// bestImpacts sets the largest impact and the 10th, 100th and 1000th.
func bestImpacts(dst, imps []byte) {
	var count [256]int
	for _, v := range imps {
		count[v]++
	}
	seen, ranks := 0, [...]int{1, 10, 100, 1000}
	next := 0
	for v := 255; v > 0 && next < len(ranks); v-- {
		seen += count[v]
		for next < len(ranks) && seen >= ranks[next] {
			dst[next] = byte(v)
			next++
		}
	}
}

// parts writes the bounds, counts and documents of a list that many documents have.
func (s *segWriter) parts(docs []uint32, imps []byte, form byte) {
	nw := windows(s.docs)
	best := make([]byte, nw*winCells)
	start, rank := make([]uint32, nw+1), make([]uint16, nw*winSubs+1)
	for i, d := range docs {
		if imps != nil {
			best[d>>cellBits] = max(best[d>>cellBits], imps[i])
		}
		rank[d>>subBits]++
		start[d>>winBits]++
	}
	before := uint32(0)
	for w := range start {
		start[w], before = before, before+start[w]
		within := uint16(0)
		for i := w * winSubs; i < min((w+1)*winSubs, len(rank)); i++ {
			rank[i], within = within, within+rank[i]
		}
	}
	if imps != nil {
		var most []byte
		for cells := range slices.Chunk(best, winCells) {
			most = append(most, slices.Max(cells))
		}
		s.array(most)
		s.array(best)
	}
	s.array(bytesOf(start))
	s.array(bytesOf(rank))
	if form == flagBits {
		words := make([]uint64, nw*winWords)
		for _, d := range docs {
			words[d>>6] |= 1 << (d & 63)
		}
		s.array(bytesOf(words))
		return
	}
	near := make([]byte, len(docs))
	for i, d := range docs {
		near[i] = byte(d)
	}
	s.array(near)
}

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

func widthOf(v uint32) int {
	switch {
	case v < 1<<8:
		return 1
	case v < 1<<16:
		return 2
	}
	return 4
}

func appendFixed(dst []byte, v uint32, width int) []byte {
	switch width {
	case 1:
		return append(dst, byte(v))
	case 2:
		return append(dst, byte(v), byte(v>>8))
	}
	return binary.LittleEndian.AppendUint32(dst, v)
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
	var far uint32
	for i := 1; i < len(p.docs); i++ {
		far = max(far, p.docs[i]-p.docs[i-1])
	}
	width := widthOf(far)
	out := append(s.buf[:0], byte(width<<4))
	out = binary.AppendUvarint(out, uint64(p.docs[0]))
	for i := 1; i < len(p.docs); i++ {
		out = appendFixed(out, p.docs[i]-p.docs[i-1], width)
	}
	if kind == keyKind {
		out[0] |= flagBare
	} else {
		out = append(out, s.rate(term, kind, p)...)
		w := widest(p.codes)
		out = pack(append(out, byte(w)), p.codes, w)
	}
	if kind == wordKind {
		out[0] |= flagPlaces
		places := s.apart(p.codes, p.places)
		w := widest(places)
		out = pack(append(out, byte(w)), places, w)
	}
	s.put(append(out, make([]byte, slack)...))
	s.buf = out
}

// long writes a list of blocks.
func (s *segWriter) long(term []byte, kind termKind, p *postings) {
	imps := s.rate(term, kind, p)
	dense := len(p.docs)*denseShare > s.docs && s.docs >= winSize
	b := s.blocks(kind, p, dense)
	head := make([]byte, 40)
	head[0] = flagLong
	if dense {
		head[0] |= flagDense
	}
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
	if dense {
		s.dense(p.docs, imps)
	} else {
		s.array(bytesOf(b.lasts))
		s.array(bytesOf(b.gapOff))
		s.array(blockMaxima(imps))
		s.array(b.gaps)
	}
	if kind != keyKind {
		s.array(bytesOf(append(b.codeOff, uint32(len(b.codes)))))
		if kind == wordKind {
			s.array(bytesOf(append(b.placeOff, uint32(len(b.places)))))
			s.array(b.placeW)
		}
		s.array(imps)
		s.array(b.codes)
		s.array(b.places)
	}
	s.array(make([]byte, slack))
}

// blocks are the arrays of a long list, and where each block begins in them.
type blocks struct {
	n                                int
	gaps, codes, places, placeW      []byte
	lasts, gapOff, codeOff, placeOff []uint32
}

func (s *segWriter) blocks(kind termKind, p *postings, dense bool) *blocks {
	b := &blocks{n: (len(p.docs) + blockSize - 1) / blockSize}
	rest := p.places
	for i := range b.n {
		lo, hi := i*blockSize, min(len(p.docs), (i+1)*blockSize)
		if !dense {
			b.lasts, b.gapOff = append(b.lasts, p.docs[hi-1]), append(b.gapOff, 0)
			b.gaps, b.gapOff[i] = appendGaps(b.gaps, p.docs, lo, hi)
		}
		if kind == keyKind {
			continue
		}
		block := p.codes[lo:hi]
		b.codeOff = append(b.codeOff, uint32(len(b.codes)))
		w := widest(block)
		b.codes = pack(b.codes, block, w)
		b.codes = append(b.codes, make([]byte, int(b.codeOff[i])+16*w-len(b.codes))...)
		if kind == wordKind {
			total := 0
			for _, c := range block {
				total += int(s.totals[c])
			}
			apart := s.apart(block, rest[:total])
			rest = rest[total:]
			w := widest(apart)
			b.placeOff, b.placeW = append(b.placeOff, uint32(len(b.places))), append(b.placeW, byte(w))
			b.places = pack(b.places, apart, w)
		}
	}
	return b
}

// array writes bytes at a multiple of 8.
func (s *segWriter) array(p []byte) {
	s.put(p)
	s.align()
}

func appendGaps(gaps []byte, docs []uint32, lo, hi int) ([]byte, uint32) {
	last := uint32(0)
	if lo > 0 {
		last = docs[lo-1]
	}
	far, prev := uint32(0), last
	for _, d := range docs[lo:hi] {
		far, prev = max(far, d-prev), d
	}
	width := widthOf(far)
	off := uint32(len(gaps)) | uint32(width>>1)<<30
	for _, d := range docs[lo:hi] {
		gaps, last = appendFixed(gaps, d-last, width), d
	}
	return gaps, off
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

// dense writes the bounds, counts and bits of a list that many documents are in.
func (s *segWriter) dense(docs []uint32, imps []byte) {
	nw := windows(s.docs)
	best := make([]byte, nw*winSubs)
	rank := make([]uint32, nw*winSubs)
	words := make([]uint64, nw*winWords)
	for i, d := range docs {
		if imps != nil {
			best[d>>subBits] = max(best[d>>subBits], imps[i])
		}
		rank[d>>subBits]++
		words[d>>6] |= 1 << (d & 63)
	}
	before := uint32(0)
	for i, n := range rank {
		rank[i], before = before, before+n
	}
	var most []byte
	for subs := range slices.Chunk(best, winSubs) {
		most = append(most, slices.Max(subs))
	}
	s.array(most)
	s.array(best)
	s.array(bytesOf(rank))
	s.array(bytesOf(words))
}

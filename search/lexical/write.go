package lexical

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
)

// segWriter writes a segment: the documents first, then the terms in order, then
// finish.
type segWriter struct {
	out  *bufio.Writer
	lay  *layout
	at   uint64
	crc  uint32
	err  error
	rows []byte
	open string // tag of the section being written
	from uint64

	docs   int
	lens   [][]uint16
	avg    averages
	raters []rater

	tuples []tuple
	totals []uint32 // occurrences of each tuple
	codes  map[tuple]uint32
	syms   []byte   // symbol of each tuple
	nths   []uint32 // which of those with its symbol in its group it is
	count  [][symbols]uint32

	post  uint64 // length of POST so far
	dict  []byte
	didx  []uint32
	dkey  []uint64
	nTerm int
	last  []byte
	lastP uint64

	buf     []byte
	imps    []byte
	scratch []uint32
}

// documents are the columns of a segment.
type documents struct {
	ids  []int64
	lens [][]uint16 // of each field
	nums [][]int64
}

func (d *documents) sums() []uint64 {
	sums := make([]uint64, len(d.lens))
	for f, lens := range d.lens {
		for _, l := range lens {
			sums[f] += uint64(l)
		}
	}
	return sums
}

// newSegWriter begins a segment. tuples are given their codes in the order in
// which they stand; those not among them come behind.
func newSegWriter(w io.Writer, lay *layout, d *documents, tuples []tuple) *segWriter {
	s := &segWriter{out: bufio.NewWriterSize(w, 1<<18), lay: lay, docs: len(d.ids), lens: d.lens, codes: map[tuple]uint32{}}
	s.count = make([][symbols]uint32, len(lay.groups))
	for _, t := range tuples {
		s.code(t)
	}
	sums := d.sums()
	s.avg = lay.averages(sums, s.docs)
	for g := range lay.groups {
		s.raters = append(s.raters, lay.rater(g, d.lens, s.avg))
	}
	s.write(append([]byte(magic), version, 0, 0, 0, 0, 0, 0, 0))
	s.section(tagMeta, s.meta(sums))
	s.section(tagIDs, appendColumn(nil, d.ids))
	s.section(tagSort, bytesOf(order(d.ids)))
	var all []byte
	for _, l := range d.lens {
		all = append(all, bytesOf(l)...)
	}
	s.section(tagLens, all)
	all = nil
	for _, n := range d.nums {
		all = appendColumn(all, n)
	}
	s.section(tagNums, all)
	s.section(tagClas, s.classes())
	s.begin(tagPost)
	return s
}

// order returns the documents by their ID, nothing when they are so already.
func order(ids []int64) []uint32 {
	if slices.IsSorted(ids) {
		return nil
	}
	o := make([]uint32, len(ids))
	for i := range o {
		o[i] = uint32(i)
	}
	slices.SortFunc(o, func(a, b uint32) int {
		if ids[a] < ids[b] {
			return -1
		}
		return 1
	})
	return o
}

func (s *segWriter) meta(sums []uint64) []byte {
	out := binary.LittleEndian.AppendUint32(nil, uint32(s.docs))
	out = binary.LittleEndian.AppendUint32(out, s.lay.sum())
	for _, a := range append(slices.Clone(s.avg.group), s.avg.field...) {
		out = binary.LittleEndian.AppendUint64(out, float64bits(a))
	}
	for _, n := range sums {
		out = binary.LittleEndian.AppendUint64(out, n)
	}
	return out
}

func (s *segWriter) write(p []byte) {
	if s.err == nil {
		_, s.err = s.out.Write(p)
	}
	s.crc = crc32.Update(s.crc, castagnoli, p)
	s.at += uint64(len(p))
}

func (s *segWriter) begin(tag string) {
	var zero [64]byte
	s.write(zero[:-s.at&63])
	s.open, s.from, s.crc = tag, s.at, 0
}

func (s *segWriter) end() {
	s.rows = append(s.rows, s.open...)
	s.rows = binary.LittleEndian.AppendUint32(s.rows, s.crc)
	s.rows = binary.LittleEndian.AppendUint64(s.rows, s.from)
	s.rows = binary.LittleEndian.AppendUint64(s.rows, s.at-s.from)
}

func (s *segWriter) section(tag string, body []byte) {
	s.begin(tag)
	s.write(body)
	s.end()
}

// code numbers a tuple.
func (s *segWriter) code(t tuple) uint32 {
	c, ok := s.codes[t]
	if !ok {
		c = uint32(len(s.tuples))
		s.codes[t] = c
		s.tuples = append(s.tuples, t)
		s.totals = append(s.totals, uint32(t.total()))
		g := s.lay.groupOf[t.first()]
		sym := s.lay.groups[g].symbol(&t)
		s.syms, s.nths = append(s.syms, sym), append(s.nths, s.count[g][sym])
		s.count[g][sym]++
	}
	return c
}

// classes is the section of the documents' classes.
func (s *segWriter) classes() []byte {
	var out []byte
	for g := range s.lay.groups {
		of, shapes := s.lay.classify(g, s.lens, s.avg)
		for _, shape := range shapes {
			for _, length := range append([]float64{shape.joint}, shape.own...) {
				out = binary.LittleEndian.AppendUint64(out, float64bits(length))
			}
		}
		out = append(out, of...)
	}
	return out
}

// postings are a term's, in the order of documents.
type postings struct {
	docs   []uint32
	codes  []uint32 // none for a key
	places []uint32 // none for a key or stem; of each document as many as its code says
}

func (p *postings) reset() { p.docs, p.codes, p.places = p.docs[:0], p.codes[:0], p.places[:0] }

// term writes the next term. Terms must come in order and have a document.
func (s *segWriter) term(term []byte, p *postings) {
	first := s.nTerm%dictBlock == 0
	if first {
		s.didx, s.dkey = append(s.didx, uint32(len(s.dict))), append(s.dkey, termKey(term))
		s.last, s.lastP = s.last[:0], 0
	}
	s.nTerm++
	shared := 0
	for shared < len(s.last) && shared < len(term) && s.last[shared] == term[shared] {
		shared++
	}
	d := binary.AppendUvarint(s.dict, uint64(shared))
	d = binary.AppendUvarint(d, uint64(len(term)-shared))
	d = append(d, term[shared:]...)
	d = binary.AppendUvarint(d, uint64(len(p.docs)))
	s.last = append(s.last[:0], term...)
	kind := kindOf(term)
	switch {
	case len(p.docs) == 1:
		d = binary.AppendUvarint(d, uint64(p.docs[0]))
		if kind != keyKind {
			d = binary.AppendUvarint(d, uint64(p.codes[0]))
		}
		if kind == wordKind {
			last := uint32(0)
			for _, v := range p.places {
				d = binary.AppendUvarint(d, uint64(v-last))
				last = v
			}
		}
	case len(p.docs) < blockSize:
		d = binary.AppendUvarint(d, s.post-s.lastP)
		s.lastP = s.post
		s.short(term, kind, p)
	default:
		s.align()
		d = binary.AppendUvarint(d, s.post-s.lastP)
		s.lastP = s.post
		s.long(term, kind, p)
	}
	s.dict = d
}

// termKey is the first 8 bytes of a term as a number that orders as they do.
func termKey(term []byte) uint64 {
	var b [8]byte
	copy(b[:], term)
	return binary.BigEndian.Uint64(b[:])
}

type termKind uint8

const (
	keyKind termKind = iota
	wordKind
	stemKind
)

func kindOf(term []byte) termKind {
	switch {
	case term[0] == keyTerm:
		return keyKind
	case term[0]&1 == 0:
		return wordKind
	}
	return stemKind
}

func groupOf(term []byte) int { return int(term[0]-0x80) >> 1 }

func (s *segWriter) put(p []byte) {
	s.write(p)
	s.post += uint64(len(p))
}

func (s *segWriter) align() {
	var zero [8]byte
	s.put(zero[:-s.post&7])
}

// finish writes the rest of the segment.
func (s *segWriter) finish() error {
	s.put(make([]byte, slack))
	s.end()
	var all []byte
	for i, t := range s.tuples {
		all = append(append(all, t[:len(s.lay.Fields)]...), s.syms[i])
	}
	s.section(tagTupl, all)
	s.section(tagDict, s.dict)
	s.section(tagDidx, bytesOf(s.didx))
	s.section(tagDkey, bytesOf(s.dkey))
	foot := binary.LittleEndian.AppendUint32(nil, uint32(len(s.rows)/rowSize))
	foot = binary.LittleEndian.AppendUint32(foot, crc32.Checksum(s.rows, castagnoli))
	s.write(s.rows)
	s.write(append(foot, magic...))
	if s.err != nil {
		return s.err
	}
	return s.out.Flush()
}

const (
	rowSize  = 24
	footSize = 16
)

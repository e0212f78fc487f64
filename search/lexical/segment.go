package lexical

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"runtime/debug"
	"slices"
	"sort"
)

// segment reads a segment in place. It never changes, and any number of
// goroutines may read it.
type segment struct {
	name string
	lay  *layout
	data []byte
	rows []row

	docs   int
	avg    averages // that impacts were computed with
	sums   []uint64
	ids    column
	sort   []uint32
	lens   [][]uint16
	nums   []column
	tuples []tuple
	totals []uint32
	syms   []byte
	sym    symbolTable
	groups []segGroup
	post   []byte
	dict   []byte
	didx   []uint32
	dkey   []uint64

	filters filterCache
	shelves shelfCache
	unmap   func()
}

// segGroup is what a segment knows of a group of fields.
type segGroup struct {
	class []byte // of each document
	codes [symbols][]uint32
	table *impacts
}

type row struct {
	tag  string
	crc  uint32
	body []byte
}

func float64bits(f float64) uint64 { return math.Float64bits(f) }

// Damage says which part of which file cannot be read. The folder must be deleted
// and the index filled anew.
type Damage struct{ File, Section, Why string }

func (d *Damage) Error() string {
	return fmt.Sprintf("index file %s: section %s is damaged (%s): delete the folder of the index, and it is built anew", d.File, d.Section, d.Why)
}

// openSegment reads the table and the small sections. Large sections are checked
// by verify only.
func openSegment(name string, data []byte, lay *layout) (s *segment, err error) {
	s = &segment{name: name, lay: lay, data: data}
	bad := func(section, why string) (*segment, error) { return nil, &Damage{name, section, why} }
	defer func() {
		if p := recover(); p != nil {
			s, err = bad("TABLE", fmt.Sprint(p))
		}
	}()
	if len(data) < 16+footSize || string(data[:8]) != magic || string(data[len(data)-8:]) != magic {
		return bad("HEAD", "the file is cut off or no segment")
	}
	if v := binary.LittleEndian.Uint32(data[8:]); v != version {
		return bad("HEAD", fmt.Sprintf("version %d, this program reads %d", v, version))
	}
	foot := data[len(data)-footSize:]
	n := int(binary.LittleEndian.Uint32(foot))
	if n > 64 || n*rowSize > len(data)-footSize-16 {
		return bad("FOOT", "too many sections")
	}
	table := data[len(data)-footSize-n*rowSize : len(data)-footSize]
	if crc32.Checksum(table, castagnoli) != binary.LittleEndian.Uint32(foot[4:]) {
		return bad("TABLE", "wrong checksum")
	}
	for ; len(table) > 0; table = table[rowSize:] {
		off, size := binary.LittleEndian.Uint64(table[8:]), binary.LittleEndian.Uint64(table[16:])
		s.rows = append(s.rows, row{string(table[:4]), binary.LittleEndian.Uint32(table[4:]), data[off:][:size:size]})
	}
	const small = 1 << 16
	for _, r := range s.rows {
		if len(r.body) <= small && crc32.Checksum(r.body, castagnoli) != r.crc {
			return bad(r.tag, "wrong checksum")
		}
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *segment) section(tag string) []byte {
	for _, r := range s.rows {
		if r.tag == tag {
			return r.body
		}
	}
	return nil
}

func (s *segment) load() error {
	lay := s.lay
	bad := func(section, why string) error { return &Damage{s.name, section, why} }
	meta := s.section(tagMeta)
	if len(meta) != 8+8*(len(lay.groups)+2*len(lay.Fields)) {
		return bad(tagMeta, "it was made with another schema")
	}
	s.docs = int(binary.LittleEndian.Uint32(meta))
	if binary.LittleEndian.Uint32(meta[4:]) != lay.sum() {
		return bad(tagMeta, "it was made with another schema")
	}
	words := numbers[uint64](meta[8:])
	for i := range lay.groups {
		s.avg.group = append(s.avg.group, math.Float64frombits(words[i]))
	}
	words = words[len(lay.groups):]
	for i := range lay.Fields {
		s.avg.field = append(s.avg.field, math.Float64frombits(words[i]))
	}
	s.sums = words[len(lay.Fields):]
	var ok bool
	if s.ids, _, ok = readColumn(s.section(tagIDs), s.docs); !ok {
		return bad(tagIDs, "too short")
	}
	if s.sort = numbers[uint32](s.section(tagSort)); len(s.sort) > 0 && len(s.sort) != s.docs {
		return bad(tagSort, "wrong length")
	}
	lens := numbers[uint16](s.section(tagLens))
	if len(lens) != s.docs*len(lay.Fields) {
		return bad(tagLens, "wrong length")
	}
	for range lay.Fields {
		s.lens = append(s.lens, lens[:s.docs:s.docs])
		lens = lens[s.docs:]
	}
	rest := s.section(tagNums)
	for range lay.Numbers {
		var c column
		if c, rest, ok = readColumn(rest, s.docs); !ok {
			return bad(tagNums, "too short")
		}
		s.nums = append(s.nums, c)
	}
	s.groups = make([]segGroup, len(lay.groups))
	tupl, w := s.section(tagTupl), len(lay.Fields)
	for ; len(tupl) > w; tupl = tupl[w+1:] {
		var t tuple
		copy(t[:], tupl[:w])
		g, sym := lay.groupOf[t.first()], tupl[w]
		s.groups[g].codes[sym] = append(s.groups[g].codes[sym], uint32(len(s.tuples)))
		s.tuples, s.totals, s.syms = append(s.tuples, t), append(s.totals, uint32(t.total())), append(s.syms, sym)
	}
	copy(s.sym[:], s.syms)
	if !s.loadClasses(s.section(tagClas)) {
		return bad(tagClas, "too short")
	}
	s.post, s.dict, s.didx = s.section(tagPost), s.section(tagDict), numbers[uint32](s.section(tagDidx))
	if s.dkey = numbers[uint64](s.section(tagDkey)); len(s.dkey) != len(s.didx) {
		return bad(tagDkey, "wrong length")
	}
	return nil
}

// loadClasses reads the classes of documents and makes the tables of impacts.
func (s *segment) loadClasses(p []byte) bool {
	for g := range s.groups {
		fields, size := len(s.lay.groups[g].fields), windows(s.docs)*winSize
		if len(p) < classes*8*(1+fields)+size {
			return false
		}
		var shapes [classes]shape
		for i := range shapes {
			lengths := numbers[uint64](p[:8*(1+fields)])
			shapes[i].joint = math.Float64frombits(lengths[0])
			for _, l := range lengths[1:] {
				shapes[i].own = append(shapes[i].own, math.Float64frombits(l))
			}
			p = p[8*(1+fields):]
		}
		s.groups[g].class, p = p[:size:size], p[size:]
		s.groups[g].table = s.lay.table(g, s.tuples, s.syms, &shapes, s.avg)
	}
	return true
}

// verify checks every section against its checksum and returns the first that is damaged.
func (s *segment) verify() (d *Damage) {
	fault := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(fault)
		if p := recover(); p != nil {
			d = &Damage{s.name, "TABLE", fmt.Sprint(p)} // the file cannot be read, or became shorter
		}
	}()
	for _, r := range s.rows {
		if crc32.Checksum(r.body, castagnoli) != r.crc {
			return &Damage{s.name, r.tag, "wrong checksum"}
		}
	}
	return nil
}

// find returns the number of the document with an ID.
func (s *segment) find(id int64) (uint32, bool) {
	at := func(i int) int64 {
		if len(s.sort) > 0 {
			i = int(s.sort[i])
		}
		return s.ids.at(i)
	}
	i := sort.Search(s.docs, func(i int) bool { return at(i) >= id })
	if i == s.docs || at(i) != id {
		return 0, false
	}
	if len(s.sort) > 0 {
		return s.sort[i], true
	}
	return uint32(i), true
}

// terms walks the dictionary from a place on.
type terms struct {
	seg   *segment
	block int
	left  []byte // of the block
	term  []byte
	df    int
	value []byte // what stands behind the number of documents
	lastP uint64
	off   uint64
	again bool // next stays where it is, once
}

// seek returns the terms from the first on that is not below the one given; next
// must be called to reach it.
func (s *segment) seek(term []byte) *terms {
	t := &terms{seg: s, block: max(0, s.blockAfter(term)-1)}
	t.enter()
	for t.next() {
		if bytes.Compare(t.term, term) >= 0 {
			t.again = true
			break
		}
	}
	return t
}

// blockAfter returns the first block of the dictionary that begins behind a term.
func (s *segment) blockAfter(term []byte) int {
	key := termKey(term)
	lo, _ := slices.BinarySearch(s.dkey, key)
	hi := lo
	for hi < len(s.dkey) && s.dkey[hi] == key {
		hi++
	}
	return lo + sort.Search(hi-lo, func(i int) bool { return bytes.Compare(s.firstTerm(lo+i), term) > 0 })
}

func (s *segment) firstTerm(block int) []byte {
	d := s.dict[s.didx[block]:]
	_, n := binary.Uvarint(d)
	size, m := binary.Uvarint(d[n:])
	return d[n+m:][:size]
}

func (t *terms) enter() {
	t.left, t.lastP, t.term = nil, 0, t.term[:0]
	if t.block < len(t.seg.didx) {
		from, to := int(t.seg.didx[t.block]), len(t.seg.dict)
		if t.block+1 < len(t.seg.didx) {
			to = int(t.seg.didx[t.block+1])
		}
		t.left = t.seg.dict[from:to]
	}
}

func uv(p *[]byte) uint64 {
	v, n := binary.Uvarint(*p)
	if n <= 0 {
		panic("a number is cut off")
	}
	*p = (*p)[n:]
	return v
}

// next moves to the next term.
func (t *terms) next() bool {
	if t.again {
		t.again = false
		return true
	}
	if len(t.left) == 0 {
		if t.block+1 >= len(t.seg.didx) {
			return false
		}
		t.block++
		t.enter()
	}
	shared, more := uv(&t.left), uv(&t.left)
	t.term = append(t.term[:shared], t.left[:more]...)
	t.left = t.left[more:]
	t.df = int(uv(&t.left))
	t.value = t.left
	kind := kindOf(t.term)
	if t.df > 1 {
		t.lastP += uv(&t.left)
		t.off = t.lastP
		return true
	}
	uv(&t.left)
	if kind != keyKind {
		code := uv(&t.left)
		if kind == wordKind {
			for range t.seg.totals[code] {
				uv(&t.left)
			}
		}
	}
	return true
}

// lookup finds the list of a term.
func (s *segment) lookup(term []byte) (*list, bool) {
	if len(s.didx) == 0 {
		return nil, false
	}
	i := s.blockAfter(term)
	if i == 0 {
		return nil, false
	}
	t := terms{seg: s, block: i - 1}
	t.enter()
	for len(t.left) > 0 && t.next() {
		switch bytes.Compare(t.term, term) {
		case 0:
			return t.list(), true
		case 1:
			return nil, false
		}
	}
	return nil, false
}

package web

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"html/template"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"
)

// A page that many share is made once, with marks in it where readers differ: who
// they are, what they voted for, saved and read. Cut apart at these marks it is a
// cut: for each reader the places are filled in and the rest is sent as it stands.
//
// For readers each place has a fixed number of bytes, padded with spaces, so the
// page is as long for one as for the other. Therefore it can be packed once, too:
// what stands between the places is packed in advance, and a filled place goes
// between as a stored block (RFC 1951, 3.2.4). A back-reference counts bytes, and
// never reaches into a place, because while packing these hold bytes that no text
// has.
type cut struct {
	plain  []byte // as a visitor has it
	whole  []byte // as readers have it, the places blank
	places []place
	papers []int64 // that have places in the page
	fast   bool    // it is sent once, and packed fast

	once sync.Once
	runs [][]byte // the packed text before, between and after the places; nil when it cannot be packed
}

// place is where readers differ: at an offset of whole, so many bytes.
type place struct {
	at, size int
	part     part
	yes, no  []byte // what goes there, padded, where it holds no text of the reader's
}

// part is a place with what goes there: for a reader of whom kind is true of the
// paper the one, for others the other. Without either, kind names a text of the
// overlay.
type part struct {
	kind    string
	paper   int64
	text    int // the bytes kept for a text
	yes, no []node
}

// node is a text or, when the text is nil, a part.
type node struct {
	text []byte
	part *part
}

// marker writes and finds the marks. They are made of letters and digits, which
// stand everywhere in a page as they are, and begin with a word that nobody
// outside this process knows.
type marker struct{ word string }

func newMarker() marker {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return marker{"q" + hex.EncodeToString(b[:])}
}

// functions are what templates mark with: {{when "voted" .ID}}…{{otherwise}}…{{done}},
// and {{whose "name" 64}} for a text of at most 64 bytes.
func (m marker) functions() template.FuncMap {
	when := func(kind string, paper int64) string {
		return m.word + "w" + kind + "z" + strconv.FormatInt(paper, 10) + "z"
	}
	otherwise, done := m.word+"o", m.word+"d"
	return template.FuncMap{
		"when":      when,
		"otherwise": func() string { return otherwise },
		"done":      func() string { return done },
		"whose":     func(kind string, size int) string { return m.word + "t" + kind + "z" + strconv.Itoa(size) + "z" },
		// what a button posts and how it stands, by whether kind is true of the paper: the
		// less a place holds, the less goes unpacked
		"pressed": func(kind string, paper int64) template.HTMLAttr {
			return template.HTMLAttr(when(kind, paper) + ` value="0" aria-pressed="true"` + otherwise + ` value="1" aria-pressed="false"` + done)
		},
		// an attribute that is there when kind is true of the paper
		"attribute": func(kind string, paper int64, name string) template.HTMLAttr {
			return template.HTMLAttr(when(kind, paper) + " " + name + otherwise + done)
		},
	}
}

// cut takes a rendered page apart.
func (m marker) cut(page []byte) (*cut, error) {
	nodes, rest, err := m.parse(page, 0)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("a mark in the page ends nothing: %.60q", rest)
	}
	c := &cut{}
	visitor := &Overlay{}
	var plain, whole bytes.Buffer
	plain.Grow(len(page))
	whole.Grow(len(page))
	for _, n := range nodes {
		visitor.write(&plain, n)
		if n.part == nil {
			whole.Write(n.text)
			continue
		}
		size := n.part.size()
		c.places = append(c.places, place{at: whole.Len(), size: size, part: *n.part, yes: padded(n.part.yes, size), no: padded(n.part.no, size)})
		whole.Write(bytes.Repeat([]byte{' '}, size))
		n.part.collect(&c.papers)
	}
	slices.Sort(c.papers)
	c.papers = slices.Compact(c.papers)
	c.plain, c.whole = plain.Bytes(), whole.Bytes()
	return c, nil
}

// padded returns a branch as it stands in a place of a size, nil when it differs by
// reader in itself.
func padded(branch []node, size int) []byte {
	b := make([]byte, 0, size)
	for _, n := range branch {
		if n.part != nil {
			return nil
		}
		b = append(b, n.text...)
	}
	return append(b, bytes.Repeat([]byte{' '}, size-len(b))...)
}

// parse reads nodes up to a mark that ends a part, or the end of the page.
func (m marker) parse(page []byte, depth int) (nodes []node, rest []byte, err error) {
	for len(page) > 0 {
		i := bytes.Index(page, []byte(m.word))
		if i < 0 {
			return append(nodes, node{text: page}), nil, nil
		}
		if i > 0 {
			nodes = append(nodes, node{text: page[:i]})
		}
		page = page[i:]
		sign, after := page[len(m.word)], page[len(m.word)+1:]
		if sign == 'o' || sign == 'd' {
			return nodes, page, nil
		}
		words := bytes.SplitN(after, []byte{'z'}, 3)
		if len(words) < 3 || depth > 4 {
			return nil, nil, fmt.Errorf("a mark in the page is broken: %.60q", page)
		}
		n, err := strconv.ParseInt(string(words[1]), 10, 64)
		if err != nil {
			return nil, nil, fmt.Errorf("a mark in the page is broken: %w", err)
		}
		p := &part{kind: string(words[0]), paper: n}
		page = words[2]
		if sign == 't' {
			p.paper, p.text = 0, int(n)
		} else if p.yes, p.no, page, err = m.branches(page, depth+1); err != nil {
			return nil, nil, err
		}
		nodes = append(nodes, node{part: p})
	}
	return nodes, nil, nil
}

func (m marker) branches(page []byte, depth int) (yes, no []node, rest []byte, err error) {
	if yes, page, err = m.parse(page, depth); err != nil {
		return nil, nil, nil, err
	}
	rest, found := bytes.CutPrefix(page, []byte(m.word+"o"))
	if found {
		if no, rest, err = m.parse(rest, depth); err != nil {
			return nil, nil, nil, err
		}
	}
	if rest, found = bytes.CutPrefix(rest, []byte(m.word+"d")); !found {
		return nil, nil, nil, fmt.Errorf("a mark in the page has no end: %.60q", page)
	}
	return yes, no, rest, nil
}

// size is the most bytes that a part takes.
func (p *part) size() int {
	if p.text > 0 {
		return p.text
	}
	sum := func(list []node) (n int) {
		for _, x := range list {
			if x.part != nil {
				n += x.part.size()
			}
			n += len(x.text)
		}
		return n
	}
	return max(sum(p.yes), sum(p.no))
}

func (p *part) collect(papers *[]int64) {
	if p.paper != 0 {
		*papers = append(*papers, p.paper)
	}
	for _, n := range slices.Concat(p.yes, p.no) {
		if n.part != nil {
			n.part.collect(papers)
		}
	}
}

// For returns the page of a reader; o nil is a visitor.
func (c *cut) For(o *Overlay) []byte {
	if o == nil || o.Reader == nil {
		return c.plain
	}
	o = o.on(c.papers)
	body := bytes.Clone(c.whole)
	var b bytes.Buffer
	for i := range c.places {
		p := &c.places[i]
		copy(body[p.at:], o.fill(&b, p))
	}
	return body
}

// Packed returns the page of a reader as gzip, nil when it cannot be packed.
func (c *cut) Packed(o *Overlay) []byte {
	c.once.Do(c.pack)
	if c.runs == nil {
		return nil
	}
	o = o.on(c.papers)
	size := 64
	for _, r := range c.runs {
		size += len(r)
	}
	for _, p := range c.places {
		size += p.size + 4
	}
	out := append(make([]byte, 0, size), 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
	var b bytes.Buffer
	sum, from := uint32(0), 0
	for i := range c.places {
		p := &c.places[i]
		filled := o.fill(&b, p)
		sum = crc32.Update(sum, crc32.IEEETable, c.whole[from:p.at])
		sum = crc32.Update(sum, crc32.IEEETable, filled)
		from = p.at + p.size
		out = append(out, c.runs[i]...)
		out = binary.LittleEndian.AppendUint16(out, uint16(len(filled)))
		out = binary.LittleEndian.AppendUint16(out, ^uint16(len(filled)))
		out = append(out, filled...)
	}
	sum = crc32.Update(sum, crc32.IEEETable, c.whole[from:])
	out = append(out, c.runs[len(c.runs)-1]...)
	out = binary.LittleEndian.AppendUint32(out, sum)
	return binary.LittleEndian.AppendUint32(out, uint32(len(c.whole)))
}

const mostStored = 1<<16 - 1 // bytes in a stored block

// pack packs the text around the places, with one compressor, which sees the places
// as bytes that no text has and is stopped before and after each. Where it is stopped
// it writes the beginning of a stored block, and that it is empty; what is kept ends
// behind the beginning, so that the block can hold the place.
func (c *cut) pack() {
	if !utf8.Valid(c.whole) || slices.ContainsFunc(c.places, func(p place) bool { return p.size > mostStored }) {
		return
	}
	const empty = "\x00\x00\xff\xff"
	var b bytes.Buffer
	level := flate.BestCompression
	if c.fast {
		level = flate.BestSpeed
	}
	z, err := flate.NewWriter(&b, level)
	if err != nil {
		return // a valid level
	}
	var runs [][]byte
	run := func(text []byte, end func() error) bool {
		from := b.Len()
		if _, err := z.Write(text); err != nil || end() != nil {
			return false
		}
		runs = append(runs, bytes.Clone(b.Bytes()[from:]))
		return true
	}
	from := 0
	for _, p := range c.places {
		if !run(c.whole[from:p.at], z.Flush) || !bytes.HasSuffix(runs[len(runs)-1], []byte(empty)) {
			return
		}
		last := &runs[len(runs)-1]
		*last = (*last)[:len(*last)-len(empty)]
		blank := make([]byte, p.size)
		rand.Read(blank)
		for i := range blank {
			blank[i] |= 0xf8 // never in UTF-8
		}
		if _, err := z.Write(blank); err != nil || z.Flush() != nil {
			return
		}
		from = p.at + p.size
	}
	if !run(c.whole[from:], z.Close) {
		return
	}
	c.runs = runs
}

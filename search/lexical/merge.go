package lexical

import (
	"bytes"
	"container/heap"
	"io"
	"slices"
)

// mergeSource is a segment in a merge, with what was deleted from it.
type mergeSource struct {
	seg   *segment
	dead  bitmap
	to    []uint32 // the new number of each document, gone for a deleted one
	codes []uint32 // the new code of each
	terms *terms
}

const gone = ^uint32(0)

// mergeSegments writes the live documents of the sources as one segment, in the
// order in which they come or, when they are many, by their kind (Schema.Order).
func mergeSegments(w io.Writer, lay *layout, sources []*mergeSource) error {
	var d documents
	d.lens, d.nums = make([][]uint16, len(lay.Fields)), make([][]int64, len(lay.Numbers))
	for _, src := range sources {
		src.number(&d)
	}
	moved := false
	if lay.Order != "" && len(d.ids) >= orderFrom {
		moved = d.group(sources, lay.Order)
	}
	s := newSegWriter(w, lay, &d, commonFirst(sources))
	h := make(termHeap, 0, len(sources))
	for _, src := range sources {
		for _, t := range src.seg.tuples {
			src.codes = append(src.codes, s.code(t))
		}
		src.terms = &terms{seg: src.seg}
		src.terms.enter()
		if src.terms.next() {
			h = append(h, src)
		}
	}
	heap.Init(&h)
	m := merger{out: s, all: sources, moved: moved}
	var same []*mergeSource
	for len(h) > 0 {
		m.term = append(m.term[:0], h[0].terms.term...)
		same = same[:0]
		for len(h) > 0 && bytes.Equal(h[0].terms.term, m.term) {
			same = append(same, heap.Pop(&h).(*mergeSource))
		}
		m.merge(same)
		for _, src := range same {
			if src.terms.next() {
				heap.Push(&h, src)
			}
		}
	}
	return s.finish()
}

// number gives the live documents their new numbers and columns.
func (src *mergeSource) number(d *documents) {
	seg := src.seg
	src.to = make([]uint32, seg.docs)
	for i := range seg.docs {
		if src.dead.has(uint32(i)) {
			src.to[i] = gone
			continue
		}
		src.to[i] = uint32(len(d.ids))
		d.ids = append(d.ids, seg.ids.at(i))
		for f := range seg.lens {
			d.lens[f] = append(d.lens[f], seg.lens[f][i])
		}
		for c := range seg.nums {
			d.nums[c] = append(d.nums[c], seg.nums[c].at(i))
		}
	}
}

// commonFirst returns the tuples of all sources, those of few occurrences first,
// since these are the common ones and small codes take few bits.
func commonFirst(sources []*mergeSource) []tuple {
	seen := map[tuple]bool{}
	var out []tuple
	for _, src := range sources {
		for _, t := range src.seg.tuples {
			if !seen[t] {
				seen[t] = true
				out = append(out, t)
			}
		}
	}
	slices.SortFunc(out, func(a, b tuple) int {
		if d := a.total() - b.total(); d != 0 {
			return d
		}
		return bytes.Compare(a[:], b[:])
	})
	return out
}

type termHeap []*mergeSource

func (h termHeap) Len() int           { return len(h) }
func (h termHeap) Less(i, j int) bool { return bytes.Compare(h[i].terms.term, h[j].terms.term) < 0 }
func (h termHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *termHeap) Push(x any)        { *h = append(*h, x.(*mergeSource)) }
func (h *termHeap) Pop() any {
	x := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return x
}

// merger joins the postings of one term at a time.
type merger struct {
	out     *segWriter
	all     []*mergeSource
	moved   bool // documents do not stand in the order of the sources
	term    []byte
	one, to postings
	keys    []uint64
	starts  []int
}

func (m *merger) merge(same []*mergeSource) {
	m.to.reset()
	kind := kindOf(m.term)
	for _, src := range m.all {
		var l *list
		if slices.Contains(same, src) {
			l = src.terms.list()
		} else if kind == stemKind {
			// the stem is missing where its only form is spelt like it
			m.term[0]--
			l, _ = src.seg.lookup(m.term)
			m.term[0]++
		}
		if l != nil {
			m.append(src, l, kind)
		}
	}
	if m.moved {
		m.arrange(kind)
	}
	if len(m.to.docs) > 0 {
		m.out.term(m.term, &m.to)
	}
}

// arrange puts the postings of a term into the order of their documents.
func (m *merger) arrange(kind termKind) {
	m.keys = m.keys[:0]
	for i, d := range m.to.docs {
		m.keys = append(m.keys, uint64(d)<<32|uint64(i))
	}
	if slices.IsSorted(m.keys) {
		return
	}
	slices.Sort(m.keys)
	if kind == wordKind {
		m.starts = append(m.starts[:0], 0)
		for i, c := range m.to.codes {
			m.starts = append(m.starts, m.starts[i]+int(m.out.totals[c]))
		}
	}
	m.one.reset()
	for _, k := range m.keys {
		i := uint32(k)
		m.one.docs = append(m.one.docs, m.to.docs[i])
		if kind != keyKind {
			m.one.codes = append(m.one.codes, m.to.codes[i])
		}
		if kind == wordKind {
			m.one.places = append(m.one.places, m.to.places[m.starts[i]:m.starts[i+1]]...)
		}
	}
	m.one, m.to = m.to, m.one
}

// append adds the live postings of a list under their new numbers.
func (m *merger) append(src *mergeSource, l *list, kind termKind) {
	m.one.reset()
	l.all(&m.one)
	places := m.one.places
	for i, d := range m.one.docs {
		total := 0
		if len(m.one.places) > 0 {
			total = int(src.seg.totals[m.one.codes[i]])
		}
		if to := src.to[d]; to != gone {
			m.to.docs = append(m.to.docs, to)
			if kind != keyKind {
				m.to.codes = append(m.to.codes, src.codes[m.one.codes[i]])
			}
			if kind == wordKind {
				m.to.places = append(m.to.places, places[:total]...)
			}
		}
		places = places[total:]
	}
}

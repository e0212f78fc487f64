package lexical

import (
	"encoding/binary"
	"slices"
)

// node evaluates a query in one part, a window of documents at a time.
type node interface {
	// restrict takes the documents of window w out of the set that do not match.
	restrict(w int, set *bitSet)
	// nextWindow returns the first window from w on that may have a match, −1
	// if there is none.
	nextWindow(w int) int
	// bound returns a score that no document of window w exceeds.
	bound(w int) float64
	// score returns the score of a document, and whether it matches.
	score(doc uint32) (float64, bool)
	// cost estimates how many documents of docs match.
	cost(docs int) int
}

// noNode matches nothing.
type noNode struct{}

func (noNode) restrict(_ int, set *bitSet)  { *set = bitSet{} }
func (noNode) nextWindow(int) int           { return -1 }
func (noNode) bound(int) float64            { return 0 }
func (noNode) score(uint32) (float64, bool) { return 0, false }
func (noNode) cost(int) int                 { return 0 }

// allNode matches everything.
type allNode struct{}

func (allNode) restrict(int, *bitSet)        {}
func (allNode) nextWindow(w int) int         { return w }
func (allNode) bound(int) float64            { return 0 }
func (allNode) score(uint32) (float64, bool) { return 0, true }
func (allNode) cost(docs int) int            { return docs }

// termNode matches the documents of a list.
type termNode struct {
	*cursor
	rater  rater
	weight float64
	slot   int     // of the only field that counts, −1: all
	top    float64 // of a part
	unit   float64 // the most that one step of an impact can be worth
	down   float64 // by which its part can be lower than the impact says
}

func (n *termNode) restrict(w int, set *bitSet) {
	var own bitSet
	n.window(w, &own)
	set.and(&own)
	if n.slot < 0 {
		return
	}
	for d := range set.all(w) {
		if i, _ := n.find(d); n.tuple(i)[n.rater.group.fields[n.slot]] == 0 {
			set[d>>6&(winWords-1)] &^= 1 << (d & 63)
		}
	}
}

func (n *termNode) bound(w int) float64 {
	if n.slot >= 0 {
		return n.weight * n.top
	}
	return n.unit * float64(n.cursor.bound(w))
}

func (n *termNode) score(doc uint32) (float64, bool) {
	i, ok := n.find(doc)
	if !ok {
		return 0, false
	}
	t := n.tuple(i)
	if n.slot < 0 {
		return n.weight * n.rater.part(t, doc), true
	}
	tf := t[n.rater.group.fields[n.slot]]
	return n.weight * n.rater.fieldPart(float64(tf), n.slot, doc), tf > 0
}

func (n *termNode) cost(int) int { return n.df }

// keyNode matches the documents of a key.
type keyNode struct{ *cursor }

func (n *keyNode) restrict(w int, set *bitSet) {
	var own bitSet
	n.window(w, &own)
	set.and(&own)
}
func (n *keyNode) bound(int) float64 { return 0 }
func (n *keyNode) score(doc uint32) (float64, bool) {
	_, ok := n.find(doc)
	return 0, ok
}
func (n *keyNode) cost(int) int { return n.df }

// rangeNode matches documents by a number.
type rangeNode struct {
	column   *column
	min, max int64
}

func (n *rangeNode) restrict(w int, set *bitSet) {
	for d := range set.all(w) {
		if v := n.column.at(int(d)); v < n.min || v > n.max {
			set[d>>6&(winWords-1)] &^= 1 << (d & 63)
		}
	}
}
func (n *rangeNode) nextWindow(w int) int { return w }
func (n *rangeNode) bound(int) float64    { return 0 }
func (n *rangeNode) score(doc uint32) (float64, bool) {
	v := n.column.at(int(doc))
	return 0, n.min <= v && v <= n.max
}
func (n *rangeNode) cost(docs int) int { return docs }

// prefixNode matches the documents of many words.
type prefixNode struct {
	docs   bitmap
	weight float64
	buf    []uint32 // of addField
}

func (n *prefixNode) add(l *list) {
	switch {
	case l.bits():
		for i, w := range l.words {
			n.docs[i] |= w
		}
	case l.parted():
		for sub := range len(l.rank) - 1 {
			words := n.docs[sub*subWords:][:subWords]
			for _, b := range l.near[l.ordinal(sub):l.ordinal(sub+1)] {
				words[b>>6] |= 1 << (b & 63)
			}
		}
	default:
		var block [blockSize]uint32
		for b := range l.blocks() {
			for _, d := range block[:l.decode(b, &block)] {
				n.docs.set(d)
			}
		}
	}
}

// short says that the term has too few documents for blocks.
func (t *terms) short() bool { return t.df < blockSize }

// into adds the documents of a short term to a bitmap.
func (t *terms) into(m bitmap) { t.each(m.set) }

// each calls f for the documents of a short term.
func (t *terms) each(f func(uint32)) {
	if t.df == 1 {
		v := t.value
		f(uint32(uv(&v)))
		return
	}
	p := t.seg.post[t.off+1:]
	width := int(p[0])
	p = p[1:]
	d := uint32(uv(&p))
	f(d)
	mask, at := uint64(1)<<width-1, 0
	for range t.df - 1 {
		d += 1 + uint32(binary.LittleEndian.Uint64(p[at>>3:])>>(at&7)&mask)
		f(d)
		at += width
	}
}

// addField adds the documents that have the current term in one field; l is for reading.
func (n *prefixNode) addField(t *terms, l *list, field int) {
	if t.df == 1 {
		v := t.value
		if d := uint32(uv(&v)); t.seg.tuples[uv(&v)][field] > 0 {
			n.docs.set(d)
		}
		return
	}
	t.read(l)
	n.buf = l.documents(n.buf[:0])
	var codes [blockSize]uint32
	for block, docs := range slices.Collect(slices.Chunk(n.buf, blockSize)) {
		l.codesOf(block, len(docs), &codes)
		for i, d := range docs {
			if l.seg.tuples[codes[i]][field] > 0 {
				n.docs.set(d)
			}
		}
	}
}

func (n *prefixNode) restrict(w int, set *bitSet) { set.and(n.docs.window(w)) }
func (n *prefixNode) nextWindow(w int) int        { return w }
func (n *prefixNode) bound(int) float64           { return n.weight }
func (n *prefixNode) score(doc uint32) (float64, bool) {
	if n.docs.has(doc) {
		return n.weight, true
	}
	return 0, false
}
func (n *prefixNode) cost(int) int { return n.docs.count() }

// notNode matches what its part does not.
type notNode struct{ of node }

func (n *notNode) restrict(w int, set *bitSet) {
	hit := *set
	n.of.restrict(w, &hit)
	set.andNot(&hit)
}
func (n *notNode) nextWindow(w int) int { return w }
func (n *notNode) bound(int) float64    { return 0 }
func (n *notNode) score(doc uint32) (float64, bool) {
	_, ok := n.of.score(doc)
	return 0, !ok
}
func (n *notNode) cost(docs int) int { return docs }

// andNode matches what all of its parts match. Scores are summed in the order of
// the query, so that they do not depend on the segment.
type andNode struct{ subs, byCost []node }

func (n *andNode) restrict(w int, set *bitSet) {
	for _, sub := range n.byCost {
		sub.restrict(w, set)
		if set.empty() {
			return
		}
	}
}

func (n *andNode) nextWindow(w int) int {
	for {
		at := w
		for _, sub := range n.byCost {
			if at = sub.nextWindow(at); at < 0 {
				return -1
			}
		}
		if at == w {
			return w
		}
		w = at
	}
}

func (n *andNode) bound(w int) float64 {
	total := 0.0
	for _, sub := range n.subs {
		total += sub.bound(w)
	}
	return total
}

func (n *andNode) score(doc uint32) (float64, bool) {
	total := 0.0
	for _, sub := range n.subs {
		s, ok := sub.score(doc)
		if !ok {
			return 0, false
		}
		total += s
	}
	return total, true
}

func (n *andNode) cost(docs int) int { return n.byCost[0].cost(docs) }

// orNode matches what any of its parts matches.
type orNode struct{ subs []node }

func (n *orNode) restrict(w int, set *bitSet) {
	var any bitSet
	for _, sub := range n.subs {
		hit := *set
		sub.restrict(w, &hit)
		any.or(&hit)
	}
	*set = any
}

func (n *orNode) nextWindow(w int) int {
	first := -1
	for _, sub := range n.subs {
		if at := sub.nextWindow(w); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

func (n *orNode) bound(w int) float64 {
	total := 0.0
	for _, sub := range n.subs {
		total += sub.bound(w)
	}
	return total
}

func (n *orNode) score(doc uint32) (float64, bool) {
	total, any := 0.0, false
	for _, sub := range n.subs {
		if s, ok := sub.score(doc); ok {
			total, any = total+s, true
		}
	}
	return total, any
}

func (n *orNode) cost(docs int) int {
	total := 0
	for _, sub := range n.subs {
		total += sub.cost(docs)
	}
	return min(total, docs)
}

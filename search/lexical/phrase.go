package lexical

import (
	"math"
	"math/bits"
)

// prunePhrase ranks the documents that have a phrase. A document whose rarest
// word there scores too little is passed over before any place is read: the phrase
// cannot stand more often than each of its words.
func (r *ranking) prunePhrase(p *part, n *phraseNode) {
	var set bitSet
	nw := windows(p.docs)
	for w := n.nextWindow(0); w >= 0; w = n.nextWindow(w + 1) {
		if n.bound(w) >= r.least() {
			p.start(w, &set)
			n.together(w, &set)
			r.phrases(p, n, w, &set)
		}
		if w+1 == nw {
			return
		}
	}
}

// phrases ranks the documents of a set, which have all words of the phrase.
func (r *ranking) phrases(p *part, n *phraseNode, w int, set *bitSet) {
	least := n.needed(r)
	for i := range set {
		if i%subWords == 0 && n.subBound(w*winSubs+i/subWords) < least {
			clear(set[i:][:subWords])
		}
		for word := set[i]; word != 0; word &= word - 1 {
			d := uint32(w<<winBits + i<<6 + bits.TrailingZeros64(word))
			if !n.locate(d, least) {
				continue
			}
			if score, ok := n.rate(d, n.verify(d)); ok {
				r.add(Hit{ID: p.ids.at(int(d)), Score: score})
				least = n.needed(r)
			}
		}
	}
}

// needed returns an impact below which no word of the phrase may have in a document
// that is to be among the best.
func (n *phraseNode) needed(r *ranking) byte {
	return byte(min(255, max(0, math.Ceil(r.least()/max(n.unit, math.SmallestNonzeroFloat64)*(1-1e-9)))))
}

// subBound returns an impact that not all words of the phrase exceed in 256 documents.
func (n *phraseNode) subBound(sub int) byte {
	least := byte(255)
	for i := range n.words {
		if w := &n.words[i]; w.dense() {
			least = min(least, w.subMax[sub])
		}
	}
	return least
}

// phraseNode matches documents with words at set distances.
type phraseNode struct {
	words  []phraseWord // the rarest first
	rater  rater
	weight float64
	slot   int
	top    float64
	unit   float64
	at     []uint32
}

type phraseWord struct {
	*cursor
	offset  uint32
	ordinal int
	places  []uint32
	starts  [blockSize + 1]uint32 // where the places of each posting of a block begin
	started int                   // that block, −1 for none
	known   int                   // how many of the starts are known
}

// read sets places to those of posting ordinal.
func (w *phraseWord) read() {
	block, i := w.ordinal/blockSize, w.ordinal%blockSize
	if w.started != block {
		w.started, w.known = block, 0
	}
	w.extend(block, i+1)
	width, src := int(w.placeW[block]), w.cursor.places[w.placeOff[block]:]
	w.places = w.places[:0]
	last := uint32(0)
	for j := w.starts[i]; j < w.starts[i+1]; j++ {
		last += unpack(src, width, int(j))
		w.places = append(w.places, last)
	}
}

// extend computes starts up to number to.
func (w *phraseWord) extend(block, to int) {
	at, totals := w.starts[w.known], w.seg.totals
	codes, width := w.codes, w.codeW
	if w.docs == nil {
		from := w.codeOff[block]
		codes, width = codes[from:], int(w.codeOff[block+1]-from)/16
	}
	for i := w.known; i < to; i++ {
		at += totals[unpack(codes, width, i)]
		w.starts[i+1] = at
	}
	w.known = max(w.known, to)
}

func (n *phraseNode) restrict(w int, set *bitSet) {
	n.together(w, set)
	for d := range set.all(w) {
		if n.count(d).total() == 0 {
			set[d>>6&(winWords-1)] &^= 1 << (d & 63)
		}
	}
}

// together leaves the documents that have all words.
func (n *phraseNode) together(w int, set *bitSet) {
	var own bitSet
	for i := range n.words {
		n.words[i].window(w, &own)
		set.and(&own)
		if set.empty() {
			return
		}
	}
}

// locate finds the words' postings of a document. It gives up when one is missing
// or its impact is below least.
func (n *phraseNode) locate(doc uint32, least byte) (ok bool) {
	for i := range n.words {
		w := &n.words[i]
		if w.ordinal, ok = w.find(doc); !ok || w.imps[w.ordinal] < least {
			return false
		}
	}
	return true
}

// count returns how often the phrase stands in each field of a document.
func (n *phraseNode) count(doc uint32) *tuple {
	if !n.locate(doc, 0) {
		return &tuple{}
	}
	return n.verify(doc)
}

// verify is count after locate.
func (n *phraseNode) verify(doc uint32) *tuple {
	t := &tuple{}
	for i := range n.words {
		w := &n.words[i]
		w.read()
		if i == 0 {
			n.at = n.at[:0]
			for _, p := range w.places {
				if p >= w.offset {
					n.at = append(n.at, p-w.offset)
				}
			}
		} else {
			n.at = keep(n.at, w.places, w.offset)
		}
		if len(n.at) == 0 {
			return t
		}
	}
	n.fields(doc, t)
	return t
}

// keep leaves the starts that have a place at the offset.
func keep(starts, places []uint32, offset uint32) []uint32 {
	out := starts[:0]
	for _, s := range starts {
		for len(places) > 0 && places[0] < s+offset {
			places = places[1:]
		}
		if len(places) > 0 && places[0] == s+offset {
			out = append(out, s)
		}
	}
	return out
}

// fields counts the starts in each field, in the only one that counts if there is one.
func (n *phraseNode) fields(doc uint32, t *tuple) {
	fields := n.rater.group.fields
	slot, end := 0, uint32(n.rater.lens[0][doc])
	for _, s := range n.at {
		for s > end && slot+1 < len(fields) {
			slot++
			end += 1 + uint32(n.rater.lens[slot][doc])
		}
		if f := fields[slot]; t[f] < 255 && (n.slot < 0 || n.slot == slot) {
			t[f]++
		}
	}
}

func (n *phraseNode) nextWindow(w int) int {
	for {
		at := w
		for i := range n.words {
			if at = n.words[i].nextWindow(at); at < 0 {
				return -1
			}
		}
		if at == w {
			return w
		}
		w = at
	}
}

func (n *phraseNode) bound(w int) float64 {
	if n.slot >= 0 {
		return n.weight * n.top
	}
	least := byte(255)
	for i := range n.words {
		least = min(least, n.words[i].cursor.bound(w))
	}
	return n.unit * float64(least)
}

func (n *phraseNode) score(doc uint32) (float64, bool) {
	return n.rate(doc, n.count(doc))
}

// rate scores a document in which the phrase stands so often.
func (n *phraseNode) rate(doc uint32, t *tuple) (float64, bool) {
	if t.total() == 0 {
		return 0, false
	}
	if n.slot < 0 {
		return n.weight * n.rater.part(t, doc), true
	}
	return n.weight * n.rater.fieldPart(float64(t[n.rater.group.fields[n.slot]]), n.slot, doc), true
}

func (n *phraseNode) cost(int) int { return n.words[0].df }

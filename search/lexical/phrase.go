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
		if set[i] == 0 || n.cellBound(w*winCells+i) < least {
			continue
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

// cellBound returns an impact that not all words of the phrase exceed in 64 documents.
func (n *phraseNode) cellBound(cell int) byte {
	least := byte(255)
	for i := range n.words {
		if w := &n.words[i]; w.parted() {
			least = min(least, w.cellMax[cell])
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
	last    int                   // the block whose places were read last, −1 for none
	apart   distances             // of that block
}

// read sets places to those of posting ordinal.
func (w *phraseWord) read() {
	block, i := w.ordinal/blockSize, w.ordinal%blockSize
	var from, to uint32
	if w.bits() && w.last != block { // the next time all starts of the block pay
		from = w.placesBefore(block, i)
		to = from + w.seg.totals[w.code(w.ordinal)]
	} else {
		w.begin(block)
		from, to = w.starts[i], w.starts[i+1]
	}
	if w.last != block {
		w.last, w.apart = block, w.distances(block)
	}
	w.places = w.apart.places(w.places[:0], int(from), int(to))
}

// placesBefore counts the places of the first j postings of a block of a list of bits:
// those of a symbol all at once.
func (l *list) placesBefore(block, j int) (n uint32) {
	several, next := l.several[block], 0
	for half := 0; half < j; half += 64 {
		below := ^uint64(0)
		if j-half < 64 {
			below = 1<<(j-half) - 1
		}
		s, rest := l.symbols(block, half), uint64(0)
		for sym := range symbols {
			switch of := s.are(sym) & below; {
			case of == 0:
			case several>>sym&1 == 1:
				rest |= of
			default:
				n += uint32(bits.OnesCount64(of)) * l.seg.totals[l.group.codes[sym][0]]
			}
		}
		for ; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			nth := unpack(l.codes[l.codeOff[block]:], int(l.codeW[block]), next)
			n += l.seg.totals[l.group.codes[s[0]>>i&1|s[1]>>i&1<<1|s[2]>>i&1<<2][nth]]
			next++
		}
	}
	return n
}

// begin computes the starts of a block.
func (w *phraseWord) begin(block int) {
	if w.started == block {
		return
	}
	w.started = block
	var codes [blockSize]uint32
	n := w.size(block)
	w.codesOf(block, n, &codes)
	at := uint32(0)
	for i, c := range codes[:n] {
		at += w.seg.totals[c]
		w.starts[i+1] = at
	}
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
		if w.ordinal, ok = w.find(doc); !ok || w.impact(w.ordinal, doc) < least {
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

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

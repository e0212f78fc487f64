package lexical

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
	for d := range set.all(w) {
		least, _ := n.locate(d)
		if most := n.unit * float64(least); most < r.least() {
			continue
		}
		if score, ok := n.rate(d, n.verify(d)); ok {
			r.add(Hit{ID: p.ids.at(int(d)), Score: score})
		}
	}
}

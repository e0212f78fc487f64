package embed

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normaliser turns text into the words and signs that WordPiece takes apart, one
// rune after the other and in bounded memory. It is the BertNormalizer followed by
// the BertPreTokenizer of the reference (huggingface/tokenizers): control
// characters dropped, white space as space, ideographs on their own, accents
// stripped after canonical decomposition, lower case, split at white space and
// around each sign of punctuation.
type normaliser struct {
	lower, strip, ideographs bool

	emit func(word []rune) bool // called for each word; false ends the text

	word []rune  // the word so far, decomposed
	ccc  []uint8 // the combining class of each of its runes
	run  int     // where in the word its last run of combining marks begins
	done bool
}

// mostRunes is the longest word; a longer one is unknown as a whole. The word
// holds a few more, so that marks that arrive late still sort into their place.
const mostRunes = 100

// text feeds s and ends the last word.
func (n *normaliser) text(s string) {
	for _, r := range s {
		if n.done {
			return
		}
		n.rune(r)
	}
	n.flush()
}

func (n *normaliser) rune(r rune) {
	switch {
	case r < utf8.RuneSelf:
		n.ascii(r)
		return
	case r == utf8.RuneError || isOther(r):
		return
	case isSpace(r):
		n.flush()
		return
	}
	ideograph := n.ideographs && isIdeograph(r)
	if ideograph {
		n.flush()
	}
	if n.strip {
		n.decompose(r)
	} else {
		n.put(r, 0)
	}
	if ideograph {
		n.flush()
	}
}

func (n *normaliser) ascii(r rune) {
	switch {
	case r == ' ' || r == '\t' || r == '\n' || r == '\r':
		n.flush()
	case r < ' ' || r == 0x7f:
	default:
		n.put(r, 0)
	}
}

// decompose puts the canonical decomposition of r (Unicode, chapter 3.11).
func (n *normaliser) decompose(r rune) {
	const base, vowels, tails = 0xac00, 21, 28
	if r >= base && r < base+19*vowels*tails { // Hangul syllables, chapter 3.12
		s := r - base
		n.put(0x1100+s/(vowels*tails), 0)
		n.put(0x1161+s%(vowels*tails)/tails, 0)
		if s%tails > 0 {
			n.put(0x11a7+s%tails, 0)
		}
		return
	}
	if r == 0x11938 { // newer than the decompositions of the reference
		n.put(r, 0)
		return
	}
	var b [utf8.UTFMax]byte
	k := utf8.EncodeRune(b[:], r)
	p := norm.NFD.Properties(b[:k])
	d := p.Decomposition()
	if d == nil {
		n.put(r, p.CCC())
		return
	}
	for len(d) > 0 {
		r, k := utf8.DecodeRune(d)
		n.put(r, norm.NFD.Properties(d).CCC())
		d = d[k:]
	}
}

// put appends one decomposed rune to the word, in canonical order.
func (n *normaliser) put(r rune, ccc uint8) {
	if ccc == 0 {
		n.run = len(n.word)
	}
	if n.strip && isMark(r) {
		return
	}
	if n.lower {
		r = toLower(r)
	}
	if isPunctuation(r) {
		n.flush()
		if !n.done {
			n.done = !n.emit([]rune{r})
		}
		return
	}
	if len(n.word) >= 2*mostRunes {
		return
	}
	i := len(n.word)
	for ccc > 0 && i > n.run && n.ccc[i-1] > ccc {
		i--
	}
	n.word = append(n.word, 0)
	n.ccc = append(n.ccc, 0)
	copy(n.word[i+1:], n.word[i:])
	copy(n.ccc[i+1:], n.ccc[i:])
	n.word[i], n.ccc[i] = r, ccc
}

// flush ends the word.
func (n *normaliser) flush() {
	if len(n.word) > 0 && !n.done {
		n.done = !n.emit(n.word)
	}
	n.word, n.ccc, n.run = n.word[:0], n.ccc[:0], 0
}

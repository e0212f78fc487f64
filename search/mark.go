package search

import (
	"math"

	"broadsheet/search/lexical"
)

// Mark says why a piece of a text is marked.
type Mark uint8

// The marks.
const (
	Unmarked   Mark = iota
	WordMark        // a word that was asked for, by itself
	PhraseMark      // the words that were asked for, side by side
)

// Piece is a run of a text under one mark.
type Piece struct {
	Text string
	Mark Mark
}

// finder finds what a query asks for in a text.
type finder struct {
	words   []wanted
	phrases [][]string       // quoted: exactly these words
	run     []int            // the plain words of the query as a phrase: indexes into words
	first   begun            // with what a word may begin that is asked for
	met     map[string]*form // the words that were met and may be asked for; texts of one page share many
	buf     []place
	marks   []Mark
}

// form is a word as it stands in a text, and its stem, which begins as it does.
type form struct{ word, stem string }

// place is where a word stands in a text, in bytes. A word that nobody asks for has no form.
type place struct {
	*form
	from, to int
}

// wanted is a plain word of a query.
type wanted struct {
	text   string   // as typed
	parts  []string // its words in the index; several when it is a compound
	stems  []string // beside parts
	joined string   // a compound written as one
	prefix bool
}

// Marking returns what cuts texts without markup, one after the other, at what a query
// asks for.
func Marking(q *Query) func(text string) []Piece {
	f := newFinder(q)
	return func(text string) []Piece {
		return f.in(f.places(text)).pieces(text, func(int, int) bool { return true })
	}
}

func newFinder(q *Query) *finder {
	f := &finder{met: map[string]*form{}}
	for _, w := range q.Words {
		f.word(w, false)
		f.run = append(f.run, len(f.words)-1)
	}
	for _, n := range q.Must {
		f.node(n)
	}
	return f
}

// node adds what a node of a query asks for; what it excludes is not marked.
func (f *finder) node(n Node) {
	switch n := n.(type) {
	case Word:
		f.word(n.Text, n.Prefix)
	case Phrase:
		var words []string
		for _, t := range lexical.Tokens(n.Text) {
			if t.Parts == 0 {
				words = append(words, t.Word)
				f.first.add(t.Word)
			}
		}
		if len(words) > 0 {
			f.phrases = append(f.phrases, words)
		}
	case And:
		for _, part := range n.Nodes {
			f.node(part)
		}
	case Or:
		for _, part := range n.Nodes {
			f.node(part)
		}
	}
}

func (f *finder) word(text string, prefix bool) {
	w := wanted{text: text, prefix: prefix}
	for _, t := range lexical.Tokens(text) {
		f.first.add(t.Word)
		if t.Parts > 0 {
			w.joined = t.Word
			continue
		}
		w.parts = append(w.parts, t.Word)
		w.stems = append(w.stems, lexical.Stem(t.Word))
		f.first.addForms(w.stems[len(w.stems)-1])
	}
	f.words = append(f.words, w)
}

// begun is a set of the first two bytes of words; a few others may be in it. It tells most words
// of a text from those that are asked for before any stem is made.
type begun [256]uint64

func second[S string | []byte](word S) byte {
	if len(word) < 2 {
		return 0
	}
	return word[1] & 63
}

func (b *begun) has(word []byte) bool { return b[word[0]]>>second(word)&1 == 1 }

func (b *begun) add(word string) {
	if len(word) < 2 { // which may be a beginning
		b[word[0]] = math.MaxUint64
		return
	}
	b[word[0]] |= 1 << second(word)
}

// addForms adds the words of a stem. They begin as it does, but for three.
func (b *begun) addForms(stem string) {
	b.add(stem)
	if stem == "die" || stem == "lie" || stem == "tie" {
		b.add(stem[:1] + "ying")
	}
}

// found is where a query's words stand in a text.
type found struct {
	marks   []marked // ascending, apart
	phrases int      // places where a phrase stands
	counts  []int    // of each wanted word
}

// marked is a marked run of bytes.
type marked struct {
	from, to int
	mark     Mark
}

// places returns where the words of a text stand. They are good until the next call.
func (f *finder) places(text string) []place {
	f.buf = f.buf[:0]
	lexical.Scan(text, func(word []byte, start, end int) {
		p := place{from: start, to: end}
		if f.first.has(word) {
			if p.form = f.met[string(word)]; p.form == nil {
				w := string(word)
				p.form = &form{w, lexical.Stem(w)}
				f.met[w] = p.form
			}
		}
		f.buf = append(f.buf, p)
	})
	return f.buf
}

// in finds what is asked for among the words of a text.
func (f *finder) in(words []place) found {
	r := found{counts: make([]int, len(f.words))}
	f.marks = append(f.marks[:0], make([]Mark, len(words))...)
	marks := f.marks
	for i := range words {
		if words[i].form == nil {
			continue
		}
		for w := range f.words {
			if n := f.words[w].at(words[i:]); n > 0 {
				r.counts[w]++
				for k := range n {
					marks[i+k] = max(marks[i+k], WordMark)
				}
			}
		}
		n := 0
		for _, p := range f.phrases {
			if startsWith(words[i:], p) {
				n = max(n, len(p))
			}
		}
		if n == 0 && len(f.run) > 1 {
			n = f.runAt(words[i:])
		}
		if n > 0 {
			r.phrases++
			for k := range n {
				marks[i+k] = PhraseMark
			}
		}
	}
	for i, t := range words {
		if marks[i] == Unmarked {
			continue
		}
		if n := len(r.marks); n > 0 && r.marks[n-1].mark == marks[i] && marks[i] == PhraseMark && marks[i-1] == PhraseMark {
			r.marks[n-1].to = t.to
			continue
		}
		r.marks = append(r.marks, marked{t.from, t.to, marks[i]})
	}
	return r
}

// at returns how many of the words, from the first, are the wanted word: in any of
// its forms, as a compound cut up, or written as one.
func (w *wanted) at(words []place) int {
	if w.joined != "" && words[0].word == w.joined {
		return 1
	}
	if len(w.parts) == 0 || len(words) < len(w.parts) {
		return 0
	}
	for i, p := range w.parts {
		last := i == len(w.parts)-1
		switch is := words[i].form; {
		case is == nil:
			return 0
		case is.word == p, is.stem == w.stems[i] && len(w.parts) == 1:
		case last && w.prefix && len(is.word) >= len(p) && is.word[:len(p)] == p:
		default:
			return 0
		}
	}
	return len(w.parts)
}

// runAt returns how many words, from the first, are all plain words of the query
// in their order, 0 when they are not.
func (f *finder) runAt(words []place) int {
	n := 0
	for _, w := range f.run {
		if n >= len(words) || words[n].form == nil {
			return 0
		}
		k := f.words[w].at(words[n:])
		if k == 0 {
			return 0
		}
		n += k
	}
	return n
}

func startsWith(words []place, phrase []string) bool {
	if len(words) < len(phrase) {
		return false
	}
	for i, p := range phrase {
		if words[i].form == nil || words[i].word != p {
			return false
		}
	}
	return true
}

// pieces cuts a text at those of its marks that may stand there.
func (r found) pieces(text string, may func(from, to int) bool) []Piece {
	var list []Piece
	at := 0
	for _, m := range r.marks {
		if m.from < at || !may(m.from, m.to) {
			continue
		}
		if m.from > at {
			list = append(list, Piece{text[at:m.from], Unmarked})
		}
		list = append(list, Piece{text[m.from:m.to], m.mark})
		at = m.to
	}
	if at < len(text) {
		list = append(list, Piece{text[at:], Unmarked})
	}
	return list
}

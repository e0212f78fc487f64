package search

import (
	"strings"

	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/tex"
)

// markable returns which runs of a text may be marked: none inside a formula or a
// group in braces, so that each piece can be shown by itself.
func markable(form paper.Form, text string) func(from, to int) bool {
	if form != paper.TeX || !strings.ContainsAny(text, `$\{`) {
		return func(int, int) bool { return true }
	}
	closed := make([]bool, len(text)+1)
	depth := 0
	for i := 0; i < len(text); {
		if sp, n := tex.Formula(text[i:]); sp.Math {
			for k := i; k < i+n; k++ {
				closed[k] = true
			}
			i += n
			continue
		}
		switch text[i] {
		case '{':
			depth++
		case '}':
			depth = max(0, depth-1)
		case '\\':
			closed[i] = true
			i++
		}
		if i < len(text) {
			closed[i] = depth > 0
		}
		i++
	}
	return func(from, to int) bool {
		for i := from; i < to; i++ {
			if closed[i] {
				return false
			}
		}
		return from == 0 || text[from-1] != '\\'
	}
}

// snippet returns the sentence of an abstract that has most of what is asked, marked,
// and whether something stands before and behind it. A short one takes the next one
// along.
func (f *finder) snippet(form paper.Form, abstract string) (list []Piece, before, after bool) {
	sentences := edition.Sentences(abstract)
	if len(sentences) == 0 {
		return nil, false, false
	}
	at, most := 0, -1
	for i, s := range sentences {
		r := f.in(s)
		score := 3 * r.phrases
		for _, n := range r.counts {
			if n > 0 {
				score++
			}
		}
		if score > most {
			at, most = i, score
		}
	}
	text, end := sentences[at], at+1
	const short = 90 // letters
	if len(text) < short && end < len(sentences) {
		text += " " + sentences[end]
		end++
	}
	return f.in(text).pieces(text, markable(form, text)), at > 0, end < len(sentences)
}

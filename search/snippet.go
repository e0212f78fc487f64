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
// along. words are those of the abstract.
func (f *finder) snippet(form paper.Form, abstract string, words []place) (list []Piece, before, after bool) {
	sentences := edition.Sentences(abstract)
	if len(sentences) == 0 {
		return nil, false, false
	}
	all := edition.OneLine(abstract) // which the sentences are cut from
	if all != abstract {
		words = f.places(all)
	}
	type part struct{ from, to int } // bytes, without the space that follows
	var parts []part
	best, most := 0, -1
	from, rest := 0, words
	for i, s := range sentences {
		to := from + len(s)
		n := 0
		for n < len(rest) && rest[n].from < to {
			n++
		}
		if score := f.in(rest[:n]).score(); score > most {
			best, most = i, score
		}
		rest = rest[n:]
		parts = append(parts, part{from, to})
		from = to + 1
	}
	at, end := parts[best], best+1
	const short = 90 // letters
	if at.to-at.from < short && end < len(parts) {
		at.to = parts[end].to
		end++
	}
	text := all[at.from:at.to]
	return f.in(within(words, at.from, at.to)).pieces(text, markable(form, text)), best > 0, end < len(sentences)
}

// within returns the words between two bytes of a text, as those of the text between.
func within(words []place, from, to int) []place {
	var list []place
	for _, w := range words {
		if w.from >= from && w.to <= to {
			w.from, w.to = w.from-from, w.to-from
			list = append(list, w)
		}
	}
	return list
}

// score is how much of what is asked stands in a sentence.
func (r found) score() int {
	score := 3 * r.phrases
	for _, n := range r.counts {
		if n > 0 {
			score++
		}
	}
	return score
}

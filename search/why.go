package search

import (
	"fmt"
	"strings"

	"broadsheet/edition"
)

// Reason is why a paper was found: its rank by words and by meaning, and where the
// words stand.
type Reason struct {
	ByWords, ByMeaning int // from 1; 0 when the leg did not find it or was not asked
	InTitle            int // places of a phrase
	InAbstract         int
	Apart              []WordCount // the plain words, when no phrase stands there
	Like               bool        // found as a neighbour, not by words
}

// WordCount is how often a word stands in title and abstract.
type WordCount struct {
	Word  string
	Count int
}

// String says it in words: "1st by words, 7th by meaning. Phrase in the title and 3
// times in the abstract."
func (r Reason) String() string {
	var s []string
	const apart = 10 // ranks that differ by so much are called mostly one of them
	switch w, m := r.ByWords, r.ByMeaning; {
	case w > 0 && m > 0:
		if m-w >= apart {
			s = append(s, "Mostly by words.")
		}
		if w-m >= apart {
			s = append(s, "Mostly by meaning.")
		}
		s = append(s, fmt.Sprintf("%s by words, %s by meaning.", edition.Ordinal(w), edition.Ordinal(m)))
	case w > 0:
		s = append(s, edition.Ordinal(w)+" by words.")
	case m > 0:
		s = append(s, edition.Ordinal(m)+" by meaning.")
	}
	switch {
	case r.InTitle > 0 && r.InAbstract > 0:
		s = append(s, "Phrase in the title and "+times(r.InAbstract)+" in the abstract.")
	case r.InTitle > 0:
		s = append(s, "Phrase in the title.")
	case r.InAbstract > 0:
		s = append(s, "Phrase "+times(r.InAbstract)+" in the abstract.")
	case len(r.Apart) > 0:
		var list []string
		for _, c := range r.Apart {
			list = append(list, fmt.Sprintf("%s %d", c.Word, c.Count))
		}
		head := "The words apart: "
		if len(r.Apart) == 1 {
			head = "The word: "
		}
		s = append(s, head+strings.Join(list, ", ")+".")
	}
	return strings.Join(s, " ")
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// reason counts where the words of a query stand in a paper's title and abstract.
func (f *finder) reason(t, a found) Reason {
	r := Reason{InTitle: t.phrases, InAbstract: a.phrases}
	if len(f.run) < 2 && len(f.phrases) == 0 {
		r.InTitle, r.InAbstract = 0, 0
	}
	if r.InTitle+r.InAbstract > 0 {
		return r
	}
	for i, w := range f.words {
		if n := t.counts[i] + a.counts[i]; n > 0 {
			r.Apart = append(r.Apart, WordCount{strings.ToLower(w.text), n})
		}
	}
	return r
}

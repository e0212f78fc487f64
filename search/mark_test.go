package search

import (
	"strings"
	"testing"

	"broadsheet/paper"
	"broadsheet/search/lexical"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, query, text, want string }{
		{"words in any form", "learning theory", "Theories of learned things", "[Theories] of [learned] things"},
		{"side by side", "learning theory", "A learning theory, and a theory of learning", "A {learning theory}, and a [theory] of [learning]"},
		{"a phrase is exact", `"learning theory"`, "Learning theories; Learning Theory", "Learning theories; {Learning Theory}"},
		{"a phrase beside words", `kernel "learning theory"`, "kernels in learning theory", "[kernels] in {learning theory}"},
		{"a hyphen", "k-NN", "kNN and k-nn and k nn", "[kNN] and [k]-[nn] and [k] [nn]"},
		{"a beginning", "transf*", "Transformers transfer", "[Transformers] [transfer]"},
		{"what is excluded", "kernel -survey", "A survey of kernels", "A survey of [kernels]"},
		{"either", "(kernel OR gaussian)", "Gaussian kernels", "[Gaussian] [kernels]"},
		{"not in a formula", "alpha kernel", `kernel $\alpha$ and {\bf kernel} {kernel}`, `[kernel] $\alpha$ and {\bf kernel} {kernel}`},
		{"behind a formula", "kernel", `the $k$-kernel`, `the $k$-[kernel]`},
		{"accents", "erdos", "Paul Erdős", "Paul [Erdős]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			f := newFinder(Parse(tt.query))
			for _, p := range f.in(f.places(tt.text)).pieces(tt.text, markable(paper.TeX, tt.text)) {
				b.WriteString([]string{p.Text, "[" + p.Text + "]", "{" + p.Text + "}"}[p.Mark])
			}
			if b.String() != tt.want {
				t.Errorf("%s in %q:\n got %s\nwant %s", tt.query, tt.text, b.String(), tt.want)
			}
		})
	}
}

func TestReasonSaysWhy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, query, title, abstract string
		words, meaning               int
		want                         string
	}{
		{"a phrase", "learning theory", "Learning theory", "Learning theory; learning theory; learning theory.", 1, 7, "1st by words, 7th by meaning. Phrase in the title and 3 times in the abstract."},
		{"once", "learning theory", "On kernels", "A learning theory of kernels", 3, 15, "Mostly by words. 3rd by words, 15th by meaning. Phrase once in the abstract."},
		{"apart", "learning theory", "Learning", "Learning a theory", 15, 1, "Mostly by meaning. 15th by words, 1st by meaning. The words apart: learning 2, theory 1."},
		{"one word", "kernel", "Kernels", "", 2, 0, "2nd by words. The word: kernel 1."},
		{"meaning alone", "kernel", "Gaussian processes", "", 0, 11, "11th by meaning."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newFinder(Parse(tt.query)).reasonOf(tt.title, tt.abstract)
			r.ByWords, r.ByMeaning = tt.words, tt.meaning
			if got := r.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func (f *finder) reasonOf(title, abstract string) Reason {
	return f.reason(f.in(f.places(title)), f.in(f.places(abstract)))
}

func TestWordsBeginAsTheirStems(t *testing.T) {
	t.Parallel()
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b++ {
			for _, end := range []string{"", "s", "y", "e", "es", "ed", "ing", "ies", "ied", "ying", "ly", "ily", "lying", "rs", "tional", "eed", "r", "ren", "ness"} {
				for _, word := range []string{string(a) + string(b) + end, string(a) + end, string(a) + string(b) + "l" + end} {
					var first begun
					first.addForms(lexical.Stem(word))
					if !first.has([]byte(word)) {
						t.Errorf("%s, of which the stem is %s, would not be marked", word, lexical.Stem(word))
					}
				}
			}
		}
	}
}

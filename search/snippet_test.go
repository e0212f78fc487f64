package search

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"broadsheet/edition"
	"broadsheet/paper"
)

// TestSnippetIsTheBestSentence: an abstract is read once, and yet the snippet is what it would be
// if each of its sentences were read by itself.
func TestSnippetIsTheBestSentence(t *testing.T) {
	t.Parallel()
	words := rapid.SampledFrom([]string{"learning", "theory", "Learned", "theories.", "kernel", "k-NN", "$x$-kernel.", "A", "e.g.", "(theory)", "of", "the", "end!", "{kernel", "\n", " "})
	queries := []string{"learning theory", `"learning theory" kernel`, "k-NN", "kern*", "theory -kernel", "learning"}
	rapid.Check(t, func(t *rapid.T) {
		abstract := ""
		for _, w := range rapid.SliceOfN(words, 0, 60).Draw(t, "words") {
			abstract += w + " "
		}
		q := Parse(rapid.SampledFrom(queries).Draw(t, "query"))
		f, alone := newFinder(q), newFinder(q)
		got, before, after := f.snippet(paper.TeX, abstract, f.places(abstract))

		sentences := edition.Sentences(abstract)
		if len(sentences) == 0 {
			if got != nil {
				t.Fatalf("a snippet of nothing: %v", got)
			}
			return
		}
		at, most := 0, -1
		for i, s := range sentences {
			if score := alone.in(alone.places(s)).score(); score > most {
				at, most = i, score
			}
		}
		text, end := sentences[at], at+1
		if len(text) < 90 && end < len(sentences) {
			text += " " + sentences[end]
			end++
		}
		want := alone.in(alone.places(text)).pieces(text, markable(paper.TeX, text))
		if !reflect.DeepEqual(got, want) || before != (at > 0) || after != (end < len(sentences)) {
			t.Fatalf("%q in %q:\n got %v %v %v\nwant %v %v %v", q.Text, abstract, got, before, after, want, at > 0, end < len(sentences))
		}
	})
}

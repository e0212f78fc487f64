package lexical

import (
	"slices"
	"strings"
	"testing"
)

// TestAGuessThatFails has the best documents where the guess is made, where it is not, and
// everywhere: the best are found wherever they stand.
func TestAGuessThatFails(t *testing.T) {
	t.Parallel()
	for name, rich := range map[string]func(i int) bool{
		"the first window":  func(i int) bool { return i < winSize },
		"all but the first": func(i int) bool { return i >= winSize },
		"everywhere":        func(i int) bool { return i%7 == 0 },
		"nowhere":           func(int) bool { return false },
	} {
		x, err := openOn(newMemory(), Schema{Fields: []Field{{Name: "text", Default: true, Weight: 1}}})
		must(t, err)
		b := Batch{Seq: 1}
		for i := range 6 * winSize {
			text := strings.Repeat("filler ", 5+i*7919%40)
			if i%3 == 0 {
				text += " graph"
			}
			if i%100 == 0 {
				text += " zebra"
			}
			if rich(i) {
				text += strings.Repeat(" graph zebra", 1+i*104729%5)
			}
			b.Put = append(b.Put, Document{ID: int64(6*winSize - i), Text: []string{text}})
		}
		must(t, x.Apply(b))
		must(t, x.Merge())
		s := x.Snapshot()
		for _, q := range []Query{Or{Term{Word: "graph"}, Term{Word: "zebra"}}, And{Term{Word: "graph"}, Term{Word: "zebra"}}, Term{Word: "zebra"}, Term{Word: "filler"}} {
			for _, k := range []int{10, 100, 2000} {
				got, want := s.Search(q, k, Options{}), s.Search(q, k, Options{Count: true})
				if !slices.Equal(got.Hits, want.Hits) {
					t.Errorf("rich is %s: the %d best of %v are others", name, k, q)
				}
			}
		}
	}
}

// TestWordsThatCountNextToNothing weighs a word so little that what it adds is lost in the
// rounding of what a beginning adds.
func TestWordsThatCountNextToNothing(t *testing.T) {
	t.Parallel()
	x, err := openOn(newMemory(), Schema{Fields: []Field{{Name: "text", Default: true, Weight: 1}}})
	must(t, err)
	b := Batch{Seq: 1}
	for i := range 40 {
		b.Put = append(b.Put, Document{ID: int64(i + 1), Text: []string{"the" + strings.Repeat(" the", i*7%5)}})
	}
	must(t, x.Apply(b))
	must(t, x.Merge())
	s := x.Snapshot()
	for _, by := range []float64{1e-3, 1e-12, 7e-15, 1e-16, 1e-300} {
		q := And{Prefix{Word: "t"}, Boosted{By: by, Of: Term{Word: "the"}}}
		got, want := s.Search(q, 5, Options{}), s.Search(q, 5, Options{Count: true})
		if len(got.Hits) != 5 || !slices.Equal(got.Hits, want.Hits) {
			t.Errorf("by %g: %v, want %v", by, got.Hits, want.Hits)
		}
	}
}

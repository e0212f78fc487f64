package lexical

import (
	"runtime/debug"
	"sort"
	"unicode/utf8"
)

// Count is a word or key and how many documents have it. Words, Keys and Near count
// deleted documents until their segment is merged; Facets counts what matches.
type Count struct {
	Text string
	Docs int
}

// maxWalk is how many terms of a segment are looked at for one answer.
const maxWalk = 50_000

// Words returns the words of a field ("" for the default ones) that begin so, the
// most frequent first: for suggestions.
func (s *Snapshot) Words(prefix, field string, limit int) []Count {
	c := &clause{}
	if !s.place(c, field) {
		return nil
	}
	return s.count(append([]byte{wordTerm(c.group)}, prefix...), limit, func([]byte) int { return 0 })
}

// Keys returns the keys that begin so, the most frequent first.
func (s *Snapshot) Keys(prefix string, limit int) []Count {
	return s.count(append([]byte{keyTerm}, prefix...), limit, func([]byte) int { return 0 })
}

// Near returns words that are spelt nearly like one that was not found: within one
// change, or two from five letters on (a letter more, fewer, another, or two
// swapped), with the same first letter; the nearest first, then the most frequent.
func (s *Snapshot) Near(word, field string, limit int) []Count {
	c := &clause{}
	if word == "" || !s.place(c, field) {
		return nil
	}
	_, n := utf8.DecodeRuneInString(word)
	far := 1
	if utf8.RuneCountInString(word) >= 5 {
		far = 2
	}
	letters := []rune(word)
	return s.count(append([]byte{wordTerm(c.group)}, word[:n]...), limit, func(term []byte) int {
		d := distance(letters, []rune(string(term[1:])), far)
		if d == 0 || d > far {
			return -1
		}
		return d
	})
}

// count adds up the terms with a prefix over the segments. Those that rank puts
// below 0 are left out, those with lower ranks come first.
func (s *Snapshot) count(prefix []byte, limit int, rank func(term []byte) int) []Count {
	defer s.guard(debug.SetPanicOnFault(true))
	at := map[string]int{}
	var out []Count
	var ranks []int
	for _, p := range s.view.parts {
		walked := 0
		p.eachTerm(prefix, func(t *terms) bool {
			if i, ok := at[string(t.term[1:])]; ok {
				out[i].Docs += t.df
			} else if r := rank(t.term); r >= 0 {
				at[string(t.term[1:])] = len(out)
				out, ranks = append(out, Count{string(t.term[1:]), t.df}), append(ranks, r)
			}
			walked++
			return walked < maxWalk
		})
	}
	order := make([]int, len(out))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := order[i], order[j]
		if ranks[a] != ranks[b] {
			return ranks[a] < ranks[b]
		}
		if out[a].Docs != out[b].Docs {
			return out[a].Docs > out[b].Docs
		}
		return out[a].Text < out[b].Text
	})
	best := make([]Count, 0, min(limit, len(order)))
	for _, i := range order[:min(limit, len(order))] {
		best = append(best, out[i])
	}
	return best
}

// distance counts the changes from a to b (optimal string alignment), or returns
// more than far when there are more.
func distance(a, b []rune, far int) int {
	if len(a)-len(b) > far || len(b)-len(a) > far {
		return far + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > far {
			return far + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

package lexical

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
)

// many is an index of more than a window of documents, part of them in memory,
// with words of every frequency.
func many(tb testing.TB, docs int) *Index {
	tb.Helper()
	x, err := openOn(newMemory(), testSchema)
	must(tb, err)
	r := rand.New(rand.NewPCG(9, 9))
	var batch Batch
	for i := range docs {
		var words []string
		for range 20 + r.IntN(60) {
			words = append(words, fmt.Sprintf("w%c%d", 'a'+r.IntN(3), int(float64(docs)*r.Float64()*r.Float64()*r.Float64()*r.Float64())))
		}
		d := Document{ID: int64(i), Text: []string{strings.Join(words[:5], " "), strings.Join(words[5:], " "), "Ada Love"}, Numbers: []int64{int64(i % 50), int64(r.IntN(9))}}
		if i%3 == 0 {
			d.Keys = []string{"cat:a"}
		}
		batch.Put = append(batch.Put, d)
		if len(batch.Put) == docs/5+1 {
			batch.Seq++
			must(tb, x.Apply(batch))
			batch.Put = nil
			if batch.Seq == 4 {
				must(tb, x.Merge())
			}
		}
	}
	batch.Delete = []int64{1, 5, 77}
	must(tb, x.Apply(batch))
	return x
}

// TestLargeIndexAgrees compares pruned searches with the exhaustive ones, which a count
// of all matches asks for, where there are many windows and dense lists.
func TestLargeIndexAgrees(t *testing.T) {
	t.Parallel()
	x := many(t, 14_000)
	s := x.Snapshot()
	r := rand.New(rand.NewPCG(4, 4))
	word := func() string { return fmt.Sprintf("w%c", 'a'+r.IntN(3)) }
	term := func() Query {
		n := int(14_000 * r.Float64() * r.Float64() * r.Float64() * r.Float64() * r.Float64())
		if r.IntN(3) == 0 {
			return Term{Word: word()}
		}
		return Term{Word: fmt.Sprint(n), Exact: r.IntN(2) == 0}
	}
	some := func(n int) (out []Query) {
		for range n {
			out = append(out, term())
		}
		return out
	}
	for i := range 400 {
		var q Query
		switch i % 10 {
		case 0:
			q = term()
		case 1:
			q = Or(some(1 + r.IntN(6)))
		case 2:
			q = And(some(1 + r.IntN(3)))
		case 3:
			q = And{Or(some(3)), Key("cat:a"), Not{term()}}
		case 4:
			q = Phrase{Words: []string{word(), fmt.Sprint(r.IntN(40))}}
		case 5:
			q = Or{And(some(2)), Phrase{Words: []string{word(), fmt.Sprint(r.IntN(9))}}, term(), Key("cat:a")}
		case 6:
			q = append(And(some(1)), Prefix{Word: fmt.Sprint(1 + r.IntN(30))})
		case 7:
			q = Or(some(100 + r.IntN(150)))
		case 8: // a prefix that scores as much as a word, beside what is no plain sum
			q = Or{And{term(), Boosted{1 + 4*r.Float64(), Prefix{Word: fmt.Sprint(1 + r.IntN(60))}}}, And(some(2)), term()}
		default:
			q = And{Or{Phrase{Words: []string{word(), "3"}}, term()}, Boosted{2, term()}, Range{"day", 3, 40}}
		}
		k := []int{1, 10, 100, 500}[r.IntN(4)]
		var o Options
		if r.IntN(3) == 0 {
			o.Filter = Range{"day", 10, 30}
		}
		got := s.Search(q, k, o)
		o.Count = true
		want := s.Search(q, k, o)
		if len(got.Hits) != len(want.Hits) {
			t.Fatalf("%#v finds %d, want %d", q, len(got.Hits), len(want.Hits))
		}
		for j := range want.Hits {
			if got.Hits[j] != want.Hits[j] {
				t.Fatalf("%#v, best %d: place %d is %v, want %v", q, k, j, got.Hits[j], want.Hits[j])
			}
		}
	}
}

// TestHostileQueries asks what nobody should; none may crash.
func TestHostileQueries(t *testing.T) {
	t.Parallel()
	s := many(t, 3000).Snapshot()
	wide := make(Or, 10_000)
	all := make(And, 10_000)
	for i := range wide {
		wide[i] = Term{Word: fmt.Sprint(i)}
		all[i] = Not{Term{Word: fmt.Sprint(i)}}
	}
	deep := Query(Term{Word: "wa"})
	for range 100_000 {
		deep = Not{deep}
	}
	queries := []Query{
		wide, all, deep,
		And{wide, Phrase{Words: []string{"wa", "1"}}},
		Or{And{}, Or{}},
		Not{All{}},
		Prefix{Word: "w"},
		Prefix{},
		Term{},
		Phrase{},
		Phrase{Words: make([]string, 1000)},
		Phrase{Words: []string{"", "wa", ""}},
		Term{Word: "a", Field: "none"},
		Key(strings.Repeat("x", 1<<16)),
		Boosted{-1, Term{Word: "wa"}},
		Boosted{1e308, Boosted{1e308, Term{Word: "wa"}}},
		Range{"day", 9, 1},
		Term{Word: strings.Repeat("é", 1<<16)},
	}
	for _, table := range unicode.Scripts {
		for _, r := range table.R16 {
			text := strings.Repeat(string(rune(r.Lo)), 100) + string(rune(r.Hi))
			queries = append(queries, And(Words(text, "")), Exactly(text, "title"))
		}
	}
	for _, q := range queries {
		s.Search(q, 10, Options{})
		s.Search(q, 10, Options{Filter: q, Sort: "votes", Count: true})
		s.Match(q)
		s.Explain(q, 3)
	}
}

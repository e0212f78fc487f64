package lexical

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is an index of three papers.
func small(t *testing.T) *Index {
	t.Helper()
	x, err := openOn(newMemory(), testSchema)
	must(t, err)
	put := func(id int64, title, abstract, authors string, keys ...string) Document {
		return Document{id, []string{title, abstract, authors}, keys, []int64{id, -id}}
	}
	must(t, x.Apply(Batch{Seq: 7, Put: []Document{
		put(1, "Attention is all you need", "Dominant models. Attention models model sequences; see all you need.", "Ashish Vaswani\x1fNoam Shazeer", "cat:cs.CL", "id:1706.03762"),
		put(2, "GPT-4 technical report", "We report on a large model.", "OpenAI", "cat:cs.CL", "cat:cs.AI"),
		put(3, "$\\ell_1$ regularisation with k-NN", "C++ code", "Schrödinger, E.", "cat:stat.ML"),
	}}))
	return x
}

func TestWordsAreFoundAsTyped(t *testing.T) {
	t.Parallel()
	s := small(t).Snapshot()
	for _, c := range []struct {
		query string
		want  int64
	}{
		{"gpt4", 2},
		{"gpt-4", 2},
		{"GPT 4", 2},
		{"kNN", 3},
		{"k-NN", 3},
		{"k nn", 3},
		{"l1", 3},
		{"ℓ_1", 3},
		{"L_1", 3},
		{`\ell_1`, 3},
		{"c++", 3},
		{"modeling sequence", 1},
		{"reports", 2},
	} {
		r := s.Search(And(Words(c.query, "")), 10, Options{Count: true})
		if len(r.Hits) != 1 || r.Hits[0].ID != c.want {
			t.Errorf("%s finds %v, want %d", c.query, r, c.want)
		}
	}
	for query, want := range map[string]int{"attention is all": 1, "attentions is all": 0, "need dominant": 0, "gpt4 technical": 1, "gpt-4 technical": 1, "with kNN": 0, "with k-NN": 1} {
		if r := s.Search(Exactly(query, ""), 10, Options{Count: true}); r.Total != want {
			t.Errorf("%q is found %d times, want %d", query, r.Total, want)
		}
	}
	if r := s.Search(Exactly("vaswani noam", "authors"), 10, Options{}); len(r.Hits) != 0 {
		t.Errorf("a phrase crosses two names: %v", r)
	}
	if r := s.Search(Term{Word: "schrodinger", Field: "authors"}, 10, Options{}); len(r.Hits) != 1 {
		t.Errorf("an author is found %v", r)
	}
}

func TestExplainAndCount(t *testing.T) {
	t.Parallel()
	s := small(t).Snapshot()
	q := Or{Term{Word: "models"}, Phrase{Words: []string{"all", "you", "need"}}, Term{Word: "attention", Exact: true}, Not{Term{Word: "code"}}}
	got := s.Explain(q, 1)
	for i := range got {
		if got[i].Score <= 0 {
			t.Errorf("%v scores nothing", got[i])
		}
		got[i].Score = 0
	}
	want := []Matched{
		{q[0], 0, []MatchedField{{"abstract", 3, nil}}},
		{q[1], 0, []MatchedField{{"title", 1, []int{2}}, {"abstract", 1, []int{7}}}},
		{q[2], 0, []MatchedField{{"title", 1, []int{0}}, {"abstract", 1, []int{2}}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	total, counts := s.Facets(All{}, 5, "cat:cs.", "none:")
	if d := cmp.Diff([][]Count{{{"cat:cs.CL", 2}, {"cat:cs.AI", 1}}, nil}, counts); d != "" || total != s.Docs() {
		t.Error(d)
	}
	if d := cmp.Diff([]Count{{"report", 1}}, s.Words("rep", "", 5)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Count{{"id:1706.03762", 1}}, s.Keys("id:", 5)); d != "" {
		t.Error(d)
	}
	if got := s.Near("atention", "", 3); len(got) != 1 || got[0].Text != "attention" {
		t.Errorf("near atention: %v", got)
	}
	if got := slices.Collect(s.Match(Key("cat:cs.CL")).All()); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("set %v", got)
	}
	if s.Number(2, "day") != 2 || s.Seq() != 7 {
		t.Errorf("number %d, seq %d", s.Number(2, "day"), s.Seq())
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "abcd", 1}, {"abc", "xbd", 2}, {"abc", "xyz", 3}, {"", "ab", 2}} {
		if got := distance([]rune(c.a), []rune(c.b), 2); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

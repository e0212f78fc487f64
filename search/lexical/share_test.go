package lexical

import (
	"math"
	"testing"
)

func TestTheShareOfTheWordsThatADocumentHas(t *testing.T) {
	t.Parallel()
	s := small(t).Snapshot()
	model, report := Term{Word: "model"}, Term{Word: "report"}
	both := s.IDF(model) + s.IDF(report)
	for _, c := range []struct {
		name  string
		query Query
		id    int64
		want  float64
	}{
		{"all", Or{model, report}, 2, 1},
		{"one", Or{model, report}, 1, s.IDF(model) / both},
		{"none", Or{model, report}, 3, 0},
		{"a document that is not there", model, 9, 0},
		{"a word that nobody has is left out", Or{model, Term{Word: "xyzzy"}}, 1, 1},
		{"a phrase that nobody can have is left out", Or{model, Phrase{Words: []string{"xyzzy", "model"}}}, 1, 1},
		{"a phrase that stands elsewhere is not", Or{report, Phrase{Words: []string{"technical", "report"}}}, 1, 0},
		{"what counts more makes more", Or{Boosted{By: 3, Of: model}, report}, 1, 3 * s.IDF(model) / (both + 2*s.IDF(model))},
		{"what binds counts nothing", And{report, Not{Of: model}}, 2, 1},
	} {
		if got := s.Shares(c.query, []int64{c.id})[0]; math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %d has %f, want %f", c.name, c.id, got, c.want)
		}
	}
}

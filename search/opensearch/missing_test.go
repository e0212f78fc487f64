package opensearch

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"broadsheet/search"
)

// TestWhatIsNotAskedForCannotMatter: with only the scores that matter for a page, the page
// is the one of all scores.
func TestWhatIsNotAskedForCannotMatter(t *testing.T) {
	t.Parallel()
	asked, possible := 0, 0
	for trial := range uint64(30) {
		chance := rand.New(rand.NewPCG(trial, 7))
		all := tables{map[int64]float64{}, map[int64]float64{}, map[int64]float64{}}
		var words, meant []search.Scored
		for id := range int64(3000) {
			all.cosines[id] = chance.Float64()
			meant = append(meant, search.Scored{ID: id, Score: all.cosines[id]})
			if chance.IntN(2) == 0 {
				all.words[id] = 0.97 + 0.03*chance.Float64()
				all.had[id] = chance.Float64()
				words = append(words, search.Scored{ID: id, Score: all.words[id]})
			}
		}
		words, meant = best(words), best(meant)
		page := 1 + chance.IntN(60)
		some := tables{map[int64]float64{}, map[int64]float64{}, map[int64]float64{}}
		for _, w := range words {
			some.had[w.ID] = all.had[w.ID]
		}
		m := unknown(words, meant, some.had, 1, trial%2 == 0)
		onlyWords, onlyMeant := m.matter(page)
		asked, possible = asked+len(onlyWords)+len(onlyMeant), possible+len(m.onlyWords)+len(m.onlyMeant)
		for _, c := range m.onlyWords {
			some.cosines[c.id] = m.least
		}
		for _, name := range onlyWords {
			id, _ := strconv.ParseInt(name, 10, 64)
			some.cosines[id] = all.cosines[id]
		}
		for _, name := range onlyMeant {
			id, _ := strconv.ParseInt(name, 10, 64)
			some.words[id], some.had[id] = all.words[id], all.had[id]
		}
		got, want := search.Blend(words, meant, 1, some)[:page], search.Blend(words, meant, 1, all)[:page]
		if !slices.EqualFunc(got, want, func(a, b search.Hit) bool { return a.ID == b.ID && a.Score == b.Score }) {
			t.Fatalf("trial %d: the page of %d is another one", trial, page)
		}
	}
	if asked*2 > possible {
		t.Errorf("%d of %d scores were asked for", asked, possible)
	}
}

func best(list []search.Scored) []search.Scored {
	slices.SortFunc(list, func(a, b search.Scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return list[:min(len(list), search.Deepest)]
}

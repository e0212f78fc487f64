package search

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// tables are legs that know every score.
type tables struct{ w, m, h map[int64]float64 }

func (t tables) Words(ids []int64) []float64 {
	var list []float64
	for _, id := range ids {
		list = append(list, t.w[id])
	}
	return list
}

func (t tables) Had(ids []int64) []float64 {
	var list []float64
	for _, id := range ids {
		list = append(list, t.h[id])
	}
	return list
}

func (t tables) Meaning(ids []int64) []float64 {
	var list []float64
	for _, id := range ids {
		if c, ok := t.m[id]; ok {
			list = append(list, c)
		} else {
			list = append(list, math.NaN())
		}
	}
	return list
}

func best(m map[int64]float64, k int) []Scored {
	var list []Scored
	for id, s := range m {
		list = append(list, Scored{id, s})
	}
	slices.SortFunc(list, func(a, b Scored) int {
		if a.Score != b.Score {
			if a.Score > b.Score {
				return -1
			}
			return 1
		}
		return int(a.ID - b.ID)
	})
	return list[:min(k, len(list))]
}

// TestBlendIsItsDefinition: with the best of each leg as candidates, every one has
// the score of the formula, whichever leg found it, and they stand in its order.
func TestBlendIsItsDefinition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.Float64Range(1, 30).Draw(t, "most")
		all := tables{map[int64]float64{}, map[int64]float64{}, map[int64]float64{}}
		for id := range int64(rapid.IntRange(1, 40).Draw(t, "documents")) {
			if rapid.Bool().Draw(t, "has words") {
				all.w[id] = rapid.Float64Range(0.01, most).Draw(t, "words")
				all.h[id] = rapid.Float64Range(0, 1).Draw(t, "part of the words")
			}
			all.m[id] = rapid.Float64Range(-1, 1).Draw(t, "cosine")
		}
		k := rapid.IntRange(1, 20).Draw(t, "k")
		words, meaning := best(all.w, k), best(all.m, k)
		list := blend(words, meaning, most, all)
		seen := map[int64]bool{}
		for i, c := range list {
			want := 0.6*all.w[c.id]/most + 0.4*all.m[c.id] + 0.15*math.Pow(all.h[c.id], 6)
			if math.Abs(c.score-want) > 1e-9 {
				t.Errorf("document %d scores %f, want %f", c.id, c.score, want)
			}
			if i > 0 && c.score > list[i-1].score {
				t.Errorf("document %d stands behind a worse one", c.id)
			}
			if seen[c.id] {
				t.Errorf("document %d stands twice", c.id)
			}
			seen[c.id] = true
			if c.byWords > 0 && words[c.byWords-1].ID != c.id || c.byMeaning > 0 && meaning[c.byMeaning-1].ID != c.id {
				t.Errorf("document %d has the ranks %d and %d of another", c.id, c.byWords, c.byMeaning)
			}
		}
		for _, s := range slices.Concat(words, meaning) {
			if !seen[s.ID] {
				t.Errorf("document %d was found and is not there", s.ID)
			}
		}
	})
}

func TestADocumentWithoutVectorIsFoundByItsWords(t *testing.T) {
	t.Parallel()
	all := tables{map[int64]float64{1: 10, 2: 1}, map[int64]float64{2: .3, 3: .2}, map[int64]float64{1: 1, 2: .1}}
	list := blend(best(all.w, 9), best(all.m, 9), 10, all)
	if list[0].id != 1 {
		t.Errorf("the only document with all words stands behind %d", list[0].id)
	}
}

package opensearch

import (
	"math"
	"slices"
	"strconv"

	"broadsheet/search"
)

// tables are the scores that a leg did not give, and which part of the words documents have.
type tables struct{ words, cosines, had map[int64]float64 }

// Words implements search.Legs.
func (t tables) Words(ids []int64) []float64 {
	list := make([]float64, len(ids))
	for i, id := range ids {
		list[i] = t.words[id]
	}
	return list
}

// Had implements search.Legs.
func (t tables) Had(ids []int64) []float64 {
	list := make([]float64, len(ids))
	for i, id := range ids {
		list[i] = t.had[id]
	}
	return list
}

// Meaning implements search.Legs.
func (t tables) Meaning(ids []int64) []float64 {
	list := make([]float64, len(ids))
	for i, id := range ids {
		list[i] = math.NaN()
		if cosine, ok := t.cosines[id]; ok {
			list[i] = cosine
		}
	}
	return list
}

// partly are documents of which one leg gave a score and the other none. Neither score is
// asked for where it cannot bring a document onto the page.
type partly struct {
	onlyWords, onlyMeant bounded
	both                 []float64 // the scores of those that both legs gave
	least                float64   // the cosine that one that the leg by meaning left out has at most
}

// bound is a document with the least and the most that it can score.
type bound struct {
	id          int64
	least, most float64
}

type bounded []bound

func (b bounded) ids() []string {
	list := make([]string, len(b))
	for i, c := range b {
		list[i] = strconv.FormatInt(c.id, 10)
	}
	return list
}

// unknown returns what the legs leave unknown; most is as in search.Blend, whole says that
// every document has a vector. had is which part of the words those have that the leg by
// words found. A leg that is full left out only what has less than its last; by words, one
// that is not full left out only what has nothing.
func unknown(words, meant []search.Scored, had map[int64]float64, most float64, whole bool) *partly {
	most = max(most, 1e-9)
	score := func(words, cosine, had float64) float64 { return search.Score(words/most, cosine, had) }
	m := &partly{least: -1}
	if len(meant) > 0 {
		m.least = meant[len(meant)-1].Score
	}
	leastWords, mostHad := 0.0, 0.0
	if len(words) >= search.Deepest {
		leastWords, mostHad = words[len(words)-1].Score, 1
	}
	byWords := make(map[int64]float64, len(words))
	for _, w := range words {
		byWords[w.ID] = w.Score
	}
	near := make(map[int64]bool, len(meant))
	for _, n := range meant {
		near[n.ID] = true
		if w, ok := byWords[n.ID]; ok {
			m.both = append(m.both, score(w, n.Score, had[n.ID]))
		} else {
			m.onlyMeant = append(m.onlyMeant, bound{n.ID, score(0, n.Score, 0), score(leastWords, n.Score, mostHad)})
		}
	}
	middle := m.least // what one without a vector counts as, or less
	if len(meant) > 0 && !whole {
		middle = meant[len(meant)/2].Score
	}
	for _, w := range words {
		if !near[w.ID] {
			m.onlyWords = append(m.onlyWords, bound{w.ID, score(w.Score, -1, had[w.ID]), score(w.Score, middle, had[w.ID])})
		}
	}
	return m
}

// matter returns the documents whose unknown score can bring them among the first n.
func (m *partly) matter(n int) (onlyWords, onlyMeant []string) {
	sure := slices.Clone(m.both)
	for _, list := range []bounded{m.onlyWords, m.onlyMeant} {
		for _, c := range list {
			sure = append(sure, c.least)
		}
	}
	slices.Sort(sure)
	bar := math.Inf(-1)
	if n <= len(sure) && n > 0 {
		bar = sure[len(sure)-n]
	}
	above := func(list bounded) []string {
		return slices.DeleteFunc(slices.Clone(list), func(c bound) bool { return c.most < bar || c.most == c.least }).ids()
	}
	return above(m.onlyWords), above(m.onlyMeant)
}

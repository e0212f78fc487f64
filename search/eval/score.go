package eval

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"

	"broadsheet/fault"
)

// Scores are how good one ranking is, or many in the mean; each is between 0 and 1.
type Scores struct {
	// NDCG10 is the normalised discounted cumulative gain of the first ten, with the
	// grade as gain and log2(1+rank) as discount (Järvelin and Kekäläinen 2002, in
	// trec_eval's form).
	NDCG10 float64
	// MRR10 is 1/rank of the first answer among the first ten, 0 when there is none.
	MRR10 float64
	// Recall100 is the part of the answers that stand among the first hundred.
	Recall100 float64
}

// Score scores a ranking of documents, the best first.
func (q Query) Score(ranking []string) Scores {
	var s Scores
	ideal := 0.0
	for i, g := range q.ideal() {
		if i < 10 {
			ideal += float64(g) / math.Log2(float64(i)+2)
		}
	}
	found := 0
	for i, id := range ranking {
		g := q.Grades[id]
		if g <= 0 {
			continue
		}
		if i < 10 {
			s.NDCG10 += float64(g) / math.Log2(float64(i)+2)
			if s.MRR10 == 0 {
				s.MRR10 = 1 / float64(i+1)
			}
		}
		if i < 100 {
			found++
		}
	}
	if ideal > 0 {
		s.NDCG10 /= ideal
	}
	s.Recall100 = float64(found) / float64(len(q.Grades))
	return s
}

// Mean returns the mean of scores.
func Mean(list []Scores) Scores {
	var m Scores
	for _, s := range list {
		m.NDCG10 += s.NDCG10
		m.MRR10 += s.MRR10
		m.Recall100 += s.Recall100
	}
	n := math.Max(1, float64(len(list)))
	return Scores{m.NDCG10 / n, m.MRR10 / n, m.Recall100 / n}
}

// Saved is a run that was kept: by "collection/mode/query", its nDCG@10.
type Saved map[string]float64

// Load reads a run that Save wrote.
func Load(file string) (Saved, error) {
	body, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Invalid("%s is not there; keep a run with --save first.", file)
	}
	if err != nil {
		return nil, err
	}
	s := Saved{}
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, fault.Invalid("%s is no saved run: %s.", file, err)
	}
	return s, nil
}

// Save writes a run to a file.
func (s Saved) Save(file string) error {
	body, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(body, '\n'), 0o644)
}

// Worse is a query that got worse.
type Worse struct {
	Key      string
	Was, Now float64
}

// Worse returns the queries of s that score less than in the run before, the
// greatest loss first.
func (s Saved) Worse(before Saved) []Worse {
	var list []Worse
	for key, now := range s {
		if was, ok := before[key]; ok && was-now > 1e-9 {
			list = append(list, Worse{key, was, now})
		}
	}
	slices.SortFunc(list, func(a, b Worse) int {
		switch da, db := a.Was-a.Now, b.Was-b.Now; {
		case da > db:
			return -1
		case da < db:
			return 1
		case a.Key < b.Key:
			return -1
		}
		return 1
	})
	return list
}

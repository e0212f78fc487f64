package trend

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Candidate is a paper that may stand in the list.
type Candidate struct {
	Paper   int64
	Field   string   // its primary category
	Waves   []string // its authors and its organisation, each under one name
	Growths []Growth
}

// Ranked is a candidate at its place.
type Ranked struct {
	*Candidate
	Score float64
	Came  Sum     // in the window, without decay
	Usual float64 // how many times the usual gain papers of its field have
	Nth   int     // which paper it is, by score, of the most frequent of its authors and organisations
}

// Usual is what a paper that moves in a field usually gains. A nil Usual is the same
// for all.
type Usual map[string]float64

// of returns how many times the usual gain of all fields a field's is.
func (u Usual) of(field string) float64 {
	if n := u[field]; n > 0 {
		return n
	}
	return 1
}

// UsualOf returns what is usual in each field, as a multiple of what is usual in all,
// from the papers that moved in some time before and what each gained. A field in
// which little happened is taken for nearly usual.
func UsualOf(gains map[string][]float64) Usual {
	const doubt = 5 // papers that a field is given of the usual gain
	all, papers, sums := 0., 0, map[string]float64{}
	for _, field := range slices.Sorted(maps.Keys(gains)) { // always in one order, on which a sum depends in its last digit
		for _, g := range slices.Sorted(slices.Values(gains[field])) {
			sums[field] += math.Log1p(g)
		}
		all += sums[field]
		papers += len(gains[field])
	}
	if papers == 0 {
		return nil
	}
	mean := all / float64(papers)
	u := Usual{}
	for field, list := range gains {
		u[field] = math.Expm1((sums[field]+doubt*mean)/float64(len(list)+doubt)) / math.Expm1(mean)
	}
	return u
}

// fadeAfter is how many papers of one author or organisation stand unhindered; each
// further one counts half of the one before.
const fadeAfter = 2

// Rank puts the candidates to which anything came in the window into their order:
// by score, the highest first, and the older paper first between equals. With usual,
// a score is measured by what is usual in the paper's field.
//
// Of the papers of one author or one organisation the third counts half, the fourth a
// quarter, and so on, so that no wave fills the list. Therefore more votes never lower
// a paper, and a further paper changes the order of two others only when it shares an
// author or organisation with one of them.
func Rank(list []Candidate, w Window, usual Usual) []Ranked {
	plain := Window{From: w.From, To: w.To}
	ranked := make([]Ranked, 0, len(list))
	for i := range list {
		c := &list[i]
		times := usual.of(c.Field)
		if score := w.Sum(c.Growths).Worth() / times; score > 0 {
			ranked = append(ranked, Ranked{Candidate: c, Score: score, Came: plain.Sum(c.Growths), Usual: times})
		}
	}
	byScore := func(a, b Ranked) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Paper, b.Paper))
	}
	slices.SortFunc(ranked, byScore)
	seen := map[string]int{}
	for i := range ranked {
		r := &ranked[i]
		for _, name := range r.Waves {
			seen[name]++
			r.Nth = max(r.Nth, seen[name])
		}
		r.Score *= math.Exp2(-float64(max(0, r.Nth-fadeAfter)))
	}
	slices.SortFunc(ranked, byScore)
	return ranked
}

// Places returns at which place, from 1, each paper of a ranked list stands.
func Places(list []Ranked) map[int64]int {
	at := make(map[int64]int, len(list))
	for i, r := range list {
		at[r.Paper] = i + 1
	}
	return at
}

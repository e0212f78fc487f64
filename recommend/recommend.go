// Package recommend chooses papers for a reader from their own acts: the subjects of
// what they voted for and saved, what is close to it in meaning, what readers who
// saved the same saved too, and now and then something from outside, on purpose.
//
// It is pure: it is told what the reader liked and which papers there are, and says
// which it would choose, each with its one strongest reason. It stores nothing, and
// the same question has the same answer.
//
// How a paper is scored. A liked paper weighs 2^(-age/45 days), one that was saved half
// as much again. A subject (an author, a topic, a primary category) has as interest the
// sum of the weights of the liked papers that have it, x, damped to x/(x+1), times
// how telling it is: ln(1 + N/n) for n of N candidates that have it, as in the inverse
// document frequency of Spärck Jones (1972), times 1.5 for an author, 1 for a topic,
// 0.4 for a category. Closeness c above 0.3 gives 4(c - 0.3); n readers give ln(1+n)/2.
// Each sort of reason is multiplied by its knob, and ln(1+votes)/4 is added to what
// has any reason at all, so that of two that fit the better liked one stands first.
package recommend

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
)

// Paper is what is looked at of a paper.
type Paper struct {
	ID         int64
	Authors    []string
	Categories []string // the primary one first
	Topics     []string
	Votes      int
}

// Liked is a paper that the reader voted for or saved.
type Liked struct {
	Paper
	Name  string // as a reason calls it
	Key   string // names it in a knob
	At    time.Time
	Saved bool
}

// Close says how close a candidate is to a liked paper.
type Close struct {
	To     int // the index of the liked paper
	Cosine float64
}

// Sort is a sort of reason, which has a knob of its own.
type Sort string

// The sorts.
const (
	Subjects Sort = "subjects" // of what the reader liked
	Meaning  Sort = "meaning"  // close to what they liked
	Readers  Sort = "readers"  // who saved the same
	Outside  Sort = "outside"  // of their subjects, on purpose
)

// Sorts are all of them, in the order in which their knobs stand.
func Sorts() []Sort { return []Sort{Meaning, Readers, Subjects, Outside} }

// Turns are how much each reason counts: -2 not at all, -1 half, 1 twice. A reason is
// "reason subjects", or a single one: "topic vision", "author Kaiming He",
// "category cs.LG", "paper 2604.00001".
type Turns map[string]int

func (t Turns) of(name string) float64 {
	switch t[name] {
	case -2:
		return 0
	case -1:
		return 0.5
	case 1:
		return 2
	}
	return 1
}

// Question is what is asked.
type Question struct {
	Now    time.Time
	Liked  []Liked
	Papers []Paper         // to choose from
	Close  map[int64]Close // by candidate
	Also   map[int64]int   // by candidate: readers who saved the same, and saved it
	Turns  Turns
	Limit  int
}

// Choice is a paper that was chosen.
type Choice struct {
	Paper  int64
	Sort   Sort
	Reason string // names the reason in a knob: "topic vision"
	Why    string // in words
}

const (
	halfLife    = 45 * 24 * time.Hour
	savedWeighs = 1.5
	leastCosine = 0.3
	fromOutside = 1 // of a list, as the knob stands
	mostOfOne   = 2 // papers of one reason
)

// interest is how much the reader likes a subject.
type interest struct {
	weight float64
	papers int
	voted  int
}

// Choose returns the papers that fit best, the best first, and at the end what is
// from outside. Of a reader who liked nothing yet nothing is known.
func Choose(q Question) []Choice {
	if len(q.Liked) == 0 || q.Limit <= 0 {
		return nil
	}
	interests := interestsOf(q)
	rarity := rarityOf(q.Papers)
	type scored struct {
		Choice
		score float64
	}
	var list []scored
	for _, p := range q.Papers {
		if c, score := q.score(p, interests, rarity); score > 0 {
			list = append(list, scored{c, score + math.Log1p(float64(p.Votes))/4})
		}
	}
	slices.SortFunc(list, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.Paper, a.Paper))
	})
	outside := q.outside(interests)
	var chosen []Choice
	of := map[string]int{}
	for _, s := range list {
		if len(chosen) == q.Limit-len(outside) {
			break
		}
		if of[s.Reason]++; of[s.Reason] <= mostOfOne {
			chosen = append(chosen, s.Choice)
		}
	}
	return append(chosen, outside...)
}

// subjects are what a paper is about, each as a knob names it.
func subjects(p Paper) []string {
	const mostAuthors = 40 // of a collaboration's names
	var names []string
	for _, a := range p.Authors[:min(len(p.Authors), mostAuthors)] {
		names = append(names, "author "+a)
	}
	for _, t := range p.Topics {
		names = append(names, "topic "+strings.ToLower(t))
	}
	if len(p.Categories) > 0 {
		names = append(names, "category "+p.Categories[0])
	}
	return names
}

func interestsOf(q Question) map[string]interest {
	found := map[string]interest{}
	for _, l := range q.Liked {
		w := math.Exp2(-max(0, q.Now.Sub(l.At).Hours()) / halfLife.Hours())
		if l.Saved {
			w *= savedWeighs
		}
		for _, name := range subjects(l.Paper) {
			in := found[name]
			in.weight += w
			in.papers++
			if !l.Saved {
				in.voted++
			}
			found[name] = in
		}
	}
	return found
}

func rarityOf(papers []Paper) map[string]float64 {
	n := map[string]int{}
	for _, p := range papers {
		for _, name := range subjects(p) {
			n[name]++
		}
	}
	rarity := make(map[string]float64, len(n))
	for name, have := range n {
		rarity[name] = math.Log1p(float64(len(papers)) / float64(have))
	}
	return rarity
}

// score returns how well a paper fits, and the strongest reason.
func (q Question) score(p Paper, interests map[string]interest, rarity map[string]float64) (best Choice, sum float64) {
	strongest := 0.0
	add := func(s Sort, name string, x float64, why func() string) {
		x *= q.Turns.of("reason " + string(s))
		if name != "" {
			x *= q.Turns.of(name)
		} else {
			name = "reason " + string(s)
		}
		if sum += x; x > strongest {
			strongest, best = x, Choice{Paper: p.ID, Sort: s, Reason: name, Why: why()}
		}
	}
	for _, name := range subjects(p) {
		if in := interests[name]; in.weight > 0 {
			add(Subjects, name, weightOf(name)*in.weight/(in.weight+1)*rarity[name], func() string { return subjectReason(name, in) })
		}
	}
	if c, ok := q.Close[p.ID]; ok && c.Cosine > leastCosine {
		l := q.Liked[c.To]
		add(Meaning, "paper "+l.Key, 4*(c.Cosine-leastCosine), func() string {
			did := "upvoted"
			if l.Saved {
				did = "saved"
			}
			return "Close in meaning to " + l.Name + ", which you " + did + "."
		})
	}
	if n := q.Also[p.ID]; n > 0 {
		add(Readers, "", math.Log1p(float64(n))/2, func() string {
			return fmt.Sprintf("%d readers who saved what you saved also saved it.", n)
		})
	}
	return best, sum
}

func weightOf(subject string) float64 {
	switch kind, _, _ := strings.Cut(subject, " "); kind {
	case "author":
		return 1.5
	case "topic":
		return 1
	}
	return 0.4
}

func subjectReason(subject string, in interest) string {
	kind, key, _ := strings.Cut(subject, " ")
	did := "liked"
	switch {
	case in.voted == 0:
		did = "saved"
	case in.voted == in.papers:
		did = "upvoted"
	}
	papers := "a paper"
	if in.papers > 1 {
		papers = fmt.Sprintf("%d papers", in.papers)
	}
	switch kind {
	case "author":
		return fmt.Sprintf("You %s %s by %s.", did, papers, key)
	case "category":
		return fmt.Sprintf("You %s %s in %s.", did, papers, key)
	}
	return fmt.Sprintf("You %s %s on %s.", did, papers, key)
}

// outside returns the most voted papers of other categories than the reader's, one of
// each. With the knob at less there is one every other day, at more there are two.
func (q Question) outside(interests map[string]interest) []Choice {
	n := fromOutside
	switch q.Turns["reason "+string(Outside)] {
	case -2:
		return nil
	case -1:
		day := fnv.New32()
		fmt.Fprint(day, q.Now.UTC().Format(time.DateOnly))
		n = int(day.Sum32() % 2)
	case 1:
		n = 2
	}
	papers := slices.Clone(q.Papers)
	slices.SortFunc(papers, func(a, b Paper) int { return cmp.Or(cmp.Compare(b.Votes, a.Votes), cmp.Compare(b.ID, a.ID)) })
	var list []Choice
	had := map[string]bool{}
	for _, p := range papers {
		if len(list) >= min(n, q.Limit) {
			break
		}
		known := slices.ContainsFunc(subjects(p), func(s string) bool { return interests[s].weight > 0 })
		if len(p.Categories) == 0 || known || had[p.Categories[0]] || q.Turns["category "+p.Categories[0]] == -2 {
			continue
		}
		had[p.Categories[0]] = true
		list = append(list, Choice{Paper: p.ID, Sort: Outside, Reason: "reason " + string(Outside), Why: "Outside your subjects, on purpose: first in " + p.Categories[0] + " these weeks."})
	}
	return list
}

package oaitest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Paper is one invented paper.
type Paper struct {
	ID, Title, Abstract string
	AuthorLine          string
	Categories          []string
	Versions            []time.Time
	Datestamp           string // of its record
	Announced           string // the day of its announcement
	Deleted             bool   // it has a record that says so and nothing else; it was never announced
}

// categories are drawn from, the first ones oftener.
var categories = []string{
	"cs.LG", "cs.CV", "cs.CL", "cs.AI", "stat.ML", "math.AG", "math.CO", "hep-th", "quant-ph", "physics.ins-det", "nlin.AO", "cs.DS", "eess.IV", "q-bio.NC",
}

// Papers invents n papers that were submitted evenly between two times and announced
// as arXiv does: what came in by 14:00 on a working day is announced that evening, and
// its feed and datestamp are those of the next day. One in two hundred is deleted.
// The same seed gives the same papers.
func Papers(seed uint64, n int, from, to time.Time) []Paper {
	r := rand.New(rand.NewPCG(seed, 2))
	words := strings.Fields("on the of sparse neural random deep learning graphs with bounds for adaptive quantum inference robust and via flows of modular forms large language models causal estimation under noise $\\ell_1$ $O(n \\log n)$ G\\\"odel")
	phrase := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = words[r.IntN(len(words))]
		}
		return strings.Join(list, " ")
	}
	pick := func() string { return categories[min(r.IntN(len(categories)), r.IntN(len(categories)))] }
	month, inMonth := "", 0
	papers := make([]Paper, n)
	for i := range papers {
		at := from.Add(time.Duration(float64(to.Sub(from)) * float64(i) / float64(n))).UTC().Truncate(time.Second)
		if m := at.Format("0601"); m != month {
			month, inMonth = m, 0
		}
		inMonth++
		p := Paper{
			ID: fmt.Sprintf("%s.%05d", month, inMonth), Title: "A study " + phrase(4+r.IntN(8)), Abstract: "We study " + phrase(40+r.IntN(120)) + ", where $a < b$ & more.",
			AuthorLine: "Ada Example, Émile Örn (1) and Bo Sample (1 and 2) ((1) CERN, (2) Univ. of Somewhere, Town)",
			Categories: []string{pick()}, Versions: []time.Time{at}, Announced: announced(at), Deleted: r.IntN(200) == 0,
		}
		for range r.IntN(3) {
			if c := pick(); c != p.Categories[0] && c != p.Categories[len(p.Categories)-1] {
				p.Categories = append(p.Categories, c)
			}
		}
		p.Datestamp = p.Announced
		papers[i] = p
	}
	return papers
}

// announced returns the day of the feed in which a paper stands that was submitted at
// t: after its evening's announcement, a Sunday to Thursday.
func announced(t time.Time) string {
	t = t.Add(-4 * time.Hour)    // Eastern daylight time
	day := t.Add(10 * time.Hour) // after 14:00 it is the next day's
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1) // moved to Monday
	}
	feed := day.AddDate(0, 0, 1)
	if feed.Weekday() == time.Saturday { // Friday's are announced on Sunday evening
		feed = feed.AddDate(0, 0, 2)
	}
	return feed.Format(time.DateOnly)
}

// in reports whether a category falls under what is asked for: a category or an
// archive.
func (p *Paper) in(wanted string) bool {
	for _, c := range p.Categories {
		if c == wanted || strings.HasPrefix(c, wanted+".") {
			return true
		}
	}
	return false
}

// Package trend scores papers: what is rising now (this file and rank.go), and what
// is likely to rise (forecast.go). It stores nothing. Everything in it is a pure
// function of a paper's history and a moment, so scores never age in a table, a
// restart changes nothing, and a list can be asked for as it was.
//
// The history of a paper is a list of growths: what came to it between two readings
// of its figures, and the votes of our own readers, which have an instant each. A
// window counts what came inside it; what came longer ago counts less.
//
// The score of a paper in a window is
//
//	v + min(c, v)/4 + min(s/20, v)/2
//
// where v, c and s are the votes, comments and stars on its code that came in the
// window, each halved for every half-life that passed since. So a flood of comments
// adds at most a quarter, and stars at most a half, of what votes alone say. Votes of
// accounts that have not proved themselves count together for no more than those of
// the others and three.
//
// Sources: the halving is the exponential form of the decay in Evan Miller, "Deriving
// the Reddit formula" and "Rank Hotness With Newton's Law of Cooling" (2009): the
// order of two papers to which nothing more comes never changes. That votes count and
// talk hardly does follows from the back-test (trend/backtest, doc/ranking.md).
package trend

import (
	"math"
	"slices"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
)

// Growth is what came to a paper between two moments, taken as having come evenly. A
// vote of a reader of ours came at one instant: From is To.
type Growth struct {
	From, To time.Time
	Sum
}

// Sum counts what came to a paper, or what that is worth after a decay.
type Sum struct {
	Votes    float64
	Untried  float64 // votes of accounts that have not proved themselves
	Comments float64
	Stars    float64 // on the paper's code
}

// Vote is a vote of a reader of ours. A Weight below 1 says that the account has not
// proved itself, and how far it is believed.
type Vote struct {
	Paper  int64
	At     time.Time
	Weight float64
}

// Growth returns the vote as a growth.
func (v Vote) Growth() Growth {
	g := Growth{From: v.At, To: v.At}
	if v.Weight < 1 {
		g.Untried = max(v.Weight, 0)
	} else {
		g.Votes = 1
	}
	return g
}

// Growths returns what came to a paper by its readings, which are ascending by time
// and may be of several sources, each of which counts people of its own. What the
// first reading of a source found came since the paper was born, the moment at which
// it was put before readers; the zero time, or one after the reading, stands for a day
// before. What was taken back is not counted again when it returns.
func Growths(readings []paper.Reading, born time.Time) []Growth {
	type last struct {
		source string
		at     time.Time
		most   paper.Figures
	}
	var sources []last // nearly always one
	list := make([]Growth, 0, len(readings))
	for _, r := range readings {
		i := slices.IndexFunc(sources, func(l last) bool { return l.source == r.Source })
		known := i >= 0
		if !known {
			i = len(sources)
			sources = append(sources, last{source: r.Source, at: born})
			if born.IsZero() || !born.Before(r.At) {
				sources[i].at = r.At.Add(-24 * time.Hour)
			}
		}
		l := sources[i]
		g := Growth{From: l.at, To: r.At, Sum: Sum{
			Votes:    float64(max(0, r.Votes-l.most.Votes)),
			Comments: float64(max(0, r.Comments-l.most.Comments)),
			Stars:    float64(max(0, r.Stars-l.most.Stars)),
		}}
		if !known || l.most.Stars == 0 {
			g.Stars = 0 // the code is older than its first reading: its stars are its size, not its growth
		}
		if g.Sum != (Sum{}) {
			list = append(list, g)
		}
		sources[i] = last{r.Source, r.At, paper.Figures{
			Votes: max(r.Votes, l.most.Votes), Comments: max(r.Comments, l.most.Comments), Stars: max(r.Stars, l.most.Stars),
		}}
	}
	return list
}

// Window is a stretch of time, From excluded and To included, in which what came
// counts half for each HalfLife before To; with a HalfLife of 0 all counts alike.
type Window struct {
	From, To time.Time
	HalfLife time.Duration
}

// The windows that have names, each with the half-life of its votes.
var windows = map[string]struct{ long, half time.Duration }{
	"day":   {24 * time.Hour, 12 * time.Hour},
	"week":  {7 * 24 * time.Hour, 36 * time.Hour},
	"month": {30 * 24 * time.Hour, 6 * 24 * time.Hour},
}

// ParseWindow reads the name of a window that ends now: day, week or month; or a
// stretch of whole days, 2026-04-01..2026-04-14, in which all counts alike. "" is a
// week.
func ParseWindow(name string, now time.Time) (Window, error) {
	if name == "" {
		name = "week"
	}
	if w, ok := windows[name]; ok {
		return Window{now.Add(-w.long), now, w.half}, nil
	}
	const most = 366 * 24 * time.Hour
	if len(name) == len("2026-04-01..2026-04-14") && name[10:12] == ".." {
		from, err := time.Parse(time.DateOnly, name[:10])
		to, err2 := time.Parse(time.DateOnly, name[12:])
		if to = to.AddDate(0, 0, 1); err == nil && err2 == nil && from.Before(to) && to.Sub(from) <= most {
			return Window{From: from, To: to}, nil
		}
	}
	return Window{}, fault.Invalid("window is day, week, month or two days of one year such as 2026-04-01..2026-04-14, not %q.", clip(name, 40))
}

// Before returns the window a day earlier.
func (w Window) Before() Window {
	return Window{w.From.Add(-24 * time.Hour), w.To.Add(-24 * time.Hour), w.HalfLife}
}

// Sum returns what came in the window, halved by its age.
func (w Window) Sum(growths []Growth) Sum {
	var s Sum
	for _, g := range growths {
		k := w.share(g.From, g.To)
		s.Votes += k * g.Votes
		s.Untried += k * g.Untried
		s.Comments += k * g.Comments
		s.Stars += k * g.Stars
	}
	return s
}

// share returns the part of what came evenly from one moment to another that the
// window counts.
func (w Window) share(from, to time.Time) float64 {
	if !from.Before(to) {
		if to.After(w.From) && !to.After(w.To) {
			return w.weight(to)
		}
		return 0
	}
	a, b := from, to
	if a.Before(w.From) {
		a = w.From
	}
	if b.After(w.To) {
		b = w.To
	}
	if !a.Before(b) {
		return 0
	}
	part := float64(b.Sub(a)) / float64(to.Sub(from))
	x := float64(b.Sub(a)) / float64(w.HalfLife) * math.Ln2
	if w.HalfLife == 0 || x < 1e-6 {
		return part * w.weight(b)
	}
	return part * w.weight(b) * -math.Expm1(-x) / x // the mean of the weight from a to b
}

func (w Window) weight(at time.Time) float64 {
	if w.HalfLife == 0 {
		return 1
	}
	return math.Exp2(-float64(w.To.Sub(at)) / float64(w.HalfLife))
}

// Steps counts the votes that came in each of n equal parts of the window.
func (w Window) Steps(growths []Growth, n int) []float64 {
	steps := make([]float64, n)
	long := w.To.Sub(w.From) / time.Duration(n)
	for i := range steps {
		from := w.From.Add(time.Duration(i) * long)
		s := Window{From: from, To: from.Add(long)}.Sum(growths)
		steps[i] = s.All()
	}
	return steps
}

// All returns the votes, whoever cast them.
func (s Sum) All() float64 { return s.Votes + s.Untried }

// What comments and stars are worth beside a vote; doc/ranking.md has the trials.
const (
	believed     = 3 // untried votes that count beyond as many as the others
	commentWorth = 1. / 4
	starsAVote   = 20
	starWorth    = 1. / 2
)

// Worth returns the score of what came. It never falls when anything rises.
func (s Sum) Worth() float64 {
	v := s.Votes + min(s.Untried, s.Votes+believed)
	return v + commentWorth*min(s.Comments, v) + starWorth*min(s.Stars/starsAVote, v)
}

// Merge joins the growths of a paper's readings with votes for it, by time.
func Merge(growths []Growth, votes []Vote) []Growth {
	for _, v := range votes {
		growths = append(growths, v.Growth())
	}
	slices.SortStableFunc(growths, func(a, b Growth) int { return a.To.Compare(b.To) })
	return growths
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

package trend

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"broadsheet/paper"
)

// Learner forecasts which papers of a day will have most votes in the end, from what
// this community has voted for before. It is a linear model that can be read: Weights
// prints it. It serves for ordering candidates only; a number that is shown is always
// a count.
//
// Learning goes forward in time, a block of days at a time: what a block's moments
// looked like is noted by what was known before it, then the block's ends are learnt.
// So nothing that was learnt later has a part in anything that it is trained on. A
// Learner is for one goroutine while it learns, then for any number that only ask.
type Learner struct {
	words   words
	records map[string]record
	moments []squares
	later   float64
	known   map[*paper.Paper][]term // while a block is learnt, what its papers are made of
}

// Outcome is how a paper of the past ended.
type Outcome struct {
	Paper  *paper.Paper
	Day    string
	Votes  int
	Belief float64 // 1 for votes counted long after, less for votes counted early
}

// squares is what the regression keeps of a moment: sums over its papers.
type squares struct {
	hour, belief float64
	xx           []float64 // of products of features, row by row
	xy           []float64 // of products of features and the end
	papers       float64
}

// What the model was chosen with, on the earlier half of the back-test.
const (
	ridge     = 100.
	nearHours = 1.  // how fast a moment of another hour of the day counts less
	farHours  = .05 // what any moment counts at least
	laterPart = .1  // of the aim that is votes still to come, not votes in all
	enough    = 12  // moments, below which there is no model
)

// NewLearner returns a learner that knows nothing.
func NewLearner() *Learner {
	return &Learner{records: map[string]record{}, later: laterPart, known: map[*paper.Paper][]term{}}
}

// terms returns termsOf p; of papers that are being learnt they are known.
func (l *Learner) terms(p *paper.Paper) []term {
	if t, ok := l.known[p]; ok {
		return t
	}
	return termsOf(p)
}

// Learn takes in a block of days: the papers that were put in on them and how these
// ended, and moments of these days. Blocks come in the order of time.
func (l *Learner) Learn(outcomes []Outcome, moments []Moment) {
	docs := make([]doc, len(outcomes))
	for i, o := range outcomes {
		docs[i].terms = termsOf(o.Paper)
		l.known[o.Paper] = docs[i].terms
	}
	for _, m := range moments {
		if s, ok := l.square(m); ok {
			l.moments = append(l.moments, s)
		}
	}
	clear(l.known)
	above := aboveDay(outcomes)
	for i, o := range outcomes {
		docs[i] = doc{terms: docs[i].terms, above: above[i], belief: o.Belief, month: monthOf(o.Day)}
		for _, name := range names(o.Paper) {
			r := l.records[name]
			l.records[name] = record{r.sum + o.Belief*above[i], r.papers + o.Belief}
		}
	}
	if len(docs) > 0 {
		l.words.learn(docs)
	}
}

// aboveDay returns how far each paper ended above the mean of its day, in the
// logarithm of votes. A day of few papers is drawn towards the mean of all.
func aboveDay(list []Outcome) []float64 {
	const doubt = 2
	type sum struct{ log, papers float64 }
	all, days := sum{}, map[string]sum{}
	for _, o := range list {
		v := math.Log1p(float64(o.Votes))
		all = sum{all.log + v, all.papers + 1}
		d := days[o.Day]
		days[o.Day] = sum{d.log + v, d.papers + 1}
	}
	above := make([]float64, len(list))
	for i, o := range list {
		d := days[o.Day]
		above[i] = math.Log1p(float64(o.Votes)) - (d.log+doubt*all.log/all.papers)/(d.papers+doubt)
	}
	return above
}

func monthOf(day string) int {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return t.Year()*12 + int(t.Month())
}

// square notes a moment whose papers' ends are known.
func (l *Learner) square(m Moment) (squares, bool) {
	m.Entrants = slices.DeleteFunc(slices.Clone(m.Entrants), func(e Entrant) bool { return e.Final < 0 })
	const least = 4
	if len(m.Entrants) < least {
		return squares{}, false
	}
	k := len(features)
	s := squares{hour: m.hour(), belief: 10 / math.Sqrt(float64(len(m.Entrants))), xx: make([]float64, k*k), xy: make([]float64, k), papers: float64(len(m.Entrants))}
	aims, mean := make([]float64, len(m.Entrants)), 0.
	for i, e := range m.Entrants {
		aims[i] = (1-l.later)*math.Log1p(float64(e.Final)) + l.later*math.Log1p(float64(max(0, e.Final-e.Figures.Votes)))
		mean += aims[i] / float64(len(aims))
	}
	for i, x := range l.row(m) {
		for a := range k {
			s.xy[a] += x[a] * (aims[i] - mean)
			for b := range k {
				s.xx[a*k+b] += x[a] * x[b]
			}
		}
	}
	return s, true
}

// fit returns the weight of each feature at an hour of the day: a ridge regression
// (Hoerl and Kennard, 1970) in which moments of other hours count less (Cleveland,
// 1979). It returns nil when too little has been learnt.
func (l *Learner) fit(hour float64) []float64 {
	if len(l.moments) < enough {
		return nil
	}
	k := len(features)
	xx, xy, width, papers := make([]float64, k*k), make([]float64, k), make([]float64, k), 0.
	for _, m := range l.moments {
		w := m.belief * max(farHours, math.Exp(-math.Abs(math.Log((m.hour+1)/(hour+1)))/nearHours))
		for j, x := range m.xx {
			xx[j] += w * x
		}
		for j, x := range m.xy {
			xy[j] += w * x
		}
		for j := range width {
			width[j] += m.xx[j*k+j]
		}
		papers += m.papers
	}
	for j := range width {
		width[j] = math.Sqrt(width[j]/papers) + 1e-9
	}
	for a := range k {
		xy[a] /= width[a]
		for b := range k {
			xx[a*k+b] /= width[a] * width[b]
		}
		xx[a*k+a] += ridge
	}
	c := solve(xx, xy)
	for j := range c {
		c[j] /= width[j]
	}
	return c
}

// Forecast is what may be expected of one paper of a moment.
type Forecast struct {
	Score float64 // for ordering within its moment: the logarithm of votes, above or below the mean
	Why   string
}

// Forecast returns what may be expected of each paper of a moment. As long as too
// little is known of the past it goes by the votes.
func (l *Learner) Forecast(m Moment) []Forecast {
	list := make([]Forecast, len(m.Entrants))
	if len(list) == 0 {
		return list
	}
	weights := l.fit(m.hour())
	if weights == nil {
		for i, e := range m.Entrants {
			list[i] = Forecast{math.Log1p(float64(e.Figures.Votes)), "On its votes so far; too little of the past is known."}
		}
		return list
	}
	for i, x := range l.row(m) {
		part := map[string]float64{}
		for j, f := range features {
			part[f.group] += weights[j] * x[j]
			list[i].Score += weights[j] * x[j]
		}
		list[i].Why = l.why(m, m.Entrants[i], part)
	}
	return list
}

// why says in words what speaks for a paper, or against it.
func (l *Learner) why(m Moment, e Entrant, part map[string]float64) string {
	const telling = .05 // of the logarithm of votes: a twentieth more or less
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s.", count(e.Figures.Votes, "vote"), count(max(1, whole(e.age(m))), "hour"))
	if p := part["words"]; p > telling {
		if best := l.words.best(e.Paper.Title, 2); len(best) > 0 {
			fmt.Fprintf(&b, " Words that did well here: %s.", strings.Join(best, ", "))
		} else {
			b.WriteString(" Its abstract reads like papers that did well here.")
		}
	} else if p < -telling {
		b.WriteString(" Its words have done less well here.")
	}
	if p := part["people"]; p > telling {
		b.WriteString(" Papers of these people ended above their days.")
	} else if p < -telling {
		b.WriteString(" Its people are new here, or ended below their days.")
	}
	if part["talk"] > telling {
		fmt.Fprintf(&b, " %s.", count(e.Figures.Comments, "comment"))
	}
	if part["stars"] > telling {
		fmt.Fprintf(&b, " %s on its code.", count(e.Figures.Stars, "star"))
	}
	return b.String()
}

// Weight is one term of the model at an hour of the day.
type Weight struct {
	Feature, Group string
	Value          float64
}

// Weights returns the model as it is at an hour of the day, nil before there is one.
func (l *Learner) Weights(hour float64) []Weight {
	c := l.fit(hour)
	if c == nil {
		return nil
	}
	list := make([]Weight, len(features))
	for j, f := range features {
		list[j] = Weight{f.name, f.group, c[j]}
	}
	return list
}

// solve returns the x with a x = b, for a symmetric positive matrix given row by row,
// by Cholesky's way. It overwrites both.
func solve(a, b []float64) []float64 {
	k := len(b)
	for i := range k {
		for j := 0; j <= i; j++ {
			sum := a[i*k+j]
			for n := range j {
				sum -= a[i*k+n] * a[j*k+n]
			}
			if i == j {
				a[i*k+i] = math.Sqrt(max(sum, 1e-12))
			} else {
				a[i*k+j] = sum / a[j*k+j]
			}
		}
	}
	for i := range k {
		for n := range i {
			b[i] -= a[i*k+n] * b[n]
		}
		b[i] /= a[i*k+i]
	}
	for i := k - 1; i >= 0; i-- {
		for n := i + 1; n < k; n++ {
			b[i] -= a[n*k+i] * b[n]
		}
		b[i] /= a[i*k+i]
	}
	return b
}

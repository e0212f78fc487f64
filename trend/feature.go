package trend

import (
	"math"
	"slices"
	"time"

	"broadsheet/paper"
)

// Entrant is a paper of a day as it stood at a moment.
type Entrant struct {
	Paper   *paper.Paper  // who, what, when; its own figures are not looked at
	Figures paper.Figures // at the moment
	Claimed int           // authors who had claimed it by then
	Final   int           // the votes that it had in the end; below 0 when not known
}

// Moment is a day's papers as they stood at one time.
type Moment struct {
	Day      string
	At       time.Time
	Entrants []Entrant
}

// hour returns how far the day was, in hours.
func (m Moment) hour() float64 {
	day, err := time.Parse(time.DateOnly, m.Day)
	if err != nil {
		return 0
	}
	return min(max(m.At.Sub(day).Hours(), 0), 48)
}

// record is how far above their days the papers of one person or organisation ended.
type record struct{ sum, papers float64 }

// mean returns the mean of a record to which doubt usual papers are added.
func (r record) mean(doubt float64) float64 { return r.sum / (r.papers + doubt) }

// The features: what the forecast knows of a paper, as differences from the mean of
// its day. Each belongs to a group, in whose name reasons are given.
var features = []struct{ name, group string }{
	{"log of votes", "votes"},
	{"root of votes", "votes"},
	{"rank", "votes"},
	{"share of the day's votes", "votes"},
	{"at most one vote", "votes"},
	{"votes to come, day of 6 hours, much doubt", "votes"},
	{"votes to come, day of 6 hours, little doubt", "votes"},
	{"votes to come, day of 14 hours, much doubt", "votes"},
	{"votes to come, day of 14 hours, little doubt", "votes"},
	{"log of age", "speed"},
	{"votes an hour", "speed"},
	{"votes an hour, three hours late", "speed"},
	{"log of comments", "talk"},
	{"log of stars", "stars"},
	{"submitter's record", "people"},
	{"submitter's papers", "people"},
	{"best author's record", "people"},
	{"authors' record", "people"},
	{"authors known", "people"},
	{"last author's record", "people"},
	{"log of authors", "people"},
	{"log of claimed", "people"},
	{"text", "words"},
	{"log of the title's length", "words"},
	{"days since submission", "rest"},
}

// row returns what is known of each paper of a moment, as differences from the mean.
func (l *Learner) row(m Moment) [][]float64 {
	rows := make([][]float64, len(m.Entrants))
	prior := make([]float64, len(m.Entrants))
	votes, cast := 0., map[float64]float64{6: 0, 14: 0}
	for _, e := range m.Entrants {
		votes += float64(e.Figures.Votes)
		for day := range cast {
			cast[day] += castBy(e.age(m), day)
		}
	}
	for i, e := range m.Entrants {
		people := l.people(e.Paper)
		text := l.words.predict(l.terms(e.Paper))
		prior[i] = text + .3*people[3] + .1*math.Log1p(float64(e.Paper.CountAuthors()))
		v, age := float64(e.Figures.Votes), e.age(m)
		x := []float64{math.Log1p(v), math.Sqrt(v), m.rank(e), v / (votes + 1), one(v <= 1)}
		for _, day := range []float64{6, 14} {
			usual := max(4, votes/max(cast[day], .3))
			for _, doubt := range []float64{.15, .5} {
				x = append(x, toCome(v, usual*math.Exp(prior[i]), doubt, castBy(age, day)))
			}
		}
		x = append(x, math.Log(age), math.Log1p(v/age), math.Log1p(v/(age+3)),
			math.Log1p(float64(e.Figures.Comments)), math.Log1p(float64(e.Figures.Stars)))
		x = append(x, people...)
		x = append(x, math.Log1p(float64(e.Paper.CountAuthors())), math.Log1p(float64(e.Claimed)),
			text, math.Log(float64(10+len(e.Paper.Title))),
			min(60, max(0, m.At.Sub(e.Paper.Submitted).Hours()/24)))
		rows[i] = x
	}
	center(rows)
	return rows
}

// age returns how many hours the paper had been before readers.
func (e Entrant) age(m Moment) float64 {
	at := m.At.Add(-8 * time.Hour)
	if f := e.Paper.Featured; f != nil {
		at = f.At
	}
	return min(max(m.At.Sub(at).Hours(), .1), 72)
}

// rank returns the part of the moment's papers that have no more votes, counting
// equals half.
func (m Moment) rank(e Entrant) float64 {
	below := 0.
	for _, o := range m.Entrants {
		switch {
		case o.Figures.Votes < e.Figures.Votes:
			below++
		case o.Figures.Votes == e.Figures.Votes:
			below += .5
		}
	}
	return below / float64(len(m.Entrants))
}

// castBy is the part of its votes that a paper has by an age, when it gets them with
// a mean delay of day hours.
func castBy(age, day float64) float64 { return 1 - math.Exp(-age/day) }

// toCome is the logarithm of the votes that a paper may reach: the posterior mean of
// a Poisson rate with a gamma prior (Gelman et al., Bayesian Data Analysis, 2.6) of
// mean usual and weight doubt, after v votes in the part e of its time.
func toCome(v, usual, doubt, e float64) float64 {
	rate := (doubt*usual + v) / (doubt + e)
	return math.Log1p(v + rate*(1.3-e))
}

// people returns the records of the submitter and the authors.
func (l *Learner) people(p *paper.Paper) []float64 {
	s := l.records["s "+submitterOf(p)]
	best, sum, known := 0., 0., 0.
	for _, a := range p.Authors {
		r, ok := l.records["a "+a.Name]
		if !ok {
			continue
		}
		if m := r.mean(2); known == 0 || m > best {
			best = m
		}
		sum += r.mean(2)
		known++
	}
	last := 0.
	if n := len(p.Authors); n > 0 {
		last = l.records["a "+p.Authors[n-1].Name].mean(1)
	}
	return []float64{s.mean(3), math.Log1p(s.papers), best, sum / (known + 1), math.Log1p(known), last}
}

// names returns under which names a paper's end is noted.
func names(p *paper.Paper) []string {
	list := []string{"s " + submitterOf(p)}
	for _, a := range p.Authors {
		list = append(list, "a "+a.Name)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func submitterOf(p *paper.Paper) string {
	if p.Featured == nil {
		return ""
	}
	return p.Featured.Submitter
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// center takes the mean of each column off it.
func center(rows [][]float64) {
	for j := range features {
		mean := 0.
		for _, x := range rows {
			mean += x[j] / float64(len(rows))
		}
		for _, x := range rows {
			x[j] -= mean
		}
	}
}

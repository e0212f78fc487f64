package backtest

import (
	"math"
	"time"

	"broadsheet/paper"
	"broadsheet/trend"
)

// order puts a moment's papers into an order: the higher the score, the higher.
type order struct {
	name  string
	score func(m trend.Moment) []float64
}

// each makes an order of a score that looks at one paper: its votes, its comments,
// and its age in hours.
func each(name string, score func(votes, comments, hours float64) float64) order {
	return order{name, func(m trend.Moment) []float64 {
		list := make([]float64, len(m.Entrants))
		for i, e := range m.Entrants {
			hours := max(0, m.At.Sub(e.Paper.Featured.At).Hours())
			list[i] = score(float64(e.Figures.Votes), float64(e.Figures.Comments), hours)
		}
		return list
	}}
}

// orders are the orders of others, as published, and ours without the forecast.
var orders = []order{
	each("raw count", func(v, _, _ float64) float64 { return v }),
	each("raw + comments", func(v, c, _ float64) float64 { return v + c }),
	// scirate/scirate3, app/models/search.rb: by scites, then by comments, then the newer.
	each("SciRate", func(v, c, h float64) float64 { return v + c/1e4 - h/1e9 }),
	// (p − 1)^0.8 / (t + 2)^1.8: https://news.ycombinator.com/item?id=1781013, news.arc.
	each("Hacker News", func(v, _, h float64) float64 {
		return math.Copysign(math.Pow(math.Abs(v-1), .8), v-1) / math.Pow(h+2, 1.8)
	}),
	// lobsters/lobsters, Story#calculated_hotness: the logarithm of the score, half of
	// the comments in it and no more than the votes, against an age in steps of 22 hours.
	each("Lobsters", func(v, c, h float64) float64 {
		return math.Log10(max(v+min(c, v)/2, 1)) - h/22
	}),
	// reddit-archive/reddit, r2/lib/db/_sorts.pyx, hot: log10 of votes + seconds / 45,000.
	each("Reddit's hot", func(v, _, h float64) float64 { return math.Log10(max(v, 1)) - h*3600/45000 }),
	{"as recorded", func(m trend.Moment) []float64 {
		list := make([]float64, len(m.Entrants))
		for i := range list {
			list[i] = -float64(i)
		}
		return list
	}},
	{"ours, without forecast", rising(0)},
}

// rising is our score of a week, with another half-life when that is not 0.
func rising(half time.Duration) func(m trend.Moment) []float64 {
	return func(m trend.Moment) []float64 {
		w, err := trend.ParseWindow("week", m.At)
		if err != nil {
			panic(err) // the name is one
		}
		if half > 0 {
			w.HalfLife = half
		}
		list := make([]float64, len(m.Entrants))
		for i, e := range m.Entrants {
			f := e.Figures
			list[i] = w.Sum(trend.Growths([]paper.Reading{{Figures: f}}, e.Paper.Featured.At)).Worth()
		}
		return list
	}
}

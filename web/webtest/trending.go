package webtest

import (
	"time"

	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/trend"
	"broadsheet/web"
)

// rising returns n papers as the list of a window shows them: each was read every
// eight hours since it was put in.
func rising(w trend.Window, n, skip int) []feed.Rising {
	var list []feed.Rising
	for i, p := range Papers(n, Now()) {
		born := Now().Add(-time.Duration(7+11*i%150) * time.Hour)
		var readings []paper.Reading
		for at, votes := born.Add(3*time.Hour), 0; !at.After(Now()); at = at.Add(8 * time.Hour) {
			votes += 1 + (p.Figures.Votes*(5+len(readings)*7%9))/(12+40*len(readings))
			readings = append(readings, paper.Reading{Figures: paper.Figures{At: at, Votes: votes, Comments: votes / 7, Stars: 100 * len(readings)}})
		}
		p.Figures = readings[len(readings)-1].Figures
		c := &trend.Candidate{Field: p.Primary(), Growths: trend.Growths(readings, born)}
		r := feed.Rising{Item: feed.Item{Rank: skip + i + 1, Paper: p, Place: edition.Place{Day: "2026-04-14", Entered: born}}, Was: skip + i + 1}
		r.Ranked = trend.Ranked{Candidate: c, Came: trend.Window{From: w.From, To: w.To}.Sum(c.Growths), Usual: 1}
		switch i % 5 {
		case 1:
			r.Was = 0
		case 2:
			r.Was += 2
		case 3:
			r.Was--
		}
		list = append(list, r)
	}
	return list
}

func trending() []Fixture {
	page := func(name, says string, a web.TrendingAsked, n, total int) Fixture {
		a.At = Now()
		w, err := trend.ParseWindow(a.Window, Now())
		if err != nil {
			panic(err) // the names below are right
		}
		d := web.TrendingData{Asked: a, Window: w, Total: total}
		if n > 0 {
			d.Items = rising(w, n, 20*(a.Page-1))
		}
		if total > 3 && n > 3 {
			d.Items[3].Usual, d.Items[3].Nth = .3, 3
		}
		return Fixture{Name: name, Says: says, View: web.TrendingPageOf(Site("/papers/trending"), d)}
	}
	return []Fixture{
		page("trending-week", "the first of three pages of a week", web.TrendingAsked{Window: "week", Page: 1}, 20, 43),
		page("trending-narrow", "two days, one category, a topic, votes as they are, the last page", web.TrendingAsked{
			Window: "2026-04-11..2026-04-14", Category: "cs.CV", Topic: `"<b>Vision & more"`, Least: 3, Raw: true, Page: 2,
		}, 4, 24),
		page("trending-day", "a day with one paper", web.TrendingAsked{Window: "day", Page: 1}, 1, 1),
		page("trending-none", "a month in which nothing moved", web.TrendingAsked{Window: "month", Page: 1}, 0, 0),
	}
}

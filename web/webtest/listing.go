package webtest

import (
	"time"

	"broadsheet/edition"
	"broadsheet/search"
	"broadsheet/web"
)

// listing returns the first page of n papers, of which a listing holds total.
func listing(name string, n, total int) web.ListingData {
	d := web.ListingData{Name: name, Page: 1, Papers: Papers(n, Now()), Stood: map[int64]web.Stood{}}
	l := &search.Listing{
		Total: total, Years: []search.Facet{{Value: "2026", Count: total / 2}, {Value: "2025", Count: total - total/2}},
		Categories: []search.Facet{{Value: "cs", Count: total}, {Value: "cs.LG", Count: total}, {Value: "cs.CV", Count: total / 2}, {Value: "x.<b>", Count: 1}},
		Topics:     []search.Facet{{Value: "vision", Count: 3}, {Value: `"quoted" & <b>`, Count: 1}},
	}
	for i, p := range d.Papers {
		p.Submitted = Now().AddDate(0, 0, -20*i).Truncate(24 * time.Hour)
		if i%3 != 2 {
			d.Stood[p.ID] = web.Stood{Edition: edition.Day{Day: "2026-04-14", Number: 655}, Rank: web.Rank{At: i + 1, Of: 28}}
		}
		l.Newest = append(l.Newest, search.Standing{ID: p.ID, Day: p.Submitted, Edition: p.Submitted, Votes: p.Votes()})
	}
	for i := n; i < min(total, search.Deepest); i++ {
		l.Newest = append(l.Newest, search.Standing{ID: int64(i + 1), Day: Now().AddDate(0, 0, -20*i), Votes: i * 7 % 160})
	}
	l.Since = l.Newest
	d.Held, d.Recent, d.Best = l, d.Papers, d.Papers[:min(3, n)]
	return d
}

func listings() []Fixture {
	site := func(path string) web.Site {
		s := Site(path)
		s.Searches = true
		return s
	}
	many, one, hostile := listing("Ada Lindgren", 20, 25), listing("Bo Castellanos", 1, 1), listing(`<b>"A"</b>/?`, 2, 2)
	one.Stood, one.Held.Newest[0].Votes, one.Best = nil, 0, nil
	later := listing("cs.LG", 20, 12345)
	later.Page = 2
	return []Fixture{
		{Name: "author-many", Says: "an author with more papers than a page holds", View: web.AuthorPageOf(site("/authors/Ada%20Lindgren"), many)},
		{Name: "author-one", Says: "an author with one paper, without votes", View: web.AuthorPageOf(site("/authors/Bo%20Castellanos"), one)},
		{Name: "author-hostile", Says: "a name that tries to be markup", View: web.AuthorPageOf(site("/authors/x"), hostile)},
		{Name: "category-full", Says: "a category", View: web.CategoryPageOf(site("/categories/cs.LG"), listing("cs.LG", 20, 412))},
		{Name: "category-later", Says: "the second page of a category with more papers than can be looked at", View: web.CategoryPageOf(site("/categories/cs.LG"), later)},
	}
}

package webtest

import (
	"broadsheet/search"
	"broadsheet/web"
)

// found returns n papers as a search shows them, from one rank on.
func found(n, skip int, title string) []search.Found {
	var list []search.Found
	for i, p := range Papers(n, Now()) {
		f := search.Found{
			Paper:    p,
			Hit:      search.Hit{ID: p.ID, ByWords: skip + i + 1, ByMeaning: 7 * (i + 1)},
			Title:    []search.Piece{{Text: title, Mark: search.PhraseMark}, {Text: " of " + p.Title}},
			Abstract: []search.Piece{{Text: p.Abstract}},
			Snippet:  []search.Piece{{Text: "A "}, {Text: "theory", Mark: search.WordMark}, {Text: " of $x^2$ & <b>more</b>."}},
			Before:   i%2 == 1, After: i%3 == 0,
			Reason: search.Reason{ByWords: skip + i + 1, ByMeaning: 7 * (i + 1), InTitle: 1, InAbstract: i},
		}
		list = append(list, f)
	}
	return list
}

func searches() []Fixture {
	page := func(name, says, text string, a web.SearchAsked, p *search.Page) Fixture {
		a.Text = text
		if a.By == "" {
			a.By = search.Both
		}
		if a.Order == "" {
			a.Order = search.Best
		}
		a.Page = max(1, a.Page)
		return Fixture{Name: name, Says: says, View: web.SearchPageOf(Site("/papers"), a, search.Parse(text).Narrow(a.Filters), p)}
	}
	facets := search.Facets{
		Years:      []search.Facet{{Value: "2023", Count: 9}, {Value: "2024", Count: 1}, {Value: "2026", Count: 1200}},
		Categories: []search.Facet{{Value: "cs.LG", Count: 40}, {Value: "math", Count: 3}},
		Topics:     []search.Facet{{Value: "agents", Count: 12}, {Value: "<b>", Count: 2}}, Code: 21,
	}
	misspelt := page("search-misspelt", "nothing was found, and something like it would be", "lerning <b>", web.SearchAsked{}, &search.Page{Answer: &search.Answer{Mode: search.WordsOnly}})
	misspelt.View.(*web.SearchPage).Meant = &web.Link{Text: "learning <b>", Href: "/papers?q=learning+%3Cb%3E"}
	return []Fixture{
		misspelt,
		page("search-found", "the first page of many", "learning theory", web.SearchAsked{},
			&search.Page{Answer: &search.Answer{Found: 1000, All: 37, Phrase: 12, Mode: search.Both, Facets: facets}, List: found(4, 0, "Learning theory")}),
		page("search-narrow", "narrowed by everything, the last page, by words", `"<b>" learning`, web.SearchAsked{
			Filters: search.Filters{From: "2024", To: "2026-04", Categories: []string{"cs.LG", "q-bio.NC"}, Topics: []string{"Agents"}, Author: "He", Code: true}, By: search.WordsOnly, Order: search.Newest, Page: 3,
		}, &search.Page{Answer: &search.Answer{Found: 42, All: 42, Mode: search.WordsOnly, Facets: facets}, List: found(2, 40, "<b>")}),
		page("search-none", "nothing was found", "xyzzy AND (", web.SearchAsked{}, &search.Page{Answer: &search.Answer{Mode: search.WordsOnly}}),
		page("search-empty", "nothing was asked", "", web.SearchAsked{}, &search.Page{Answer: &search.Answer{Mode: search.WordsOnly}}),
	}
}

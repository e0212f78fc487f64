package webtest

import (
	"broadsheet/search"
	"broadsheet/web"
)

func similars() []Fixture {
	site := Site("/papers/similar")
	site.Searches = true
	var near []search.Near
	for i, p := range Papers(6, Now()) {
		near = append(near, search.Near{Paper: p, Meaning: 0.93 - 0.13*float64(i), Words: 0.71 / float64(1+i)})
	}
	words := []search.Near{{Paper: near[0].Paper, Words: 0.4}}
	return []Fixture{
		{Name: "similar-none", Says: "nothing was asked", View: web.SimilarPageOf(site, web.SimilarData{Page: 1})},
		{Name: "similar-both", Says: "like two papers, one name that is none", View: web.SimilarPageOf(site, web.SimilarData{
			Of: Papers(8, Now())[6:], Page: 1, Near: near, Total: 212, Notes: []web.Link{{Text: `No paper here is named "<b>".`, Href: "/papers?q=%3Cb%3E"}},
		})},
		{Name: "similar-full", Says: "like ten papers, the last page", View: web.SimilarPageOf(site, web.SimilarData{Of: Papers(10, Now()), Page: 2, Near: near, Total: 26})},
		{Name: "similar-text", Says: "like a text, by words alone", View: web.SimilarPageOf(site, web.SimilarData{Text: "A text of <b>mine</b>.", Page: 1, Near: words, Total: 1})},
		{Name: "similar-nothing", Says: "like a text, and nothing is", View: web.SimilarPageOf(site, web.SimilarData{Text: "xyzzy", Page: 1})},
	}
}

package webtest

import (
	"broadsheet/cite"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/web"
)

// open are the pages by which papers come and go: feeds, citations, imports.
func open() []Fixture {
	site := func(path string) web.Site {
		s := Site(path)
		s.Talk, s.Searches = true, true
		return s
	}
	seen := func(name, says string, v web.View) Fixture {
		return Fixture{Name: name, Says: says, View: v, Reader: &web.Overlay{Reader: &web.Reader{Name: "Mara Lindqvist", Initials: "ML"}}}
	}
	papers := Papers(4, Now())
	held := map[int64]*paper.Paper{}
	for _, p := range papers {
		held[p.ID] = p
	}
	work := func(sum, title string, m cite.Match) cite.Held {
		m.Item = &cite.Item{Title: title, Authors: []cite.Name{{Family: "van den Berg", Given: "Chiara"}, {Literal: "The <b> Team"}}, Issued: cite.Date{Year: 2025, Month: 11}, Container: "Journal of Coasts", DOI: "10.1000/182"}
		return cite.Held{Match: m, Sum: sum, At: Now()}
	}
	read := web.ImportData{
		Read: &cite.Reading{Format: "BibTeX", Items: make([]*cite.Item, 5), Problems: []cite.Problem{{Line: 809, Says: `the entry "10.1:18" does not end; what could be read of it was taken.`}}}, Added: 4,
		Counts: map[cite.State]int{cite.Matched: 1, cite.Unsure: 1, cite.Unknown: 201, cite.Taken: 12, cite.Aside: 3}, Papers: held, Collections: []library.Collection{{ID: 3, Title: "Thesis, chapter 3"}},
		Waiting: []cite.Held{
			work("a1", "As the file has it", cite.Match{State: cite.Matched, Paper: papers[0].ID}),
			work("b2", "A title like two of them", cite.Match{State: cite.Unsure, Near: []int64{papers[1].ID, papers[2].ID}}),
			work("c3", `"Nothing" is like <it> & $x$`, cite.Match{State: cite.Unknown}), work("d4", "", cite.Match{State: cite.Unknown}),
		},
	}
	return []Fixture{
		{Name: "feeds", Says: "what can be taken along, for a visitor", View: web.FeedsPageOf(site("/feeds"), web.FeedsData{})},
		seen("feeds-own", "a reader's own address, made just now", web.FeedsPageOf(site("/feeds"), web.FeedsData{Mine: true, Made: Now(), Key: "kEy_0123456789"})),
		seen("feeds-reader", "a reader who has an address", web.FeedsPageOf(site("/feeds"), web.FeedsData{Mine: true, Made: Now()})),
		seen("import", "a file was read: matched, unsure, unknown", web.ImportPageOf(site("/library/import"), read)),
		seen("import-empty", "nothing waits", web.ImportPageOf(site("/library/import"), web.ImportData{})),
		seen("import-wrong", "no file that can be read", web.ImportPageOf(site("/library/import"), web.ImportData{Wrong: fault.Invalid("The file is empty.")})),
	}
}

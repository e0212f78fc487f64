// Package webtest holds every page of package web in every state, made of canned
// data: the golden tests of web and the gallery use the same. The papers, names
// and figures are invented.
package webtest

import (
	"fmt"
	"slices"
	"time"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/web"
)

// Fixture is one page in one state.
type Fixture struct {
	Name   string // of its file and of its address in the gallery: edition-full
	Says   string // what to look at
	View   web.View
	Reader *web.Overlay // who looks at it; nil for a visitor
}

// Now is the moment at which all fixtures are.
func Now() time.Time { return time.Date(2026, 4, 14, 10, 2, 0, 0, time.UTC) }

// Site returns the site of the fixtures, at an address of the site.
func Site(path string) web.Site {
	newest := edition.Day{Day: "2026-04-14", Number: 655, Submitted: 28}
	return web.Site{Base: "https://broadsheet.example", Version: "1.0", Path: path, Now: Now(), Today: "2026-04-14", Newest: &newest}
}

// items makes a list of papers into that of an edition.
func items(day string, papers []*paper.Paper, o edition.Origin) []feed.Item {
	at, _ := time.Parse(time.DateOnly, day)
	var list []feed.Item
	for i, p := range papers {
		list = append(list, feed.Item{Rank: i + 1, Paper: p, Place: edition.Place{Day: day, Origin: o, Entered: at}})
	}
	return list
}

// days returns the editions of the working days from one day to another.
func days(from, to string, number int) []edition.Day {
	var list []edition.Day
	at, _ := time.Parse(time.DateOnly, from)
	for ; at.Format(time.DateOnly) <= to; at = at.AddDate(0, 0, 1) {
		if at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			list = append(list, edition.Day{Day: at.Format(time.DateOnly), Number: number, Submitted: 6 + at.YearDay()*11%29})
			number++
		}
	}
	return list
}

// All returns every page in every state.
func All() []Fixture {
	var all []Fixture
	for _, part := range [][]Fixture{editions(), periods(), papers(), talks(), trending(), searches(), listings(), similars(), desks(), submits(), others(), failures(), accounts(), instances(), mails(), references(), keeps(), open()} {
		all = append(all, part...)
	}
	return all
}

func ledger(late, missing int) *web.LedgerDay {
	return &web.LedgerDay{
		Day: "2026-04-14", Checked: Now().Add(-4 * time.Hour),
		Rows: []web.LedgerCount{
			{Category: "cs.CV", Announced: 148, Held: 148 - late, Late: late},
			{Category: "cs.CL", Announced: 131, Held: 131 - missing, Missing: missing},
			{Category: "cs.LG", Announced: 74, Held: 74},
			{Category: "stat.ML", Announced: 62, Held: 62},
		},
		Total: web.LedgerCount{Announced: 412, Held: 412 - late - missing, Late: late, Missing: missing},
	}
}

func editionData(n int) web.EditionData {
	before, after := edition.Day{Day: "2026-04-13", Number: 654, Submitted: 23}, (*edition.Day)(nil)
	e := edition.Day{Day: "2026-04-14", Number: 655, Submitted: n}
	return web.EditionData{
		Edition: e, Items: items("2026-04-14", Papers(n, Now().Truncate(24*time.Hour)), edition.Submitted),
		Week: []edition.Day{before, e}, Before: &before, After: after, Ledger: ledger(0, 0),
	}
}

func editions() []Fixture {
	page := func(name, says string, n int, change func(*web.Site, *web.EditionData)) Fixture {
		s, d := Site("/papers/date/2026-04-14"), editionData(n)
		if change != nil {
			change(&s, &d)
		}
		return Fixture{Name: name, Says: says, View: web.EditionPageOf(s, d)}
	}
	announced := func(d *web.EditionData, n int) {
		more := items("2026-04-14", Papers(n, Now().AddDate(0, 0, 20).Truncate(24*time.Hour)), edition.Announced)
		for i := range more {
			more[i].Rank += len(d.Items)
			more[i].Paper.Figures = paper.Figures{}
		}
		d.Items = append(d.Items, more...)
		d.Edition.Announced = n
	}
	return []Fixture{
		page("edition-full", "28 papers, all of which were announced and are held", 28, nil),
		page("edition-dark", "the same in the dark, by the reader's choice", 28, func(s *web.Site, _ *web.EditionData) { s.Theme = "dark" }),
		signedIn(page("edition-reader", "the same for a reader, who voted for some, saved one and read others", 28, func(_ *web.Site, d *web.EditionData) {
			for i := range d.Items {
				d.Items[i].Paper.ID = int64(i + 1)
			}
		})),
		page("edition-both", "what readers put in, and what arXiv announced, by category", 14, func(_ *web.Site, d *web.EditionData) { announced(d, 60) }),
		page("edition-announced", "a day on which nobody put anything in", 0, func(_ *web.Site, d *web.EditionData) { announced(d, 45) }),
		page("edition-three", "three papers; the ledger is short", 3, func(_ *web.Site, d *web.EditionData) { d.Ledger = ledger(2, 1) }),
		page("edition-one", "one paper, of which little is known; what was announced is not known", 1, func(_ *web.Site, d *web.EditionData) {
			d.Ledger = nil
			*d.Items[0].Paper = paper.Paper{Key: "b7", Title: "Untitled Notes", Identifiers: []paper.Identifier{{Scheme: paper.Own, Value: "b7"}}}
		}),
		page("edition-asked", "another day was asked for", 6, func(_ *web.Site, d *web.EditionData) { d.Asked = "2026-04-18" }),
		page("edition-closed", "an older day between others", 12, func(s *web.Site, d *web.EditionData) {
			s.Newest = &edition.Day{Day: "2026-04-16", Number: 657, Submitted: 9}
			d.After = &edition.Day{Day: "2026-04-15", Number: 656, Submitted: 17}
			d.Week = days("2026-04-13", "2026-04-16", 654)
		}),
		signedIn(page("edition-scrape", "with the data that scrapers look for", 3, func(s *web.Site, d *web.EditionData) {
			s.Scrape = true
			d.Props = `{"dailyPapers":[{"title":"\"Quoted\" & <b>bold</b>"}],"dateString":"2026-04-14","periodType":"day"}`
		})),
	}
}

// signedIn shows a page to a reader.
func signedIn(f Fixture) Fixture {
	f.Reader = &web.Overlay{
		Reader: &web.Reader{Name: "Mara <i>Lindqvist</i>", Initials: "ML"},
		Voted:  map[int64]bool{1: true, 3: true, 9: true}, Saved: map[int64]bool{3: true}, Read: map[int64]bool{1: true, 2: true, 20: true},
	}
	f.Says += "; its acts lead nowhere"
	page := f.View.(*web.EditionPage)
	acts := func(i *web.Item) { i.Acts.Path, i.Acts.Save = "/vote/"+i.Key, "/save/"+i.Key }
	acts(page.Front.Lead)
	for _, list := range [][]web.Item{page.Front.Seconds, page.Front.Inside, page.Front.Briefs} {
		for i := range list {
			acts(&list[i])
		}
	}
	return f
}

func periodData(from string, list []edition.Day) web.PeriodData {
	d := web.PeriodData{From: from, Days: list, Ledger: ledger(0, 0)}
	for i, e := range list {
		at, _ := time.Parse(time.DateOnly, e.Day)
		l := items(e.Day, Papers(e.Submitted, at), edition.Submitted)
		l[0].Paper.Title, l[i%len(l)].Paper.Title = l[i%len(l)].Paper.Title, l[0].Paper.Title
		l[0].Paper.Abstract, l[i%len(l)].Paper.Abstract = l[i%len(l)].Paper.Abstract, l[0].Paper.Abstract
		for _, it := range l {
			p := it.Paper
			p.Figures.Votes = p.Figures.Votes * (3 + i%4) / 6
			d.Papers = append(d.Papers, web.Outline{Day: e.Day, Origin: it.Origin, Key: p.Key, Title: p.Title, Form: p.Form, Primary: p.Primary(), Votes: p.Figures.Votes, Comments: p.Figures.Comments})
		}
		d.Leads = append(d.Leads, l[0])
		d.Items = append(d.Items, l[:2]...)
	}
	slices.SortStableFunc(d.Items, func(a, b feed.Item) int { return b.Paper.Figures.Votes - a.Paper.Figures.Votes })
	d.Items = d.Items[:min(12, len(d.Items))]
	for i := range d.Items {
		d.Items[i].Rank = i + 1
	}
	d.Near = append(days("2026-01-05", list[0].Day, 600), list[1:]...)
	d.Before = &edition.Day{Day: "2026-03-31", Number: 645, Submitted: 12}
	return d
}

func periods() []Fixture {
	week := days("2026-04-06", "2026-04-10", 649)
	sunday := append(days("2026-04-06", "2026-04-09", 649), edition.Day{Day: "2026-04-12", Number: 653, Submitted: 2})
	asked := periodData("2026-04-06", week[:2])
	asked.Asked, asked.Ledger = "Week 17, 2026", nil
	month := periodData("2026-04-01", days("2026-04-01", "2026-04-30", 646))
	month.After = &edition.Day{Day: "2026-05-01", Number: 668, Submitted: 8}
	part := periodData("2026-04-01", days("2026-04-08", "2026-04-14", 651))
	return []Fixture{
		{Name: "week-full", Says: "a week of five editions", View: web.WeekPageOf(Site("/papers/week/2026-W15"), periodData("2026-04-06", week))},
		{Name: "week-sunday", Says: "a week with a Sunday, and without a Friday", View: web.WeekPageOf(Site("/papers/week/2026-W15"), periodData("2026-04-06", sunday))},
		{Name: "week-asked", Says: "another week was asked for; two editions; no ledger", View: web.WeekPageOf(Site("/papers/week/2026-W17"), asked)},
		{Name: "month-full", Says: "a month", View: web.MonthPageOf(Site("/papers/month/2026-04"), month)},
		{Name: "month-begun", Says: "a month that has just begun to be filled", View: web.MonthPageOf(Site("/papers/month/2026-04"), part)},
	}
}

func papers() []Fixture {
	at := Now().Truncate(24 * time.Hour)
	page := func(name, says string, change func(*web.PaperData)) Fixture {
		p := Papers(7, at)[6]
		e := edition.Day{Day: "2026-04-14", Number: 655, Submitted: 28}
		p.Versions = append(p.Versions, paper.Version{N: 2, At: at.Add(8 * time.Hour)})
		p.Comment, p.JournalRef, p.Licence = "12 pages, 3 figures", "Ann. Late Av. 4 (2026) 12", "http://creativecommons.org/licenses/by/4.0/"
		p.Identifiers = append(p.Identifiers, paper.Identifier{Scheme: paper.DOI, Value: "10.1234/late.2026.12"})
		p.Links = append(p.Links, paper.Link{Kind: paper.Project, URL: "https://late.example"})
		d := web.PaperData{Paper: p, Edition: &e, Ranks: []web.Rank{{At: 7, Of: 28}, {At: 21, Of: 104}, {At: 60, Of: 412}}, Near: Papers(4, at)[1:]}
		for i, votes := range []int{3, 11, 18, 24, 27, 30} {
			d.Readings = append(d.Readings, paper.Reading{Source: "upstream", Figures: paper.Figures{Votes: votes, At: at.AddDate(0, 0, i)}})
		}
		if change != nil {
			change(&d)
		}
		s := Site("/papers/" + p.Key)
		s.Searches = true
		return Fixture{Name: name, Says: says, View: web.PaperPageOf(s, d)}
	}
	return []Fixture{
		page("paper-full", "a paper of which everything is known", nil),
		page("paper-bare", "a paper without abstract, authors, edition or figures", func(d *web.PaperData) {
			*d = web.PaperData{Paper: &paper.Paper{Key: "b7", Title: "Untitled Notes", Identifiers: []paper.Identifier{{Scheme: paper.Own, Value: "b7"}}}}
		}),
		page("paper-many", "sixty authors, and a summary that is not theirs", func(d *web.PaperData) {
			for i := range 50 {
				d.Paper.Authors = append(d.Paper.Authors, paper.Author{Name: fmt.Sprintf("%s %c.", people[i%10], 'A'+rune(i%26))})
			}
			d.Paper.AbstractBy = "Broadsheet"
		}),
		page("paper-withdrawn", "a paper that its authors took back", func(d *web.PaperData) {
			d.Paper.Withdrawn, d.Paper.Comment = true, "Lemma 2 is wrong; see version 1."
		}),
		page("paper-version", "an older version was asked for", func(d *web.PaperData) { d.Version = 1 }),
		page("paper-hostile", "a title and links that try to be markup", func(d *web.PaperData) {
			d.Paper.Title = `</script><script>alert(1)</script> & "Quotes" <b>`
			d.Paper.Abstract = `<img src=x onerror=alert(1)> $x < y$ and </title> ]]> {{7*7}}`
			d.Paper.Links = []paper.Link{{Kind: paper.Code, URL: "javascript:alert(1)"}}
			d.Paper.Authors = []paper.Author{{Name: `<i>A"</i> B`}}
		}),
	}
}

func others() []Fixture {
	all := append(days("2024-11-04", "2024-12-20", 1), days("2025-01-06", "2026-04-14", 36)...)
	all = append(all[:20], append([]edition.Day{{Day: "2024-12-01", Number: 21, Submitted: 3}}, all[20:]...)...)
	leads := map[string]string{}
	for i, d := range all {
		leads[d.Day] = Papers(14, Now())[i%14].Title
	}
	back := map[string][]web.LedgerCount{}
	for _, c := range []string{"cs.CV", "cs.CL", "cs.LG", "stat.ML"} {
		for i := range 30 {
			n := web.LedgerCount{Announced: 100, Held: 100}
			if i%7 > 4 {
				n = web.LedgerCount{}
			}
			if c == "cs.LG" && i == 17 {
				n.Held, n.Late = 98, 2
			}
			back[c] = append(back[c], n)
		}
	}
	status := web.StatusData{
		Up: 41 * 24 * time.Hour, Ledger: ledger(0, 0), Back: back, Harvested: []int{410, 395, 0, 0, 440, 421, 398, 377, 402, 0, 0, 431, 412},
		Sources: []web.Source{
			{Name: "arXiv, OAI-PMH", Ran: Now().Add(-4 * time.Hour), Took: 278 * time.Second, Got: 412, State: web.Done, Says: "Current"},
			{Name: "arXiv, daily feeds", Ran: Now().Add(-5 * time.Hour), Took: 11 * time.Second, Got: 412, State: web.Done, Says: "Current"},
			{Name: "Upstream, daily", Ran: Now().Add(-26 * time.Hour), Took: 900 * time.Millisecond, Got: 28, State: web.Running, Says: "Late 22 min"},
		},
		Facts: []web.Fact{{Name: "Papers", Value: "214,906"}, {Name: "Editions", Value: "655"}, {Name: "Database", Value: "1.2 GB"}},
	}
	failing := status
	failing.Notes = []web.Note{{Strong: "One source is failing.", Text: "The upstream has answered 429 since Monday 23:10; next try at 10:40. No announced paper is missing."}}
	failing.Sources = append([]web.Source{{Name: "Upstream, daily", State: web.Failed, Says: "Failed, 429"}}, status.Sources[:2]...)
	failing.Ledger = ledger(2, 1)
	failing.Ledger.Rebuilt = true
	failing.Missing = []web.Absent{{ID: "2604.01234", Category: "cs.CL", Day: "2026-04-13", Reason: "arXiv answered that it does not exist", Next: Now().Add(time.Hour)}, {ID: "2604.01235", Category: "cs.CV", Day: "2026-04-14", Reason: "not asked for yet"}}
	empty := Site("/status")
	empty.Newest = nil
	first := Site("/")
	first.Newest = nil
	return []Fixture{
		{Name: "archive-full", Says: "three years of editions", View: web.ArchivePageOf(Site("/archive"), web.ArchiveData{Days: all, Leads: leads})},
		{Name: "archive-one", Says: "one edition", View: web.ArchivePageOf(Site("/archive"), web.ArchiveData{Days: all[:1]})},
		{Name: "status-well", Says: "all is current", View: web.StatusPageOf(Site("/status"), status)},
		{Name: "status-failing", Says: "a source fails, papers are missing", View: web.StatusPageOf(Site("/status"), failing)},
		{Name: "status-empty", Says: "nothing was ever read", View: web.StatusPageOf(empty, web.StatusData{Up: 42 * time.Second, Facts: []web.Fact{{Name: "Papers", Value: "0"}}})},
		{Name: "firstrun-harvest", Says: "the first harvest", View: web.FirstRunPageOf(first, web.ProgressData{Harvesting: true, Got: 212, Of: 380, Left: 3 * time.Minute, Rows: []web.ProgressRow{
			{Category: "cs.CV", Announced: 142, Held: 142, State: web.Done}, {Category: "cs.CL", Announced: 126, Held: 70, State: web.Running}, {Category: "cs.LG", Announced: 112, State: web.Waiting},
		}})},
		{Name: "firstrun-begun", Says: "the first harvest before anything is counted", View: web.FirstRunPageOf(first, web.ProgressData{Harvesting: true})},
		{Name: "firstrun-idle", Says: "nothing held and nothing going on", View: web.FirstRunPageOf(first, web.ProgressData{})},
	}
}

func failures() []Fixture {
	front := web.EntriesOf(Site("/"), items("2026-04-14", Papers(5, Now()), edition.Submitted))
	none := Site("/nowhere")
	none.Newest = nil
	return []Fixture{
		{Name: "404-paper", Says: "an identifier that is nearly one", View: web.FailurePageOf(Site("/papers/2604.0118"), web.FailureData{
			Kind: fault.KindMissing, Says: "An arXiv identifier has five digits after the point.", Front: front,
			Similar: []web.Link{{Text: "TideNet: Forecasting Harbour Levels from a Week of Gauge Readings", Href: "/papers/2604.01180", Note: "2604.01180"}},
		})},
		{Name: "404-empty", Says: "before the first edition", View: web.FailurePageOf(none, web.FailureData{Kind: fault.KindMissing})},
		{Name: "400", Says: "what cannot be understood", View: web.FailurePageOf(Site("/archive"), web.FailureData{Kind: fault.KindInvalid, Says: "\"soon\" is no day; write it as 2026-04-14.", Front: front})},
		{Name: "403", Says: "a form from another site", View: web.FailurePageOf(Site("/theme"), web.FailureData{Kind: fault.KindRefused, Says: "That form came from another site.", Front: front})},
		{Name: "429-wrote", Says: "a comment that comes too soon", View: web.FailurePageOf(Site("/comment/2604.01180"), web.FailureData{Kind: fault.KindOften, Says: "You can write 5 comments a day while your account is new.", Wrote: "Does the bound in <section 3> hold for $k > 1$?", Front: front})},
		{Name: "401-wrote", Says: "a comment of who is signed out", View: web.FailurePageOf(Site("/comment/2604.01180"), web.FailureData{Kind: fault.KindVisitor, Says: "Sign in first.", Wrote: "Does it hold?", SignIn: "/sign-in?next=%2F", Front: front})},
		{Name: "503", Says: "too much at once", View: web.FailurePageOf(Site("/archive"), web.FailureData{Kind: fault.KindBusy, Says: "The database is being moved; it takes about a minute.", Front: front})},
		{Name: "500", Says: "a failure of ours", View: web.FailurePageOf(Site("/"), web.FailureData{Kind: fault.Internal, RequestID: "7F3A-91C2", Front: front})},
	}
}

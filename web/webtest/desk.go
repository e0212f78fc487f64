package webtest

import (
	"time"

	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/web"
)

// deskData is the desk of an edition with everything that one can have in it.
func deskData() web.DeskData {
	due := Now().Truncate(24*time.Hour).AddDate(0, 0, 1).Add(6 * time.Hour)
	d := web.DeskData{
		Making: edition.Making{Day: due.Format(time.DateOnly), Due: due, Act: 12}, Number: 656, Me: 9, People: readers,
		Why: map[int64]string{}, Papers: map[int64]*paper.Paper{},
		Ledger: &web.LedgerDay{Total: web.LedgerCount{Announced: 397, Held: 397}},
	}
	picks := []edition.Pick{edition.Kept, edition.Kept, edition.Open, edition.Open, edition.Left}
	for i, p := range Papers(5, Now()) {
		p.ID = int64(20 + i)
		c := edition.Candidate{Paper: p, Place: edition.Place{Day: d.Day, Origin: edition.Submitted, Entered: Now()}, Direct: i != 2, Pick: picks[i], Seen: int64(i)}
		if c.Pick == edition.Kept {
			c.Ord = i + 1
		}
		d.List = append(d.List, c)
		d.Papers[p.ID], d.Why[p.ID] = p, "On its early votes."
	}
	d.List[0].Claim, d.List[0].Note = edition.Sentences(d.List[0].Paper.Abstract)[0], "Read <this> with No. 650."
	d.List[2].PutIn = []edition.Submission{{Paper: 22, Account: 1, Note: "It runs <here>.", Author: true}, {Paper: 22, Account: 2}}
	d.List[3].Origin = edition.Announced
	d.Near = map[int64][]*paper.Paper{22: Papers(2, Now().AddDate(0, 0, -9))}
	twins := Papers(3, Now())
	twins[0].ID, twins[0].Key, twins[0].Identifiers = 30, "b30", []paper.Identifier{{Scheme: paper.Own, Value: "b30"}}
	twins[1].ID = 31
	d.Doubts = []paper.Doubt{{Own: twins[0], Other: twins[1]}}
	d.Acts = []edition.Act{
		{ID: 12, At: Now(), Account: 9, Do: edition.Hold},
		{ID: 11, At: Now(), Account: 1, Do: edition.Release, Undone: true},
	}
	return d
}

func desks() []Fixture {
	site := Site("/desk")
	site.Desk = true
	noor := &web.Overlay{Reader: &web.Reader{Name: "Noor Haddad", Initials: "NH", Desk: true}}
	none := web.DeskData{Making: edition.Making{Day: "2026-04-16", Due: Now().AddDate(0, 0, 1)}, Number: 1}
	clash := deskData()
	clash.Notice, clash.Lost, clash.Held = "Meanwhile Noor Haddad noted “Good.”, at 21:40 UTC. Yours was not done; look again.", "Mine, with <b>.", true
	many := deskData()
	for i, p := range Papers(24, Now()) {
		p.ID = int64(100 + i)
		many.List = append(many.List, edition.Candidate{Paper: p, Place: edition.Place{Day: many.Day, Origin: edition.Announced}, Direct: true})
	}
	return []Fixture{
		{Name: "desk", Says: "an edition that is made", View: web.DeskPageOf(site, deskData()), Reader: noor},
		{Name: "desk-none", Says: "no candidates", View: web.DeskPageOf(site, none), Reader: noor},
		{Name: "desk-clash", Says: "somebody else was quicker; held back", View: web.DeskPageOf(site, clash), Reader: noor},
		{Name: "desk-many", Says: "more candidates than are shown", View: web.DeskPageOf(site, many), Reader: noor},
		{Name: "publish", Says: "publish now?", View: web.PublishPageOf(site, deskData()), Reader: noor},
		{Name: "publish-none", Says: "publish nothing?", View: web.PublishPageOf(site, none), Reader: noor},
	}
}

func submits() []Fixture {
	site := Site("/submit")
	site.Submits, site.Talk = true, true
	mara := &web.Overlay{Reader: &web.Reader{Name: "Mara <i>Lindqvist</i>", Initials: "ML"}}
	found := func(id int64) *paper.Paper {
		p := Papers(7, Now())[6]
		p.ID, p.Submitted = id, Now().AddDate(0, 0, -3)
		return p
	}
	base := func() web.SubmitData {
		return web.SubmitData{
			Any: "arxiv.org/pdf/2604.00007v1#page=3", Left: 2, Open: true, Saves: true, Me: 1,
			Settings: edition.Settings{Desk: true, Submit: edition.Submitting{Window: 30, PerDay: 3, Direct: edition.DeskOnly}},
			Making:   &edition.Making{Day: "2026-04-16", Due: Now().AddDate(0, 0, 1)},
		}
	}
	stand := &web.Stand{Day: "2026-04-10", Number: 3, Rank: 7, From: 20}
	var list []Fixture
	add := func(name, says string, change func(*web.SubmitData)) {
		d := base()
		change(&d)
		list = append(list, Fixture{Name: "submit" + name, Says: says, View: web.SubmitPageOf(site, d), Reader: mara})
	}
	add("", "nothing was asked", func(d *web.SubmitData) { d.Any = "" })
	add("-found", "a paper that is not held", func(d *web.SubmitData) {
		d.Found, d.PutIn, d.Kept, d.Decided = found(0), []edition.Submission{{Account: 2, At: Now().Add(-time.Hour)}}, 4, 12
		d.Found.Organisation = &paper.Organisation{Name: "lab", FullName: "The <Lab>"}
		d.Mine = []web.OwnSubmission{
			{Submission: edition.Submission{State: edition.Waits, Day: "2026-04-16"}, Paper: found(31)},
			{Submission: edition.Submission{State: edition.Printed, Day: "2026-04-10"}, Paper: found(32), Stands: stand},
			{Submission: edition.Submission{State: edition.Skipped, Day: "2026-04-11"}, Paper: found(33)},
		}
	})
	add("-held", "a paper in the record, put in by others", func(d *web.SubmitData) {
		d.Found, d.PutIn = found(30), []edition.Submission{{Account: 2, At: Now().AddDate(0, 0, -1)}, {Account: 3, At: Now()}}
		d.Found.Since = Now().AddDate(0, 0, -2)
	})
	add("-near", "a paper that may be held under another name", func(d *web.SubmitData) { d.Found, d.Near = found(0), Papers(2, Now()) })
	add("-saved", "it was saved a moment ago", func(d *web.SubmitData) { d.Found, d.Saved = found(30), "2604.00007" })
	typed := web.HandForm{Title: "On <b>", Authors: "Ada\nBen", Abstract: "We \"say\" it.", Year: "2026", Link: "https://x.example", Note: "Read <it>.", Author: true}
	add("-hand", "what was typed in is wrong", func(d *web.SubmitData) {
		d.Any, d.Hand = "", &typed
		d.Hand.Err = "The abstract has 80 to 10000 letters; this one has 11."
	})
	add("-hand-near", "what was typed in may be held", func(d *web.SubmitData) {
		sure := typed
		sure.Err, sure.Sure = "", true
		d.Any, d.Hand, d.Near = "", &sure, Papers(1, Now())
	})
	add("-stood", "a paper that stood", func(d *web.SubmitData) {
		d.Found, d.Stood, d.Place = found(30), stand, &edition.Place{Origin: edition.Submitted, Day: stand.Day}
	})
	add("-done", "it was put in a moment ago", func(d *web.SubmitData) {
		d.Found, d.Done, d.PutIn = found(30), "2604.00007", []edition.Submission{{Account: 1, State: edition.Waits, Day: "2026-04-16"}}
	})
	add("-again", "it was put in before, without a desk", func(d *web.SubmitData) {
		d.Making, d.Found, d.Stood, d.Place = nil, found(30), stand, &edition.Place{Origin: edition.Submitted, Day: stand.Day}
		d.PutIn = []edition.Submission{{Account: 1, State: edition.Printed, Day: stand.Day}}
	})
	add("-missing", "arXiv has none", func(d *web.SubmitData) { d.Any, d.Err, d.Missing = "2604.99999", "arXiv has no 2604.99999.", true })
	add("-old", "too old", func(d *web.SubmitData) {
		d.Found = found(30)
		d.Found.Since, d.Found.Submitted = Now().AddDate(-1, 0, 0), Now().AddDate(-9, 0, 0)
	})
	add("-often", "none left today", func(d *web.SubmitData) { d.Found, d.Left = found(0), 0 })
	add("-refused", "what was filled in was not taken", func(d *web.SubmitData) {
		d.Found, d.Err = found(0), "\"x\" is no address of a page; it begins with https://."
		d.Entry = edition.Entry{Note: "It <runs>.", Author: true, Links: []paper.Link{{Kind: paper.Code, URL: "x"}}}
	})
	add("-titles", "papers by title", func(d *web.SubmitData) { d.Any, d.Titles = "back to basics", Papers(5, Now()) })
	add("-closed", "readers put in none", func(d *web.SubmitData) { d.Open, d.Any = false, "" })
	return list
}

package webtest

import (
	"time"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/web"
)

// The readers of the fixtures, by their numbers.
var readers = map[int64]web.Writer{
	1: {Name: "Mara <i>Lindqvist</i>", Role: account.Reader}, 2: {Name: "Tobias Renner", Role: account.Reader, Sample: true},
	3: {Name: "Chiara van den Berg", Role: account.Reader}, 9: {Name: "Noor Haddad", Role: account.Desk},
}

// comments is a discussion with everything that one can have in it.
func comments() []discuss.Comment {
	at := func(hours int) time.Time { return Now().Add(time.Duration(hours-48) * time.Hour) }
	return []discuss.Comment{
		{ID: 1, Account: 2, At: at(0), Body: "Is $\\sigma \\sqrt{2/n}$ tight for $n = 2$?", State: discuss.Shown, Ups: 6},
		{ID: 2, Parent: 1, Account: 1, At: at(1), Edited: at(2), Body: "For $n = 2$ it is; see *Section 3*.", State: discuss.Shown, Ups: 3, Doubts: 1},
		{ID: 3, Parent: 2, Account: 3, At: at(2), Body: "We wrote that down in v2:\n\n$$\n\\sigma\n- \\epsilon\n$$", State: discuss.Shown, Ups: 4},
		{ID: 4, Parent: 3, Account: 2, At: at(3), Body: "Thank you, @mara.", State: discuss.Shown},
		{ID: 5, Account: 9, At: at(4), Body: "Code link corrected.", State: discuss.Shown},
		{ID: 6, Account: 4, At: at(5), State: discuss.Withdrawn, Changed: at(6)},
		{ID: 7, Account: 2, At: at(6), Body: "Buy it.", State: discuss.Hidden, Changed: at(7), Why: "Rule 2. An advertisement."},
		{ID: 8, Account: 1, At: at(8), Body: "See https://late.example", State: discuss.Held, Why: "A link from a new account."},
		{ID: 9, Account: 4, At: at(9), Body: "<script>alert(1)</script>", State: discuss.Shown},
	}
}

func talkData(asks *account.Viewer) web.TalkData {
	d := web.TalkData{
		Comments: comments(), People: readers, Authors: map[int64]bool{3: true}, Voters: []string{"Tobias Renner", "Mara <i>Lindqvist</i>"}, Votes: 5,
		Text: discuss.NewMarkdown(func(string) string { return "" }).HTML, Asks: asks,
	}
	if asks != nil {
		d.Reacted = map[int64]discuss.Reaction{1: discuss.Up, 5: discuss.Doubt}
		d.Claims = []discuss.Claim{{Author: "Ada Lindgren", State: discuss.Refused, Decided: Now().AddDate(0, 0, -3), Reason: "No page names you."}, {Author: "Ada Lindgren", State: discuss.Open, At: Now()}}
	}
	return d
}

// who is a viewer of the fixtures.
func who(id int64, role account.Role) *account.Viewer {
	return &account.Viewer{Account: account.Account{ID: id, Name: readers[id].Name, Role: role}}
}

func talks() []Fixture {
	at := Now().Truncate(24 * time.Hour)
	held := func() *paper.Paper {
		p := Papers(7, at)[6]
		p.ID, p.Here = 3, paper.Tally{Votes: 5, Comments: 6}
		p.Authors[0].Claimed = true
		return p
	}
	site := func(path string) web.Site {
		s := Site(path)
		s.Talk = true
		return s
	}
	page := func(name, says string, asks *account.Viewer, change func(*web.PaperData)) Fixture {
		p := held()
		talk := talkData(asks)
		d := web.PaperData{Paper: p, Talk: &talk}
		if change != nil {
			change(&d)
		}
		f := Fixture{Name: name, Says: says, View: web.PaperPageOf(site("/papers/"+p.Key), d)}
		if asks != nil {
			f.Reader = &web.Overlay{Reader: &web.Reader{Name: asks.Name, Initials: "ML", Desk: asks.Role >= account.Desk}, Voted: map[int64]bool{3: true}}
		}
		return f
	}
	comment := func(name, says string, id int64, asks *account.Viewer) Fixture {
		v, err := web.CommentPageOf(site("/comments/2"), web.CommentData{TalkData: talkData(asks), Paper: held(), ID: id, History: []discuss.Earlier{{Until: Now().Add(-46 * time.Hour), Body: "For <b>two</b> it is."}}})
		if err != nil {
			panic(err) // the comment is in the list above
		}
		return Fixture{Name: name, Says: says, View: v}
	}
	return []Fixture{
		page("paper-talk", "a discussion, for a visitor", nil, nil),
		page("paper-talk-reader", "the same for a reader, who wrote some of it and keeps it", who(1, account.Reader), func(d *web.PaperData) {
			d.Mine = &web.MineData{Marks: true, Kept: library.Kept{Read: true, Note: "Ask <b>before</b> presenting.", In: []int64{2}}, Collections: []library.Collection{{ID: 2, Slug: "thesis", Title: "Thesis"}, {ID: 3, Title: "Reading group"}}}
		}),
		page("paper-talk-desk", "the same for the desk, by the lower bound of the votes", who(9, account.Desk), func(d *web.PaperData) { d.Talk.Order = discuss.Best }),
		page("paper-talk-closed", "a discussion that the desk has closed", who(3, account.Reader), func(d *web.PaperData) { d.Talk.Locked = Now() }),
		page("paper-talk-none", "nobody has written yet", nil, func(d *web.PaperData) { d.Talk.Comments, d.Paper.Here = nil, paper.Tally{} }),
		comment("comment-visitor", "the address of a comment, for a visitor", 2, nil),
		comment("comment-own", "the same for its writer", 2, who(1, account.Reader)),
		comment("comment-removed", "a comment that the desk removed, for the desk", 7, who(9, account.Desk)),
		{Name: "record", Says: "claim a paper, or report a mistake", View: web.RecordPageOf(site("/record/2604.13000"), held(), talkData(who(1, account.Reader)).Claims)},
		{Name: "moderation-log", Says: "the public log", View: web.ModerationPageOf(site("/moderation"), moderation(held(), false))},
		{Name: "moderation-none", Says: "the log before the first act", View: web.ModerationPageOf(site("/moderation"), web.ModerationData{Month: at})},
		{Name: "moderation-desk", Says: "what waits for the desk", View: web.ModerationPageOf(site("/moderation/reports"), moderation(held(), true))},
	}
}

// moderation is a month of acts and a queue.
func moderation(p *paper.Paper, desk bool) web.ModerationData {
	list := comments()
	acts := []discuss.Act{
		{ID: 5, At: Now().Add(-2 * time.Hour), Kind: discuss.CommentRemoved, Paper: 3, Account: 9, Concerns: 1, Rule: 2, Reason: "A link to a paid course, the third by this writer.", State: discuss.Closed},
		{ID: 4, At: Now().AddDate(0, 0, -1), Kind: discuss.VotesWeighed, Concerns: 40, Rule: 4, Reason: "12 accounts that came in together count as one reader on each paper while they are new.", State: discuss.Closed},
		{ID: 3, At: Now().AddDate(0, 0, -2), Kind: discuss.RecordCorrected, Paper: 3, Account: 9, Rule: 5, Reason: "Checked against the first page of v1.", State: discuss.Closed},
		{ID: 2, At: Now().AddDate(0, 0, -3), Kind: discuss.CommentRemoved, Paper: 3, Account: 9, Concerns: 2, Rule: 3, Reason: "Of a person.", State: discuss.Reversed, Appeal: "It is sharp, not personal.", Answer: "Sharp, not personal.", Answered: 9},
		{ID: 1, At: Now().AddDate(0, 0, -9), Kind: discuss.CommentRemoved, Paper: 3, Account: 9, Concerns: 2, Rule: 1, Reason: "Of another paper.", State: discuss.Appealed, Appeal: "It is the same <b>paper</b>.", Appealed: Now().Add(-time.Hour)},
	}
	d := web.ModerationData{
		Month: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), Acts: acts, Recent: acts, Before: 14, Mine: acts[:1], Signed: true,
		Count:  discuss.Counted{All: 94, Left: 61, Acted: 27, Reversed: 3, Open: 3, Weeks: [12]int{6, 4, 9, 5, 7, 11, 8, 6, 12, 9, 7, 10}, Half: 5 * time.Hour},
		Papers: map[int64]*paper.Paper{3: p}, People: readers, Desk: desk, Asked: desk,
		Texts: discuss.NewMarkdown(func(string) string { return "" }).HTML,
	}
	if desk {
		d.Waiting = []discuss.Case{
			{Paper: 3, Comment: &list[0], Since: Now().Add(-3 * time.Hour), Written: 14, Reports: []discuss.Reported{{Account: 3, Reason: "about a person, not the paper"}, {Account: 1, Reason: "about a person, not the paper"}}},
			{Paper: 3, Comment: &list[7], Since: Now().Add(-2 * time.Hour), Written: 1, Before: 2, Reports: []discuss.Reported{{Reason: "A link from a new account."}}, Asked: 9},
			{Paper: 3, Since: Now().Add(-time.Hour), Reports: []discuss.Reported{{Account: 3, Reason: "old <link>"}}},
		}
		d.Appeals = acts[4:]
		d.Claims = []discuss.Claim{{ID: 1, Paper: 3, Account: 1, Author: "Ada Lindgren", Evidence: "My page at https://late.example names the paper.", At: Now().Add(-30 * time.Hour)}}
	}
	return d
}

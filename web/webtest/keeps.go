package webtest

import (
	"time"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/recommend"
	"broadsheet/web"
)

// keeps are the pages of what readers keep.
func keeps() []Fixture {
	papers := Papers(9, Now().Truncate(24*time.Hour))
	site := func(path string) web.Site {
		s := Site(path)
		s.Searches, s.Keeps, s.Talk = true, true, true
		return s
	}
	seen := func(name, says string, v web.View) Fixture {
		return Fixture{Name: name, Says: says, View: v, Reader: &web.Overlay{
			Reader: &web.Reader{Name: "Mara Lindqvist", Initials: "ML"}, Voted: map[int64]bool{papers[0].ID: true}, Saved: map[int64]bool{papers[1].ID: true}, Read: map[int64]bool{papers[0].ID: true},
		}}
	}
	for i, p := range papers {
		p.ID = int64(i + 1)
	}
	group := library.Collection{ID: 3, Slug: "reading-group", Title: "Reading group", Note: "For Thursday.\nBring <b>questions</b>.", Public: true, Count: 3, Updated: Now()}
	thesis := library.Collection{ID: 4, Slug: "thesis", Title: "Thesis, chapter 3"}
	data := web.LibraryData{
		Handle: "mara", Counts: library.Counts{Saved: 5, Unread: 3, Noted: 2}, Collections: []library.Collection{group, thesis},
		Days: map[int64]edition.Day{papers[0].ID: {Day: "2026-04-14", Number: 655}},
	}
	for i, p := range papers[:5] {
		k := library.Kept{Paper: p, At: Now().AddDate(0, -4*i, 0), Read: i%2 == 1}
		if i < 3 {
			k.In = []int64{3}
		}
		if i == 1 {
			k.Note = "Which half does the drafting? Ask <b>before</b> presenting."
		}
		data.Kept = append(data.Kept, k)
	}
	one := data
	one.Asked, one.Kept, one.Next = web.LibraryAsked{In: "reading-group", Show: "unread", Words: "late"}, data.Kept[:3], "9-9"
	mara := &account.Account{ID: 7, Handle: "mara", Name: "Mara Lindqvist", Role: account.Desk, Sample: true, Joined: Now().AddDate(-1, 0, 0)}
	button := &web.FollowButton{Action: "/follow?key=mara&kind=reader", What: "mara", On: true, Count: "2 readers follow"}
	comment := discuss.Comment{ID: 12, Paper: papers[2].ID, At: Now().AddDate(0, 0, -3), Body: "We see $x^2$."}
	all := []Fixture{
		seen("library", "what a reader saved, by collection", web.LibraryPageOf(site("/library"), data)),
		seen("library-one", "one collection, narrowed, which others can see", web.LibraryPageOf(site("/library"), one)),
		seen("library-empty", "nothing is saved", web.LibraryPageOf(site("/library"), web.LibraryData{})),
		{Name: "reader", Says: "a reader's page, for a visitor", View: web.ReaderPageOf(site("/@mara"), web.ReaderData{
			Account: mara, Follow: button, Collections: []library.Collection{group}, PutIn: papers[:1], Voted: papers[3:5], Comments: []discuss.Comment{comment},
			On: map[int64]*paper.Paper{papers[2].ID: papers[2]}, Text: discuss.NewMarkdown(func(string) string { return "" }).HTML,
		})},
		seen("reader-bare", "one's own page, which shows nothing", web.ReaderPageOf(site("/@mara"), web.ReaderData{Account: mara, Mine: true})),
		{Name: "collection", Says: "a collection that others see", View: web.CollectionPageOf(site("/@mara/reading-group"), web.CollectionData{Account: mara, Collection: group, Kept: []library.Kept{{Paper: papers[0], At: Now(), Note: "Start <i>here</i>."}, {Paper: papers[1], At: Now()}}, Next: "9-9"})},
		seen("collection-own", "one's own, private and empty", web.CollectionPageOf(site("/@mara/thesis"), web.CollectionData{Account: mara, Mine: true, Collection: thesis})),
	}
	return append(all, follows(site, seen)...)
}

func follows(site func(string) web.Site, seen func(name, says string, v web.View) Fixture) []Fixture {
	papers := Papers(9, Now().Truncate(24*time.Hour))
	for i, p := range papers {
		p.ID = int64(i + 1)
	}
	found := &library.Followings{Next: "2026-04-13 000000000003", Muted: 2, Papers: []library.Concern{
		{Paper: papers[0], Day: "2026-04-14", Why: "Kaiming He wrote it. It also matches your search “denoising -video”."},
		{Paper: papers[1], Day: "2026-04-14", Why: "You follow retrieval."},
		{Paper: papers[2], Day: "2026-03-18", Why: "Upvoted by Ilse <b>de</b> Wit."},
	}}
	data := web.FollowingData{
		First: true, Marks: true, Read: map[int64]bool{1: true}, Found: found,
		Follows: []library.Follow{
			{Kind: library.Author, Key: "Kaiming He", Name: "Kaiming He"},
			{Kind: library.Category, Key: "cs.RO", Name: "cs.RO"},
			{Kind: library.Topic, Key: "retrieval", Name: "retrieval"},
			{Kind: library.Reader, Key: "ilse", Name: "Ilse <b>de</b> Wit"},
			{Kind: library.Search, Key: "denoising -video", Name: "denoising -video"},
		},
		News:  map[library.Follow]int{{Kind: library.Topic, Key: "retrieval"}: 3, {Kind: library.Author, Key: "Kaiming He"}: 1},
		Mutes: []library.Mute{{Kind: library.Word, Key: "benchmark", Name: "benchmark"}, {Kind: library.Category, Key: "cs.CY", Name: "cs.CY"}, {Kind: library.Paper, Key: "2604.00009", Name: "On <b>Nothing</b>"}},
		ForYou: &web.ForYouData{Learnt: 14, Meaning: true, Turns: recommend.Turns{"reason readers": -1, "topic vision": -2}, Chosen: []web.ChosenPaper{
			{Paper: papers[4], Choice: recommend.Choice{Sort: recommend.Meaning, Reason: "paper 2511.08923", Why: "Close in meaning to TiDAR, which you saved."}},
			{Paper: papers[5], Choice: recommend.Choice{Sort: recommend.Outside, Reason: "reason outside", Why: "Outside your subjects, on purpose: first in cs.SE these weeks."}},
		}},
	}
	return []Fixture{
		seen("following", "what is followed, and what is chosen", web.FollowingPageOf(site("/following"), data)),
		seen("following-later", "the end of the list", web.FollowingPageOf(site("/following"), web.FollowingData{Follows: data.Follows, Found: &library.Followings{Papers: found.Papers[2:]}})),
		seen("following-none", "nothing is followed", web.FollowingPageOf(site("/following"), web.FollowingData{First: true, Found: &library.Followings{}, ForYou: &web.ForYouData{}})),
	}
}

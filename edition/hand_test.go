package edition_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

var typed = edition.Hand{
	Title: " A Theory of\tLost Letters ", Authors: []string{"Ada Lindgren", "", " Ben  Okafor "}, Year: 2026, Link: "https://letters.example/theory",
	Abstract: "We count the letters that were lost on the way between two islands, and show that most of them were never written.",
}

// TestHand reads what was typed, well and badly.
func TestHand(t *testing.T) {
	t.Parallel()
	p, err := typed.Paper(at(10))
	if err != nil || p.Title != "A Theory of Lost Letters" || len(p.Authors) != 2 || p.Authors[1].Name != "Ben Okafor" || p.Submitted.Year() != 2026 || len(p.Identifiers) != 0 || p.Links[0].URL != typed.Link || p.Authority != paper.FromReader {
		t.Fatalf("typed well: %+v, %v", p, err)
	}
	for name, change := range map[string]func(*edition.Hand){
		"title": func(h *edition.Hand) { h.Title = " \x00 " }, "author": func(h *edition.Hand) { h.Authors = []string{" "} }, "abstract": func(h *edition.Hand) { h.Abstract = "Short." },
		"year": func(h *edition.Hand) { h.Year = 2027 }, "begins with https": func(h *edition.Hand) { h.Link = "javascript:alert(1)" }, "look it up": func(h *edition.Hand) { h.Link = "https://arxiv.org/abs/2604.05015" },
	} {
		bad := typed
		change(&bad)
		if _, err := bad.Paper(at(10)); !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("a bad %s: %v", name, err)
		}
	}
}

// FuzzHand holds that whatever is typed makes a paper that can be shown, or a fault.
func FuzzHand(f *testing.F) {
	f.Add(typed.Title, "Ada\nBen", typed.Abstract, 2026, typed.Link)
	f.Add("\xff\x00", "\r\n", strings.Repeat("x", 10001), -1, "http://[::1")
	f.Fuzz(func(t *testing.T, title, authors, abstract string, year int, link string) {
		p, err := edition.Hand{Title: title, Authors: strings.Split(authors, "\n"), Abstract: abstract, Year: year, Link: link}.Paper(at(10))
		if err != nil {
			if !fault.Is(err, fault.KindInvalid) {
				t.Fatal(err)
			}
			return
		}
		if strings.ContainsAny(p.Title+p.Abstract+p.Authors[0].Name, "\x00\n\r\x1b") || p.Title == "" || p.Authors[0].Name == "" {
			t.Fatalf("a paper that cannot be shown: %+v", p)
		}
	})
}

func TestMayBeOne(t *testing.T) {
	t.Parallel()
	abstract := typed.Abstract + " The rest were read by the gulls, who have kept no record of what they held, and of the sea we know nothing at all."
	one := func(title, authors, abstract string) *paper.Paper {
		p := &paper.Paper{Title: title, Abstract: abstract}
		for name := range strings.SplitSeq(authors, ";") {
			p.Authors = append(p.Authors, paper.Author{Name: name})
		}
		return p
	}
	a := one("A Theory of Lost Letters", "Ada Lindgren;Ben Okafor", abstract)
	for _, c := range []struct {
		name string
		b    *paper.Paper
		want bool
	}{
		{"the title but for its signs", one("A theory of {Lost} Letters.", "Someone Else", "Else."), true},
		{"most words of the title, and an author", one("Theory of Lost Letters", "Okafor", "Else."), true},
		{"most words of the title, and no author", one("Theory of Lost Letters", "Eve Adams", "Else."), false},
		{"the abstract under another title", one("Gulls", "Eve Adams", "Preface. "+abstract), true},
		{"an author alone", one("Gulls and Their Archives", "Ada Lindgren", "We ask the gulls of two islands what they remember, and they do not say."), false},
		{"nothing", &paper.Paper{}, false},
	} {
		if got := edition.MayBeOne(a, c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if edition.MayBeOne(a, c.b) != edition.MayBeOne(c.b, a) {
			t.Errorf("%s: it depends on which comes first", c.name)
		}
	}
	l := &edition.Lookup{Near: func(context.Context, *paper.Paper, int) ([]*paper.Paper, error) {
		return []*paper.Paper{a, one("Gulls", "Eve Adams", "Else.")}, nil
	}}
	if list, err := l.Duplicates(t.Context(), one("A Theory of Lost Letters", "Eve", "")); err != nil || len(list) != 1 || list[0] != a {
		t.Errorf("among those near: %v %v", list, err)
	}
}

// TestTypedIn puts in what was typed: once for two clicks, for the desk always, also by
// who needs none.
func TestTypedIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		settings := withDesk
		settings.Submit.Direct = edition.Everybody
		h := began(t, d, settings)
		var first *edition.Submission
		for range 2 {
			p, err := typed.Paper(at(10))
			if err != nil {
				t.Fatal(err)
			}
			x, err := h.editions.Submit(t.Context(), at(10), entry(p, zed, account.Reader))
			if err != nil || x.State != edition.Waits || first != nil && x.ID != first.ID {
				t.Fatalf("%+v, %v", x, err)
			}
			first = x
		}
		list, err := h.editions.Candidates(t.Context(), first.Day)
		if err != nil || len(list) != 1 || list[0].Direct || list[0].Paper.Key != "b"+fmt.Sprint(list[0].Paper.ID) {
			t.Fatalf("the candidates: %+v, %v", list, err)
		}
		if _, err := h.papers.Find(t.Context(), paper.Identifier{Scheme: paper.Own, Value: list[0].Paper.Key}); err != nil {
			t.Error(err)
		}
		old := typed
		old.Title, old.Year = "An Older Theory of Letters", 2024
		p, err := old.Paper(at(10))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.editions.Submit(t.Context(), at(10), entry(p, zed, account.Reader)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("what is too old: %v", err)
		}
	})
	h := build(dbtest.Open(t, dbtest.SQLite(t)), edition.Settings{Submit: edition.Submitting{PerDay: 3}})
	p, err := typed.Paper(at(10))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.editions.Submit(t.Context(), at(10), entry(p, zed, account.Desk)); !fault.Is(err, fault.KindRefused) {
		t.Errorf("without a desk: %v", err)
	}
}

// TestTypedInBeforeArXiv: what was typed in and printed stands where it stood when arXiv
// tells of it, and what the desk finds to be one is one candidate.
func TestTypedInBeforeArXiv(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := began(t, d, withDesk)
		byHand := func(title string, by int64) *edition.Submission {
			hand := typed
			hand.Title = title
			p, err := hand.Paper(at(10))
			if err != nil {
				t.Fatal(err)
			}
			x, err := h.editions.Submit(t.Context(), at(10), entry(p, by, account.Reader))
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		at5 := func(n int, title string) *paper.Paper {
			p := announced(n, "2026-04-15", "cs.LG")
			p.Title, p.Submitted = title, at(0)
			for _, name := range typed.Authors {
				if name = strings.Join(strings.Fields(name), " "); name != "" {
					p.Authors = append(p.Authors, paper.Author{Name: name})
				}
			}
			return p
		}
		first, second := byHand(typed.Title, zed), byHand("Lost Letters, Found Gulls", zed)
		h.do(t, at(11), edition.Request{Desk: noor, Do: edition.Keep, Paper: first.Paper})
		h.put(t, at5(1, "A theory of lost letters"), at5(2, "Found Gulls, Lost Letters"))
		if got, want := h.desk(t, "2026-04-15"), fmt.Sprintf("1|2 b%d?|", second.Paper); got != want {
			t.Errorf("the desk has %s, want %s", got, want)
		}
		// A reader who puts in the arXiv identifier puts in what they typed.
		if x, err := h.editions.Submit(t.Context(), at(12), entry(at5(1, "A theory of lost letters"), zed, account.Reader)); err != nil || x.ID != first.ID {
			t.Errorf("by its identifier: %+v, %v", x, err)
		}
		part := edition.Request{Desk: noor, Day: "2026-04-15", Do: edition.Part, Paper: second.Paper, Other: first.Paper, Seen: 1 << 40}
		unite := edition.Request{Desk: noor, Day: "2026-04-15", Do: edition.Unite, Paper: h.id(t, 2), Other: second.Paper, Seen: 1 << 40}
		h.do(t, at(13), part)
		act := h.do(t, at(13), unite)
		if got, want := h.desk(t, "2026-04-15"), "1|2?|"; got != want {
			t.Errorf("after the merge the desk has %s, want %s", got, want)
		}
		for name, r := range map[string]edition.Request{
			"undone":     {Desk: noor, Day: "2026-04-15", Do: edition.Undo, Act: act.ID},
			"once more":  unite,
			"with arXiv": {Desk: noor, Day: "2026-04-15", Do: edition.Unite, Paper: h.id(t, 1), Other: h.id(t, 2)},
			"with none":  {Desk: noor, Day: "2026-04-15", Do: edition.Unite, Paper: h.id(t, 1)},
		} {
			if _, err := h.editions.Do(t.Context(), at(13), r); err == nil || fault.Message(err) == "" {
				t.Errorf("a merge %s: %v", name, err)
			}
		}
		if n, err := h.editions.PublishDue(t.Context(), at(24+9)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if got, want := h.show(t), "04-15 No.1 1+0: 1\n"; got != want {
			t.Errorf("%swant:\n%s", got, want)
		}
		if kept, all, err := h.editions.Decided(t.Context(), at(0)); kept != 1 || all != 1 || err != nil {
			t.Errorf("the desk kept %d of %d, %v", kept, all, err)
		}
		// What is printed is no candidate under another name.
		third := byHand("Gulls and No Letters", noor)
		h.do(t, at(24+10), edition.Request{Desk: noor, Day: "2026-04-16", Do: edition.Unite, Paper: first.Paper, Other: third.Paper})
		if got := h.desk(t, "2026-04-16"); strings.Contains(got, "1?") || strings.Contains(got, "b") {
			t.Errorf("the desk has %s", got)
		}
	})
}

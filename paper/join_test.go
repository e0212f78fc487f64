package paper_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"broadsheet/paper"
)

func TestJoin(t *testing.T) {
	t.Parallel()
	upstream := func() *paper.Paper {
		p := full()
		p.Authority, p.Form, p.Title, p.Abstract = paper.FromUpstream, paper.Plain, "On 1 things", "Plain text."
		p.Categories, p.Comment, p.Announced = nil, "", ""
		return p
	}
	for _, c := range []struct {
		name       string
		held, said func() *paper.Paper
		check      func(p *paper.Paper) string
		want       string
	}{
		{"the higher authority's text stands", full, upstream, func(p *paper.Paper) string { return p.Title }, full().Title},
		{"the higher authority's text replaces", upstream, full, func(p *paper.Paper) string { return string(p.Form) + p.Abstract }, "texWe show it."},
		{
			"text, form and writer go together", func() *paper.Paper { p := full(); p.Abstract, p.AbstractBy = "", ""; return p }, upstream,
			func(p *paper.Paper) string { return p.Title + "|" + string(p.Form) + "|" + p.AbstractBy }, "On 1 things|plain|Broadsheet",
		},
		{
			"the lower authority fills", upstream, func() *paper.Paper { p := full(); p.Licence = ""; return p },
			func(p *paper.Paper) string { return p.Licence + p.Comment }, full().Licence + "9 pages",
		},
		{"of equal authorities the newer stands", full, func() *paper.Paper {
			p := full()
			p.Title, p.Revised = "Newer", p.Revised.Add(time.Hour)
			return p
		}, func(p *paper.Paper) string { return p.Title }, "Newer"},
		{"and not the older", full, func() *paper.Paper {
			p := full()
			p.Title, p.Revised = "Older", p.Revised.Add(-time.Hour)
			return p
		}, func(p *paper.Paper) string { return p.Title }, full().Title},
		{"a claim stays when arXiv's list comes", upstream, func() *paper.Paper {
			p := full()
			p.Authors = []paper.Author{{Name: "Ada Núñez Jr.", Family: "Núñez"}}
			return p
		}, func(p *paper.Paper) string { return p.Authors[0].User + p.Authors[0].Family }, "adaNúñez"},
		{
			"the earliest announcement stands", full, func() *paper.Paper { p := full(); p.Announced = "2026-04-20"; return p },
			func(p *paper.Paper) string { return p.Announced }, "2026-04-14",
		},
		{"newer figures stand", full, func() *paper.Paper {
			p := full()
			p.Figures = paper.Figures{Votes: 9, At: noon.Add(time.Hour)}
			return p
		}, func(p *paper.Paper) string { return string(rune('0' + p.Figures.Votes)) }, "9"},
		{"older figures do not", full, func() *paper.Paper {
			p := full()
			p.Figures = paper.Figures{Votes: 1, At: noon.Add(-time.Hour)}
			return p
		}, func(p *paper.Paper) string { return string(rune('0' + p.Figures.Votes)) }, "7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.check(paper.Join(c.held(), c.said())); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestJoinTwice checks for any two records that saying the same again changes
// nothing, and that neither record is written to.
func TestJoinTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyPaper(t), anyPaper(t)
		was := *b
		once := paper.Join(a, b)
		if twice := paper.Join(once, b); b.Authority >= a.Authority && !b.Revised.Before(a.Revised) && cmp.Diff(once, twice) != "" {
			t.Fatalf("said twice:\n%s", cmp.Diff(once, twice))
		}
		if diff := cmp.Diff(&was, b); diff != "" {
			t.Fatalf("an argument was changed:\n%s", diff)
		}
		for _, id := range append(a.Identifiers, b.Identifiers...) {
			if once.Identifier(id.Scheme) == "" {
				t.Fatalf("identifier %v is lost", id)
			}
		}
	})
}

func anyPaper(t *rapid.T) *paper.Paper {
	p := full()
	p.Authority = rapid.SampledFrom([]paper.Authority{paper.FromUpstream, paper.FromFile, paper.FromArXiv}).Draw(t, "authority")
	p.Title = rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "title")
	p.Abstract = rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "abstract")
	p.Revised = noon.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "revised")) * time.Hour)
	p.Figures.Votes = rapid.IntRange(0, 3).Draw(t, "votes")
	p.Figures.At = noon.Add(time.Duration(p.Figures.Votes) * time.Hour)
	p.Authors = p.Authors[:rapid.IntRange(0, 2).Draw(t, "authors")]
	p.Links = p.Links[:rapid.IntRange(0, 2).Draw(t, "links")]
	p.Versions = p.Versions[:rapid.IntRange(0, 2).Draw(t, "versions")]
	p.Identifiers = p.Identifiers[:rapid.IntRange(1, 2).Draw(t, "identifiers")]
	p.Announced = rapid.SampledFrom([]string{"", "2026-04-13", "2026-04-14"}).Draw(t, "announced")
	if rapid.Bool().Draw(t, "featured") {
		p.Featured = nil
	}
	return p
}

// Package prose writes what version 1 of the API answers as Markdown, for people and
// for language models: short, each paper with the identifier by which to ask for more.
package prose

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	v1 "broadsheet/api/v1"
)

// Paper writes one paper. base is the address of the server, for links.
func Paper(p *v1.Paper, base string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", line(p.Title))
	if names := names(p.Authors, len(p.Authors)); names != "" {
		fmt.Fprintf(&b, "%s\n\n", names)
	}
	fact := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- %s: %s\n", name, line(value))
		}
	}
	for _, id := range p.Identifiers {
		if id.URL != "" {
			fact(id.Scheme, fmt.Sprintf("[%s](%s)", id.Value, id.URL))
		}
	}
	if !p.Submitted.IsZero() {
		fact("submitted", p.Submitted.UTC().Format(time.DateOnly))
	}
	fact("categories", strings.Join(p.Categories, ", "))
	if p.Organisation != nil {
		fact("organisation", p.Organisation.FullName)
	}
	for _, l := range p.Links {
		fact(l.Kind, l.URL)
	}
	if p.Edition != nil {
		fact("edition", fmt.Sprintf("[%s](%s/papers/date/%s)", p.Edition.Date, base, p.Edition.Date))
	}
	fact("votes", fmt.Sprint(p.Votes))
	fact("page", base+p.Page)
	heading := "Abstract"
	if p.AbstractBy != "" {
		heading = "Summary by " + p.AbstractBy
	}
	fmt.Fprintf(&b, "\n## %s\n\n%s\n", heading, line(p.Abstract))
	return b.String()
}

// Talk writes the comments of a paper; nothing when there are none.
func Talk(list []v1.Comment) string {
	var b strings.Builder
	for _, c := range list {
		if c.State != "shown" {
			continue
		}
		who := "a former reader"
		if c.By != nil {
			who = c.By.Name
		}
		fmt.Fprintf(&b, "\n**%s**, %s", who, c.At.UTC().Format(time.DateOnly))
		if c.Parent != "" {
			b.WriteString(", in answer to another")
		}
		fmt.Fprintf(&b, ":\n\n> %s\n", strings.ReplaceAll(strings.TrimSpace(c.Body), "\n", "\n> "))
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n## Comments\n" + b.String()
}

// Item writes a paper in a list: its title, what tells it from others, and why it
// stands there.
func Item(p *v1.Listed) string {
	facts := []string{p.ID}
	if p.Votes > 0 {
		facts = append(facts, Count(p.Votes, "vote"))
	}
	if who := names(p.Authors, 1); who != "" {
		facts = append(facts, who)
	}
	if !p.Submitted.IsZero() {
		facts = append(facts, p.Submitted.UTC().Format(time.DateOnly))
	}
	out := fmt.Sprintf("%d. **%s**\n   %s\n", p.Rank, line(p.Title), strings.Join(facts, " · "))
	if p.Why != "" {
		out += "   " + p.Why + "\n"
	}
	return out
}

// Edition writes a day's edition.
func Edition(e *v1.EditionPapers) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, No. %d\n\n%s", Day(e.Date), e.Number, Count(e.Submitted+e.Announced, "paper"))
	if l := e.Ledger; l != nil {
		fmt.Fprintf(&b, "; arXiv announced %d, of which %d are held", l.Announced, l.Held)
	}
	b.WriteString(".\n\n")
	list(&b, e.Papers, e.Total)
	return b.String()
}

// Period writes a week or a month.
func Period(p *v1.Period) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s from %s to %s, by votes.\n\n", p.Name, Count(p.Total, "paper"), Day(p.From), Day(p.To))
	list(&b, p.Papers, p.Total)
	return b.String()
}

// Trending writes what is rising.
func Trending(t *v1.Trending) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Trending\n\n%s gained votes from %s to %s.\n\n", Count(t.Total, "paper"), t.From.UTC().Format("2006-01-02 15:04"), t.To.UTC().Format("2006-01-02 15:04 MST"))
	list(&b, listedOf(t.Papers, func(r *v1.Rising) v1.Listed { return r.Listed }), t.Total)
	return b.String()
}

// Search writes what was found, with the sentence that says most of what was asked.
func Search(s *v1.Search) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", cmp.Or(s.Query, "Search"))
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "%s\n\n", n)
	}
	if s.Spelling != "" {
		fmt.Fprintf(&b, "No paper has every word. Perhaps %s is meant.\n\n", s.Spelling)
	}
	if len(s.Papers) == 0 {
		b.WriteString("No paper matches.\n")
		return b.String()
	}
	fmt.Fprintf(&b, "%s; %d have every word.\n\n", Count(s.Total, "paper"), s.All)
	for i := range s.Papers {
		f := &s.Papers[i]
		b.WriteString(Item(&f.Listed))
		if f.Snippet != "" {
			fmt.Fprintf(&b, "   “%s”\n", line(f.Snippet))
		}
	}
	more(&b, len(s.Papers), s.Total)
	return b.String()
}

// Similar writes papers like others.
func Similar(s *v1.Similar) string {
	var b strings.Builder
	b.WriteString("# Similar papers\n\n")
	list(&b, listedOf(s.Papers, func(n *v1.Near) v1.Listed {
		n.Why = fmt.Sprintf("Closeness of 100: meaning %.0f, words %.0f.", 100*n.Meaning, 100*n.Words)
		return n.Listed
	}), s.Total)
	return b.String()
}

// Listing writes the papers of an author or a category.
func Listing(l *v1.Listing) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s, the newest first.\n\n", l.Name, Count(l.Total, "paper"))
	n := 0
	list(&b, listedOf(l.Papers, func(p *v1.Paper) v1.Listed {
		n++
		return v1.Listed{Paper: *p, Rank: n}
	}), l.Total)
	return b.String()
}

// Saved writes what a reader saved.
func Saved(s *v1.Saved) string {
	var b strings.Builder
	b.WriteString("# Saved papers\n\n")
	n := 0
	list(&b, listedOf(s.Papers, func(k *v1.Kept) v1.Listed {
		n++
		return v1.Listed{Paper: k.Paper, Rank: n, Why: line(k.Note)}
	}), len(s.Papers))
	return b.String()
}

// Following writes the newest papers of what a reader follows.
func Following(f *v1.Following) string {
	var b strings.Builder
	b.WriteString("# Following\n\n")
	n := 0
	list(&b, listedOf(f.Papers, func(c *v1.Concern) v1.Listed {
		n++
		return v1.Listed{Paper: c.Paper, Rank: n, Why: line(c.Why)}
	}), len(f.Papers))
	return b.String()
}

// Collection writes a collection of a reader's.
func Collection(c *v1.CollectionPapers) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nA collection of @%s, %s.\n\n", line(c.Title), c.Owner, Count(c.Count, "paper"))
	if c.Note != "" {
		fmt.Fprintf(&b, "%s\n\n", line(c.Note))
	}
	n := 0
	list(&b, listedOf(c.Papers, func(k *v1.Kept) v1.Listed {
		n++
		return v1.Listed{Paper: k.Paper, Rank: n, Why: line(k.Note)}
	}), c.Count)
	return b.String()
}

// Reader writes what a reader shows.
func Reader(r *v1.ReaderShown) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n@%s, since %s.\n", line(r.Name), r.Handle, r.Since.UTC().Format("January 2006"))
	if len(r.Collections) > 0 {
		b.WriteString("\n## Collections\n\n")
		for _, c := range r.Collections {
			fmt.Fprintf(&b, "- [%s](/@%s/%s.md): %s\n", line(c.Title), c.Owner, c.Slug, Count(c.Count, "paper"))
		}
	}
	papers := func(title string, held []v1.Paper) {
		if len(held) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n## %s\n\n", title)
		n := 0
		list(&b, listedOf(held, func(p *v1.Paper) v1.Listed {
			n++
			return v1.Listed{Paper: *p, Rank: n}
		}), len(held))
	}
	papers("Papers put in", r.Submitted)
	if len(r.Comments) > 0 {
		b.WriteString("\n## Comments\n")
		for _, c := range r.Comments {
			fmt.Fprintf(&b, "\nOn %s, %s:\n\n> %s\n", c.Paper, c.At.UTC().Format(time.DateOnly), strings.ReplaceAll(strings.TrimSpace(c.Body), "\n", "\n> "))
		}
	}
	papers("Upvoted", r.Voted)
	return b.String()
}

// Editions writes the list of editions.
func Editions(e *v1.Editions) string {
	var b strings.Builder
	b.WriteString("# Editions\n\n")
	for _, d := range e.Editions {
		fmt.Fprintf(&b, "- %s: No. %d, %s\n", d.Date, d.Number, Count(d.Submitted+d.Announced, "paper"))
	}
	return b.String()
}

func listedOf[T any](papers []T, of func(*T) v1.Listed) []v1.Listed {
	out := make([]v1.Listed, len(papers))
	for i := range papers {
		out[i] = of(&papers[i])
	}
	return out
}

func list(b *strings.Builder, papers []v1.Listed, total int) {
	for i := range papers {
		b.WriteString(Item(&papers[i]))
	}
	more(b, len(papers), total)
}

func more(b *strings.Builder, shown, total int) {
	if shown < total {
		fmt.Fprintf(b, "\n%d of %d are shown.\n", shown, total)
	}
}

// Day writes a day for people: Tuesday 14 April 2026.
func Day(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("Monday 2 January 2006")
}

// names writes at most so many authors, and how many more there are.
func names(authors []v1.Author, most int) string {
	var list []string
	for _, a := range authors[:min(most, len(authors))] {
		list = append(list, a.Name)
	}
	out := line(strings.Join(list, ", "))
	if left := len(authors) - len(list); left > 0 {
		out += fmt.Sprintf(" and %d more", left)
	}
	return out
}

// Count writes a number of things: 1 paper, 28 papers.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func line(s string) string { return strings.Join(strings.Fields(s), " ") }

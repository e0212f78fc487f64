package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/paper"
)

// PaperData is what the page of a paper is made of.
type PaperData struct {
	Paper    *paper.Paper
	Edition  *edition.Day // where it stands; nil when in none
	Ranks    []Rank       // in that edition, its week and its month
	Readings []paper.Reading
	Version  int            // the version asked for, 0 for none
	Talk     *TalkData      // nil where nobody can vote or write
	Mine     *MineData      // nil for visitors
	Near     []*paper.Paper // in meaning, the nearest first
	Partly   bool           // those could not be had: nobody is to keep the page
	Said     []string       // by the desk that kept it, and by those who put it in
}

// Rank is a paper's place in a list.
type Rank struct{ At, Of int }

// PaperPage is the page of a paper.
type PaperPage struct {
	Page
	Kicker   []Link
	Heading  Text
	Authors  []Name
	Others   []Name // the rest of a long list, folded
	Org      string
	Date     Link // its address is the date
	IDs      []Link
	Claimed  string
	Notice   string
	Acts     Acts
	Links    []Link
	Abstract []Text // by paragraph
	By       string
	Votes    *Chart
	VoteNote string
	Seen     []Link
	Versions []Link
	Record   []Fact
	DOI      *Link
	Cite     Cite
	Topics   []Link
	Talk     *Talk
	Mine     *Mine
	Voters   string   // who voted here
	Claims   []string // how the claims of who asks stand
	Near     []Link   // papers near it in meaning, and when they came
	Nearer   string   // the address of more of them
	Said     []string // by the desk that kept it, and by those who put it in
}

func (*PaperPage) template() string { return "paper" }

// Cite is how a paper is cited: in BibTeX, and where else it can be had.
type Cite struct {
	BibTeX string
	Others []Link
}

// Name is an author's.
type Name struct {
	Text    string
	Href    string // of the author's page, "" where there is none
	Claimed bool
}

// PaperPageOf makes the page of a paper.
func PaperPageOf(s Site, d PaperData) *PaperPage {
	p := d.Paper
	v := &PaperPage{
		Page: s.page(p.Form.Line(p.Title), "paper"), Heading: p.Form.HTML(p.Title), By: byLine(p),
		Acts: s.acts(p, ""),
	}
	v.describe(s, paperPath(p.Key), "article", abstractText(p))
	v.Meta = append(v.Meta, citation(s, p)...)
	v.Article = articleOf(s, p)
	if p.ArXiv() != "" {
		v.Alternates = append(v.Alternates, Alternate{"text/markdown", "Markdown", paperPath(p.Key) + ".md"})
	}
	v.Cite = Cite{s.bibTeX(p), v.cites(func(ending string) string { return paperPath(p.Key) + ending })[1:]}
	if s.Talk {
		v.offer("comments on "+v.Title, "comments", p.Key, nil)
	}
	v.people(s, p)
	if !p.Submitted.IsZero() {
		v.Date = Link{Text: shortDate(p.Submitted), Href: p.Submitted.Format(time.DateOnly)}
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(p.Abstract, "\r\n", "\n"), "\n\n") {
		if strings.TrimSpace(part) != "" {
			v.Abstract = append(v.Abstract, p.Form.HTML(part))
		}
	}
	v.kicker(s, d)
	v.notice(d)
	v.links(p)
	v.seen(d)
	v.record(p)
	v.votes(d.Readings)
	v.near(d)
	for _, t := range p.Topics {
		l := Link{Text: t}
		if s.Searches {
			l.Href = topicPath(t)
		}
		v.Topics = append(v.Topics, l)
	}
	if d.Mine != nil {
		v.Mine = mineOf(p, d.Mine)
	}
	if d.Talk != nil {
		v.Talk = NewTalk(s, p, *d.Talk)
		v.Voters, v.Claims = voters(*d.Talk), v.Talk.Claims
	}
	v.Said = d.Said
	return v
}

// people names the authors and whom they work for.
func (v *PaperPage) people(s Site, p *paper.Paper) {
	const shown = 40 // authors before the fold
	for _, a := range p.Authors {
		n := Name{Text: a.Name, Claimed: a.Claimed}
		if s.Searches {
			n.Href = authorPath(a.Name)
		}
		v.Authors = append(v.Authors, n)
	}
	if len(v.Authors) > shown+5 {
		v.Authors, v.Others = v.Authors[:shown], v.Authors[shown:]
	}
	if o := p.Organisation; o != nil {
		if v.Org = o.FullName; v.Org == "" {
			v.Org = o.Name
		}
	}
	switch n := p.CountClaimed(); {
	case n == 1:
		v.Claimed = "one author has claimed this paper"
	case n > 1:
		v.Claimed = inWords(n) + " authors have claimed this paper"
	}
}

func (v *PaperPage) near(d PaperData) {
	for _, p := range d.Near {
		l := Link{Text: p.Form.Line(p.Title), Href: paperPath(p.Key)}
		if !p.Submitted.IsZero() {
			l.Note = shortDate(p.Submitted)
		}
		v.Near = append(v.Near, l)
	}
	if len(v.Near) > 0 {
		v.Nearer = similarTo([]string{d.Paper.Key}, 1)
	}
}

func (v *PaperPage) kicker(s Site, d PaperData) {
	if c := d.Paper.Primary(); c != "" {
		v.Kicker = append(v.Kicker, Link{Text: c})
		if long := categoryName(c); long != c {
			v.Kicker[0].Text += ", " + long
		}
		if s.Searches {
			v.Kicker[0].Href = categoryPath(c)
		}
	}
	if e := d.Edition; e != nil {
		v.Kicker = append(v.Kicker, Link{Text: "Edition No. " + number(e.Number), Note: longDate(day(e.Day)), Href: dayPath(e.Day)})
	}
}

func (v *PaperPage) notice(d PaperData) {
	p := d.Paper
	newest := 0
	if n := len(p.Versions); n > 0 {
		newest = p.Versions[n-1].N
	}
	switch {
	case p.Withdrawn:
		v.Notice = "This paper has been withdrawn."
		if p.Comment != "" {
			v.Notice += " Its authors say: “" + p.Form.Line(p.Comment) + "”"
		}
	case d.Version > 0 && d.Version < newest:
		v.Notice = fmt.Sprintf("You asked for version %d. This record is of version %d, the newest.", d.Version, newest)
	}
}

// links sets the buttons: where the paper and what belongs to it can be read.
func (v *PaperPage) links(p *paper.Paper) {
	add := func(text, url string) {
		if isWeb(url) && !slices.ContainsFunc(v.Links, func(l Link) bool { return l.Href == url }) {
			v.Links = append(v.Links, Link{Text: text, Href: url})
		}
	}
	names := map[paper.Scheme]string{paper.ArXiv: "arXiv", paper.DOI: "DOI", paper.OpenReview: "OpenReview", paper.URL: "Page"}
	for _, id := range p.Identifiers {
		if name := names[id.Scheme]; name != "" {
			add(name, id.URL())
		}
		if id.Scheme == paper.ArXiv {
			add("PDF", "https://arxiv.org/pdf/"+id.Value)
			v.IDs = append(v.IDs, Link{Text: "arXiv " + id.Value})
		}
	}
	kinds := map[paper.LinkKind]string{paper.Code: "Code", paper.Project: "Project", paper.Data: "Data", paper.Media: "Media"}
	media := 0
	for _, l := range p.Links {
		if l.Kind == paper.Media {
			if media++; media > 1 {
				continue
			}
		}
		add(kinds[l.Kind], strings.Join(strings.Fields(l.URL), "")) // lines of an upstream break within addresses, too
	}
}

func (v *PaperPage) seen(d PaperData) {
	e := d.Edition
	if e == nil {
		return
	}
	at := day(e.Day)
	rows := []Link{
		{Text: fmt.Sprintf("%s, No. %s", at.Format("Mon 2 January"), number(e.Number)), Href: dayPath(e.Day)},
		{Text: weekTitle(monday(at)), Href: weekPath(at)},
		{Text: at.Format("January 2006"), Href: monthPath(at)},
	}
	for i, r := range d.Ranks[:min(len(d.Ranks), len(rows))] {
		if r.At > 0 {
			rows[i].Note = edition.Ordinal(r.At) + " of " + number(r.Of)
		}
	}
	v.Seen = rows
}

func (v *PaperPage) record(p *paper.Paper) {
	for _, ver := range slices.Backward(p.Versions) {
		v.Versions = append(v.Versions, Link{Text: fmt.Sprintf("v%d, %s", ver.N, ver.At.Format("2 January 2006"))})
		if id := p.ArXiv(); id != "" {
			v.Versions[len(v.Versions)-1].Href = fmt.Sprintf("https://arxiv.org/abs/%sv%d", id, ver.N)
		}
	}
	add := func(name, value string) {
		if value != "" {
			v.Record = append(v.Record, Fact{name, value})
		}
	}
	add("Categories", strings.Join(p.Categories, ", "))
	if p.Announced != "" {
		add("Announced", shortDate(day(p.Announced)))
	}
	if !p.Withdrawn {
		add("Comment", p.Form.Line(p.Comment))
	}
	add("Journal", p.Form.Line(p.JournalRef))
	if doi := p.Identifier(paper.DOI); doi != "" {
		v.DOI = &Link{Text: doi, Href: paper.Identifier{Scheme: paper.DOI, Value: doi}.URL()}
	}
	add("Licence", licenceName(p.Licence))
}

// licenceName writes the address of a licence as people name it.
func licenceName(url string) string {
	_, rest, ok := strings.Cut(url, "creativecommons.org/")
	if !ok {
		if strings.Contains(url, "nonexclusive-distrib") {
			return "arXiv’s, to distribute"
		}
		return url
	}
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	switch {
	case len(parts) >= 3 && parts[0] == "licenses":
		return "CC " + strings.ToUpper(parts[1]) + " " + parts[2]
	case len(parts) >= 2 && parts[1] == "zero":
		return "CC0"
	}
	return "Public domain"
}

// votes draws the votes added a day, as far as they were read: by the source that
// was read most often, from its first reading on.
func (v *PaperPage) votes(readings []paper.Reading) {
	const longest = 42 // days
	n := map[string]int{}
	source := ""
	for _, r := range readings {
		if n[r.Source]++; n[r.Source] > n[source] {
			source = r.Source
		}
	}
	if n[source] < 2 {
		return
	}
	var first time.Time
	added := []int(nil)
	last := 0
	for _, r := range readings {
		if r.Source != source {
			continue
		}
		at := r.At.UTC().Truncate(24 * time.Hour)
		if first.IsZero() {
			first = at
		}
		i := int(at.Sub(first).Hours() / 24)
		if i >= longest {
			break
		}
		for len(added) <= i {
			added = append(added, 0)
		}
		added[i] += max(0, r.Votes-last)
		last = r.Votes
	}
	if shown := slices.DeleteFunc(slices.Clone(added), func(n int) bool { return n == 0 }); len(shown) < 2 {
		return // one bar says no more than the figure
	}
	for len(added) < 14 {
		added = append(added, 0)
	}
	chart := StepsOf(added, fmt.Sprintf("Votes added a day since %s: %d on the first day read, %d in all", weekdayDate(first), added[0], last))
	v.Votes = &chart
	v.VoteNote = fmt.Sprintf("%s: %s on the first day read.", count(last, "vote"), number(added[0]))
}

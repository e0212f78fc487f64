package web

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
)

// Item is a paper in a list, at whatever size.
type Item struct {
	ID       int64 // of the paper
	Rank     int
	Anchor   string // of the place in the page: 7, for #p7 and #t7
	Href     string
	Title    Text
	Name     Text // of a title "Name: rest" with a short name, else empty
	Deck     Text // the rest
	Label    string
	Opening  Text // the stock beginning of the claim
	Claim    Text
	Abstract Text
	Short    bool   // the abstract is too short for two columns
	By       string // who wrote the abstract when not the authors
	Topic    Link   // where it leads to the first paper of the topic in this list
	Who      string // MIT, 2 authors
	Code     *Link
	Key      string
	Outside  string // the address of the key at whoever gave it out
	Why      string
	Acts     Acts
	Unread   bool // it is shown to whoever has not read it
}

// Acts are the votes and comments of a paper, and, for a reader, what they may do.
type Acts struct {
	ID       int64 // of the paper
	Votes    int
	Parts    string // of the number of votes: 62 upstream, 4 here
	Comments int
	Talk     string // where the discussion is; empty when there is none
	Path     string // where a vote is posted; empty when nobody can vote
	Save     string // where saving is posted; empty when nobody can save
	Scrape   bool
}

// Unit returns the noun for the number of votes, and with it for comments.
func (a Acts) Unit(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// item returns the item for a paper of a list.
func (s Site) item(it feed.Item) Item {
	p := it.Paper
	claim := it.PickClaim(p.Abstract)
	v := s.outline(it.Rank, p)
	v.Title, v.Opening, v.Claim, v.Abstract = p.Form.HTML(p.Title), p.Form.HTML(claim.Opening), p.Form.HTML(claim.Text), p.Form.HTML(p.Abstract)
	v.Why = cmp.Or(it.Why, edition.Why(p, it.Rank, it.Place))
	const column = 1000 // letters
	v.Short = utf8.RuneCountInString(p.Abstract) < column
	if name, deck, ok := splitTitle(p.Title); ok {
		v.Name, v.Deck = p.Form.HTML(name), p.Form.HTML(deck)
	}
	return v
}

// outline returns the item for a paper without its texts.
func (s Site) outline(rank int, p *paper.Paper) Item {
	v := Item{
		ID: p.ID, Rank: rank, Anchor: strconv.Itoa(rank), Href: paperPath(p.Key), Key: p.Key,
		Label: p.Form.Line(p.Title), By: byLine(p), Topic: Link{Text: topicOf(p)}, Who: who(p),
		Acts: s.acts(p, fmt.Sprintf("p%d", rank)), Unread: s.Unread,
	}
	if id := p.ArXiv(); id != "" {
		v.Outside = paper.Identifier{Scheme: paper.ArXiv, Value: id}.URL()
	}
	if l := p.Link(paper.Code); l != nil && isWeb(l.URL) {
		v.Code = &Link{Text: "Code", Href: l.URL}
		if n := p.Stars(); n > 0 {
			v.Code.Text = "Code, " + count(n, "star")
		}
	}
	return v
}

// acts returns what can be done with a paper that stands at a place of a page.
func (s Site) acts(p *paper.Paper, at string) Acts {
	a := Acts{ID: p.ID, Votes: p.Votes(), Comments: p.Comments(), Scrape: s.Scrape}
	if up, here := p.Figures.Votes, p.Here.Votes; up > 0 && here > 0 {
		a.Parts = fmt.Sprintf("%s upstream, %s here", number(up), number(here))
	}
	if at != "" {
		at = "?at=" + at
	}
	if s.Keeps {
		a.Save = "/save/" + p.Key + at
	}
	if s.Talk {
		a.Talk = paperPath(p.Key) + "#talk"
	}
	if s.Talk && !s.Pressed {
		a.Path = "/vote/" + p.Key + at
	}
	return a
}

// byLine says whose an abstract is that is not its authors', nothing when it is.
func byLine(p *paper.Paper) string {
	if p.AbstractBy == "" {
		return ""
	}
	if p.ArXiv() != "" {
		return "Summary by " + p.AbstractBy + "; the authors’ abstract is on arXiv."
	}
	return "Summary by " + p.AbstractBy + "."
}

// splitTitle splits a title "Name: rest" whose name has at most 28 letters.
func splitTitle(title string) (name, rest string, ok bool) {
	const longest = 28
	name, rest, ok = strings.Cut(title, ": ")
	if !ok || strings.TrimSpace(rest) == "" || utf8.RuneCountInString(name) > longest || strings.Count(name, "$")%2 != 0 {
		return "", "", false
	}
	return name, rest, true
}

// who writes whose paper it is: the organisation and the number of authors.
func who(p *paper.Paper) string {
	n := p.CountAuthors()
	org := ""
	if p.Organisation != nil {
		if org = p.Organisation.FullName; org == "" {
			org = p.Organisation.Name
		}
	}
	authors := ""
	switch {
	case n == 1 && len(p.Authors) == 1:
		authors = p.Authors[0].Name
	case n == 2 && len(p.Authors) == 2 && org == "":
		authors = p.Authors[0].Name + " and " + p.Authors[1].Name
	case n > 0:
		authors = strings.Replace(count(n, "author"), " ", "\u00a0", 1)
	}
	if org != "" && authors != "" {
		return org + ", " + authors
	}
	return org + authors
}

// topicOf returns the first topic of a paper, else the name of its primary
// category.
func topicOf(p *paper.Paper) string {
	if len(p.Topics) > 0 && p.Topics[0] != "" {
		r, n := utf8.DecodeRuneInString(p.Topics[0])
		return string(unicode.ToUpper(r)) + p.Topics[0][n:]
	}
	return categoryName(p.Primary())
}

// isWeb reports whether an address that a source gave may stand in a page.
func isWeb(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
}

package mirror

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// taking is one answer that is taken in.
type taking struct {
	*Store
	peer   *Peer
	own    string          // who we are
	known  known           // who the peer is
	latest time.Time       // what is said to have happened later makes no sense
	heard  map[string]bool // names of comments in the answer
	step   Step            // how far this has come
	why    bad             // of what could not be used
	anew   string          // why the peer is read from its beginning, "" when it is not
}

// ahead is how far the clock of a peer, or its day, may be before ours.
const ahead = 48 * time.Hour

// change is a change of the peer in the terms of this instance, of which all is as it may
// be.
type change struct {
	*v1.Change
	paper    *paper.Paper // nil for another kind of change
	place    *edition.Place
	comments []said
	votes    []tally
	entries  []entry
}

type said struct {
	discuss.Foreign
	by *v1.Reader
}

type entry struct {
	paper paper.Identifier
	edition.Place
}

// understand returns the changes that can be used. Of a paper that makes sense it leaves
// out the comments and the place that do not.
func (t *taking) understand(changes []v1.Change) (list []change) {
	for i := range changes {
		c := change{Change: &changes[i]}
		if c.Paper != nil {
			var err error
			if c.paper, err = t.paperOf(c.Change); err != nil {
				t.step.Papers++
				t.why.add(1, fmt.Errorf("paper %q: %w", clip(c.ID, 60), err))
				continue
			}
			t.about(&c)
		}
		for _, e := range c.Entries {
			id, err := t.identifier(e.Paper)
			at, wrong := t.placeOf(&e.Place)
			if err == nil {
				err = wrong
			}
			if err != nil {
				t.why.add(1, fmt.Errorf("edition %q: %w", clip(c.ID, 60), err))
				continue
			}
			c.entries = append(c.entries, entry{id, *at})
		}
		list = append(list, c)
	}
	return list
}

// about reads what else is said of a paper than what it is.
func (t *taking) about(c *change) {
	leave := func(err error) { t.why.add(1, fmt.Errorf("paper %q: %w", clip(c.ID, 60), err)) }
	var err error
	if c.Paper.Edition != nil {
		if c.place, err = t.placeOf(c.Paper.Edition); err != nil {
			leave(err)
		}
	}
	if c.votes, err = t.votesOf(c.Change); err != nil {
		leave(err)
	}
	for i := range c.Comments {
		x, err := t.commentOf(&c.Comments[i])
		if err != nil {
			leave(err)
		} else if x != nil {
			c.comments = append(c.comments, *x)
		}
	}
}

func (t *taking) placeOf(at *v1.Place) (*edition.Place, error) {
	const longest, mostInOrder = 4000, 10_000
	pl := edition.Place{Day: at.Date, Origin: edition.Origin(at.Origin), Entered: at.Entered.UTC().Truncate(time.Microsecond), Submitter: at.By, Ord: at.Order, Claim: at.Claim, Note: at.Note}
	switch {
	case !t.isDay(pl.Day) || t.odd(pl.Entered):
		return nil, fault.Invalid("Its edition is of a day that makes no sense.")
	case long(200, pl.Submitter) || long(longest, pl.Claim, pl.Note) || pl.Ord < 0 || pl.Ord > mostInOrder || pl.Origin != edition.Submitted && pl.Origin != edition.Announced:
		return nil, fault.Invalid("Its place in the edition makes no sense.")
	}
	return &pl, nil
}

// commentOf reads a comment, nil for one that nobody sees at the peer.
func (t *taking) commentOf(c *v1.Comment) (*said, error) {
	const longest, votes, name, words = 50_000, 1_000_000, 64, 1000
	state := discuss.State(c.State)
	if state != discuss.Shown && state != discuss.Withdrawn && state != discuss.Hidden {
		return nil, nil
	}
	f := discuss.Foreign{ID: c.ID, Parent: c.Parent, Origin: discuss.Origin{Instance: t.known.identity, ID: c.ID}, Native: true, At: c.At, Edited: c.Edited, State: state, Ups: c.Ups, Doubts: c.Doubts}
	if o := c.Origin; o != nil {
		f.Origin = discuss.Origin(*o)
		f.Native, f.Own = o.Instance == t.known.identity, o.Instance == t.own
	}
	if state == discuss.Shown {
		f.Body = c.Body
	}
	switch {
	case c.ID == "" || f.Origin.ID == "" || f.Origin.Instance == "" || long(name, c.ID, c.Parent, f.Origin.ID, f.Origin.Instance) || c.By != nil && (c.By.Handle == "" || long(words, c.By.Handle, c.By.Name)):
		return nil, fault.Invalid("A comment has a name, or a writer with one, that makes no sense.")
	case t.heard[c.ID]:
		return nil, fault.Invalid("The comment %q is told twice.", c.ID)
	case long(longest, c.Body):
		return nil, fault.Invalid("The comment %q is too long.", c.ID)
	case c.Ups < 0 || c.Ups > votes || c.Doubts < 0 || c.Doubts > votes:
		return nil, fault.Invalid("The comment %q has votes that make no sense.", c.ID)
	case c.At.IsZero() || t.odd(c.At) || t.odd(c.Edited):
		return nil, fault.Invalid("The comment %q was written at a time that makes no sense.", c.ID)
	}
	t.heard[c.ID] = true
	return &said{f, c.By}, nil
}

// identifier reads the name of a paper at the peer.
func (t *taking) identifier(id string) (paper.Identifier, error) {
	if parsed, _, err := paper.ParseIdentifier(id); err == nil && parsed.Scheme != paper.Own {
		return parsed, nil
	}
	parsed, _, err := paper.ParseIdentifier(t.peer.Address + "/papers/" + (&url.URL{Path: id}).EscapedPath())
	return parsed, err
}

// paperOf returns what the peer says of a paper, without figures: its votes are counted
// apart (votesOf).
func (t *taking) paperOf(c *v1.Change) (*paper.Paper, error) {
	said := c.Paper
	x := &paper.Paper{
		Title: said.Title, Abstract: said.Abstract, Form: paper.Plain, Authority: paper.FromUpstream,
		Categories: said.Categories, Withdrawn: said.Withdrawn, Submitted: said.Submitted, Revised: said.Revised, Announced: said.Announced,
		Record: paper.Record{
			AbstractBy: said.AbstractBy, AuthorCount: said.AuthorCount, Topics: said.Topics,
			Comment: said.Comment, JournalRef: said.JournalRef, Licence: said.Licence,
		},
	}
	if r := said.Received; r != nil {
		x.Title, x.Abstract, x.Form = r.Title, r.Abstract, paper.Form(r.Form)
		x.Authority = min(max(paper.Authority(r.Authority), 0), paper.FromPeer)
	}
	if x.Title == "" || x.Form != paper.TeX && x.Form != paper.Plain {
		return nil, fault.Invalid("It has no title, or one in a form that is not known here.")
	}
	for _, id := range said.Identifiers {
		if id.Scheme == string(paper.Own) {
			continue // it is the peer's own, and means another paper here
		}
		if parsed, _, err := paper.ParseIdentifier(paper.Identifier{Scheme: paper.Scheme(id.Scheme), Value: id.Value}.String()); err == nil {
			x.Identifiers = append(x.Identifiers, parsed)
		}
	}
	if len(x.Identifiers) == 0 {
		page, err := t.identifier(said.ID)
		if err != nil {
			return nil, err
		}
		x.Identifiers = []paper.Identifier{page}
	}
	parts(x, said)
	return x, t.bounded(c, x)
}

// parts fills in the lists of a paper.
func parts(x *paper.Paper, said *v1.Paper) {
	for _, a := range said.Authors {
		x.Authors = append(x.Authors, paper.Author{Name: a.Name, Family: a.Family, Given: a.Given, Suffix: a.Suffix, Affiliations: a.Affiliations, Claimed: a.Claimed, User: a.Reader})
	}
	for _, l := range said.Links {
		x.Links = append(x.Links, paper.Link{Kind: paper.LinkKind(l.Kind), URL: l.URL, Stars: l.Stars})
	}
	for _, v := range said.Versions {
		x.Versions = append(x.Versions, paper.Version{N: v.Number, At: v.At})
	}
	if o := said.Organisation; o != nil {
		x.Organisation = &paper.Organisation{Name: o.Name, FullName: o.FullName}
	}
	if u := said.Upstream; u != nil && !u.Featured.IsZero() {
		x.Featured = &paper.Feature{Source: u.Source, At: u.Featured, Submitter: u.By}
	}
}

// bounded refuses what is larger than any paper is: it would be shown to everybody.
func (t *taking) bounded(c *v1.Change, x *paper.Paper) error {
	const title, abstract, words, names, pieces, talk, stars = 2000, 50_000, 1000, 10_000, 200, 10_000, 1_000_000_000
	switch {
	case long(title, x.Title) || long(abstract, x.Abstract) || long(title, x.Comment, x.JournalRef, x.Licence, x.AbstractBy) || long(words, x.Categories...) || long(words, x.Topics...):
		return fault.Invalid("A text of it is too long.")
	case len(x.Authors) > names || len(x.Identifiers) > pieces || len(x.Links) > pieces || len(x.Versions) > pieces || len(x.Categories) > pieces || len(x.Topics) > pieces:
		return fault.Invalid("It has too many authors, links, versions or topics.")
	case slices.ContainsFunc(x.Identifiers, func(id paper.Identifier) bool { return long(title, id.Value) }):
		return fault.Invalid("An identifier of it is too long.")
	case x.AuthorCount < 0 || x.AuthorCount > names || slices.ContainsFunc(x.Versions, func(v paper.Version) bool { return v.N < 1 || v.N > 10_000 || t.odd(v.At) }):
		return fault.Invalid("A number of it makes no sense.")
	case len(c.Comments) > talk:
		return fault.Invalid("Its comments are too many.")
	case x.Organisation != nil && long(words, x.Organisation.Name, x.Organisation.FullName), x.Featured != nil && (long(words, x.Featured.Source, x.Featured.Submitter) || t.odd(x.Featured.At)):
		return fault.Invalid("The organisation that it comes from, or who put it in, makes no sense.")
	case slices.ContainsFunc(x.Links, func(l paper.Link) bool {
		return long(title, l.URL, string(l.Kind)) || l.Stars < 0 || l.Stars > stars || !strings.HasPrefix(l.URL, "https://") && !strings.HasPrefix(l.URL, "http://")
	}):
		return fault.Invalid("A link of it leads nowhere.")
	case slices.ContainsFunc(x.Authors, func(a paper.Author) bool {
		return long(words, a.Name, a.Family, a.Given, a.Suffix, a.User) || len(a.Affiliations) > pieces || long(title, a.Affiliations...)
	}):
		return fault.Invalid("The name of an author is too long.")
	case x.Announced != "" && !t.isDay(x.Announced) || t.odd(x.Submitted) || t.odd(x.Revised) || t.odd(c.At):
		return fault.Invalid("A date of it makes no sense.")
	}
	return nil
}

func long(limit int, texts ...string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return len(s) > limit })
}

// isDay reports whether a text is a day that an edition can have.
func (t *taking) isDay(s string) bool {
	day, err := edition.ParseDay(s)
	return err == nil && !t.odd(day)
}

// odd reports whether a time is one at which nothing here can have happened.
func (t *taking) odd(at time.Time) bool {
	return !at.IsZero() && (at.Year() < 1900 || at.After(t.latest))
}

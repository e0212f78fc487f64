package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// takePart takes in some changes: the papers among them with their places and comments.
// Editions need nothing of their own: they are what papers stand in.
func (s *Store) takePart(ctx context.Context, tx *db.Tx, p *Peer, changes []v1.Change) (Step, error) {
	var step Step
	var papers []*paper.Paper
	var about []*v1.Change
	for i := range changes {
		c := &changes[i]
		if c.Paper == nil {
			continue
		}
		step.Papers++
		said, err := paperOf(p, c)
		if err != nil {
			p.Log.Warn("a paper of the peer could not be used", "peer", p.Name(), "paper", c.ID, "error", err)
			step.Bad++
			continue
		}
		papers, about = append(papers, said), append(about, c)
	}
	outcomes, err := s.papers.Put(ctx, tx, p.Name(), p.Now(), papers...)
	if err != nil {
		return step, err
	}
	for i, c := range about {
		if outcomes[i] == paper.Made {
			step.Made++
			if _, err := tx.Exec(ctx, `INSERT INTO peer_paper (peer, paper) VALUES ($1, $2) ON CONFLICT (peer, paper) DO NOTHING`, p.Name(), papers[i].ID); err != nil {
				return step, err
			}
		}
		if err := s.stand(ctx, tx, p, papers[i].ID, c.Paper.Edition); err != nil {
			return step, err
		}
		if err := s.hear(ctx, tx, p, papers[i].ID, c.Comments); err != nil {
			return step, err
		}
	}
	return step, nil
}

// stand puts a paper into the edition in which the peer has it, if it came from there or
// stands in none here.
func (s *Store) stand(ctx context.Context, tx *db.Tx, p *Peer, id int64, at *v1.Place) error {
	if at == nil {
		return nil
	}
	pl := edition.Place{Day: at.Date, Origin: edition.Origin(at.Origin), Entered: at.Entered.UTC().Truncate(time.Microsecond), Submitter: at.By}
	if !isDay(pl.Day) || odd(pl.Entered) || len(pl.Submitter) > 200 || pl.Origin != edition.Submitted && pl.Origin != edition.Announced {
		return nil // not an edition that can be understood
	}
	had, err := s.editions.Place(ctx, tx, id)
	if err != nil {
		return err
	}
	if had != nil {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM peer_paper WHERE peer = $1 AND paper = $2`, p.Name(), id).Scan(&n); err != nil || n == 0 {
			return err
		}
	}
	return s.editions.Reflect(ctx, tx, p.Now(), id, pl)
}

// hear keeps the comments of a paper.
func (s *Store) hear(ctx context.Context, tx *db.Tx, p *Peer, id int64, said []v1.Comment) error {
	var list []discuss.Foreign
	for i := range said {
		c := &said[i]
		f := discuss.Foreign{ID: c.ID, Parent: c.Parent, At: c.At, Edited: c.Edited, Body: strings.ReplaceAll(c.Body, "\x00", ""), State: discuss.State(c.State), Ups: max(0, c.Ups), Doubts: max(0, c.Doubts)}
		switch f.State {
		case discuss.Shown, discuss.Withdrawn, discuss.Hidden:
		default:
			continue // held there: nobody sees it
		}
		if f.State != discuss.Shown {
			f.Body = ""
		}
		if c.By != nil {
			var err error
			if f.Account, err = s.reader(ctx, tx, p, c.By); err != nil {
				return err
			}
		}
		list = append(list, f)
	}
	return s.talk.Reflect(ctx, tx, p.Now(), p.Name(), id, list)
}

// reader returns the account that stands for a reader of the peer. Nobody can sign in
// to it.
func (s *Store) reader(ctx context.Context, tx *db.Tx, p *Peer, r *v1.Reader) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `SELECT account FROM peer_reader WHERE peer = $1 AND handle = $2`, p.Name(), r.Handle).Scan(&id)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	name := r.Name
	if name == "" {
		name = r.Handle
	}
	a, err := s.accounts.Create(ctx, tx, account.Newcomer{Handle: r.Handle + "-" + p.Name(), Name: clip(name, 50) + " (" + clip(p.Name(), 26) + ")", At: p.Now()})
	if err != nil {
		return 0, fmt.Errorf("make an account for %s of %s: %w", r.Handle, p.Name(), err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO peer_reader (peer, handle, account) VALUES ($1, $2, $3)`, p.Name(), r.Handle, a.ID)
	return a.ID, err
}

// clip returns at most n characters of a text.
func clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}

// paperOf returns what the peer says of a paper. Its votes are all that the peer counts;
// its comments only those counted upstream of it, because its own come along.
func paperOf(p *Peer, c *v1.Change) (*paper.Paper, error) {
	said := c.Paper
	x := &paper.Paper{
		Title: said.Title, Abstract: said.Abstract, Form: paper.Plain, Authority: paper.FromUpstream,
		Categories: said.Categories, Withdrawn: said.Withdrawn, Submitted: said.Submitted, Revised: said.Revised, Announced: said.Announced,
		Figures: paper.Figures{Votes: said.Votes, Stars: said.Stars, At: c.At.UTC().Truncate(time.Microsecond)},
		Record: paper.Record{
			AbstractBy: said.AbstractBy, AuthorCount: said.AuthorCount, Topics: said.Topics,
			Comment: said.Comment, JournalRef: said.JournalRef, Licence: said.Licence,
		},
	}
	if r := said.Received; r != nil {
		x.Title, x.Abstract, x.Form = r.Title, r.Abstract, paper.Form(r.Form)
		x.Authority = min(paper.Authority(r.Authority), paper.FromArXiv)
	}
	if x.Title == "" || x.Form != paper.TeX && x.Form != paper.Plain {
		return nil, fault.Invalid("It has no title, or one in a form that is not known here.")
	}
	if u := said.Upstream; u != nil {
		x.Figures.Comments = u.Comments
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
		page, _, err := paper.ParseIdentifier(strings.TrimRight(p.Address, "/") + "/papers/" + (&url.URL{Path: said.ID}).EscapedPath())
		if err != nil {
			return nil, err
		}
		x.Identifiers = []paper.Identifier{page}
	}
	parts(x, said)
	return x, bounded(c, x)
}

// bounded refuses what is larger than any paper is: it would be shown to everybody.
func bounded(c *v1.Change, x *paper.Paper) error {
	const title, abstract, words, names, pieces, votes, talk, comment = 2000, 50_000, 1000, 10_000, 200, 1_000_000_000, 10_000, 50_000
	long := func(limit int, texts ...string) bool {
		return slices.ContainsFunc(texts, func(s string) bool { return len(s) > limit || strings.ContainsRune(s, 0) || !utf8.ValidString(s) })
	}
	switch {
	case long(title, x.Title) || long(abstract, x.Abstract) || long(title, x.Comment, x.JournalRef, x.Licence, x.AbstractBy, x.Announced) || long(words, x.Categories...) || long(words, x.Topics...):
		return fault.Invalid("A text of it is too long, or none.")
	case len(x.Authors) > names || len(x.Identifiers) > pieces || len(x.Links) > pieces || len(x.Versions) > pieces || len(x.Categories) > pieces || len(x.Topics) > pieces:
		return fault.Invalid("It has too many authors, links, versions or topics.")
	case x.Figures.Votes < 0 || x.Figures.Votes > votes || x.Figures.Comments < 0 || x.Figures.Comments > votes || x.Figures.Stars < 0 || x.Figures.Stars > votes || x.AuthorCount < 0 || x.AuthorCount > names:
		return fault.Invalid("A figure of it makes no sense.")
	case len(c.Comments) > talk || slices.ContainsFunc(c.Comments, func(m v1.Comment) bool {
		return long(comment, m.Body) || long(64, m.ID, m.Parent) || m.ID == "" || m.By != nil && long(words, m.By.Handle, m.By.Name)
	}):
		return fault.Invalid("Its comments are too many, or one is too long.")
	case slices.ContainsFunc(x.Links, func(l paper.Link) bool {
		return long(title, l.URL, string(l.Kind)) || !strings.HasPrefix(l.URL, "https://") && !strings.HasPrefix(l.URL, "http://")
	}):
		return fault.Invalid("A link of it leads nowhere.")
	case slices.ContainsFunc(x.Authors, func(a paper.Author) bool {
		return long(words, a.Name, a.Family, a.Given, a.Suffix, a.User) || len(a.Affiliations) > pieces || long(title, a.Affiliations...)
	}):
		return fault.Invalid("The name of an author is too long.")
	case x.Announced != "" && !isDay(x.Announced) || odd(x.Submitted) || odd(x.Revised) || odd(c.At):
		return fault.Invalid("A date of it makes no sense.")
	}
	return nil
}

func isDay(s string) bool { _, err := edition.ParseDay(s); return err == nil }

// odd reports whether a time is one that no paper has.
func odd(t time.Time) bool { return !t.IsZero() && (t.Year() < 1900 || t.Year() > 2200) }

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

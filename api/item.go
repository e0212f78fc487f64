package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/tex"
)

// Hugging Face shows the time of publication on the outside of an item in US
// Eastern time, and writes it as if it were UTC.
const eastern = "America/New_York"

// stamp writes a time as Hugging Face does: in UTC, with milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// shifted returns the time that stands on the outside of an item.
func (a *API) shifted(t time.Time) time.Time {
	_, offset := t.In(a.eastern).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// itemOf returns the item of a paper as Hugging Face's clients expect it. A paper
// that came from such an upstream comes out as it came in, with the counts of
// today; for any other the item is made. place is nil when it stands in no edition.
func (a *API) itemOf(ctx context.Context, p *paper.Paper, place *edition.Place) (object, error) {
	p = readable(p)
	var received []byte
	if p.Featured != nil {
		var err error
		if received, err = a.papers.Received(ctx, p.ID, p.Featured.Source); err != nil {
			return nil, err
		}
	}
	var item, inner object
	if received != nil {
		var err error
		if item, err = parseReceived(received); err == nil {
			inner, err = parseObject(item.get("paper"))
		}
		if err != nil {
			return nil, fmt.Errorf("the item of %s as received: %w", p.Key, err)
		}
	}
	a.completePaper(&inner, p, place)
	item.set("paper", inner)
	item.ensure("publishedAt", stamp(a.shifted(published(p))))
	item.ensure("title", p.Title)
	item.ensure("summary", p.Abstract)
	item.ensure("thumbnail", "")
	item.set("numComments", p.Comments())
	if received == nil && p.Organisation != nil {
		item.ensure("organization", organisation(p))
	}
	switch {
	case item.has("submittedBy"):
	case inner.has("submittedOnDailyBy"):
		item.set("submittedBy", inner.get("submittedOnDailyBy"))
	default:
		item.set("submittedBy", submitter(place))
	}
	if received != nil { // what is ours is complete
		item.edit("submittedBy", completePerson)
		item.edit("organization", completeOrganisation)
	}
	item.ensure("isAuthorParticipating", false)
	return item, nil
}

// completePaper gives the inner object what clients require and it lacks, of a paper that
// is readable.
func (a *API) completePaper(o *object, p *paper.Paper, place *edition.Place) {
	made := len(*o) == 0
	o.ensure("id", p.Key)
	if !o.has("authors") {
		authors := make([]object, len(p.Authors))
		for i, au := range p.Authors {
			authors[i].set("_id", token(p.Key, "author", fmt.Sprint(i)))
			authors[i].set("name", au.Name)
			authors[i].set("hidden", false)
			if au.Claimed {
				authors[i].set("status", "claimed_verified")
			}
		}
		o.set("authors", authors)
	}
	o.ensure("publishedAt", stamp(published(p)))
	if made && place != nil {
		o.ensure("submittedOnDailyAt", stamp(place.Entered))
	}
	o.ensure("title", p.Title)
	o.ensure("summary", p.Abstract)
	o.set("upvotes", p.Votes())
	o.ensure("discussionId", token(p.Key, "discussion"))
	if !made {
		completeAuthors(o)
		o.edit("organization", completeOrganisation)
		return
	}
	if l := p.Link(paper.Code); l != nil {
		o.set("githubRepo", l.URL)
		o.set("githubStars", p.Stars())
	}
	if l := p.Link(paper.Project); l != nil {
		o.set("projectPage", l.URL)
	}
	if len(p.Topics) > 0 {
		o.set("ai_keywords", p.Topics)
	}
	if p.Organisation != nil {
		o.set("organization", organisation(p))
	}
	if p.Withdrawn {
		o.set("withdrawnAt", stamp(p.Revised))
	}
}

func published(p *paper.Paper) time.Time {
	switch {
	case !p.Submitted.IsZero():
		return p.Submitted
	case p.Announced != "":
		if t, err := time.Parse(time.DateOnly, p.Announced); err == nil {
			return t
		}
	case p.Featured != nil:
		return p.Featured.At
	}
	return time.Unix(0, 0)
}

// readable returns p with its texts without TeX, so that they are read once.
func readable(p *paper.Paper) *paper.Paper {
	if p.Form != paper.TeX {
		return p
	}
	told := *p
	told.Title, told.Abstract, told.Form = plain(p, p.Title), plain(p, p.Abstract), paper.Plain
	return &told
}

// plain returns a title or an abstract as text without TeX.
func plain(p *paper.Paper, s string) string {
	if p.Form == paper.TeX {
		return tex.Text(s)
	}
	return s
}

// token is an identifier of 24 hexadecimal digits, as the clients expect, that is
// always the same for the same thing.
func token(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

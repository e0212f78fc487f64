package api

import (
	"context"
	"net/http"
	"strings"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// v1Submit puts a paper in, and says what becomes of it.
func (a *API) v1Submit(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.PutIn
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	links, err := linksOf(asked.Links)
	if err != nil {
		return answer{}, err
	}
	p, err := a.wanted(ctx, v.ID, &asked)
	if err != nil {
		return answer{}, err
	}
	x, err := a.Editions.Submit(ctx, a.Now(), edition.Entry{
		Paper: p, By: edition.Submitter{Account: v.ID, Handle: v.Handle, Role: v.Role}, Note: asked.Note, Links: links, Author: asked.Author,
	})
	if err != nil {
		return answer{}, err
	}
	out, err := a.submissionsOf(ctx, []edition.Submission{*x})
	if err != nil {
		return answer{}, err
	}
	return made(out[0]), nil
}

// v1Submissions lists what who asks put in last, at most 100 papers.
func (a *API) v1Submissions(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	const most = 100
	list, err := a.Editions.SubmissionsOf(ctx, v.ID, most)
	if err != nil {
		return answer{}, err
	}
	out, err := a.submissionsOf(ctx, list)
	return said(v1.Submissions{Submissions: out}), err
}

func (a *API) submissionsOf(ctx context.Context, list []edition.Submission) ([]v1.Submission, error) {
	keys, err := keysOf(ctx, a.papers, list, func(x edition.Submission) int64 { return x.Paper })
	if err != nil {
		return nil, err
	}
	out := make([]v1.Submission, len(list))
	for i, x := range list {
		out[i] = v1.Submission{Paper: keys[x.Paper], At: x.At, Note: x.Note, State: string(x.State), Date: x.Day}
	}
	return out, nil
}

// wanted finds the paper that is put in, or makes it of what was typed. What was typed and
// is much like a held paper needs another word from whoever typed it.
func (a *API) wanted(ctx context.Context, account int64, asked *v1.PutIn) (*paper.Paper, error) {
	switch {
	case asked.Paper != "" && asked.ByHand != nil:
		return nil, fault.Invalid("Name the paper, or type it in; not both.")
	case asked.Paper != "":
		return a.Lookup.Find(ctx, account, asked.Paper)
	case asked.ByHand == nil:
		return nil, fault.Invalid("Name the paper: an arXiv identifier, a DOI, or an address of its page.")
	}
	typed := asked.ByHand
	p, err := edition.Hand{Title: typed.Title, Authors: typed.AuthorNames, Abstract: typed.Abstract, Year: typed.Year, Link: typed.URL}.Paper(a.Now())
	if err != nil || asked.Sure {
		return p, err
	}
	near, err := a.near(ctx, p)
	if err == nil && len(near) > 0 {
		err = fault.Conflict("Perhaps it is held: %s. If it is none of these, send it again with sure.", strings.Join(near, ", "))
	}
	return p, err
}

// v1Lookup finds a paper by whatever names it, here or outside, and changes nothing.
func (a *API) v1Lookup(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	p, err := a.Lookup.Find(ctx, v.ID, r.URL.Query().Get("paper"))
	if err != nil {
		return answer{}, err
	}
	var place *edition.Place
	if p.ID != 0 {
		if place, err = a.Editions.Place(ctx, a.papers.DB(), p.ID); err != nil {
			return answer{}, err
		}
	}
	out := v1.Lookup{Paper: describe(p, place), Held: p.ID != 0}
	if !out.Held {
		out.ID, out.Page = p.Identifiers[0].Value, ""
	}
	out.Near, err = a.near(ctx, p)
	return said(out), err
}

// v1Keep saves a paper for who asks alone: it is taken into the record when it is not
// held, and is no candidate of an edition.
func (a *API) v1Keep(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.Keeping
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	p, err := a.Lookup.Find(ctx, v.ID, asked.Paper)
	if err != nil {
		return answer{}, err
	}
	id, err := a.Editions.Hold(ctx, a.Now(), p)
	if err != nil {
		return answer{}, err
	}
	if err := a.Library.Save(ctx, a.Now(), v.ID, id, true); err != nil {
		return answer{}, err
	}
	if asked.Note != "" {
		if err := a.Library.Note(ctx, a.Now(), v.ID, id, asked.Note); err != nil {
			return answer{}, err
		}
	}
	held, err := a.papers.List(ctx, a.papers.DB(), []int64{id})
	if err != nil || len(held) == 0 {
		return answer{}, err
	}
	return made(v1.Mark{ID: held[0].Key, Saved: true, Note: asked.Note}), nil
}

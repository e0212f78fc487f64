package api

import (
	"context"
	"net/http"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/edition"
	"broadsheet/fault"
)

// v1Submit puts a paper in, and says what becomes of it.
func (a *API) v1Submit(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.PutIn
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	if asked.Paper == "" {
		return answer{}, fault.Invalid("Name the paper: an arXiv identifier, a DOI, or an address of its page.")
	}
	links, err := linksOf(asked.Links)
	if err != nil {
		return answer{}, err
	}
	p, err := a.Lookup.Find(ctx, v.ID, asked.Paper)
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

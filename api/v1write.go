package api

import (
	"context"
	"net/http"
	"slices"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/fault"
)

func writerOf(v *account.Viewer) discuss.Writer {
	return discuss.Writer{Account: v.ID, Handle: v.Handle, Joined: v.Joined, Trusted: v.Role >= account.Desk}
}

// v1Write takes a comment, or an answer to one.
func (a *API) v1Write(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	p, _, err := a.find(ctx, r.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	var asked v1.Draft
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	draft := discuss.Draft{Paper: p.ID, Body: asked.Body, Writer: writerOf(v)}
	if asked.Parent != "" {
		parent, err := a.seen(ctx, v, asked.Parent)
		if err != nil {
			return answer{}, err
		}
		draft.Parent = parent.ID
	}
	c, err := a.Talk.Write(ctx, a.Now(), draft)
	if err != nil {
		return answer{}, err
	}
	return made(a.commentOf(c, p.Key, &v.Account)), nil
}

// seen returns the comment of an address, if who asks may see it: what is held for the
// desk is there for its writer and the desk alone.
func (a *API) seen(ctx context.Context, v *account.Viewer, name string) (*discuss.Comment, error) {
	c, err := a.commentAt(ctx, name)
	if err == nil && c.State == discuss.Held && c.Account != v.ID && v.Role < account.Desk {
		err = fault.NotFound("There is no comment %d here.", c.ID)
	}
	return c, err
}

// v1Edit changes the words of a comment.
func (a *API) v1Edit(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	c, err := a.seen(ctx, v, r.PathValue("comment"))
	if err != nil {
		return answer{}, err
	}
	var asked v1.Draft
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	if asked.Parent != "" {
		return answer{}, fault.Invalid("A comment stays where it stands; leave parent out.")
	}
	was, err := a.oneComment(ctx, c)
	if err != nil {
		return answer{}, err
	}
	if err := fresh(r, was); err != nil {
		return answer{}, err
	}
	if c, err = a.Talk.Edit(ctx, a.Now(), c.ID, writerOf(v), asked.Body); err != nil {
		return answer{}, err
	}
	return said(a.commentOf(c, was.Paper, &v.Account)), nil
}

// v1Withdraw removes a comment for its writer.
func (a *API) v1Withdraw(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	c, err := a.seen(ctx, v, r.PathValue("comment"))
	if err != nil {
		return answer{}, err
	}
	return nothingLeft, a.Talk.Withdraw(ctx, a.Now(), c.ID, v.ID)
}

// v1React says what a reader thinks of a comment.
func (a *API) v1React(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	c, err := a.seen(ctx, v, r.PathValue("comment"))
	if err != nil {
		return answer{}, err
	}
	var asked v1.Reaction
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	reaction := discuss.Reaction(asked.Reaction)
	if !slices.Contains([]discuss.Reaction{discuss.NoReaction, discuss.Up, discuss.Doubt}, reaction) {
		return answer{}, fault.Invalid("reaction is up, doubt, or empty to take one back; not %q.", clip(asked.Reaction))
	}
	if c, err = a.Talk.React(ctx, a.Now(), c.ID, v.ID, reaction); err != nil {
		return answer{}, err
	}
	now, err := a.oneComment(ctx, c)
	return said(now), err
}

// v1Report tells the desk of a comment.
func (a *API) v1Report(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	c, err := a.seen(ctx, v, r.PathValue("comment"))
	if err != nil {
		return answer{}, err
	}
	return a.report(ctx, v, r, c.Paper, c.ID)
}

// v1ReportRecord tells the desk of a mistake in the record of a paper.
func (a *API) v1ReportRecord(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	p, _, err := a.find(ctx, r.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return a.report(ctx, v, r, p.ID, 0)
}

func (a *API) report(ctx context.Context, v *account.Viewer, r *http.Request, paper, comment int64) (answer, error) {
	var asked v1.Report
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	return nothingLeft, a.Talk.Report(ctx, a.Now(), paper, comment, v.ID, asked.Reason)
}

// v1Claim takes a reader's claim to be an author of a paper.
func (a *API) v1Claim(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	p, _, err := a.find(ctx, r.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	var asked v1.Claiming
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	who := discuss.Claimant{Account: v.ID, Handle: v.Handle, Name: v.Name, Address: v.Address}
	c, err := a.Talk.Claim(ctx, a.Now(), p.ID, asked.Author, who, asked.Evidence)
	if err != nil {
		return answer{}, err
	}
	return made(claimOf(c, p.Key)), nil
}

func claimOf(c *discuss.Claim, key string) v1.Claim {
	return v1.Claim{Paper: key, Author: c.Author, At: c.At, State: c.State, Reason: c.Reason, Decided: c.Decided}
}

// v1Claims lists the newest claims of who asks.
func (a *API) v1Claims(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	const most = 100
	claims, err := a.Talk.ClaimsOf(ctx, v.ID, most)
	if err != nil {
		return answer{}, err
	}
	keys, err := keysOf(ctx, a.papers, claims, func(c discuss.Claim) int64 { return c.Paper })
	if err != nil {
		return answer{}, err
	}
	out := v1.Claims{Claims: make([]v1.Claim, len(claims))}
	for i := range claims {
		out.Claims[i] = claimOf(&claims[i], keys[claims[i].Paper])
	}
	return said(out), nil
}

// v1Written lists the newest comments of who asks, also those that others do not see.
func (a *API) v1Written(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	const most = 100
	list, err := a.Talk.CommentsOf(ctx, v.ID, most)
	if err != nil {
		return answer{}, err
	}
	keys, err := keysOf(ctx, a.papers, list, func(c discuss.Comment) int64 { return c.Paper })
	if err != nil {
		return answer{}, err
	}
	out := v1.Comments{Comments: make([]v1.Comment, len(list))}
	for i := range list {
		out.Comments[i] = a.commentOf(&list[i], keys[list[i].Paper], &v.Account)
	}
	return said(out), nil
}

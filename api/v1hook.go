package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/hook"
)

// mountHooks adds what administrators do with the programs that are told of events.
func (a *API) mountHooks() {
	a.route("GET "+base1+"/hooks", account.Tell, a.owning(a.v1Hooks))
	a.route("POST "+base1+"/hooks", account.Tell, a.acting(a.v1AddHook))
	a.route("GET "+base1+"/hooks/{hook}", account.Tell, a.owning(a.v1Hook))
	a.route("DELETE "+base1+"/hooks/{hook}", account.Tell, a.acting(a.v1RemoveHook))
	a.route("GET "+base1+"/hooks/{hook}/deliveries", account.Tell, a.owning(a.v1Deliveries))
	a.route("POST "+base1+"/hooks/{hook}/test", account.Tell, a.acting(a.v1TestHook))
	a.route("POST "+base1+"/hooks/{hook}/resume", account.Tell, a.acting(a.v1ResumeHook))
}

func (a *API) v1Hooks(ctx context.Context, _ *account.Viewer, _ *http.Request) (answer, error) {
	list, err := a.Hooks.List(ctx)
	if err != nil {
		return answer{}, err
	}
	out := v1.Hooks{Hooks: make([]v1.Hook, len(list))}
	for i := range list {
		out.Hooks[i] = hookOf(&list[i])
	}
	return said(out), nil
}

func (a *API) v1AddHook(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.HookDraft
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	draft := hook.Draft{URL: asked.URL, Votes: asked.Votes, Note: asked.Note, Account: v.ID}
	for _, e := range asked.Events {
		draft.Events = append(draft.Events, hook.Event(e))
	}
	h, secret, err := a.Hooks.Add(ctx, draft)
	if err != nil {
		return answer{}, err
	}
	out := hookOf(h)
	out.Secret = secret
	return made(out), nil
}

func hookOf(h *hook.Hook) v1.Hook {
	out := v1.Hook{
		ID: strconv.FormatInt(h.ID, 10), URL: h.URL, Events: []string{}, Votes: h.Votes, Note: h.Note, Made: h.Made,
		State: string(h.State), Why: h.Said, Succeeded: h.Succeeded, Failed: h.Failed,
	}
	for _, e := range h.Events {
		out.Events = append(out.Events, string(e))
	}
	return out
}

// hookAt is the number of the hook that an address names.
func hookAt(r *http.Request) (int64, error) {
	name := r.PathValue("hook")
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return 0, fault.NotFound("There is no hook %s here.", clip(name))
	}
	return id, nil
}

func (a *API) v1Hook(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	id, err := hookAt(r)
	if err != nil {
		return answer{}, err
	}
	return a.hookNow(ctx, id)
}

func (a *API) hookNow(ctx context.Context, id int64) (answer, error) {
	h, err := a.Hooks.Get(ctx, id)
	if err != nil {
		return answer{}, err
	}
	return said(hookOf(h)), nil
}

func (a *API) v1RemoveHook(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	id, err := hookAt(r)
	if err != nil {
		return answer{}, err
	}
	return nothingLeft, a.Hooks.Remove(ctx, id)
}

func (a *API) v1Deliveries(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	id, err := hookAt(r)
	if err != nil {
		return answer{}, err
	}
	limit, err := number(r.URL.Query(), "limit", 20, 1, 100)
	if err != nil {
		return answer{}, err
	}
	list, err := a.Hooks.Deliveries(ctx, id, limit)
	if err != nil {
		return answer{}, err
	}
	out := v1.Deliveries{Deliveries: make([]v1.Delivery, len(list))}
	for i, d := range list {
		out.Deliveries[i] = v1.Delivery{ID: d.ID, Event: string(d.Event), At: d.At, State: string(d.State), Tries: d.Tries, Status: d.Status, Said: d.Said}
		if d.State == hook.Waiting {
			out.Deliveries[i].Due = d.Due
		}
	}
	return said(out), nil
}

// v1TestHook tells a hook of an event that never was, within a second or two.
func (a *API) v1TestHook(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	id, err := hookAt(r)
	if err != nil {
		return answer{}, err
	}
	return nothingLeft, a.Hooks.TryOut(ctx, id)
}

func (a *API) v1ResumeHook(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	id, err := hookAt(r)
	if err != nil {
		return answer{}, err
	}
	if err := a.Hooks.Resume(ctx, id); err != nil {
		return answer{}, err
	}
	return a.hookNow(ctx, id)
}

// Happened returns what a hook is told of an event, in the types of version 1, nil when
// its subject is gone. It is hook.Config.Data.
func (a *API) Happened(ctx context.Context, e hook.Event, h *hook.Hook, subject int64) (any, error) {
	switch e {
	case hook.EditionPublished:
		return a.publishedEdition(ctx, subject)
	case hook.PaperVotes:
		return a.passedVotes(ctx, h, subject)
	case hook.CommentPosted:
		return a.postedComment(ctx, subject)
	case hook.SubmissionReceived:
		return a.receivedSubmission(ctx, subject)
	}
	return nil, fmt.Errorf("nothing is known of the event %q", e)
}

func (a *API) publishedEdition(ctx context.Context, day int64) (any, error) {
	days, err := a.Editions.Days(ctx, edition.DaySpan(dayOf(day)))
	if err != nil || len(days) == 0 {
		return nil, err
	}
	return v1.EditionPublished{Edition: editionOf(days[0])}, nil
}

func (a *API) passedVotes(ctx context.Context, h *hook.Hook, id int64) (any, error) {
	papers, err := a.papers.List(ctx, a.papers.DB(), []int64{id})
	if err != nil || len(papers) == 0 {
		return nil, err
	}
	places, err := a.Editions.Places(ctx, a.papers.DB(), []int64{id})
	if err != nil {
		return nil, err
	}
	return v1.PaperVotes{Passed: h.Votes, Paper: describe(papers[0], places[id])}, nil
}

func (a *API) postedComment(ctx context.Context, id int64) (any, error) {
	c, err := a.Talk.Comment(ctx, id)
	if fault.Is(err, fault.KindMissing) || err == nil && c.State != discuss.Shown {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out, err := a.oneComment(ctx, c)
	return v1.CommentPosted{Comment: out}, err
}

func (a *API) receivedSubmission(ctx context.Context, id int64) (any, error) {
	x, err := a.Editions.Submission(ctx, id)
	if err != nil || x == nil {
		return nil, err
	}
	list, err := a.submissionsOf(ctx, []edition.Submission{*x})
	if err != nil {
		return nil, err
	}
	by, err := a.people(ctx, map[int64]bool{x.Account: true})
	return v1.SubmissionReceived{Submission: list[0], By: readerOf(by[x.Account])}, err
}

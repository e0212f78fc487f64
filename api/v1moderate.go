package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/fault"
)

// mountModeration adds what waits for the desk and what it does with it, for a token
// with the scope desk, and for everybody what concerns them.
func (a *API) mountModeration() {
	a.route("GET "+base1+"/moderation", account.Moderate, a.owning(a.v1Queue))
	a.route("POST "+base1+"/moderation/acts", account.Moderate, a.acting(a.v1Moderate))
	a.route("GET "+base1+"/me/acts", account.Own, a.owning(a.v1Concerning))
	a.route("POST "+base1+"/log/{act}/appeals", account.Comment, a.acting(a.v1Appeal))
}

// v1Queue answers with what waits for the desk, and with the clusters of votes that are
// weighed down.
func (a *API) v1Queue(ctx context.Context, _ *account.Viewer, _ *http.Request) (answer, error) {
	var out v1.Queue
	var err error
	if out.Cases, err = a.casesOf(ctx); err != nil {
		return answer{}, err
	}
	if out.Claims, err = a.petitions(ctx); err != nil {
		return answer{}, err
	}
	appeals, err := a.Talk.Appeals(ctx)
	if err != nil {
		return answer{}, err
	}
	acts, err := a.actsOf(ctx, appeals)
	if err != nil {
		return answer{}, err
	}
	out.Appeals = make([]v1.Appeal, len(acts))
	for i, x := range appeals {
		out.Appeals[i] = v1.Appeal{Act: acts[i], Appeal: x.Appeal, Appealed: x.Appealed}
	}
	weighed, err := a.Talk.Weighed(ctx)
	if err != nil {
		return answer{}, err
	}
	if acts, err = a.actsOf(ctx, weighed); err != nil {
		return answer{}, err
	}
	out.Clusters = make([]v1.Cluster, len(acts))
	for i, x := range weighed {
		out.Clusters[i] = v1.Cluster{Act: acts[i], Cluster: strconv.FormatInt(x.Concerns, 10)}
	}
	return said(out), nil
}

func (a *API) casesOf(ctx context.Context) ([]v1.Case, error) {
	waiting, err := a.Talk.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	who := map[int64]bool{}
	for _, c := range waiting {
		if c.Comment != nil {
			who[c.Comment.Account] = true
		}
	}
	people, err := a.people(ctx, who)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(ctx, a.papers, waiting, func(c discuss.Case) int64 { return c.Paper })
	if err != nil {
		return nil, err
	}
	out := make([]v1.Case, len(waiting))
	for i, c := range waiting {
		out[i] = v1.Case{Paper: keys[c.Paper], Since: c.Since, Reasons: []string{}, Seconded: c.Asked != 0, Written: c.Written, Removed: c.Before}
		for _, x := range c.Reports {
			out[i].Reasons = append(out[i].Reasons, x.Reason)
		}
		if m := c.Comment; m != nil {
			about := a.commentOf(m, keys[c.Paper], people[m.Account])
			out[i].About = &about
		}
	}
	return out, nil
}

func (a *API) petitions(ctx context.Context) ([]v1.Petition, error) {
	claims, err := a.Talk.OpenClaims(ctx)
	if err != nil {
		return nil, err
	}
	who := map[int64]bool{}
	for _, c := range claims {
		who[c.Account] = true
	}
	people, err := a.people(ctx, who)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(ctx, a.papers, claims, func(c discuss.Claim) int64 { return c.Paper })
	if err != nil {
		return nil, err
	}
	out := make([]v1.Petition, len(claims))
	for i, c := range claims {
		out[i] = v1.Petition{Claim: claimOf(&c, keys[c.Paper]), ID: strconv.FormatInt(c.ID, 10), By: readerOf(people[c.Account]), Evidence: c.Evidence}
	}
	return out, nil
}

// v1Moderate does what somebody at the desk decided.
func (a *API) v1Moderate(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.ModerationDeed
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	now, ruling := a.Now(), discuss.Ruling{Desk: v.ID, Rule: asked.Rule, Reason: strings.TrimSpace(asked.Reason)}
	switch do := asked.Do; do {
	case "leave", "remove", "correct", "second":
		return nothingLeft, a.decideCase(ctx, &asked, ruling)
	case "restore":
		c, err := a.commentAt(ctx, asked.Comment)
		if err != nil {
			return answer{}, err
		}
		return nothingLeft, a.Talk.Hide(ctx, now, c.ID, ruling, false)
	case "lock", "unlock":
		p, _, err := a.find(ctx, asked.Paper)
		if err != nil {
			return answer{}, err
		}
		return nothingLeft, a.Talk.Lock(ctx, now, p.ID, ruling, do == "lock")
	case "grant", "refuse":
		id, err := numbered("claim", asked.Claim)
		if err != nil {
			return answer{}, err
		}
		return nothingLeft, a.Talk.DecideClaim(ctx, now, id, a.handleOf(ctx), ruling, do == "grant")
	case "uphold", "reverse":
		id, err := numbered("act", asked.Act)
		if err != nil {
			return answer{}, err
		}
		return nothingLeft, a.Talk.Answer(ctx, now, id, v.ID, do == "uphold", ruling.Reason)
	case "clear":
		id, err := numbered("cluster", asked.Cluster)
		if err != nil {
			return answer{}, err
		}
		return nothingLeft, a.Talk.Clear(ctx, now, v.ID, id, ruling.Reason)
	default:
		return answer{}, fault.Invalid("do is leave, remove, correct, second, restore, lock, unlock, grant, refuse, uphold, reverse or clear, not %q.", clip(do))
	}
}

// decideCase closes a case about a comment, or about the record of a paper.
func (a *API) decideCase(ctx context.Context, asked *v1.ModerationDeed, ruling discuss.Ruling) error {
	d := map[string]discuss.Decision{"leave": discuss.Leave, "remove": discuss.Remove, "correct": discuss.Remove, "second": discuss.Second}[asked.Do]
	if about := asked.Comment != ""; asked.Do == "remove" && !about || asked.Do == "correct" && about {
		return fault.Invalid("A comment is removed, and a record corrected.")
	}
	var paper, comment int64
	if asked.Comment != "" {
		c, err := a.commentAt(ctx, asked.Comment)
		if err != nil {
			return err
		}
		paper, comment = c.Paper, c.ID
	} else {
		p, _, err := a.find(ctx, asked.Paper)
		if err != nil {
			return err
		}
		paper = p.ID
	}
	return a.Talk.Decide(ctx, a.Now(), paper, comment, d, ruling)
}

// handleOf finds the handle of an account.
func (a *API) handleOf(ctx context.Context) func(int64) (string, error) {
	return func(id int64) (string, error) {
		by, err := a.Accounts.Get(ctx, id)
		if err != nil {
			return "", err
		}
		return by.Handle, nil
	}
}

// v1Concerning lists the newest acts that concern who asks.
func (a *API) v1Concerning(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	acts, err := a.Talk.Concerning(ctx, v.ID)
	if err != nil {
		return answer{}, err
	}
	var out v1.Acts
	out.Acts, err = a.actsOf(ctx, acts)
	return said(out), err
}

// v1Appeal asks the desk to look again at an act that concerns who asks.
func (a *API) v1Appeal(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	id, err := numbered("act", r.PathValue("act"))
	if err != nil {
		return answer{}, err
	}
	var asked v1.Report
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	return nothingLeft, a.Talk.Appeal(ctx, a.Now(), id, v.ID, strings.TrimSpace(asked.Reason))
}

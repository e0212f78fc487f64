package api

import (
	"context"
	"net/http"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/library"
	"broadsheet/paper"
)

// v1Me says who asks.
func (a *API) v1Me(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	out := v1.Me{Handle: v.Handle, Name: v.Name, Role: v.Role.String(), Scopes: []string{}}
	if v.Token != nil {
		out.Token = v.Token.Name
		for _, s := range v.Token.Scopes {
			out.Scopes = append(out.Scopes, string(s))
		}
	}
	if a.Library != nil {
		n, err := a.Library.Count(ctx, v.ID)
		if err != nil {
			return answer{}, err
		}
		out.Saved = n.Saved
	}
	return said(out), nil
}

// v1Profile says what who asks shows of themselves.
func (a *API) v1Profile(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	p, err := a.profile(ctx, v.ID)
	return said(p), err
}

func (a *API) profile(ctx context.Context, id int64) (v1.Profile, error) {
	x, err := a.Accounts.Get(ctx, id)
	if err != nil {
		return v1.Profile{}, err
	}
	out := v1.Profile{
		Name: x.Name, ShowsVotes: x.Shows.Votes, ShowsComments: x.Shows.Comments, ShowsPapers: x.Shows.Papers,
		Followable: x.Shows.Followable, Indexed: x.Shows.Listed, KeepsRead: x.Shows.KeepsRead,
	}
	if a.Talk != nil {
		quiet, err := a.Talk.Quiet(ctx, id)
		if err != nil {
			return out, err
		}
		out.ReplyMail = !quiet
	}
	return out, nil
}

// v1ChangeProfile changes what who asks shows; what is left out stays.
func (a *API) v1ChangeProfile(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	p, err := a.profile(ctx, v.ID)
	if err != nil {
		return answer{}, err
	}
	if err := fresh(r, p); err != nil {
		return answer{}, err
	}
	if err := readJSON(r, &p); err != nil {
		return answer{}, err
	}
	shows := account.Shows{Votes: p.ShowsVotes, Comments: p.ShowsComments, Papers: p.ShowsPapers, Followable: p.Followable, Listed: p.Indexed, KeepsRead: p.KeepsRead}
	if err := a.Accounts.SetProfile(ctx, v.ID, v.Handle, p.Name, shows); err != nil {
		return answer{}, err
	}
	if a.Talk != nil {
		if err := a.Talk.SetQuiet(ctx, v.ID, !p.ReplyMail); err != nil {
			return answer{}, err
		}
	}
	p, err = a.profile(ctx, v.ID)
	return said(p), err
}

// v1Vote gives a vote, or takes it back, and says how many the paper then has.
func (a *API) v1Vote(on bool) deed {
	return func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
		p, _, err := a.find(ctx, r.PathValue("id"))
		if err != nil {
			return answer{}, err
		}
		n, err := a.Talk.Vote(ctx, a.Now(), p.ID, discuss.VoterOf(&v.Account), on)
		if err != nil {
			return answer{}, err
		}
		return said(v1.Vote{ID: p.Key, Votes: p.Figures.Votes + n, Yours: on}), nil
	}
}

// v1Voted lists the papers that a reader voted for last.
func (a *API) v1Voted(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	const most = 100
	votes, err := a.Talk.VotesOf(ctx, v.ID, most)
	if err != nil {
		return answer{}, err
	}
	ids := make([]int64, len(votes))
	for i, x := range votes {
		ids[i] = x.Paper
	}
	papers, err := a.papers.List(ctx, a.papers.DB(), ids)
	if err != nil {
		return answer{}, err
	}
	var out v1.Papers
	if out.Papers, err = a.described(ctx, papers); err != nil {
		return answer{}, err
	}
	return said(out), nil
}

// v1Saved lists what a reader saved, the newest first.
func (a *API) v1Saved(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	q := r.URL.Query()
	limit, err := number(q, "limit", 20, 1, 100)
	if err != nil {
		return answer{}, err
	}
	kept, next, err := a.Library.Saved(ctx, v.ID, q.Get("cursor"), limit)
	if err != nil {
		return answer{}, err
	}
	var out v1.Saved
	if out.Papers, err = a.keptOf(ctx, kept); err != nil {
		return answer{}, err
	}
	out.Next = after(r, next)
	return said(out), nil
}

// after is the address of the rest of a list whose room has its own word for the place.
func after(r *http.Request, next string) string {
	if next == "" {
		return ""
	}
	q := r.URL.Query()
	q.Set("cursor", next)
	return r.URL.Path + "?" + q.Encode()
}

func (a *API) keptOf(ctx context.Context, kept []library.Kept) ([]v1.Kept, error) {
	papers := make([]*paper.Paper, len(kept))
	for i, k := range kept {
		papers[i] = k.Paper
	}
	said, err := a.described(ctx, papers)
	if err != nil {
		return nil, err
	}
	list := make([]v1.Kept, len(kept))
	for i, k := range kept {
		list[i] = v1.Kept{Paper: said[i], At: k.At, Read: k.Read, Note: k.Note}
	}
	return list, nil
}

// v1Save saves a paper, with a note when one is given, or lets go of it.
func (a *API) v1Save(on bool) deed {
	return func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
		var asked v1.Note
		if on {
			if err := readMaybe(r, &asked); err != nil {
				return answer{}, err
			}
		}
		return a.marking(ctx, v, r, func(id int64) error {
			if err := a.Library.Save(ctx, a.Now(), v.ID, id, on); err != nil || asked.Note == "" {
				return err
			}
			return a.Library.Note(ctx, a.Now(), v.ID, id, asked.Note)
		})
	}
}

// v1Read marks a paper as read or as unread.
func (a *API) v1Read(on bool) deed {
	return func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
		return a.marking(ctx, v, r, func(id int64) error { return a.Library.MarkRead(ctx, a.Now(), v.ID, id, on) })
	}
}

// v1Note writes a private note on a paper; an empty one takes it away.
func (a *API) v1Note(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.Note
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	return a.marking(ctx, v, r, func(id int64) error { return a.Library.Note(ctx, a.Now(), v.ID, id, asked.Note) })
}

// v1Mark says what a reader keeps of a paper.
func (a *API) v1Mark(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	return a.marking(ctx, v, r, func(int64) error { return nil })
}

// marking does something with a paper and answers with what the reader then keeps of it.
func (a *API) marking(ctx context.Context, v *account.Viewer, r *http.Request, do func(id int64) error) (answer, error) {
	p, _, err := a.find(ctx, r.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	if err := do(p.ID); err != nil {
		return answer{}, err
	}
	marks, err := a.Library.Marks(ctx, v.ID, []int64{p.ID})
	if err != nil {
		return answer{}, err
	}
	note, err := a.Library.NoteOf(ctx, v.ID, p.ID)
	if err != nil {
		return answer{}, err
	}
	return said(v1.Mark{ID: p.Key, Saved: marks.Saved[p.ID], Read: marks.Read[p.ID], Note: note}), nil
}

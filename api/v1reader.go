package api

import (
	"context"
	"net/http"
	"strings"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/edition"
)

// v1Reader says what a reader chooses to show: the newest of each.
func (a *API) v1Reader(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	const most = 20
	x, err := a.Accounts.ByHandle(ctx, strings.TrimPrefix(r.PathValue("handle"), "@"))
	if err != nil {
		return answer{}, err
	}
	out := v1.ReaderShown{Reader: *readerOf(x), Since: x.Joined, Collections: []v1.Collection{}, Submitted: []v1.Paper{}, Comments: []v1.Comment{}, Voted: []v1.Paper{}}
	held, err := a.Library.Collections(ctx, x.ID)
	if err != nil {
		return answer{}, err
	}
	for _, c := range held {
		if c.Public {
			out.Collections = append(out.Collections, collectionOf(&c, x.Handle))
		}
	}
	if x.Shows.Papers {
		list, err := a.Editions.SubmissionsOf(ctx, x.ID, 5*most)
		if err != nil {
			return answer{}, err
		}
		var ids []int64
		for _, s := range list {
			if s.State == edition.Printed && len(ids) < most {
				ids = append(ids, s.Paper)
			}
		}
		if out.Submitted, err = a.describedAt(ctx, ids); err != nil {
			return answer{}, err
		}
	}
	if a.Talk != nil && x.Shows.Comments {
		if out.Comments, err = a.remarksOf(ctx, x, most); err != nil {
			return answer{}, err
		}
	}
	if a.Talk != nil && x.Shows.Votes {
		given, err := a.Talk.VotesOf(ctx, x.ID, most)
		if err != nil {
			return answer{}, err
		}
		ids := make([]int64, len(given))
		for i, g := range given {
			ids[i] = g.Paper
		}
		if out.Voted, err = a.describedAt(ctx, ids); err != nil {
			return answer{}, err
		}
	}
	return said(out), nil
}

func (a *API) describedAt(ctx context.Context, ids []int64) ([]v1.Paper, error) {
	papers, err := a.papers.List(ctx, a.papers.DB(), ids)
	if err != nil {
		return nil, err
	}
	return a.described(ctx, papers)
}

// remarksOf returns the newest comments of a reader that everybody may read.
func (a *API) remarksOf(ctx context.Context, x *account.Account, most int) ([]v1.Comment, error) {
	list, err := a.Talk.CommentsOf(ctx, x.ID, 3*most)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(ctx, a.papers, list, func(c discuss.Comment) int64 { return c.Paper })
	if err != nil {
		return nil, err
	}
	out := []v1.Comment{}
	for i := range list {
		if c := &list[i]; c.State == discuss.Shown && keys[c.Paper] != "" && len(out) < most {
			out = append(out, a.commentOf(c, keys[c.Paper], x))
		}
	}
	return out, nil
}

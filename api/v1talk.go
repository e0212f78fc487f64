package api

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/paper"
)

// commentsOf returns the comments of a paper in the order in which they were written.
// Those that are held for the desk are not among them; one that was removed keeps its
// place.
func (a *API) commentsOf(ctx context.Context, p *paper.Paper) ([]v1.Comment, error) {
	all, err := a.Talk.Comments(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	shown := slices.DeleteFunc(all, func(c discuss.Comment) bool { return c.State == discuss.Held })
	writers := map[int64]bool{}
	for _, c := range shown {
		writers[c.Account] = true
	}
	people, err := a.people(ctx, writers)
	if err != nil {
		return nil, err
	}
	list := make([]v1.Comment, len(shown))
	for i := range shown {
		list[i] = a.commentOf(&shown[i], p.Key, people[shown[i].Account])
	}
	return list, nil
}

// commentOf is a comment as version 1 shows it. by is nil when the writer is not known
// any more.
func (a *API) commentOf(c *discuss.Comment, paper string, by *account.Account) v1.Comment {
	out := v1.Comment{
		ID: strconv.FormatInt(c.ID, 10), Paper: paper, By: readerOf(by), At: c.At, Edited: c.Edited,
		State: string(c.State), Why: c.Why, Ups: c.Ups, Doubts: c.Doubts, Page: "/comments/" + strconv.FormatInt(c.ID, 10),
	}
	if c.Parent != 0 {
		out.Parent = strconv.FormatInt(c.Parent, 10)
	}
	if c.State == discuss.Shown || c.State == discuss.Held {
		out.Body, out.HTML = c.Body, string(a.text.HTML(c.Body))
	}
	return out
}

// readerOf is a person as others see them, nil for one who has left.
func readerOf(x *account.Account) *v1.Reader {
	if x == nil || x.Gone {
		return nil
	}
	return &v1.Reader{Handle: x.Handle, Name: x.Name, Role: x.Role.String()}
}

// actsOf returns acts of the log as version 1 shows them.
func (a *API) actsOf(ctx context.Context, acts []discuss.Act) ([]v1.Act, error) {
	people, papers := map[int64]bool{}, map[int64]bool{}
	for _, x := range acts {
		people[x.Account], papers[x.Paper] = true, true
	}
	desk, err := a.people(ctx, people)
	if err != nil {
		return nil, err
	}
	held, err := a.papers.List(ctx, a.papers.DB(), slices.Sorted(maps.Keys(papers)))
	if err != nil {
		return nil, err
	}
	list := make([]v1.Act, len(acts))
	for i, x := range acts {
		list[i] = v1.Act{ID: strconv.FormatInt(x.ID, 10), At: x.At, Act: string(x.Kind), By: "server", Rule: x.Rule, Reason: x.Reason, State: x.State, Answer: x.Answer}
		if by := desk[x.Account]; by != nil {
			list[i].By = by.Handle
		}
		if at := slices.IndexFunc(held, func(p *paper.Paper) bool { return p.ID == x.Paper }); at >= 0 {
			list[i].Paper = held[at].Key
		}
	}
	return list, nil
}

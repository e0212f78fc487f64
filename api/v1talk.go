package api

import (
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/fault"
	"broadsheet/paper"
)

// v1Comments lists the comments of a paper in the order in which they were written.
func (a *API) v1Comments(ctx context.Context, r *request) (answer, error) {
	p, _, err := a.find(ctx, r.id)
	if err != nil {
		return answer{}, err
	}
	limit, after, err := r.page("comments")
	if err != nil {
		return answer{}, err
	}
	list, err := a.commentsOf(ctx, p)
	if err != nil {
		return answer{}, err
	}
	list = slices.DeleteFunc(list, func(c v1.Comment) bool {
		n, _ := strconv.ParseInt(c.ID, 10, 64)
		return n <= after
	})
	out := v1.Comments{Comments: list}
	if len(list) > limit {
		out.Comments = list[:limit]
		last, _ := strconv.ParseInt(list[limit-1].ID, 10, 64) // it was written a moment ago
		out.Next = r.onward("comments", last)
	}
	return answer{body: mustMarshal(out)}, nil
}

// v1Comment answers with one comment, unless the desk has still to see it.
func (a *API) v1Comment(ctx context.Context, r *request) (answer, error) {
	c, err := a.commentAt(ctx, r.value("comment"))
	if err == nil && c.State == discuss.Held {
		err = fault.NotFound("There is no comment %d here.", c.ID)
	}
	if err != nil {
		return answer{}, err
	}
	said, err := a.oneComment(ctx, c)
	if err != nil {
		return answer{}, err
	}
	return answer{body: mustMarshal(said)}, nil
}

// commentAt returns the comment that a word in an address names.
func (a *API) commentAt(ctx context.Context, name string) (*discuss.Comment, error) {
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return nil, fault.NotFound("There is no comment %s here.", clip(name))
	}
	return a.Talk.Comment(ctx, id)
}

func (a *API) oneComment(ctx context.Context, c *discuss.Comment) (v1.Comment, error) {
	people, err := a.people(ctx, map[int64]bool{c.Account: true})
	if err != nil {
		return v1.Comment{}, err
	}
	papers, err := a.papers.List(ctx, a.papers.DB(), []int64{c.Paper})
	if err != nil {
		return v1.Comment{}, err
	}
	key := ""
	if len(papers) > 0 {
		key = papers[0].Key
	}
	return a.commentOf(c, key, people[c.Account]), nil
}

// v1Log lists the acts of the public log, the newest first.
func (a *API) v1Log(ctx context.Context, r *request) (answer, error) {
	limit, err := limitOf(r)
	if err != nil {
		return answer{}, err
	}
	to, below := a.Now().Add(time.Hour), int64(math.MaxInt64)
	if c, err := cursorOf(r.query, "log", 2); err != nil {
		return answer{}, err
	} else if c != nil {
		to, below = time.UnixMicro(c[0]+1), c[1]
	}
	const twins = 20 // acts of one instant
	acts, err := a.Talk.Acts(ctx, time.Time{}, to, limit+twins)
	if err != nil {
		return answer{}, err
	}
	acts = slices.DeleteFunc(acts, func(x discuss.Act) bool { return x.At.Equal(to.Add(-time.Microsecond)) && x.ID >= below })
	var out v1.Acts
	if len(acts) > limit {
		acts = acts[:limit]
		out.Next = r.onward("log", acts[limit-1].At.UnixMicro(), acts[limit-1].ID)
	}
	if out.Acts, err = a.actsOf(ctx, acts); err != nil {
		return answer{}, err
	}
	return answer{body: mustMarshal(out)}, nil
}

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

// keysOf returns the identifiers of the papers that things are about.
func keysOf[T any](ctx context.Context, papers *paper.Store, list []T, of func(T) int64) (map[int64]string, error) {
	var ids []int64
	for _, x := range list {
		if id := of(x); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	held, err := papers.List(ctx, papers.DB(), ids)
	if err != nil {
		return nil, err
	}
	keys := map[int64]string{}
	for _, p := range held {
		keys[p.ID] = p.Key
	}
	return keys, nil
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/fault"
	"broadsheet/paper"
)

// mountTalk adds votes and comments. Old identifiers have a slash, so each address is
// there with one part and with two.
func (a *API) mountTalk() {
	both := func(method, end string, act account.Act, h http.Handler) {
		a.route(method+" /api/papers/{id}/"+end, act, h)
		a.route(method+" /api/papers/{archive}/{id}/"+end, act, h)
	}
	both("POST", "upvote", account.Vote, a.personal(a.upvote(true)))
	both("DELETE", "upvote", account.Vote, a.personal(a.upvote(false)))
	both("GET", "comments", account.Look, a.handle(a.comments))
	both("POST", "comment", account.Comment, a.personal(a.comment))
	both("POST", "comment/{comment}/reply", account.Comment, a.personal(a.comment))
	a.route("GET /api/moderation", account.Look, a.handle(a.moderation))
}

// named returns the identifier in an address of mountTalk.
func named(r *http.Request) string {
	if archive := r.PathValue("archive"); archive != "" {
		return archive + "/" + r.PathValue("id")
	}
	return r.PathValue("id")
}

// upvote gives a vote or takes it back, and says how many the paper then has.
func (a *API) upvote(on bool) func(context.Context, *account.Viewer, *http.Request) (answer, error) {
	return func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
		p, _, err := a.find(ctx, named(r))
		if err != nil {
			return answer{}, err
		}
		n, err := a.Talk.Vote(ctx, a.Now(), p.ID, discuss.VoterOf(&v.Account), on)
		if err != nil {
			return answer{}, err
		}
		var o object
		o.set("upvotes", p.Figures.Votes+n)
		o.set("upvoted", on)
		return answer{body: mustMarshal(o)}, nil
	}
}

// comment takes a comment, {"comment": "Markdown"}, or an answer to one, and returns
// it as newMessage.
func (a *API) comment(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	p, _, err := a.find(ctx, named(r))
	if err != nil {
		return answer{}, err
	}
	draft := discuss.Draft{Paper: p.ID, Writer: discuss.Writer{Account: v.ID, Handle: v.Handle, Joined: v.Joined, Trusted: v.Role >= account.Desk}}
	if s := r.PathValue("comment"); s != "" {
		if draft.Parent, err = strconv.ParseInt(s, 10, 64); err != nil {
			return answer{}, fault.NotFound("There is no comment %s here.", clip(s))
		}
	}
	var said struct{ Comment *string }
	body := http.MaxBytesReader(nil, r.Body, 512<<10) // 64 KB of text, each letter escaped
	if err := json.NewDecoder(body).Decode(&said); err != nil || said.Comment == nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return answer{}, fault.Invalid("The comment is too long.")
		}
		return answer{}, fault.Invalid(`The body is JSON: {"comment": "text in Markdown"}.`)
	}
	io.Copy(io.Discard, body)
	draft.Body = *said.Comment
	c, err := a.Talk.Write(ctx, a.Now(), draft)
	if err != nil {
		return answer{}, err
	}
	var o object
	o.set("newMessage", a.message(c, &v.Account))
	return answer{status: http.StatusCreated, body: mustMarshal(o)}, nil
}

// comments lists the comments of a paper in the order in which they were written. One
// that was removed keeps its place, without its text. after is the last id of the
// page before, limit 1 to 1000, 500 when not given.
func (a *API) comments(ctx context.Context, r *request) (answer, error) {
	p, _, err := a.find(ctx, strings.TrimSuffix(strings.TrimPrefix(r.path, "/api/papers/"), "/comments"))
	if err != nil {
		return answer{}, err
	}
	limit, err := number(r.query, "limit", 500, 1, 1000)
	if err != nil {
		return answer{}, err
	}
	after, err := number(r.query, "after", 0, 0, 1<<60)
	if err != nil {
		return answer{}, err
	}
	all, err := a.Talk.Comments(ctx, p.ID)
	if err != nil {
		return answer{}, err
	}
	list := make([]discuss.Comment, 0, len(all))
	writers := map[int64]bool{}
	for _, c := range all {
		if c.State != discuss.Held && c.ID > int64(after) {
			list = append(list, c)
			writers[c.Account] = true
		}
	}
	out := answer{}
	if len(list) > limit {
		list = list[:limit]
		r.query.Set("after", strconv.FormatInt(list[limit-1].ID, 10))
		out.link = r.next()
	}
	people, err := a.people(ctx, writers)
	if err != nil {
		return answer{}, err
	}
	messages := make([]object, len(list))
	for i := range list {
		messages[i] = a.message(&list[i], people[list[i].Account])
	}
	out.body = mustMarshal(messages)
	return out, nil
}

func (a *API) people(ctx context.Context, ids map[int64]bool) (map[int64]*account.Account, error) {
	found := map[int64]*account.Account{}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(ids)), 500) {
		list, err := a.Accounts.List(ctx, part...)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			found[p.ID] = p
		}
	}
	return found, nil
}

// message is a comment in the shape of the upstream's discussions. by is nil when the
// writer is not known any more.
func (a *API) message(c *discuss.Comment, by *account.Account) object {
	person := personOf(by)
	edited, hidden := !c.Edited.IsZero(), c.State == discuss.Hidden || c.State == discuss.Withdrawn
	var latest, data, o object
	raw, html := c.Body, string(a.text.HTML(c.Body))
	if hidden {
		raw, html = "", ""
	}
	latest.set("raw", raw)
	latest.set("html", html)
	at := c.At
	if edited {
		at = c.Edited
	}
	latest.set("updatedAt", stamp(at))
	latest.set("author", person)
	data.set("edited", edited)
	data.set("hidden", hidden)
	switch c.State {
	case discuss.Hidden:
		data.set("hiddenReason", c.Why)
	case discuss.Withdrawn:
		data.set("hiddenReason", "Removed by its writer.")
	case discuss.Held:
		data.set("held", c.Why) // ours
	}
	data.set("latest", latest)
	data.set("reactions", []object{reaction("up", c.Ups), reaction("doubt", c.Doubts)})
	if c.Parent != 0 {
		data.set("parentCommentId", strconv.FormatInt(c.Parent, 10))
	}
	o.set("id", strconv.FormatInt(c.ID, 10))
	o.set("author", person)
	o.set("createdAt", stamp(c.At))
	o.set("type", "comment")
	o.set("data", data)
	return o
}

func reaction(name string, n int) object {
	var o object
	o.set("reaction", name)
	o.set("count", n)
	return o
}

// personOf is who wrote something, in the shape of a person.
func personOf(by *account.Account) object {
	var o object
	if by == nil || by.Gone {
		o.set("name", "former-reader")
		o.set("fullname", "A former reader")
	} else {
		o.set("name", by.Handle)
		o.set("fullname", by.Name)
		if by.Role >= account.Desk {
			o.set("isMod", true)
		}
	}
	completePerson(&o)
	return o
}

// moderation lists the acts of the public log, the newest first: of a month, or the
// newest of twelve weeks.
func (a *API) moderation(ctx context.Context, r *request) (answer, error) {
	limit, err := number(r.query, "limit", 100, 1, 1000)
	if err != nil {
		return answer{}, err
	}
	to := a.Now().Add(time.Hour)
	from := to.AddDate(0, 0, -84)
	if s := r.query.Get("month"); s != "" {
		if from, err = time.Parse("2006-01", s); err != nil {
			return answer{}, fault.Invalid("month is written as 2026-04, not %q.", clip(s))
		}
		to = from.AddDate(0, 1, 0)
	}
	acts, err := a.Talk.Acts(ctx, from, to, limit)
	if err != nil {
		return answer{}, err
	}
	people, papers := map[int64]bool{}, map[int64]bool{}
	for _, x := range acts {
		people[x.Account], papers[x.Paper] = true, true
	}
	desk, err := a.people(ctx, people)
	if err != nil {
		return answer{}, err
	}
	held, err := a.papers.List(ctx, a.papers.DB(), slices.Sorted(maps.Keys(papers)))
	if err != nil {
		return answer{}, err
	}
	list := make([]object, len(acts))
	for i, x := range acts {
		list[i] = act(x, desk[x.Account], held)
	}
	return answer{body: mustMarshal(list)}, nil
}

func act(x discuss.Act, by *account.Account, papers []*paper.Paper) object {
	var o object
	o.set("id", x.ID)
	o.set("at", stamp(x.At))
	o.set("act", x.Kind)
	if i := slices.IndexFunc(papers, func(p *paper.Paper) bool { return p.ID == x.Paper }); i >= 0 {
		o.set("paper", papers[i].Key)
	}
	o.set("by", "server")
	if by != nil {
		o.set("by", by.Handle)
	}
	o.set("rule", x.Rule)
	o.set("reason", x.Reason)
	o.set("state", x.State)
	if x.Answer != "" {
		o.set("answer", x.Answer)
	}
	return o
}

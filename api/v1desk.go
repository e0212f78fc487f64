package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// mountDesk adds what is done at the desk: the same acts as on its page, for a token
// with the scope desk.
func (a *API) mountDesk() {
	a.route("GET "+base1+"/desk", account.Edit, a.owning(a.v1Desk))
	a.route("GET "+base1+"/desk/log", account.Edit, a.owning(a.v1DeskLog))
	a.route("POST "+base1+"/desk/acts", account.Edit, a.acting(a.v1DeskDo))
}

// making returns the edition that the desk makes now.
func (a *API) making(ctx context.Context) (*edition.Making, error) {
	if !a.Editions.Settings().Desk {
		return nil, fault.NotFound("There is no desk here: an edition fills as its day goes.")
	}
	return a.Editions.Making(ctx, a.Now())
}

// v1Desk answers with the edition in the making and its candidates, in the order of the
// desk's page.
func (a *API) v1Desk(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	limit, from, err := pageOf(r, "desk")
	if err != nil {
		return answer{}, err
	}
	m, err := a.making(ctx)
	if err != nil {
		return answer{}, err
	}
	list, err := a.Editions.Candidates(ctx, m.Day)
	if err != nil {
		return answer{}, err
	}
	why := a.Feeds.Rank(m.Day, a.Now(), list)
	out := v1.Desk{Date: m.Day, Due: m.Due, Held: m.Held, Seen: strconv.FormatInt(m.Act, 10)}
	part := list[min(int(from), len(list)):]
	if len(part) > limit {
		part = part[:limit]
		out.Next = onward(r, "desk", from+int64(limit))
	}
	out.Candidates, err = a.candidatesOf(ctx, part, why)
	return said(out), err
}

func (a *API) candidatesOf(ctx context.Context, list []edition.Candidate, why map[int64]string) ([]v1.Candidate, error) {
	who := map[int64]bool{}
	for _, c := range list {
		for _, x := range c.PutIn {
			who[x.Account] = true
		}
	}
	people, err := a.people(ctx, who)
	if err != nil {
		return nil, err
	}
	out := make([]v1.Candidate, len(list))
	for i, c := range list {
		out[i] = v1.Candidate{
			Paper: describe(c.Paper, &c.Place), Pick: string(c.Pick), Order: c.Ord, Direct: c.Direct, Why: why[c.Paper.ID],
			Sentences: filled(edition.Sentences(c.Paper.Abstract)), Chosen: c.Claim, Note: c.Note, PutIn: []v1.PutInBy{},
		}
		out[i].Edition = nil // it stands in none yet
		if out[i].Near, err = a.near(ctx, c.Paper); err != nil {
			return nil, err
		}
		for _, x := range c.PutIn {
			out[i].PutIn = append(out[i].PutIn, v1.PutInBy{By: readerOf(people[x.Account]), At: x.At, Note: x.Note, Author: x.Author})
		}
	}
	return out, nil
}

// near returns the identifiers of the held papers that may be the same as one.
func (a *API) near(ctx context.Context, p *paper.Paper) ([]string, error) {
	list, err := a.Lookup.Duplicates(ctx, p)
	keys := make([]string, len(list))
	for i, x := range list {
		keys[i] = x.Key
	}
	return keys, err
}

// v1DeskDo does what somebody at the desk asks for, and answers with the act that it
// became: with nothing when everything is so already.
func (a *API) v1DeskDo(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.DeskDeed
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	q := edition.Request{Desk: v.ID, Day: asked.Date, Do: edition.Deed(asked.Do), Text: asked.Text}
	m, err := a.making(ctx)
	if err != nil {
		return answer{}, err
	}
	if q.Day == "" {
		if q.Do == edition.Publish {
			return answer{}, fault.Invalid("Say in date which edition is to be published; the one in the making is that of %s.", m.Day)
		}
		q.Day = m.Day
	}
	for name, x := range map[string]struct {
		said string
		to   *int64
	}{"seen": {asked.Seen, &q.Seen}, "act": {asked.Act, &q.Act}} {
		if *x.to, err = numbered(name, x.said); err != nil {
			return answer{}, err
		}
	}
	for _, x := range []struct {
		said string
		to   *int64
	}{{asked.Paper, &q.Paper}, {asked.Before, &q.Before}, {asked.Other, &q.Other}} {
		if x.said == "" {
			continue
		}
		p, _, err := a.find(ctx, x.said)
		if err != nil {
			return answer{}, err
		}
		*x.to = p.ID
	}
	act, err := a.Editions.Do(ctx, a.Now(), q)
	if err != nil {
		return answer{}, a.clashed(ctx, err)
	}
	if q.Do == edition.Unite || q.Do == edition.Part {
		a.Lookup.Forget()
	}
	if act == nil {
		return nothingLeft, nil
	}
	out, err := a.deskActsOf(ctx, []edition.Act{*act})
	if err != nil {
		return answer{}, err
	}
	return made(out[0]), nil
}

// clashed names whoever did what an act contradicts.
func (a *API) clashed(ctx context.Context, err error) error {
	var c *edition.Clash
	if !errors.As(err, &c) {
		return err
	}
	by, lost := a.people(ctx, map[int64]bool{c.By.Account: true})
	if lost != nil || by[c.By.Account] == nil {
		return err
	}
	return fault.Conflict("Meanwhile @%s %s, in act %d. Nothing was changed; look again.", by[c.By.Account].Handle, c.By.Says(), c.By.ID)
}

// numbered reads a number that is written as a word; "" is 0.
func numbered(name, said string) (int64, error) {
	if said == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(said, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.Invalid("%s is a number, not %q.", name, clip(said))
	}
	return n, nil
}

// v1DeskLog lists what was done to an edition, that in the making when none is named.
func (a *API) v1DeskLog(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	limit, before, err := pageOf(r, "desk-log")
	if err != nil {
		return answer{}, err
	}
	m, err := a.making(ctx)
	if err != nil {
		return answer{}, err
	}
	out := v1.DeskActs{Date: m.Day}
	if day := r.URL.Query().Get("date"); day != "" {
		if _, err := edition.ParseDay(day); err != nil {
			return answer{}, err
		}
		out.Date = day
	}
	acts, err := a.Editions.Acts(ctx, out.Date, before, limit+1)
	if err != nil {
		return answer{}, err
	}
	if len(acts) > limit {
		acts = acts[:limit]
		out.Next = onward(r, "desk-log", acts[limit-1].ID)
	}
	out.Acts, err = a.deskActsOf(ctx, acts)
	return said(out), err
}

func (a *API) deskActsOf(ctx context.Context, acts []edition.Act) ([]v1.DeskAct, error) {
	who := map[int64]bool{}
	for _, x := range acts {
		who[x.Account] = true
	}
	people, err := a.people(ctx, who)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(ctx, a.papers, acts, func(x edition.Act) int64 { return x.Paper })
	if err != nil {
		return nil, err
	}
	out := make([]v1.DeskAct, len(acts))
	for i, x := range acts {
		out[i] = v1.DeskAct{
			ID: strconv.FormatInt(x.ID, 10), Date: x.Day, At: x.At, By: readerOf(people[x.Account]), Do: string(x.Do), Paper: keys[x.Paper], Says: x.Says(), Undone: x.Undone,
		}
	}
	return out, nil
}

// pageOf and onward are request.page and request.onward for deeds.
func pageOf(r *http.Request, list string) (limit int, from int64, err error) {
	return (&request{query: r.URL.Query()}).page(list)
}

func onward(r *http.Request, list string, at int64) string {
	return (&request{path: r.URL.Path, query: r.URL.Query()}).onward(list, at)
}

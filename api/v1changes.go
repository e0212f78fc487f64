package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	v1 "broadsheet/api/v1"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// stretch is what somebody asks of the change stream.
type stretch struct {
	after    int64
	limit    int
	comments bool // those of papers are wanted
	entries  bool // those of editions are wanted
}

// batchBytes is the size at which an answer of the stream is cut, after a whole change.
const batchBytes = 4 << 20

// follow returns the next changes of the log, each with what the thing is now. What the
// log says of papers that were merged away is passed over: they stand in the paper that
// has their identifiers.
func (a *API) follow(ctx context.Context, s stretch) (*v1.Changes, error) {
	latest, err := paper.Latest(ctx, a.papers.DB())
	if err != nil {
		return nil, err
	}
	log, err := paper.Changes(ctx, a.papers.DB(), s.after, s.limit)
	if err != nil {
		return nil, err
	}
	out := &v1.Changes{Changes: []v1.Change{}, Next: s.after, Latest: latest}
	if out.Instance, err = a.papers.DB().Identity(ctx); err != nil {
		return nil, err
	}
	if a.Follows != nil {
		if out.Follows, err = a.Follows(ctx); err != nil {
			return nil, err
		}
	}
	size := 0
	for part := range slices.Chunk(log, 100) {
		told, err := a.tell(ctx, part, s)
		if err != nil {
			return nil, err
		}
		for i, c := range part {
			if told[i] != nil {
				line, err := json.Marshal(told[i])
				if err != nil {
					return nil, fmt.Errorf("write change %d: %w", c.Seq, err)
				}
				if size += len(line); size > batchBytes && len(out.Changes) > 0 {
					return out, nil
				}
				out.Changes = append(out.Changes, *told[i])
			}
			out.Next = c.Seq
		}
	}
	return out, nil
}

// tell returns what each change is about, nil for what the stream does not show.
func (a *API) tell(ctx context.Context, log []paper.Change, s stretch) ([]*v1.Change, error) {
	papers, err := a.changed(ctx, log)
	if err != nil {
		return nil, err
	}
	told := make([]*v1.Change, len(log))
	for i, c := range log {
		x := &v1.Change{Seq: c.Seq, Kind: c.Kind, At: c.At}
		var shown bool
		switch c.Kind {
		case paper.ChangedPaper:
			shown, err = a.tellPaper(ctx, x, papers[c.Subject], s.comments)
		case edition.ChangedEdition:
			shown, err = a.tellEdition(ctx, x, c.Subject, s.entries)
		case discuss.ChangedLog:
			shown, err = a.tellAct(ctx, x, c.Subject)
		}
		if err != nil {
			return nil, err
		}
		if shown {
			told[i] = x
		}
	}
	return told, nil
}

// standing is a paper and where it stands.
type standing struct {
	*paper.Paper
	place *edition.Place
}

// changed reads the papers that changes are about.
func (a *API) changed(ctx context.Context, log []paper.Change) (map[int64]standing, error) {
	var ids []int64
	for _, c := range log {
		if c.Kind == paper.ChangedPaper {
			ids = append(ids, c.Subject)
		}
	}
	papers, err := a.papers.List(ctx, a.papers.DB(), ids)
	if err != nil {
		return nil, err
	}
	places, err := a.Editions.Places(ctx, a.papers.DB(), ids)
	if err != nil {
		return nil, err
	}
	found := map[int64]standing{}
	for _, p := range papers {
		found[p.ID] = standing{p, places[p.ID]}
	}
	return found, nil
}

func (a *API) tellPaper(ctx context.Context, x *v1.Change, p standing, comments bool) (bool, error) {
	if p.Paper == nil {
		return false, nil // it was merged away
	}
	said := describe(p.Paper, p.place)
	said.Received = received(p.Paper)
	x.ID, x.Paper = p.Key, &said
	if !comments || a.Talk == nil {
		return true, nil
	}
	var err error
	if x.Comments, err = a.commentsOf(ctx, p.Paper); err != nil {
		return false, err
	}
	if a.Elsewhere != nil {
		if x.Votes, err = a.Elsewhere(ctx, p.Paper); err != nil {
			return false, err
		}
	}
	if len(x.Comments) == 0 {
		return true, nil
	}
	origins, err := a.Talk.Origins(ctx, p.ID)
	for i := range x.Comments {
		if o, foreign := origins[x.Comments[i].ID]; foreign {
			x.Comments[i].Origin = &v1.Origin{Instance: o.Instance, ID: o.ID}
		}
	}
	return true, err
}

func (a *API) tellEdition(ctx context.Context, x *v1.Change, day int64, entries bool) (bool, error) {
	x.ID = dayOf(day)
	days, err := a.Editions.Days(ctx, edition.DaySpan(x.ID))
	if err != nil {
		return false, err
	}
	if len(days) == 0 { // its papers have moved elsewhere
		x.Edition = &v1.Edition{Date: x.ID, Page: "/papers/date/" + x.ID}
		return true, nil
	}
	e := editionOf(days[0])
	x.Edition = &e
	if !entries {
		return true, nil
	}
	ids, err := a.Editions.PapersOf(ctx, a.papers.DB(), x.ID)
	if err != nil {
		return false, err
	}
	for part := range slices.Chunk(ids, 1000) {
		papers, err := a.papers.List(ctx, a.papers.DB(), part)
		if err != nil {
			return false, err
		}
		places, err := a.Editions.Places(ctx, a.papers.DB(), part)
		if err != nil {
			return false, err
		}
		for _, p := range papers {
			if at := places[p.ID]; at != nil {
				x.Entries = append(x.Entries, v1.Entry{Paper: p.Key, Place: placeOf(at)})
			}
		}
	}
	return true, nil
}

// dayOf writes a day that stands in the change log as a number.
func dayOf(day int64) string { return fmt.Sprintf("%04d-%02d-%02d", day/10000, day/100%100, day%100) }

func editionOf(d edition.Day) v1.Edition {
	return v1.Edition{Date: d.Day, Number: d.Number, Submitted: d.Submitted, Announced: d.Announced, Page: "/papers/date/" + d.Day}
}

func (a *API) tellAct(ctx context.Context, x *v1.Change, id int64) (bool, error) {
	if id == 0 || a.Talk == nil {
		return false, nil // something else about the desk's queue
	}
	act, err := a.Talk.Act(ctx, id)
	if fault.Is(err, fault.KindMissing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	said, err := a.actsOf(ctx, []discuss.Act{*act})
	if err != nil {
		return false, err
	}
	x.ID, x.Act = strconv.FormatInt(id, 10), &said[0]
	return true, nil
}

// stretchOf reads what is asked of the stream, and for how long to wait for a change.
func stretchOf(r *request) (s stretch, wait time.Duration, err error) {
	if t := r.query.Get("after"); t != "" {
		if s.after, err = strconv.ParseInt(t, 10, 64); err != nil || s.after < 0 {
			return s, 0, fault.Invalid("after is the number of a change, 0 for the beginning, not %q.", clip(t))
		}
	}
	if s.limit, err = number(r.query, "limit", 100, 1, 1000); err != nil {
		return s, 0, err
	}
	seconds, err := number(r.query, "wait", 0, 0, int(longestWait/time.Second))
	if err != nil {
		return s, 0, err
	}
	with, err := words(r.query, "include", "comments", "entries")
	s.comments, s.entries = with["comments"], with["entries"]
	return s, time.Duration(seconds) * time.Second, err
}

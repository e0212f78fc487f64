package api

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "broadsheet/api/v1"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/harvest"
	"broadsheet/paper"
	"broadsheet/trend"
)

// v1Instance says what this server is and holds.
func (a *API) v1Instance(ctx context.Context, _ *request) (answer, error) {
	out := v1.Instance{Version: a.Version, Search: a.Finder != nil, Talk: a.Talk != nil}
	var err error
	if out.Papers, err = a.papers.Count(ctx); err != nil {
		return answer{}, err
	}
	if out.Latest, err = paper.Latest(ctx, a.papers.DB()); err != nil {
		return answer{}, err
	}
	newest, err := a.Editions.Newest(ctx)
	if err != nil {
		return answer{}, err
	}
	if newest != "" {
		days, err := a.Editions.Days(ctx, edition.DaySpan(newest))
		if err != nil {
			return answer{}, err
		}
		for _, d := range days {
			e := editionOf(d)
			out.Newest = &e
		}
	}
	return answer{body: mustMarshal(out)}, nil
}

// v1Papers lists all papers held, the newest arrival first.
func (a *API) v1Papers(ctx context.Context, r *request) (answer, error) {
	limit, before, err := r.page("papers")
	if err != nil {
		return answer{}, err
	}
	papers, err := a.papers.Newest(ctx, before, limit+1)
	if err != nil {
		return answer{}, err
	}
	var out v1.Papers
	if len(papers) > limit {
		papers = papers[:limit]
		out.Next = r.onward("papers", papers[limit-1].ID)
	}
	if out.Papers, err = a.described(ctx, papers); err != nil {
		return answer{}, err
	}
	return answer{body: mustMarshal(out)}, nil
}

// v1Paper answers with one paper.
func (a *API) v1Paper(ctx context.Context, r *request) (answer, error) {
	p, place, err := a.find(ctx, r.id)
	if err != nil {
		return answer{}, err
	}
	said := describe(p, place)
	said.Received = received(p)
	return answer{body: mustMarshal(said)}, nil
}

// all is the span of every edition.
var all = edition.Span{From: "", To: "9999"}

// v1Editions lists the editions, the newest first.
func (a *API) v1Editions(ctx context.Context, r *request) (answer, error) {
	limit, before, err := r.page("editions")
	if err != nil {
		return answer{}, err
	}
	days, err := a.Editions.Days(ctx, all)
	if err != nil {
		return answer{}, err
	}
	out := v1.Editions{Editions: []v1.Edition{}}
	for _, d := range slices.Backward(days) {
		if before != 0 && int64(d.Number) >= before {
			continue
		}
		if len(out.Editions) == limit {
			out.Next = r.onward("editions", int64(d.Number)+1)
			break
		}
		out.Editions = append(out.Editions, editionOf(d))
	}
	return answer{body: mustMarshal(out)}, nil
}

// dayOf returns the edition that a word names: a day, today for the newest, no-655 for
// that number.
func (a *API) dayOf(ctx context.Context, name string) (edition.Day, error) {
	number, byNumber := strings.CutPrefix(name, "no-")
	span := all
	switch {
	case byNumber:
		if _, err := strconv.Atoi(number); err != nil {
			return edition.Day{}, fault.Invalid("An edition is named by its day, 2026-04-14, by today, or by its number, no-655; not by %q.", clip(name))
		}
	case name == "today":
		newest, err := a.Editions.Newest(ctx)
		if err != nil {
			return edition.Day{}, err
		}
		span = edition.DaySpan(newest)
	default:
		if _, err := edition.ParseDay(name); err != nil {
			return edition.Day{}, err
		}
		span = edition.DaySpan(name)
	}
	days, err := a.Editions.Days(ctx, span)
	if err != nil {
		return edition.Day{}, err
	}
	for _, d := range days {
		if !byNumber || strconv.Itoa(d.Number) == number {
			return d, nil
		}
	}
	return edition.Day{}, fault.NotFound("There is no edition %s.", clip(name))
}

// v1Edition answers with a day's edition in its order.
func (a *API) v1Edition(ctx context.Context, r *request) (answer, error) {
	d, err := a.dayOf(ctx, r.value("date"))
	if err != nil {
		return answer{}, err
	}
	out := v1.EditionPapers{Edition: editionOf(d)}
	for to, near := range map[*string]func(context.Context, string) (string, error){&out.Previous: a.Editions.Before, &out.Later: a.Editions.After} {
		day, err := near(ctx, d.Day)
		if err != nil {
			return answer{}, err
		}
		if day != "" {
			*to = base1 + "/editions/" + day
		}
	}
	if out.Ledger, err = a.ledgerOf(ctx, edition.DaySpan(d.Day)); err != nil {
		return answer{}, err
	}
	if out.Papers, out.Total, out.Next, err = a.spanOf(ctx, r, edition.DaySpan(d.Day)); err != nil {
		return answer{}, err
	}
	return answer{body: mustMarshal(out)}, nil
}

// spanOf lists the papers of a span of editions, and says where the list goes on.
func (a *API) spanOf(ctx context.Context, r *request, span edition.Span) (list []v1.Listed, total int, next string, err error) {
	limit, skip, err := r.page("span")
	if err != nil {
		return nil, 0, "", err
	}
	items, total, err := a.Feeds.List(ctx, feed.Query{Span: span, Skip: int(skip), Limit: limit})
	if err != nil {
		return nil, 0, "", err
	}
	list = make([]v1.Listed, len(items))
	for i, it := range items {
		list[i] = listed(it)
	}
	if int(skip)+limit < total {
		next = r.onward("span", skip+int64(limit))
	}
	return list, total, next, nil
}

func listed(it feed.Item) v1.Listed {
	why := it.Why
	if why == "" {
		why = edition.Why(it.Paper, it.Rank, it.Place)
	}
	var place *edition.Place
	if it.Day != "" {
		place = &it.Place
	}
	return v1.Listed{Paper: describe(it.Paper, place), Rank: it.Rank, Why: why}
}

// v1Week and v1Month answer with the editions of a week or a month, and their papers by
// votes.
func (a *API) v1Week(ctx context.Context, r *request) (answer, error) {
	span, err := edition.ParseWeek(r.value("week"))
	if err != nil {
		return answer{}, err
	}
	return a.period(ctx, r, r.value("week"), span)
}

func (a *API) v1Month(ctx context.Context, r *request) (answer, error) {
	span, err := edition.ParseMonth(r.value("month"))
	if err != nil {
		return answer{}, err
	}
	return a.period(ctx, r, r.value("month"), span)
}

func (a *API) period(ctx context.Context, r *request, name string, span edition.Span) (answer, error) {
	out := v1.Period{Name: name, From: span.From, To: span.To, Editions: []v1.Edition{}}
	days, err := a.Editions.Days(ctx, span)
	if err != nil {
		return answer{}, err
	}
	for _, d := range days {
		out.Editions = append(out.Editions, editionOf(d))
	}
	if out.Papers, out.Total, out.Next, err = a.spanOf(ctx, r, span); err != nil {
		return answer{}, err
	}
	return answer{body: mustMarshal(out)}, nil
}

// v1Ledger answers with what was announced and held in a span of at most 366 days.
func (a *API) v1Ledger(ctx context.Context, r *request) (answer, error) {
	from, to := r.query.Get("from"), r.query.Get("to")
	if to == "" {
		to = from
	}
	first, err := edition.ParseDay(from)
	if err != nil {
		return answer{}, err
	}
	last, err := edition.ParseDay(to)
	if err != nil {
		return answer{}, err
	}
	if last.Before(first) || last.Sub(first) > 366*24*time.Hour {
		return answer{}, fault.Invalid("The ledger goes from one day to a later one, at most a year; not from %s to %s.", from, to)
	}
	l, err := a.ledgerOf(ctx, edition.Span{From: from, To: to})
	if err == nil && l == nil {
		err = fault.NotFound("Nothing is known of what was announced from %s to %s.", from, to)
	}
	if err != nil {
		return answer{}, err
	}
	return answer{body: mustMarshal(l)}, nil
}

func (a *API) ledgerOf(ctx context.Context, span edition.Span) (*v1.Ledger, error) {
	l, err := harvest.LedgerOf(ctx, a.papers.DB(), a.Now(), span.From, span.To)
	if err != nil || l == nil {
		return nil, err
	}
	out := &v1.Ledger{
		From: span.From, To: span.To, Announced: l.Total.Announced, Held: l.Total.Held, Late: l.Total.Late, Missing: l.Total.Missing,
		Checked: l.Checked, Rebuilt: l.Rebuilt, Categories: []v1.LedgerCount{},
	}
	for _, c := range l.Counts {
		out.Categories = append(out.Categories, v1.LedgerCount(c))
	}
	return out, nil
}

// v1Trending answers with what is rising. The cursor holds the list still.
func (a *API) v1Trending(ctx context.Context, r *request) (answer, error) {
	limit, err := limitOf(r)
	if err != nil {
		return answer{}, err
	}
	q := feed.Trend{
		Now: a.Now().UTC().Truncate(time.Microsecond), Category: r.query.Get("category"), Topic: r.query.Get("topic"), Submitter: r.query.Get("by"),
		Raw: a.Feeds.Raw, Limit: limit,
	}
	switch m := r.query.Get("measure"); m {
	case "":
	case "field", "votes":
		q.Raw = m == "votes"
	default:
		return answer{}, fault.Invalid("measure is field or votes, not %q.", clip(m))
	}
	if c, err := cursorOf(r.query, "trending", 2); err != nil {
		return answer{}, err
	} else if c != nil {
		if at := time.UnixMicro(c[0]).UTC(); at.After(q.Now) || at.Before(q.Now.AddDate(0, 0, -7)) {
			return answer{}, fault.Invalid("This cursor is more than a week old. Begin again without one.")
		} else {
			q.Now = at
		}
		q.Skip = int(c[1])
	}
	if q.Least, err = number(r.query, "min", 0, 0, 1_000_000); err != nil {
		return answer{}, err
	}
	if q.Window, err = trend.ParseWindow(r.query.Get("window"), q.Now); err != nil {
		return answer{}, err
	}
	rising, total, err := a.Feeds.Trending(ctx, q)
	if err != nil {
		return answer{}, err
	}
	out := v1.Trending{From: q.Window.From, To: q.Window.To, Papers: make([]v1.Rising, len(rising)), Total: total}
	for i, it := range rising {
		it.Item.Why = it.Ranked.Why(q.Window)
		out.Papers[i] = v1.Rising{
			Listed: listed(it.Item), Score: it.Score, Was: it.Was,
			Came: v1.Came{Votes: it.Came.All(), Comments: it.Came.Comments, Stars: it.Came.Stars},
		}
	}
	if q.Skip+limit < total {
		out.Next = r.onward("trending", q.Now.UnixMicro(), int64(q.Skip+limit))
	}
	return answer{body: mustMarshal(out)}, nil
}

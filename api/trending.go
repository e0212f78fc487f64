package api

import (
	"context"
	"strconv"
	"time"

	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/trend"
)

// trending lists what is rising, as the page /papers/trending does.
//
// window: day, week, month, or two days such as 2026-04-01..2026-04-14; a week when it
// is not given.
// category, topic and submitter narrow the list, min is the fewest votes, by=votes
// counts votes as they are and not by what is usual in a field. The Link to the next
// page holds the list still.
func (a *API) trending(ctx context.Context, r *request, page, limit int) (answer, error) {
	q := feed.Trend{
		Now: a.Now().UTC().Truncate(time.Microsecond), Category: r.query.Get("category"), Topic: r.query.Get("topic"), Submitter: r.query.Get("submitter"),
		Raw: a.Feeds.Raw, Skip: page * limit, Limit: limit,
	}
	if by := r.query.Get("by"); by != "" {
		q.Raw = by == "votes"
	}
	if s := r.query.Get("at"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		at := time.UnixMicro(n).UTC()
		if err != nil || at.After(q.Now) || at.Before(q.Now.AddDate(0, 0, -7)) {
			return answer{}, fault.Invalid("at is taken from the Link of the page before, and holds for a week.")
		}
		q.Now = at
	}
	var err error
	if q.Least, err = number(r.query, "min", 0, 0, 1_000_000); err != nil {
		return answer{}, err
	}
	if q.Window, err = trend.ParseWindow(r.query.Get("window"), q.Now); err != nil {
		return answer{}, err
	}
	list, total, err := a.Feeds.Trending(ctx, q)
	if err != nil {
		return answer{}, err
	}
	items := make([]feed.Item, len(list))
	for i, it := range list {
		items[i] = it.Item
	}
	body, err := a.list(ctx, items)
	if err != nil {
		return answer{}, err
	}
	out := answer{body: body}
	if q.Skip+limit < total {
		r.query.Set("p", strconv.Itoa(page+1))
		r.query.Set("at", strconv.FormatInt(q.Now.UnixMicro(), 10))
		out.link = r.next()
	}
	return out, nil
}

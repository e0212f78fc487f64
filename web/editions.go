package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
)

// home shows the newest edition, and before the first one how far it is.
func (h *Handler) home(w http.ResponseWriter, r *http.Request) error {
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	if site.Newest == nil {
		return h.firstRun(w, r, site)
	}
	d, err := h.editionData(r.Context(), site, site.Newest.Day)
	if err != nil {
		return err
	}
	v := EditionPageOf(site, *d)
	v.home(site)
	return h.show(w, r, askAgain, state, v)
}

func (h *Handler) firstRun(w http.ResponseWriter, r *http.Request, site Site) error {
	var d ProgressData
	if h.Progress != nil {
		var err error
		if d, err = h.Progress(r.Context()); err != nil {
			return err
		}
	}
	if d.Harvesting {
		w.Header().Set("Refresh", "10") // the first edition opens by itself
	}
	return h.showOnce(w, r, FirstRunPageOf(site, d))
}

// papers shows what a reader looks for; with nothing to look for it leads to the newest
// edition.
func (h *Handler) papers(w http.ResponseWriter, r *http.Request) error {
	if h.Finder != nil && r.URL.Query().Has("q") {
		return h.search(w, r)
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	to := "/"
	if site.Newest != nil {
		to = dayPath(site.Newest.Day)
	}
	http.Redirect(w, r, to, http.StatusFound)
	return nil
}

// day shows the edition of a day.
func (h *Handler) day(w http.ResponseWriter, r *http.Request) error {
	at, err := edition.ParseDay(r.PathValue("day"))
	if err != nil {
		return h.papers(w, r)
	}
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	asked := at.Format(time.DateOnly)
	shown, future, err := h.nearest(r.Context(), site, edition.DaySpan(asked))
	if err != nil {
		return err
	}
	if future {
		return h.papers(w, r)
	}
	d, err := h.editionData(r.Context(), site, shown)
	if err != nil {
		return err
	}
	keep := askAgain
	if d.Edition.Day != asked {
		d.Asked = asked
	} else if feed.Closed(h.Editions.Settings(), asked, site.Now) && site.Newest.Day != asked {
		keep = overAndDone
	}
	return h.show(w, r, keep, state, EditionPageOf(site, *d))
}

// nearest returns the day of the last edition in a span, or, when the span has
// none, of the last before it. A span after the newest edition and after today is
// in the future;
// a span before the first, or in a year without editions that is not this year, is
// not there at all.
func (h *Handler) nearest(ctx context.Context, site Site, span edition.Span) (shown string, future bool, err error) {
	if site.Newest == nil {
		return "", true, nil
	}
	if span.From > max(site.Today, site.Newest.Day) {
		return "", true, nil
	}
	after := day(span.To).AddDate(0, 0, 1).Format(time.DateOnly)
	if shown, err = h.Editions.Before(ctx, after); err != nil {
		return "", false, err
	}
	if shown >= span.From {
		return shown, false, nil
	}
	year := edition.Span{From: span.From[:4] + "-01-01", To: span.To[:4] + "-12-31"}
	held, err := h.Editions.Days(ctx, year)
	if err != nil {
		return "", false, err
	}
	if shown == "" || len(held) == 0 && span.To[:4] != site.Today[:4] {
		return "", false, fault.NotFound("There is no edition of that time. The archive lists all there are.")
	}
	return shown, false, nil
}

// expected puts what was put in today into the order in which it is likely to end;
// what was announced follows as before.
func (h *Handler) expected(ctx context.Context, site Site, items []feed.Item) ([]feed.Item, error) {
	list, err := h.Forecast(ctx, site.Today, site.Now)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		if it.Origin == edition.Announced {
			it.Rank = len(list) + 1
			list = append(list, it)
		}
	}
	return list, nil
}

func (h *Handler) editionData(ctx context.Context, site Site, at string) (*EditionData, error) {
	items, _, err := h.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(at)})
	if err != nil {
		return nil, err
	}
	if h.Forecast != nil && at == site.Today && h.Editions.Settings().Morning(site.Now) {
		if items, err = h.expected(ctx, site, items); err != nil {
			return nil, err
		}
	}
	d := &EditionData{Items: items}
	first := monday(day(at))
	if d.Week, err = h.Editions.Days(ctx, spanOf(first, first.AddDate(0, 0, 6))); err != nil {
		return nil, err
	}
	d.Edition = byDay(d.Week)[at]
	if d.Before, d.After, err = h.around(ctx, edition.DaySpan(at)); err != nil {
		return nil, err
	}
	if h.Ledger != nil {
		if d.Ledger, err = h.Ledger(ctx, edition.DaySpan(at)); err != nil {
			return nil, fmt.Errorf("read the ledger of %s: %w", at, err)
		}
	}
	d.Props, err = h.props(ctx, edition.DaySpan(at), "day", func(d string) string { return d }, d.Before, d.After)
	return d, err
}

// around returns the editions next to a span, nil where there is none.
func (h *Handler) around(ctx context.Context, span edition.Span) (before, after *edition.Day, err error) {
	one := func(find func(context.Context, string) (string, error), from string) *edition.Day {
		if err != nil {
			return nil
		}
		var at string
		if at, err = find(ctx, from); err != nil || at == "" {
			return nil
		}
		var list []edition.Day
		if list, err = h.Editions.Days(ctx, edition.DaySpan(at)); err != nil || len(list) == 0 {
			return nil
		}
		return &list[0]
	}
	before, after = one(h.Editions.Before, span.From), one(h.Editions.After, span.To)
	return before, after, err
}

func spanOf(from, to time.Time) edition.Span {
	return edition.Span{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)}
}

// week shows the editions of an ISO week.
func (h *Handler) week(w http.ResponseWriter, r *http.Request) error {
	span, err := edition.ParseWeek(r.PathValue("week"))
	if err != nil {
		return h.papers(w, r)
	}
	return h.period(w, r, span, weekly)
}

// month shows the editions of a month.
func (h *Handler) month(w http.ResponseWriter, r *http.Request) error {
	span, err := edition.ParseMonth(r.PathValue("month"))
	if err != nil {
		return h.papers(w, r)
	}
	return h.period(w, r, span, monthly)
}

// period is a kind of span that has pages.
type period struct {
	kind   string                       // as the upstream names it
	around func(time.Time) edition.Span // the one that a day is in
	near   func(time.Time) edition.Span // those that its strip shows
	path   func(time.Time) string       // of its page
	name   func(time.Time) string       // for readers
	iso    func(day string) string      // for programs
	page   func(Site, PeriodData) *PeriodPage
	leads  bool // the page shows the first paper of each day at length
}

var weekly = period{
	kind:   "week",
	around: func(t time.Time) edition.Span { return spanOf(monday(t), monday(t).AddDate(0, 0, 6)) },
	near: func(t time.Time) edition.Span {
		return spanOf(monday(t).AddDate(0, 0, -21), monday(t).AddDate(0, 0, 13))
	},
	path: weekPath, name: func(t time.Time) string { return weekTitle(monday(t)) },
	iso:  func(d string) string { return edition.Week(day(d)) },
	page: WeekPageOf, leads: true,
}

var monthly = period{
	kind:   "month",
	around: func(t time.Time) edition.Span { return spanOf(firstOf(t), firstOf(t).AddDate(0, 1, -1)) },
	near: func(t time.Time) edition.Span {
		return spanOf(firstOf(t).AddDate(0, -4, 0), firstOf(t).AddDate(0, 2, -1))
	},
	path: monthPath, name: func(t time.Time) string { return t.Format("January 2006") },
	iso:  func(d string) string { return d[:7] },
	page: MonthPageOf,
}

func (h *Handler) period(w http.ResponseWriter, r *http.Request, span edition.Span, p period) error {
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	shown, future, err := h.nearest(r.Context(), site, span)
	if err != nil {
		return err
	}
	if future {
		to := "/"
		if site.Newest != nil {
			to = p.path(day(site.Newest.Day))
		}
		http.Redirect(w, r, to, http.StatusFound)
		return nil
	}
	d, err := h.periodData(r.Context(), p, p.around(day(shown)))
	if err != nil {
		return err
	}
	if shown < span.From {
		d.Asked = p.name(day(span.From))
	}
	keep := askAgain
	if d.Asked == "" && feed.Closed(h.Editions.Settings(), span.To, site.Now) {
		keep = overAndDone
	}
	return h.show(w, r, keep, state, p.page(site, *d))
}

func (h *Handler) periodData(ctx context.Context, p period, span edition.Span) (*PeriodData, error) {
	const ranked = 12
	d := &PeriodData{From: span.From}
	var err error
	if d.Near, err = h.Editions.Days(ctx, p.near(day(span.From))); err != nil {
		return nil, err
	}
	for _, e := range d.Near {
		if e.Day >= span.From && e.Day <= span.To {
			d.Days = append(d.Days, e)
		}
	}
	if d.Papers, err = outlines(ctx, h.Papers.DB(), span); err != nil {
		return nil, err
	}
	if d.Items, _, err = h.Feeds.List(ctx, feed.Query{Span: span, Limit: ranked}); err != nil {
		return nil, err
	}
	for _, e := range d.Days {
		if !p.leads {
			break
		}
		lead, _, err := h.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(e.Day), Limit: 1})
		if err != nil {
			return nil, err
		}
		d.Leads = append(d.Leads, lead...)
	}
	if d.Before, d.After, err = h.around(ctx, span); err != nil {
		return nil, err
	}
	if h.Ledger != nil {
		if d.Ledger, err = h.Ledger(ctx, span); err != nil {
			return nil, fmt.Errorf("read the ledger from %s: %w", span.From, err)
		}
	}
	d.Props, err = h.props(ctx, span, p.kind, p.iso, d.Before, d.After)
	return d, err
}

// props returns the data that readers which scrape look for, in the upstream's
// words; nothing where they are not wanted.
func (h *Handler) props(ctx context.Context, span edition.Span, kind string, name func(string) string, before, after *edition.Day) (string, error) {
	if h.Scrape == nil {
		return "", nil
	}
	items, err := h.Scrape(ctx, span)
	if err != nil {
		return "", fmt.Errorf("make the data of %s for scrapers: %w", span.From, err)
	}
	p := struct {
		DailyPapers json.RawMessage `json:"dailyPapers"`
		DateString  string          `json:"dateString"`
		PeriodType  string          `json:"periodType"`
		PrevDate    string          `json:"prevDate,omitempty"`
		NextDate    string          `json:"nextDate,omitempty"`
	}{DailyPapers: items, DateString: name(span.From), PeriodType: kind}
	if before != nil {
		p.PrevDate = name(before.Day)
	}
	if after != nil {
		p.NextDate = name(after.Day)
	}
	body, err := json.Marshal(p)
	return string(body), err
}

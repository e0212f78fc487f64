package web

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/trend"
)

// trendingPath is the address of the list of what is rising.
const trendingPath = "/papers/trending"

// TrendingAsked is what the page's address asks for.
type TrendingAsked struct {
	Window   string // day, week, month, or two days
	Category string
	Topic    string
	Least    int
	Raw      bool // by votes as they are, not by what is usual in the field
	Usual    bool // Raw, when nothing is said
	Page     int  // from 1
	At       time.Time
}

// TrendingData is what the page of what is rising is made of.
type TrendingData struct {
	Asked  TrendingAsked
	Window trend.Window
	Items  []feed.Rising
	Total  int
}

// TrendingPage is the page of what is rising.
type TrendingPage struct {
	Page
	Says    string
	Windows []Link
	Ways    []Link // by field, by votes
	Scale   string // what the graphs show
	Rows    []TrendingRow
	Asked   TrendingAsked
	Days    [2]string // of a window of days, for the form
	Hidden  []Fact    // what else the form asks for
	Empty   string
	End     string
	More    []Link
}

func (*TrendingPage) template() string { return "trending" }

// TrendingRow is a paper in that list.
type TrendingRow struct {
	Item
	Small bool
	New   bool
	Moved string // up 2, down 1, same
	Graph Chart
	Came  string // 12 in the last day
}

// onePage is how many papers a page shows.
const onePage = 20

// trendingAsked reads the query of the page's address.
func trendingAsked(q url.Values, now time.Time, usual bool) (TrendingAsked, trend.Window, error) {
	a := TrendingAsked{Window: q.Get("window"), Category: strings.TrimSpace(q.Get("category")), Topic: strings.TrimSpace(q.Get("topic")), Page: 1, At: now.Truncate(time.Microsecond), Raw: usual, Usual: usual}
	if from, to := q.Get("from"), q.Get("to"); from != "" && to != "" {
		a.Window = from + ".." + to
	}
	if a.Window == "" {
		a.Window = "week"
	}
	if len(a.Category) > 40 || len(a.Topic) > 100 {
		return a, trend.Window{}, fault.Invalid("No category and no topic has so long a name.")
	}
	switch by := q.Get("by"); by {
	case "":
	case "field":
		a.Raw = false
	case "votes":
		a.Raw = true
	default:
		return a, trend.Window{}, fault.Invalid("by is field or votes, not %q.", clip(by, 40))
	}
	for name, to := range map[string]*int{"min": &a.Least, "page": &a.Page} {
		if s := q.Get(name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 || n > 100_000 || name == "page" && n == 0 {
				return a, trend.Window{}, fault.Invalid("%s is a whole number, not %q.", name, clip(s, 40))
			}
			*to = n
		}
	}
	if s := q.Get("at"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if at := time.UnixMicro(n).UTC(); err != nil || at.After(now) || at.Before(now.AddDate(0, 0, -7)) {
			return a, trend.Window{}, fault.Invalid("at comes from the page before, and holds for a week; begin again at %s.", trendingPath)
		} else {
			a.At = at
		}
	}
	w, err := trend.ParseWindow(a.Window, a.At)
	return a, w, err
}

// trending shows what is rising.
func (h *Handler) trending(w http.ResponseWriter, r *http.Request) error {
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	if site.Newest == nil {
		return h.firstRun(w, r, site)
	}
	d := TrendingData{}
	if d.Asked, d.Window, err = trendingAsked(r.URL.Query(), site.Now, h.Feeds.Raw); err != nil {
		return err
	}
	a := d.Asked
	d.Items, d.Total, err = h.Feeds.Trending(r.Context(), feed.Trend{
		Now: a.At, Window: d.Window, Category: a.Category, Topic: a.Topic, Least: a.Least, Raw: a.Raw,
		Skip: (a.Page - 1) * onePage, Limit: onePage,
	})
	if err != nil {
		return err
	}
	if len(d.Items) == 0 && a.Page > 1 {
		return fault.NotFound("The list ends before page %d.", a.Page)
	}
	return h.show(w, r, askAgain, state, TrendingPageOf(site, d))
}

// TrendingPageOf makes the page of what is rising.
func TrendingPageOf(s Site, d TrendingData) *TrendingPage {
	a := d.Asked
	v := &TrendingPage{Page: s.page("Trending", "papers"), Asked: a}
	v.at("Trending")
	v.describe(s, trendingPath, "website", "What readers voted for just now, with the votes of each paper and where it stood yesterday.")
	v.NoIndex = a.Page > 1 || a.Category != "" || a.Topic != "" || a.Least > 0
	v.takeAlong(s, "trending", "trending", "", a.query())
	v.Says = d.says()
	for _, w := range []struct{ name, text string }{{"day", "Day"}, {"week", "Week"}, {"month", "Month"}} {
		to := a
		to.Window, to.Page = w.name, 1
		v.Windows = append(v.Windows, Link{Text: w.text, Href: to.path(false), Current: a.Window == w.name})
	}
	for _, raw := range []bool{false, true} {
		to := a
		to.Raw, to.Page = raw, 1
		v.Ways = append(v.Ways, Link{Text: map[bool]string{false: "By field", true: "By votes"}[raw], Href: to.path(false), Current: a.Raw == raw})
	}
	v.form(a)
	steps, long := d.steps()
	v.Scale = "Votes " + long + ", each to its own scale; the last day in blue"
	for _, it := range d.Items {
		v.Rows = append(v.Rows, s.trendingRow(it, d.Window, steps))
	}
	v.pages(d)
	return v
}

// form sets what the form holds.
func (v *TrendingPage) form(a TrendingAsked) {
	if from, to, ok := strings.Cut(a.Window, ".."); ok {
		v.Days = [2]string{from, to}
	} else if a.Window != "week" {
		v.Hidden = append(v.Hidden, Fact{"window", a.Window})
	}
	if a.Raw != a.Usual {
		v.Hidden = append(v.Hidden, Fact{"by", a.by()})
	}
}

// by is how an address says whether a is Raw.
func (a TrendingAsked) by() string {
	if a.Raw {
		return "votes"
	}
	return "field"
}

// says names the window and how it counts.
func (d TrendingData) says() string {
	w := d.Window
	last := weekdayDate(w.To) + w.To.Format(", 15:04 UTC")
	var b strings.Builder
	switch d.Asked.Window {
	case "day":
		fmt.Fprintf(&b, "The day to %s.", last)
	case "week":
		fmt.Fprintf(&b, "Seven days to %s.", last)
	case "month":
		fmt.Fprintf(&b, "Thirty days to %s.", last)
	default:
		fmt.Fprintf(&b, "%s to %s.", shortDate(w.From), shortDate(w.To.AddDate(0, 0, -1)))
	}
	if w.HalfLife > 0 {
		half := count(int(w.HalfLife.Hours()), "hour")
		if w.HalfLife > 48*time.Hour {
			half = inWords(int(w.HalfLife.Hours()/24)) + " days"
		}
		fmt.Fprintf(&b, " A vote counts half after %s.", half)
	} else {
		b.WriteString(" All votes count alike.")
	}
	if d.Asked.Category != "" {
		fmt.Fprintf(&b, " Only %s.", d.Asked.Category)
	}
	if d.Asked.Topic != "" {
		fmt.Fprintf(&b, " Only on %s.", d.Asked.Topic)
	}
	if d.Asked.Least > 0 {
		fmt.Fprintf(&b, " From %s up.", count(d.Asked.Least, "vote"))
	}
	return b.String()
}

// steps returns into how many parts the graphs divide the window, and how long a
// part is.
func (d TrendingData) steps() (int, string) {
	switch days := int(math.Round(d.Window.To.Sub(d.Window.From).Hours() / 24)); {
	case days <= 1:
		return 24, "per hour"
	case days <= 7:
		return 4 * days, "per six hours"
	case days <= 31:
		return days, "per day"
	default:
		return 28, fmt.Sprintf("per %d days", (days+27)/28)
	}
}

func (s Site) trendingRow(it feed.Rising, w trend.Window, steps int) TrendingRow {
	const large = 5
	r := TrendingRow{Item: s.item(it.Item), Small: it.Rank > large}
	r.Item.Why = it.Ranked.Why(w)
	r.Topic = Link{}
	switch moved := it.Was - it.Rank; {
	case it.Was == 0:
		r.New = true
	case moved == 0:
		r.Moved = "same"
	case moved > 0:
		r.Moved = fmt.Sprintf("up %d", moved)
	default:
		r.Moved = fmt.Sprintf("down %d", -moved)
	}
	day := w.LastDay(it.Growths)
	r.Came = number(day) + " in the last day"
	last := int(math.Ceil(float64(steps) * 24 / w.To.Sub(w.From).Hours()))
	r.Graph = TrendOf(w.Steps(it.Growths, steps), last, fmt.Sprintf("%s in the last day", count(day, "vote")))
	return r
}

// pages says which part of the list this is, and leads to the others.
func (v *TrendingPage) pages(d TrendingData) {
	a := d.Asked
	if d.Total == 0 {
		v.Empty = "No paper has moved in this time."
		v.More = []Link{{Text: "The newest edition", Href: "/"}}
		return
	}
	first := (a.Page-1)*onePage + 1
	last := first + len(d.Items) - 1
	v.End = fmt.Sprintf("%d to %d of %s.", first, last, number(d.Total))
	if a.Page > 1 {
		to := a
		to.Page--
		v.More = append(v.More, Link{Text: fmt.Sprintf("%d to %d", first-onePage, first-1), Href: to.path(to.Page > 1)})
	}
	if last < d.Total {
		to := a
		to.Page++
		v.More = append(v.More, Link{Text: fmt.Sprintf("%d to %d", last+1, min(last+onePage, d.Total)), Href: to.path(true)})
	}
}

// path returns the address that asks for this; with still, for the list as it stood
// at a moment, so that no paper is missed from page to page.
func (a TrendingAsked) path(still bool) string {
	q := a.query()
	if a.Page > 1 {
		q.Set("page", strconv.Itoa(a.Page))
	}
	if still {
		q.Set("at", strconv.FormatInt(a.At.UnixMicro(), 10))
	}
	if len(q) == 0 {
		return trendingPath
	}
	return trendingPath + "?" + q.Encode()
}

// query is what says which list a asks for, without the part of it.
func (a TrendingAsked) query() url.Values {
	q := url.Values{}
	if a.Window != "week" {
		q.Set("window", a.Window)
	}
	if a.Category != "" {
		q.Set("category", a.Category)
	}
	if a.Topic != "" {
		q.Set("topic", a.Topic)
	}
	if a.Least > 0 {
		q.Set("min", strconv.Itoa(a.Least))
	}
	if a.Raw != a.Usual {
		q.Set("by", a.by())
	}
	return q
}

// TrendOf draws the votes of a row of equal times; the last of them are the reader's
// last day.
func TrendOf(steps []float64, last int, label string) Chart {
	const width, height = 168, 40
	c := Chart{Label: label, Width: width, Height: height}
	most := slices.Max(append(steps, 1))
	step := float64(width) / float64(max(len(steps), 1))
	for i, n := range steps {
		if n < .05 {
			continue
		}
		b := bar(step*float64(i)+.15*step, .85*step, 1+(height-2)*n/most, height)
		if i >= len(steps)-last {
			b.Class = "on"
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

package web

import (
	"fmt"
	"slices"
	"time"
)

// State is how a source or a category is doing.
type State string

// The states, each with its own shape.
const (
	Done    State = "dot"
	Running State = "half"
	Waiting State = "ring"
	Failed  State = "x"
)

// Source is a place that papers come from.
type Source struct {
	Name  string
	Ran   time.Time // zero when never
	Took  time.Duration
	Got   int
	State State
	Says  string // Current; Failed, 429
	Next  time.Time
	Back  []RunDay // 30 days, the newest last; none when that was not noted
}

// RunDay is how often something was done on a day, and how often of these it failed.
type RunDay struct{ Times, Failed int }

// Absent is a paper that was announced and is not held.
type Absent struct {
	ID, Category, Day string
	Reason            string
	Next              time.Time // of the next try; zero when there is none
}

// StatusData is what the status page is made of.
type StatusData struct {
	Up        time.Duration
	Notes     []Note
	Sources   []Source
	Ledger    *LedgerDay               // of the newest day; nil before the first
	Back      map[string][]LedgerCount // by category, 30 days ascending, the newest last; empty Category key for the total
	Missing   []Absent                 // at most a hundred
	Harvested []int                    // papers a day, 30 days, the newest last
	Facts     []Fact                   // papers, editions, database
}

// Note is a sentence in bold and what follows it.
type Note struct{ Strong, Text string }

// StatusPage is the public report.
type StatusPage struct {
	Page
	Sum       string
	Notes     []Note
	Sources   []SourceRow
	Ledger    *LedgerDay
	LedgerSub string
	Rows      []LedgerRow
	Missing   []AbsentRow
	Harvested *Chart
	Since     string
	Until     string
	Facts     []Fact
}

func (*StatusPage) template() string { return "status" }

// SourceRow is a row of the table of sources.
type SourceRow struct {
	Name, Ran, Took, Got, Next string
	State                      State
	Says                       string
	Gaps                       *Chart // of its days
}

// LedgerRow is a row of the ledger with its last 30 days.
type LedgerRow struct {
	LedgerCount
	Gaps *Chart
}

// AbsentRow is a row of the table of missing papers.
type AbsentRow struct{ ID, Href, Category, Day, Reason, Next string }

// StatusPageOf makes the status page.
func StatusPageOf(s Site, d StatusData) *StatusPage {
	v := &StatusPage{Page: s.page("Status", "report"), Notes: d.Notes, Ledger: d.Ledger, Facts: d.Facts}
	v.describe(s, "/status", "website", "What was announced, what is held, and when each source was last read.")
	v.Sum = fmt.Sprintf("%s, %s UTC. Up %s.", weekdayDate(s.Now), s.Now.UTC().Format("15:04"), lasting(d.Up))
	if s.Version != "" {
		v.Sum += " Version " + s.Version + "."
	}
	v.Sources = sourceRows(d.Sources, s.Now)
	if d.Ledger != nil {
		v.LedgerSub = weekdayDate(day(d.Ledger.Day))
		for _, r := range d.Ledger.Rows {
			row := LedgerRow{LedgerCount: r}
			if back := d.Back[r.Category]; len(back) > 0 {
				c := GapsOf(back)
				row.Gaps = &c
			}
			v.Rows = append(v.Rows, row)
		}
	}
	for _, m := range d.Missing {
		row := AbsentRow{ID: m.ID, Href: "https://arxiv.org/abs/" + m.ID, Category: m.Category, Day: shortDate(day(m.Day)), Reason: m.Reason, Next: "none"}
		if !m.Next.IsZero() {
			row.Next = moment(m.Next, s.Now)
		}
		v.Missing = append(v.Missing, row)
	}
	if n := len(d.Harvested); n > 0 && slices.Max(d.Harvested) > 0 {
		v.Harvested = harvested(d.Harvested)
		v.Since, v.Until = s.Now.AddDate(0, 0, 1-n).Format("2 Jan"), s.Now.Format("2 Jan")
	}
	return v
}

func sourceRows(list []Source, now time.Time) (rows []SourceRow) {
	for _, src := range list {
		row := SourceRow{Name: src.Name, Ran: "not yet", Took: "–", Got: number(src.Got), State: src.State, Says: src.Says, Next: "–"}
		if !src.Ran.IsZero() {
			row.Ran = moment(src.Ran, now)
			row.Took = lasting(src.Took)
		}
		if !src.Next.IsZero() {
			row.Next = moment(src.Next, now)
		}
		if len(src.Back) > 0 {
			c := RunsOf(src.Back)
			row.Gaps = &c
		}
		rows = append(rows, row)
	}
	return rows
}

// harvested draws the papers of the last days, the newest in ink.
func harvested(days []int) *Chart {
	const width, height, slot = 560, 56, 12
	c := &Chart{Width: width, Height: height}
	most, least := 1, days[0]
	for _, n := range days {
		most, least = max(most, n), min(least, n)
	}
	step := float64(width) / float64(len(days))
	for i, n := range days {
		if n == 0 {
			continue
		}
		b := bar(step*float64(i), min(slot, step-2), 1+(height-2)*float64(n)/float64(most), height)
		if i == len(days)-1 {
			b.Class = "ink"
		}
		c.Bars = append(c.Bars, b)
	}
	c.Label = fmt.Sprintf("Papers received a day over %d days, between %s and %s; %s on the last", len(days), number(least), number(most), number(days[len(days)-1]))
	return c
}

// moment writes a time of the day of now as 06:12, of another day with its date.
func moment(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006")
}

// lasting writes a duration as people say it: 11 s, 4 min 38 s, 2 hours, 41 days.
func lasting(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return count(int(d.Hours()), "hour")
	}
	return count(int(d.Hours()/24), "day")
}

// ProgressData is what the page before the first edition is made of.
type ProgressData struct {
	Harvesting bool
	Got, Of    int           // papers so far and expected; Of is 0 while unknown
	Left       time.Duration // 0 while unknown
	Rows       []ProgressRow
}

// ProgressRow is how far one category is.
type ProgressRow struct {
	Category  string
	Announced int
	Held      int
	State     State
}

// FirstRunPage stands where the edition will, before there is one.
type FirstRunPage struct {
	Page
	ProgressData
	Percent int
	Remain  string
}

func (*FirstRunPage) template() string { return "firstrun" }

// Says writes the state of a row in a word.
func (r ProgressRow) Says() string {
	return map[State]string{Done: "Done", Running: "Fetching", Waiting: "Waiting", Failed: "Failed"}[r.State]
}

// FirstRunPageOf makes the page before the first edition.
func FirstRunPageOf(s Site, d ProgressData) *FirstRunPage {
	v := &FirstRunPage{Page: s.page("No edition yet", "progress"), ProgressData: d}
	v.NoIndex = true
	if d.Harvesting {
		v.Title = "Harvesting the first papers"
	}
	if d.Of > 0 {
		v.Percent = min(100, 100*d.Got/d.Of)
	}
	if d.Left > 0 {
		v.Remain = "about " + lasting(d.Left.Round(time.Second)) + " left"
		if d.Left >= time.Minute {
			v.Remain = "about " + count(int(d.Left.Round(time.Minute).Minutes()), "minute") + " left"
		}
	}
	return v
}

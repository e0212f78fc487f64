package web

import (
	"fmt"
	"time"

	"broadsheet/edition"
	"broadsheet/feed"
)

// PeriodData is what the page of a week or a month is made of.
type PeriodData struct {
	From   string        // its first day
	Asked  string        // what was asked for, when that has no editions and this is the one before
	Days   []edition.Day // its editions, ascending; at least one
	Near   []edition.Day // those of the periods around and of this one, for the strip
	Before *edition.Day  // the last edition before it, nil for none
	After  *edition.Day  // the first one after it, nil for none
	Papers []Outline     // all of its papers, by day, then by rank
	Leads  []feed.Item   // the first paper of each day; for a week only
	Items  []feed.Item   // the first twelve of the period
	Ledger *LedgerDay    // of the period, nil when unknown
	Props  string
}

// PeriodPage is the page of a week or of a month.
type PeriodPage struct {
	Page
	Month     bool
	Notice    string
	Rows      []CalendarRow // one for a week; for a month one for each of its weeks
	Caption   string
	Heading   string // over the front: First of the week
	Sub       string
	Front     Front
	Numbers   []Fact
	Shares    []Share
	Discussed []Entry
	End       string
	Neighbour []Link
}

func (*PeriodPage) template() string { return "period" }

// Fact is a name and what it is.
type Fact struct{ Name, Value string }

// WeekPageOf makes the page of a week.
func WeekPageOf(s Site, d PeriodData) *PeriodPage {
	first := day(d.From)
	dates := weekDates(first, lastColumn(first, byDay(d.Days)))
	n := weekNumber(first)
	v := &PeriodPage{
		Page: s.page(fmt.Sprintf("Week %d, %s", n, dates), "papers"), Heading: "First of the week", End: fmt.Sprintf("End of week %d.", n),
		Caption: "Each bar is a paper, as high as its votes; all days have one scale.",
	}
	v.describe(s, weekPath(first), "website", fmt.Sprintf("The papers of week %d, %s, in %s.", n, dates, editions(len(d.Days))))
	v.Full = &Ear{Text: weekTitle(first), Note: dates, Far: numbers(d.Days)}
	v.takeAlong(s, weekTitle(first), "week", edition.Week(first), nil)
	v.at("Week")
	v.Strip = s.weeksStrip(first, papersIn(d.Near))
	v.Rows = []CalendarRow{s.row(first, d, true)}
	if d.Asked != "" {
		v.Notice = d.Asked + " has no edition. This is the last week before it that has one."
	}
	v.fill(s, d, "in this week")
	return v
}

// MonthPageOf makes the page of a month.
func MonthPageOf(s Site, d PeriodData) *PeriodPage {
	first := day(d.From)
	name := first.Format("January 2006")
	v := &PeriodPage{
		Page: s.page(name, "papers"), Month: true, Heading: "The month’s front page", Sub: "by votes", End: "End of " + name + ".",
		Caption: "Each bar is a paper, as high as its votes; all days have one scale. The title is the day’s lead.",
	}
	v.describe(s, monthPath(first), "website", fmt.Sprintf("The papers of %s in %s.", name, editions(len(d.Days))))
	v.Full = &Ear{Text: name, Note: count(len(d.Days), "edition"), Far: numbers(d.Days)}
	v.takeAlong(s, name, "month", d.From[:7], nil)
	v.at("Month")
	v.Strip = s.monthsStrip(first, papersIn(d.Near))
	for m := monday(first); m.Before(first.AddDate(0, 1, 0)); m = m.AddDate(0, 0, 7) {
		if r := s.row(m, d, false); r.Days != nil {
			v.Rows = append(v.Rows, r)
		}
	}
	if d.Asked != "" {
		v.Notice = d.Asked + " has no edition. This is the last month before it that has one."
	}
	v.fill(s, d, "in this month")
	return v
}

// fill sets what weeks and months have alike.
func (v *PeriodPage) fill(s Site, d PeriodData, where string) {
	items := s.items(d.Items)
	held := byDay(d.Days)
	for i := range items {
		at := d.Items[i].Day
		items[i].Anchor = "f" + items[i].Anchor
		items[i].Why = fmt.Sprintf("%s, No. %s.", weekdayDate(day(at)), number(held[at].Number))
		items[i].Topic.Href = "" // it would lead to another size of the same page
	}
	v.Front = front(items)
	t := tallyOf(d.Papers)
	v.Line = &Link{Text: d.Ledger.line(where), Href: "/status"}
	v.Counts = counts(len(d.Papers), where, t.votes)
	v.Numbers = t.facts(d)
	v.Shares = shares(t.categories)
	for _, o := range t.discussed {
		v.Discussed = append(v.Discussed, Entry{paperPath(o.Key), o.Form.HTML(o.Title), []string{count(o.Comments, "comment"), day(o.Day).Format("Monday 2")}})
	}
	v.Strip.Older, v.Strip.Newer = v.around(d.Before), v.around(d.After)
	for _, l := range []*Link{v.Strip.Older, v.Strip.Newer, {Text: "All editions", Href: "/archive"}} {
		if l != nil {
			v.Neighbour = append(v.Neighbour, *l)
		}
	}
	if d.Props != "" {
		v.Island = &Island{d.Props}
	}
}

// around returns the link to the period of an edition outside of this one.
func (v *PeriodPage) around(d *edition.Day) *Link {
	if d == nil {
		return nil
	}
	at := day(d.Day)
	if v.Month {
		return &Link{Text: at.Format("January 2006"), Href: monthPath(at)}
	}
	return &Link{Text: weekTitle(monday(at)), Href: weekPath(at)}
}

// papersIn returns a function that counts the papers of the editions of a span.
func papersIn(days []edition.Day) func(from, to time.Time) int {
	return func(from, to time.Time) int {
		first, last, n := from.Format(time.DateOnly), to.Format(time.DateOnly), 0
		for _, d := range days {
			if d.Day >= first && d.Day <= last {
				n += d.Count()
			}
		}
		return n
	}
}

// editions writes: five editions.
func editions(n int) string {
	if n == 1 {
		return "one edition"
	}
	return inWords(n) + " editions"
}

// numbers writes the numbers of a run of editions, as more of a note.
func numbers(days []edition.Day) string {
	first, last := days[0].Number, days[len(days)-1].Number
	if first == last {
		return ", edition No. " + number(first)
	}
	return fmt.Sprintf(", No. %s to %s", number(first), number(last))
}

package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/edition"
)

// CalendarRow is a week of a calendar.
type CalendarRow struct {
	Week Link
	Days []CalendarDay
}

// CalendarDay is one day of a calendar.
type CalendarDay struct {
	Number, Weekday string
	Href            string // empty when there is no edition
	Papers          int
	Note            string // why there is none: none, due
	Out             bool   // not of this period
	Spark           Chart
	Lead            *Item   // in a week
	Entries         []Entry // in a week the papers after the lead, in a month the lead
	All             string  // No. 654, all 23
}

// row returns the week that begins on a Monday, as far as it lies in the period:
// Monday to Friday, and a Saturday or Sunday that has an edition. It has no days
// when none of them has one. A large row shows a day's lead and three more.
func (s Site) row(first time.Time, d PeriodData, large bool) CalendarRow {
	held := byDay(d.Days)
	r := CalendarRow{Week: Link{Text: fmt.Sprintf("Week %d", weekNumber(first)), Href: weekPath(first)}}
	scale := scaleOf(d.Papers)
	papers, votes := 0, 0
	for i := range 7 {
		at := first.AddDate(0, 0, i)
		e, ok := held[at.Format(time.DateOnly)]
		if !ok && i > 4 {
			continue
		}
		c := CalendarDay{Number: strconv.Itoa(at.Day()), Weekday: at.Format("Mon"), Out: !large && at.Month() != day(d.From).Month()}
		if large {
			c.Weekday = at.Format("Monday")
		}
		c.Note = s.due(at)
		if ok {
			list := ofDay(d.Papers, e.Day)
			c.Href, c.Papers = dayPath(e.Day), e.Count()
			c.All = fmt.Sprintf("No. %s, all %s", number(e.Number), number(e.Count()))
			s.fillDay(&c, list, d, scale, large)
			papers += e.Count()
			for _, o := range list {
				votes += o.Votes
			}
		}
		r.Days = append(r.Days, c)
	}
	if papers == 0 {
		r.Days = nil
	}
	r.Week.Note = count(papers, "paper")
	if votes > 0 {
		r.Week.Note += ", " + count(votes, "vote")
	}
	return r
}

// fillDay sets the picture and the papers of a day.
func (s Site) fillDay(c *CalendarDay, list []Outline, d PeriodData, scale scale, large bool) {
	const more, tall, low = 4, 96, 40
	shown, height := list[:min(len(list), 1)], low
	if large {
		shown, height = list[min(len(list), 1):min(len(list), more)], tall
		for _, it := range d.Leads {
			if len(list) > 0 && it.Day == list[0].Day {
				lead := s.item(it)
				lead.Anchor, lead.Abstract = "c"+it.Day, ""
				c.Lead = &lead
			}
		}
	}
	c.Spark = SparkOf(bars(list), scale.most, scale.slots, height)
	for _, o := range shown {
		e := Entry{Href: paperPath(o.Key), Title: o.Form.HTML(o.Title)}
		if large {
			e.Facts = []string{count(o.Votes, "vote")}
		}
		c.Entries = append(c.Entries, e)
	}
}

// ofDay returns the part of a list, which is by day, that is of one day.
func ofDay(list []Outline, day string) []Outline {
	from, _ := slices.BinarySearchFunc(list, day, func(o Outline, d string) int { return strings.Compare(o.Day, d) })
	to := from
	for to < len(list) && list[to].Day == day {
		to++
	}
	return list[from:to]
}

// bars returns the votes that the picture of a day shows: of the papers that
// somebody put in; of the first announced when nobody put in any.
func bars(list []Outline) []int {
	const announced = 28
	var votes []int
	for i, o := range list {
		if o.Origin == edition.Announced && (i >= announced || list[0].Origin != edition.Announced) {
			break
		}
		votes = append(votes, o.Votes)
	}
	return votes
}

// scale is that of the pictures of one page.
type scale struct{ most, slots int }

func scaleOf(list []Outline) scale {
	s := scale{1, 1}
	for len(list) > 0 {
		part := ofDay(list, list[0].Day)
		votes := bars(part)
		s.slots = max(s.slots, len(votes))
		s.most = max(s.most, slices.Max(append(votes, 1)))
		list = list[len(part):]
	}
	return s
}

// lastColumn returns the last day that the calendar of a week shows.
func lastColumn(first time.Time, held map[string]edition.Day) time.Time {
	last := first.AddDate(0, 0, 4)
	for i := 5; i < 7; i++ {
		if at := first.AddDate(0, 0, i); held[at.Format(time.DateOnly)].Number > 0 {
			last = at
		}
	}
	return last
}

// tally counts the papers of a period.
type tally struct {
	votes, comments, median int
	categories              []categoryCount // the fullest first
	discussed               []Outline       // the five with most comments
}

type categoryCount struct {
	category string
	papers   int
}

func tallyOf(list []Outline) tally {
	const discussed = 5
	var t tally
	n := map[string]int{}
	votes := make([]int, 0, len(list))
	for _, o := range list {
		t.votes += o.Votes
		t.comments += o.Comments
		votes = append(votes, o.Votes)
		if o.Primary != "" {
			n[o.Primary]++
		}
		if o.Comments > 0 {
			t.discussed = append(t.discussed, o)
		}
	}
	if slices.Sort(votes); len(votes) > 0 {
		t.median = votes[len(votes)/2]
	}
	for c, papers := range n {
		t.categories = append(t.categories, categoryCount{c, papers})
	}
	slices.SortFunc(t.categories, func(a, b categoryCount) int {
		return cmp.Or(b.papers-a.papers, strings.Compare(a.category, b.category))
	})
	slices.SortStableFunc(t.discussed, func(a, b Outline) int { return b.Comments - a.Comments })
	t.discussed = t.discussed[:min(discussed, len(t.discussed))]
	return t
}

// facts returns the rows of the box of numbers.
func (t tally) facts(d PeriodData) []Fact {
	var facts []Fact
	if l := d.Ledger; l != nil && l.Total.Announced > 0 {
		facts = append(facts, Fact{"Announced", number(l.Total.Announced)}, Fact{"Held", number(l.Total.Held)})
	}
	return append(facts,
		Fact{"Editions", number(len(d.Days))}, Fact{"Papers", number(len(d.Papers))},
		Fact{"Votes", number(t.votes)}, Fact{"Median of votes", number(t.median)}, Fact{"Comments", number(t.comments)})
}

// Share is a row of a list with bars.
type Share struct {
	Name, Long, Value string
	Percent           int // of the longest bar
}

// shares returns the six fullest categories, and the others as one.
func shares(list []categoryCount) []Share {
	const most = 6
	var rows []Share
	others := 0
	for i, c := range list {
		if i >= most {
			others += c.papers
			continue
		}
		row := Share{Name: c.category, Value: number(c.papers), Percent: 100 * c.papers / list[0].papers}
		if long := categoryName(c.category); long != c.category {
			row.Long = long
		}
		rows = append(rows, row)
	}
	if others > 0 {
		rows = append(rows, Share{Name: "Others", Value: number(others), Percent: min(100, 100*others/list[0].papers)})
	}
	return rows
}

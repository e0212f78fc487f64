package web

import (
	"fmt"
	"strconv"
	"time"

	"broadsheet/edition"
)

// daysStrip returns the seven days of the week around at.
func (s Site) daysStrip(at time.Time, week []edition.Day, before, after *edition.Day) *Strip {
	first := monday(at)
	strip := &Strip{Label: fmt.Sprintf("Editions of week %d", weekNumber(at))}
	held := byDay(week)
	for i := range 7 {
		d := first.AddDate(0, 0, i)
		c := Cell{Kind: d.Format("Mon"), Text: strconv.Itoa(d.Day()), Current: d.Equal(at)}
		c.fill(held[d.Format(time.DateOnly)].Count(), dayPath(d.Format(time.DateOnly)), s.due(d))
		strip.Cells = append(strip.Cells, c)
	}
	strip.Older, strip.Newer = step(before), step(after)
	return strip
}

// step returns the link to a neighbouring edition, nil when there is none.
func step(d *edition.Day) *Link {
	if d == nil {
		return nil
	}
	return &Link{Text: longDate(day(d.Day)), Href: dayPath(d.Day)}
}

// fill sets the note and the address of a cell.
func (c *Cell) fill(papers int, path, empty string) {
	if papers == 0 {
		c.Note = empty
		return
	}
	c.Note, c.Count, c.Href = number(papers), true, path
}

// due says what a day without an edition is.
func (s Site) due(d time.Time) string {
	if d.Format(time.DateOnly) < s.Today || d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		return "none"
	}
	return "due"
}

func byDay(days []edition.Day) map[string]edition.Day {
	held := make(map[string]edition.Day, len(days))
	for _, d := range days {
		held[d.Day] = d
	}
	return held
}

// weeksStrip returns the weeks from three before the one of at to the one after.
func (s Site) weeksStrip(at time.Time, papers func(from, to time.Time) int) *Strip {
	strip := &Strip{Label: "Weeks"}
	for i := -3; i <= 1; i++ {
		d := monday(at).AddDate(0, 0, 7*i)
		c := Cell{Kind: "Week", Text: strconv.Itoa(weekNumber(d)), Current: i == 0}
		c.fill(papers(d, d.AddDate(0, 0, 6)), weekPath(d), s.due(d))
		strip.Cells = append(strip.Cells, c)
	}
	return strip
}

// monthsStrip returns the months from four before the one of at to the one after.
func (s Site) monthsStrip(at time.Time, papers func(from, to time.Time) int) *Strip {
	strip := &Strip{Label: "Months"}
	for i := -4; i <= 1; i++ {
		d := firstOf(at).AddDate(0, i, 0)
		c := Cell{Text: d.Format("Jan"), Current: i == 0}
		empty := "none"
		if d.Format(time.DateOnly) >= s.Today {
			empty = "due"
		}
		c.fill(papers(d, d.AddDate(0, 1, -1)), monthPath(d), empty)
		strip.Cells = append(strip.Cells, c)
	}
	return strip
}

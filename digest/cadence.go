package digest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/fault"
)

// Every says how often a mail comes.
type Every string

// The rhythms.
const (
	Weekdays Every = "weekdays" // Monday to Friday
	OnDays   Every = "days"     // on given days of the week
	Weekly   Every = "week"     // on one of them
	Monthly  Every = "month"    // on the first of the month
)

// Cadence is when a reader's mails come.
type Cadence struct {
	Every Every          `json:"every"`
	Days  []time.Weekday `json:"days,omitempty"`
	Hour  int            `json:"hour"` // 0 to 23, by the reader's clock
	Zone  string         `json:"zone"` // Europe/Stockholm
}

// check reports what is wrong with the cadence, and puts its days into order.
func (c *Cadence) check() error {
	slices.Sort(c.Days)
	c.Days = slices.Compact(c.Days)
	if slices.ContainsFunc(c.Days, func(d time.Weekday) bool { return d < 0 || d > 6 }) {
		return fault.Invalid("A day of the week is a number from 0 (Sunday) to 6.")
	}
	switch c.Every {
	case Weekdays, Monthly:
		c.Days = nil
	case Weekly:
		if len(c.Days) == 0 {
			c.Days = []time.Weekday{time.Saturday}
		}
		c.Days = c.Days[:1]
	case OnDays:
		if len(c.Days) == 0 {
			return fault.Invalid("Choose at least one day of the week.")
		}
	default:
		return fault.Invalid("Mail comes on weekdays, on days of your choice, every week or every month.")
	}
	if c.Hour < 0 || c.Hour > 23 {
		return fault.Invalid("The hour is a number from 0 to 23.")
	}
	if _, err := loadZone(c.Zone); err != nil {
		return fault.Invalid("There is no time zone %q; write it as Europe/Stockholm.", c.Zone)
	}
	return nil
}

func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("no zone is named %q", name)
	}
	return time.LoadLocation(name)
}

// zone returns the reader's zone; one that has gone from the system's tables is UTC.
func (c *Cadence) zone() *time.Location {
	z, err := loadZone(c.Zone)
	if err != nil {
		return time.UTC
	}
	return z
}

// Next returns the first time after a moment at which a mail is due. On each date of
// the reader's calendar that is at most once: an hour that the change of the clocks
// repeats counts when it comes first, and one that it leaves out is the next hour.
func (c *Cadence) Next(after time.Time) time.Time {
	zone := c.zone()
	local := after.In(zone)
	for i := range 400 {
		day := time.Date(local.Year(), local.Month(), local.Day()+i, 12, 0, 0, 0, zone)
		if !c.on(day) {
			continue
		}
		if t := hourOf(day, c.Hour); t.After(after) {
			return t.UTC()
		}
	}
	return after.AddDate(0, 1, 0) // no calendar comes here
}

// on reports whether a mail is due on the date of day.
func (c *Cadence) on(day time.Time) bool {
	switch c.Every {
	case Monthly:
		return day.Day() == 1
	case Weekdays:
		return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
	}
	return slices.Contains(c.Days, day.Weekday())
}

// hourOf returns the moment at which the clocks show an hour on a date.
func hourOf(day time.Time, hour int) time.Time {
	at := func(h int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), h, 0, 0, 0, day.Location())
	}
	t := at(hour)
	if t.Hour() != hour { // the clocks leave it out
		return at(hour + 1)
	}
	if earlier := t.Add(-time.Hour); earlier.Hour() == hour { // the clocks show it twice
		return earlier
	}
	return t
}

// String says when mails come: "weekdays at 07:00 Europe/Stockholm".
func (c *Cadence) String() string {
	when := "weekdays"
	switch c.Every {
	case Monthly:
		when = "on the 1st of each month"
	case Weekly:
		when = "every " + c.Days[0].String()
	case OnDays:
		names := make([]string, len(c.Days))
		for i, d := range c.Days {
			names[i] = d.String() + "s"
		}
		when = list(names)
	}
	return fmt.Sprintf("%s at %02d:00 %s", when, c.Hour, c.Zone)
}

// list joins words as prose: a, b and c.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

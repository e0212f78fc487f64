package edition

import (
	"slices"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
)

// Fill says what fills an edition.
type Fill string

// The settings.
const (
	FillSubmitted Fill = "submitted"
	FillAnnounced Fill = "announced"
	FillBoth      Fill = "both"
)

// Settings say when a day begins, what fills it and who makes it.
type Settings struct {
	Zone       *time.Location // of the feed day; nil is UTC
	Turn       time.Duration  // after midnight in Zone, when the date turns
	Fill       Fill           // "" is FillBoth
	Categories []string       // whose announcements are taken: cs.LG, or a whole archive: math

	// Desk says that people make the edition: what comes in is a candidate of the coming
	// one, which is published at Hour, or before by the desk. Without a desk an edition
	// fills as its day goes.
	Desk bool
	Hour time.Duration // after midnight in Zone

	Decides string // what readers are told of how the desk decides; "" is a text of ours

	Submit Submitting
}

// Submitting says what readers may put in.
type Submitting struct {
	Window int    // days since a paper was first published; 0 for any
	PerDay int    // how many a reader may put in on one day; 0: readers put in none
	Direct Direct // who needs no desk; "" is Everybody
}

// Direct says whose papers stand in the coming edition unless the desk skips them.
// Those of others stand there only when the desk keeps them, and wait until it decides.
type Direct string

// The settings. Each lets in also whom those before it let in.
const (
	Nobody    Direct = "nobody"
	DeskOnly  Direct = "desk"  // who is at the desk
	Known     Direct = "known" // readers of whom the desk has kept a paper before
	Everybody Direct = "everybody"
)

// ParseHour reads an hour of the day written as 06:00.
func ParseHour(s string) (time.Duration, error) {
	at, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fault.Invalid("%q is no hour; write it as 06:00.", s)
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, nil
}

func (s Settings) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// DayOf returns the feed day that t falls on.
func (s Settings) DayOf(t time.Time) string {
	return t.Add(-s.Turn).In(s.zone()).Format(time.DateOnly)
}

// Morning reports whether the feed day that t falls on is less than twelve hours old.
func (s Settings) Morning(t time.Time) bool {
	return t.Add(-s.Turn).In(s.zone()).Hour() < 12
}

// Publishes returns when the edition of a day is published with a desk that sleeps.
func (s Settings) Publishes(day string) (time.Time, error) {
	at, err := ParseDay(day)
	if err != nil {
		return time.Time{}, err
	}
	hour, minute := int(s.Hour/time.Hour), int(s.Hour%time.Hour/time.Minute)
	return time.Date(at.Year(), at.Month(), at.Day(), hour, minute, 0, 0, s.zone()), nil
}

// coming returns the day whose edition is made at t when the one of the day last has
// been published, "" for none.
func (s Settings) coming(t time.Time, last string) (string, error) {
	day := t.In(s.zone()).Format(time.DateOnly)
	at, err := s.Publishes(day)
	if err != nil {
		return "", err
	}
	if !at.After(t) {
		day = dayAfter(day)
	}
	return max(day, dayAfter(last)), nil
}

// dayAfter returns the day after one, "" after none.
func dayAfter(day string) string { return shift(day, 1) }

func shift(day string, by int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(0, 0, by).Format(time.DateOnly)
}

// chosen reports whether an announcement in one of the categories is taken.
func (s Settings) chosen(categories []string) bool {
	return slices.ContainsFunc(categories, func(c string) bool {
		return slices.ContainsFunc(s.Categories, func(want string) bool {
			return c == want || len(c) > len(want) && c[:len(want)] == want && c[len(want)] == '.'
		})
	})
}

// place returns the edition that p belongs into by the settings, and no day when
// it belongs into none.
func (s Settings) place(p *paper.Paper) (day string, entered time.Time, o Origin) {
	if f := p.Featured; f != nil && s.Fill != FillAnnounced {
		return s.DayOf(f.At), f.At, Submitted
	}
	if p.Announced != "" && s.Fill != FillSubmitted && s.chosen(p.Categories) {
		at, err := time.Parse(time.DateOnly, p.Announced)
		if err != nil {
			return "", time.Time{}, ""
		}
		return p.Announced, at, Announced
	}
	return "", time.Time{}, ""
}

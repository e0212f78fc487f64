package harvest

import (
	"time"
)

// clock is a time of the day.
type clock struct{ hour, minute int }

// ofArxiv says when arXiv's servers are asked, in Eastern time. arXiv announces at
// 20:00 on Sunday to Thursday; its OAI-PMH server has the new records that night,
// and its feeds are those of the next day from midnight
// (https://info.arxiv.org/help/availability.html, https://info.arxiv.org/help/rss.html).
// Each is asked a second time in the morning, for what came late.
var ofArxiv = map[string][]struct {
	nextDay bool // after the evening of the announcement
	clock
}{
	"arxiv-oai":  {{false, clock{22, 30}}, {true, clock{6, 0}}},
	"arxiv-feed": {{true, clock{0, 20}}, {true, clock{6, 30}}},
}

// Next returns when a source is to be asked after the time given: arXiv's as it
// announces, an upstream every three hours. Missing papers are looked for every
// hour.
func Next(source string, after time.Time) time.Time {
	visits, ok := ofArxiv[source]
	switch {
	case source == "arxiv-api":
		return after.Add(time.Hour)
	case !ok:
		return after.Add(3 * time.Hour)
	}
	eastern, err := time.LoadLocation("America/New_York")
	if err != nil {
		return after.Add(12 * time.Hour) // no zones on this machine
	}
	local := after.In(eastern)
	for i := -1; ; i++ {
		evening := time.Date(local.Year(), local.Month(), local.Day()+i, 12, 0, 0, 0, eastern)
		if !Announces(evening) {
			continue
		}
		for _, v := range visits {
			day := evening.Day()
			if v.nextDay {
				day++
			}
			if at := time.Date(evening.Year(), evening.Month(), day, v.hour, v.minute, 0, 0, eastern); at.After(after) {
				return at
			}
		}
	}
}

// Announces reports whether arXiv announces papers on the evening of the day: Sunday
// to Thursday, but not on holidays of the United States. It need not be exact; asked
// on a holiday that is not named here, arXiv answers that nothing is new.
func Announces(day time.Time) bool {
	if w := day.Weekday(); w == time.Friday || w == time.Saturday {
		return false
	}
	return !holiday(day)
}

func holiday(t time.Time) bool {
	_, month, day := t.Date()
	nth := (day-1)/7 + 1 // the which-th such weekday of its month
	last := t.AddDate(0, 0, 7).Month() != month
	switch month {
	case time.January:
		return day == 1 || t.Weekday() == time.Monday && nth == 3 // Martin Luther King
	case time.May:
		return t.Weekday() == time.Monday && last // Memorial Day
	case time.June:
		return day == 19 // Juneteenth
	case time.July:
		return day == 4
	case time.September:
		return t.Weekday() == time.Monday && nth == 1 // Labor Day
	case time.November:
		return t.Weekday() == time.Thursday && nth == 4 // Thanksgiving
	case time.December:
		return day == 24 || day == 25 || day == 31
	}
	return false
}

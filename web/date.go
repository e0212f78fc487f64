package web

import (
	"fmt"
	"strconv"
	"time"

	"broadsheet/edition"
)

// day reads a feed day. What is no day is the zero time; the days of the stores
// always are.
func day(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}

func dayPath(d string) string        { return "/papers/date/" + d }
func weekPath(t time.Time) string    { return "/papers/week/" + edition.Week(t) }
func monthPath(t time.Time) string   { return "/papers/month/" + t.Format("2006-01") }
func paperPath(key string) string    { return "/papers/" + key }
func longDate(t time.Time) string    { return t.Format("Monday 2 January 2006") }
func shortDate(t time.Time) string   { return t.Format("2 Jan 2006") }
func weekdayDate(t time.Time) string { return t.Format("Monday 2 January") }

// monday returns the first day of the ISO week that t is in.
func monday(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }

// firstOf returns the first day of the month that t is in.
func firstOf(t time.Time) time.Time { return t.AddDate(0, 0, 1-t.Day()) }

// weekNumber returns the number of the ISO week that t is in.
func weekNumber(t time.Time) int {
	_, w := t.ISOWeek()
	return w
}

// weekDates writes the days of a week from monday to last: 13 to 17 April 2026.
func weekDates(monday, last time.Time) string {
	switch {
	case monday.Year() != last.Year():
		return monday.Format("2 January 2006") + " to " + last.Format("2 January 2006")
	case monday.Month() != last.Month():
		return monday.Format("2 January") + " to " + last.Format("2 January 2006")
	}
	return monday.Format("2") + " to " + last.Format("2 January 2006")
}

// weekTitle writes Week 16, 2026, with the year of the week, which is not always
// that of its days.
func weekTitle(monday time.Time) string {
	y, w := monday.ISOWeek()
	return fmt.Sprintf("Week %d, %d", w, y)
}

// number writes n with commas.
func number(n int) string { return edition.Thousands(n) }

// count writes n and the noun that belongs to it: 1 paper, 2 papers.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// inWords writes the numbers that begin no figure: one to ten.
func inWords(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

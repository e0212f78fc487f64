package cite

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	isoDate  = regexp.MustCompile(`^(\d{4})(?:[-/](\d{1,2})?)?(?:[-/](\d{1,2})?)?(?:[-/T ].*)?$`)
	anyYear  = regexp.MustCompile(`\b(1[5-9]\d\d|20\d\d)\b`)
	monthDay = regexp.MustCompile(`^(\d{1,2})[-/. ](\d{4})$`)
)

var monthNames = []string{"", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// parseMonth reads a month by its name, its first three letters, or its number; 0 for
// what is none.
func parseMonth(s string) int {
	s = strings.ToLower(strings.Trim(s, " .{}"))
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= 12 {
		return n
	}
	if len(s) >= 3 {
		return max(0, slices.IndexFunc(monthNames, func(m string) bool { return m != "" && (strings.HasPrefix(m, s) || strings.HasPrefix(s, m[:3])) }))
	}
	return 0
}

// parseDate reads a date as reference managers write them: 2016-04-18, 2016/04/18/,
// 2/2016, April 18, 2016, 2011-05-25/2012-06-26 (the first), 2016.
func parseDate(s string) Date {
	s = strings.Trim(s, " {}~?")
	if m := isoDate.FindStringSubmatch(s); m != nil {
		d := Date{}
		d.Year, _ = strconv.Atoi(m[1])
		d.Month, _ = strconv.Atoi(m[2])
		d.Day, _ = strconv.Atoi(m[3])
		return d.whole()
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		d := Date{}
		d.Month, _ = strconv.Atoi(m[1])
		d.Year, _ = strconv.Atoi(m[2])
		return d.whole()
	}
	year := anyYear.FindString(s)
	if year == "" {
		return Date{Text: oneLine(cut(s))}
	}
	d := Date{}
	d.Year, _ = strconv.Atoi(year)
	for word := range strings.FieldsFuncSeq(strings.Replace(s, year, " ", 1), func(r rune) bool { return r == ' ' || r == ',' || r == '/' || r == '.' }) {
		if m := parseMonth(word); d.Month == 0 && m > 0 && (word[0] < '0' || word[0] > '9') {
			d.Month = m
		} else if n, err := strconv.Atoi(strings.TrimRight(word, "stndrh")); err == nil && d.Day == 0 {
			d.Day = n
		}
	}
	if d.Month == 0 {
		d.Day = 0
	}
	return d.whole()
}

// whole leaves out of a date what cannot be.
func (d Date) whole() Date {
	if d.Year < 1 {
		return Date{}
	}
	if d.Month < 1 || d.Month > 12 {
		d.Month, d.Day = 0, 0
	}
	if d.Day < 1 || d.Day > 31 {
		d.Day = 0
	}
	return d
}

// The signs between two pages.
var pageDash = regexp.MustCompile(` *[-–—‐‑‒−]+ *`)

// cleanPages writes a range of pages as 12-34.
func cleanPages(s string) string {
	return strings.Trim(pageDash.ReplaceAllString(oneLine(s), "-"), "-")
}

package web

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"broadsheet/edition"
)

// Chart is a picture of bars: a template draws it as SVG. Lengths are in units of
// its own box.
type Chart struct {
	Label         string // a sentence that says what the picture shows
	Width, Height int
	Bars          []Bar
}

// Bar is one bar of a Chart. Class is "", ink (today, or the bad one) or on (what
// the reader did).
type Bar struct{ X, Y, W, H, Class string }

// Graph is a Chart with lines across, and words.
type Graph struct {
	Chart
	Lines  []Label // each from X on, with its text at the left
	Words  []Label
	Anchor string // of the words: start, middle
}

// length writes a length with one decimal, none where it is whole.
func length(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
}

// bar returns a bar that stands on the floor of a box of the given height.
func bar(x, width, tall, height float64) Bar {
	return Bar{X: length(x), Y: length(height - tall), W: length(width), H: length(tall)}
}

// SparkOf draws one bar for each paper of an edition, as high as its votes, on
// the scale of most votes, in a box with room for slots papers.
func SparkOf(votes []int, most, slots, height int) Chart {
	c := Chart{Width: 8 * max(slots, 1), Height: height, Label: "no papers"}
	if len(votes) == 0 {
		return c
	}
	c.Label = fmt.Sprintf("%s by votes: first %s, last %s", count(len(votes), "paper"), number(votes[0]), number(votes[len(votes)-1]))
	if len(votes) == 1 {
		c.Label = fmt.Sprintf("1 paper with %s", count(votes[0], "vote"))
	}
	for i, v := range votes {
		if i == slots {
			break
		}
		tall := 1 + float64(height-2)*float64(v)/float64(max(most, 1))
		c.Bars = append(c.Bars, bar(float64(8*i), 6, tall, float64(height)))
	}
	return c
}

// StepsOf draws what was added in each of a row of equal times, as bars as high
// as the addition.
func StepsOf(added []int, label string) Chart {
	const width, height = 352, 48
	c := Chart{Width: width, Height: height, Label: label}
	most := 1
	for _, n := range added {
		most = max(most, n)
	}
	step := float64(width) / float64(max(len(added), 1))
	for i, n := range added {
		if n > 0 {
			c.Bars = append(c.Bars, bar(step*float64(i)+step*.08, step*.84, 1+float64(height-2)*float64(n)/float64(most), height))
		}
	}
	return c
}

// GapsOf draws a row of days of the ledger: low where nothing was announced, high
// where all is held, black and higher where papers are late or missing.
func GapsOf(days []LedgerCount) Chart {
	c := Chart{Width: 5 * len(days), Height: 14}
	bad, lacking := 0, 0
	for i, d := range days {
		b := Bar{X: strconv.Itoa(5 * i), Y: "3", W: "4", H: "9"}
		switch {
		case d.Missing+d.Late > 0:
			bad++
			lacking += d.Missing + d.Late
			b.Y, b.H, b.Class = "0", "14", "ink"
		case d.Announced == 0:
			b.Y, b.H = "11", "1"
		}
		c.Bars = append(c.Bars, b)
	}
	c.Label = fmt.Sprintf("%s: complete", count(len(days), "day"))
	if bad > 0 {
		c.Label = fmt.Sprintf("%s: on %s papers are late or missing, %d in all", count(len(days), "day"), inWords(bad), lacking)
	}
	return c
}

// RunsOf draws a row of days on which something was done: low where it was not, high
// where it went well, black and higher where it failed.
func RunsOf(days []RunDay) Chart {
	c := Chart{Width: 5 * len(days), Height: 14}
	failed, none := 0, 0
	for i, d := range days {
		b := Bar{X: strconv.Itoa(5 * i), Y: "3", W: "4", H: "9"}
		switch {
		case d.Failed > 0:
			failed++
			b.Y, b.H, b.Class = "0", "14", "ink"
		case d.Times == 0:
			none++
			b.Y, b.H = "11", "1"
		}
		c.Bars = append(c.Bars, b)
	}
	c.Label = fmt.Sprintf("%s: failed on %s, not read on %s", count(len(days), "day"), inWords(failed), inWords(none))
	return c
}

// Tone is a year of editions in halftone: weeks across, weekdays down, a dot for
// each edition.
type Tone struct {
	Months []Mark
	Days   []Mark
	Dots   []Dot
	Early  bool // its newest edition stands in the first two thirds: a phone shows it from its beginning
}

// Mark is a word at a place in a Tone.
type Mark struct{ X, Y, Text string }

// Dot is an edition in a Tone.
type Dot struct {
	Href, X, Y, R string
	Class         string // ink for the newest edition, on for one the reader finished, no when papers are not held
	Now           bool   // its caption shows when no other does
	First, Second string // the caption's lines
}

// ToneOf draws the editions of one year, which must be ascending. The caption of
// the last of them shows when no other does; today is the newest edition of all.
func ToneOf(year int, days []edition.Day, leads map[string]string, today string) Tone {
	const left, step, right = 45.0, 22.0, 1200.0
	var t Tone
	first := monday(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
	week := func(d time.Time) int { return int(d.Sub(first).Hours()) / (24 * 7) }
	for m := time.January; m <= time.December; m++ {
		d := time.Date(year, m, 1, 0, 0, 0, 0, time.UTC)
		t.Months = append(t.Months, Mark{length(left - 11 + step*float64(week(d))), "10", m.String()[:3]})
	}
	rows := []float64{134, 28, 50, 70, 92, 112, 123} // from Sunday, as time.Weekday counts; the rare Saturday between Friday and Sunday
	for _, m := range []struct {
		y    float64
		text string
	}{{33, "Mon"}, {75, "Wed"}, {117, "Fri"}, {138, "Sun"}} {
		t.Days = append(t.Days, Mark{"0", length(m.y), m.text})
	}
	for i, d := range days {
		at := day(d.Day)
		dot := Dot{
			Href: dayPath(d.Day), X: length(left + step*float64(week(at)) - right), Y: length(rows[at.Weekday()]),
			R:   length(math.Min(11, 1.4*math.Sqrt(float64(max(d.Submitted, d.Announced/10, 1))))),
			Now: i == len(days)-1, First: fmt.Sprintf("%s, No. %s: %s", at.Format("Mon 2 Jan 2006"), number(d.Number), count(d.Count(), "paper")),
			Second: clip(leads[d.Day], 78),
		}
		if d.Day == today {
			dot.Class = "ink"
		}
		t.Dots = append(t.Dots, dot)
		t.Early = at.Month() < time.September
	}
	return t
}

package trend

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Why says in one to three short sentences, with figures, why a paper stands in the
// list of a window.
func (r Ranked) Why(w Window) string {
	var b strings.Builder
	say := func(format string, args ...any) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, format, args...)
	}
	day := w.LastDay(r.Growths)
	votes := whole(r.Came.All())
	switch long := days(w); {
	case votes == 0:
		say("No whole vote in this time.")
	case long <= 1:
		say("%s in a day.", count(votes, "vote"))
	case day == votes:
		say("%s, all in the last day.", count(votes, "vote"))
	case day == 0:
		say("%s in %s, none in the last day.", count(votes, "vote"), count(long, "day"))
	default:
		say("%s in %s, %d of them in the last.", count(votes, "vote"), count(long, "day"), day)
	}
	if n := whole(r.Came.Comments); n >= 3 {
		if r.Came.Comments > r.Came.All() {
			say("%s count no more than its votes.", count(n, "comment"))
		} else {
			say("%s.", count(n, "comment"))
		}
	}
	if n := whole(r.Came.Stars); n >= starsAVote {
		say("%s more on its code.", count(n, "star"))
	}
	const telling = 1.5
	if r.Usual > telling || r.Usual < 1/telling {
		say("Papers of %s usually gain %.1f times as much as others.", r.Field, r.Usual)
	}
	if r.Nth > fadeAfter {
		say("%s here of one author or organisation, so it counts less.", ordinal(r.Nth))
	}
	return b.String()
}

// LastDay returns the whole votes that came in the last day of the window.
func (w Window) LastDay(growths []Growth) int {
	from := w.To.Add(-24 * time.Hour)
	if from.Before(w.From) {
		from = w.From
	}
	return whole(Window{From: from, To: w.To}.Sum(growths).All())
}

func days(w Window) int { return int(math.Round(w.To.Sub(w.From).Hours() / 24)) }

func whole(x float64) int { return int(math.Round(x)) }

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func ordinal(n int) string {
	names := []string{"", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth"}
	if n < len(names) {
		return names[n]
	}
	return fmt.Sprintf("%dth", n)
}

package edition

import (
	"fmt"
	"strings"

	"broadsheet/paper"
)

// Why says, in one to three short sentences that are computed and true, why a
// paper stands where it stands in its edition. It does not repeat the count that
// the page shows beside it.
func Why(p *paper.Paper, rank int, pl Place) string {
	var b strings.Builder
	says := 0
	say := func(format string, args ...any) {
		if says++; says > 1 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, format, args...)
	}
	const many = 1000 // stars on a paper's code that are worth saying
	stars, claimed := p.Stars(), p.CountClaimed()
	switch {
	case pl.Note != "":
		say("The desk: %s", pl.Note)
	case pl.Ord == 1:
		say("First by the choice of the desk.")
	case pl.Ord > 0:
		say("Kept by the desk.")
	case pl.Origin == Announced && p.Votes() == 0:
		say("Announced in %s.", p.Primary())
	case p.Votes() == 0:
		say("No votes yet; by time of arrival.")
	case rank == 1:
		say("First on votes.")
	case stars < many && claimed == 0:
		say("On votes alone.")
	default:
		say("On votes.")
	}
	if stars >= many {
		say("%s stars on its code.", Thousands(stars))
	}
	if claimed > 0 {
		verb := "have"
		if claimed == 1 {
			verb = "has"
		}
		if n := p.CountAuthors(); n == 1 {
			say("Its author has claimed it.")
		} else {
			say("%d of %d authors %s claimed it.", claimed, n, verb)
		}
	}
	return b.String()
}

// Thousands writes n with commas: 8,315.
func Thousands(n int) string {
	if n < 0 {
		return "-" + Thousands(-n)
	}
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", Thousands(n/1000), n%1000)
}

// Ordinal writes 1st, 2nd, 3rd, 4th, 11th, and 1,001st.
func Ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return Thousands(n) + suffix
}

package web_test

import (
	"testing"

	"broadsheet/edition"
	"broadsheet/web"
)

// TestAYearIsShownWhereItsEditionsAre: on a phone, which shows a third of a year, a year
// that has begun is not opened at its empty end.
func TestAYearIsShownWhereItsEditionsAre(t *testing.T) {
	t.Parallel()
	for last, early := range map[string]bool{"2026-01-05": true, "2026-04-15": true, "2026-08-31": true, "2026-09-01": false, "2026-12-31": false} {
		days := []edition.Day{{Day: "2026-01-02", Number: 1}, {Day: last, Number: 2}}
		if got := web.ToneOf(2026, days, nil, last).Early; got != early {
			t.Errorf("a year up to %s: early is %t", last, got)
		}
	}
}

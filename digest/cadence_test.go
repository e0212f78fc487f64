package digest_test

import (
	"testing"
	"time"

	"broadsheet/digest"
)

func TestNext(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04Z07:00", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name        string
		cadence     digest.Cadence
		after, want string
	}{
		{"a weekday", digest.Cadence{Every: digest.Weekdays, Hour: 7, Zone: "UTC"}, "2026-04-14 06:59Z", "2026-04-14 07:00Z"},
		{"the moment itself is past", digest.Cadence{Every: digest.Weekdays, Hour: 7, Zone: "UTC"}, "2026-04-14 07:00Z", "2026-04-15 07:00Z"},
		{"over the weekend", digest.Cadence{Every: digest.Weekdays, Hour: 7, Zone: "UTC"}, "2026-04-17 08:00Z", "2026-04-20 07:00Z"},
		{"by the reader's calendar", digest.Cadence{Every: digest.Weekdays, Hour: 0, Zone: "Pacific/Auckland"}, "2026-04-19 11:00Z", "2026-04-19 12:00Z"},
		{"summer time begins", digest.Cadence{Every: digest.OnDays, Days: []time.Weekday{0, 1}, Hour: 7, Zone: "Europe/Stockholm"}, "2026-03-28 12:00Z", "2026-03-29 05:00Z"},
		{"the day before it", digest.Cadence{Every: digest.OnDays, Days: []time.Weekday{6}, Hour: 7, Zone: "Europe/Stockholm"}, "2026-03-27 12:00Z", "2026-03-28 06:00Z"},
		{"an hour that is left out is the next", digest.Cadence{Every: digest.OnDays, Days: []time.Weekday{0}, Hour: 2, Zone: "Europe/Stockholm"}, "2026-03-28 12:00Z", "2026-03-29 01:00Z"},
		{"an hour that comes twice counts once", digest.Cadence{Every: digest.OnDays, Days: []time.Weekday{0}, Hour: 2, Zone: "Europe/Stockholm"}, "2026-10-24 12:00Z", "2026-10-25 00:00Z"},
		{"and not again", digest.Cadence{Every: digest.OnDays, Days: []time.Weekday{0}, Hour: 2, Zone: "Europe/Stockholm"}, "2026-10-25 00:00Z", "2026-11-01 01:00Z"},
		{"midnight left out", digest.Cadence{Every: digest.OnDays, Days: []time.Weekday{0}, Hour: 0, Zone: "America/Santiago"}, "2026-09-05 12:00Z", "2026-09-06 04:00Z"},
		{"weekly", digest.Cadence{Every: digest.Weekly, Days: []time.Weekday{time.Saturday}, Hour: 9, Zone: "UTC"}, "2026-04-18 09:00Z", "2026-04-25 09:00Z"},
		{"monthly", digest.Cadence{Every: digest.Monthly, Hour: 9, Zone: "America/New_York"}, "2026-01-31 12:00Z", "2026-02-01 14:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.cadence.Next(at(c.after)); !got.Equal(at(c.want)) {
				t.Errorf("after %s comes %s, want %s", c.after, got, c.want)
			}
		})
	}
}

// TestADayHasOneMailAtMost walks through a year in zones that change their clocks.
func TestADayHasOneMailAtMost(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu"} {
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for hour := range 24 {
			c := digest.Cadence{Every: digest.OnDays, Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}, Hour: hour, Zone: zone}
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			seen := map[string]bool{}
			for range 365 {
				at = c.Next(at)
				day := at.In(where).Format(time.DateOnly)
				if seen[day] {
					t.Fatalf("%s, %02d:00: two mails on %s", zone, hour, day)
				}
				seen[day] = true
			}
			if last := at.Sub(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)).Abs(); last > 60*time.Hour {
				t.Errorf("%s, %02d:00: a year of mails ends on %s", zone, hour, at)
			}
		}
	}
}

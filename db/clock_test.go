package db_test

import (
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/job"
)

// TestClocksThatDisagree: of three replicas one has a clock that is ahead of the others',
// and one has one that is behind. None takes the lease that another holds, nor leaves one
// that ran out.
func TestClocksThatDisagree(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Postgres(t)
	replicas := map[string]*db.DB{}
	for name, wrong := range map[string]time.Duration{"right": 0, "ahead": 10 * time.Minute, "behind": -10 * time.Minute} {
		d := dbtest.Open(t, dsn)
		d.Skew(wrong)
		if ahead, err := d.SetClock(t.Context()); err != nil || (ahead+wrong).Abs() > 10*time.Second {
			t.Fatalf("%s: the database is %s ahead, %v", name, ahead, err)
		}
		replicas[name] = d
	}
	takes := func(name string, length time.Duration) bool {
		t.Helper()
		d := replicas[name]
		got, err := job.Acquire(t.Context(), d, "x", name, d.Now(), length)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for holder := range replicas {
		if !takes(holder, 2*time.Minute) {
			t.Fatalf("%s cannot take a free lease", holder)
		}
		for other := range replicas {
			if other != holder && takes(other, 2*time.Minute) {
				t.Errorf("%s took the lease of %s", other, holder)
			}
		}
		takes(holder, -time.Second) // it runs out
	}
}

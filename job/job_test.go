package job_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/job"
)

var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

func TestLease(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		take := func(holder string, at time.Time) bool {
			t.Helper()
			got, err := job.Acquire(t.Context(), d, "harvest", holder, at, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if !take("a", noon) {
			t.Error("a free lease was refused")
		}
		if take("b", noon.Add(59*time.Second)) {
			t.Error("a lease that a holds went to b")
		}
		if !take("a", noon.Add(59*time.Second)) {
			t.Error("a could not prolong its lease")
		}
		if take("b", noon.Add(61*time.Second)) {
			t.Error("a prolonged lease went to b")
		}
		if !take("b", noon.Add(2*time.Minute)) {
			t.Error("a lease that ran out was refused")
		}
		if err := job.Release(t.Context(), d, "harvest", "a"); err != nil {
			t.Fatal(err)
		}
		if take("a", noon.Add(2*time.Minute)) {
			t.Error("a gave up a lease that b holds")
		}
	})
}

func TestOnlyOneTakesALease(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var all sync.WaitGroup
		var holders atomic.Int32
		for i := range 8 {
			all.Go(func() {
				got, err := job.Acquire(t.Context(), d, "x", string(rune('a'+i)), noon, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if got {
					holders.Add(1)
				}
			})
		}
		all.Wait()
		if n := holders.Load(); n != 1 {
			t.Errorf("%d took the lease, want 1", n)
		}
	})
}

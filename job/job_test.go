package job_test

import (
	"context"
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

// TestHold: work goes on for as long as its lease is prolonged, and ends when another
// has taken it.
func TestHold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var ahead atomic.Int64
		now := func() time.Time { return noon.Add(time.Duration(ahead.Load())) }
		const length = 200 * time.Millisecond
		if got, err := job.Acquire(t.Context(), d, "x", "a", now(), length); err != nil || !got {
			t.Fatal(got, err)
		}
		job.Hold(t.Context(), d, "x", "a", now, length, func(ctx context.Context) {
			for range 3 { // prolonged, so that another finds it taken
				time.Sleep(length / 2)
				ahead.Add(int64(length / 2))
			}
			if got, err := job.Acquire(t.Context(), d, "x", "b", now(), length); err != nil || got || ctx.Err() != nil {
				t.Errorf("b took a lease that is prolonged: %v, %v, %v", got, err, ctx.Err())
			}
			if got, err := job.Acquire(t.Context(), d, "x", "b", now().Add(time.Hour), time.Hour); err != nil || !got {
				t.Errorf("%v, %v", got, err)
			}
			<-ctx.Done()
		})
	})
}

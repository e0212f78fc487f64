package job_test

import (
	"fmt"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/job"
)

// TestWhatRan is counted by the day; a failure leaves what the last good one made, and what
// is older than two months is forgotten.
func TestWhatRan(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 4, 14, 23, 59, 0, 0, time.UTC)
		for _, x := range []struct {
			back   int
			failed bool
			amount int64
		}{{70, false, 9}, {29, false, 1}, {1, true, 7}, {0, false, 5}, {0, true, 8}} {
			if err := d.Transact(t.Context(), func(tx *db.Tx) error {
				return job.Ran(t.Context(), tx, "backup", now.AddDate(0, 0, -x.back), x.failed, x.amount)
			}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := job.Days(t.Context(), d, now, 30)
		if err != nil {
			t.Fatal(err)
		}
		days := all["backup"]
		if len(all) != 1 || len(days) != 30 || fmt.Sprint(days[0], days[1], days[28], days[29]) != "{1 0 1} {0 0 0} {1 1 0} {2 1 5}" {
			t.Errorf("%+v", all)
		}
		var n int
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM ran`).Scan(&n); err != nil || n != 3 {
			t.Errorf("%d days are kept, want 3, %v", n, err)
		}
	})
}

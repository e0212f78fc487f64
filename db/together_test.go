package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// TestTogether has many write at once, some of whom fail or break, and looks
// whether each got its own answer and left its own row.
func TestTogether(t *testing.T) {
	t.Parallel()
	errOnPurpose := errors.New("given up on purpose")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var after atomic.Int64
		errs := make([]error, 300)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				errs[i] = d.Together(ctx, func(ctx context.Context, tx *db.Tx) error {
					if _, err := tx.Exec(ctx, `INSERT INTO lease (name, holder, until) VALUES ($1, 'x', 1)`, fmt.Sprint(i)); err != nil {
						return err
					}
					tx.After(func() { after.Add(1) })
					switch {
					case i%7 == 3:
						return errOnPurpose
					case i%50 == 9:
						panic("on purpose")
					}
					return nil
				})
			})
		}
		all.Wait()
		kept := 0
		for i, err := range errs {
			var n int
			if err := d.QueryRow(ctx, `SELECT count(*) FROM lease WHERE name = $1`, fmt.Sprint(i)).Scan(&n); err != nil {
				t.Fatal(err)
			}
			switch {
			case i%7 == 3 && !errors.Is(err, errOnPurpose), i%7 != 3 && i%50 == 9 && err == nil, i%7 != 3 && i%50 != 9 && err != nil:
				t.Errorf("part %d: error %v", i, err)
			case (err == nil) != (n == 1):
				t.Errorf("part %d: error %v, yet %d rows", i, err, n)
			}
			kept += n
		}
		if int(after.Load()) != kept {
			t.Errorf("%d parts were kept, After was called %d times", kept, after.Load())
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if err := d.Together(gone, func(context.Context, *db.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("nobody waits for it any more: %v", err)
		}
	})
}

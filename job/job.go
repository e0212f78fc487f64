// Package job holds what long-running work needs to be safe: cursors that say
// how far a watcher has read, and leases that let one process at a time do what
// must be done once. Both are rows with a time in them, so they work across
// processes, through a connection pooler and across crashes.
package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"broadsheet/db"
)

// Cursor returns how far the watcher called name has read, 0 when it has never
// read.
func Cursor(ctx context.Context, q db.Querier, name string) (int64, error) {
	var seq int64
	err := q.QueryRow(ctx, `SELECT seq FROM watcher WHERE name = $1`, name).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the cursor of %s: %w", name, err)
	}
	return seq, nil
}

// ErrMoved says that another process has moved the cursor in the meantime: what
// was done in this transaction has been done already and must be rolled back.
var ErrMoved = errors.New("another process has moved the cursor")

// Advance moves the cursor of name from where the caller found it to where it
// now stands. Done in the transaction that holds the effects, it makes each
// change take effect once, however many processes watch.
func Advance(ctx context.Context, tx *db.Tx, name string, from, to int64, now time.Time) error {
	var n int64
	var err error
	if from == 0 {
		n, err = tx.Exec(ctx, `INSERT INTO watcher (name, seq, at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, at = excluded.at WHERE watcher.seq = 0`, name, to, db.Micros(now))
	} else {
		n, err = tx.Exec(ctx, `UPDATE watcher SET seq = $2, at = $3 WHERE name = $1 AND seq = $4`, name, to, db.Micros(now), from)
	}
	if err != nil {
		return fmt.Errorf("move the cursor of %s: %w", name, err)
	}
	if n == 0 {
		return fmt.Errorf("%s: %w", name, ErrMoved)
	}
	return nil
}

// Reset puts the cursor of name back to the beginning.
func Reset(ctx context.Context, tx *db.Tx, name string) error {
	_, err := tx.Exec(ctx, `DELETE FROM watcher WHERE name = $1`, name)
	return err
}

// Acquire takes the lease called name for holder until now+d, or prolongs it
// when holder has it, and reports whether holder has it now. A lease whose time
// has passed is free. Work done under a lease must be safe to repeat: the
// holder may lose it without noticing.
func Acquire(ctx context.Context, d *db.DB, name, holder string, now time.Time, length time.Duration) (bool, error) {
	var got bool
	err := d.Transact(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE lease.holder = excluded.holder OR lease.until <= $4`,
			name, holder, db.Micros(now.Add(length)), db.Micros(now))
		got = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take the lease %s: %w", name, err)
	}
	return got, nil
}

// Hold runs do while holder has the lease called name, which it prolongs, and ends the
// context of do when the lease is lost: to another holder, or because the database has
// not answered for as long as it lasts. It returns when do has.
func Hold(ctx context.Context, d *db.DB, name, holder string, now func() time.Time, length time.Duration, do func(context.Context)) {
	ctx, stop := context.WithCancel(ctx)
	var prolonger sync.WaitGroup
	defer prolonger.Wait()
	defer stop()
	prolonger.Go(func() {
		tick := time.NewTicker(length / 4)
		defer tick.Stop()
		for until := time.Now().Add(length); ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			mine, err := Acquire(ctx, d, name, holder, now(), length)
			if mine {
				until = time.Now().Add(length)
			}
			if err == nil && !mine || time.Now().After(until.Add(-length/4)) {
				stop()
			}
		}
	})
	do(ctx)
}

// Release gives the lease up if holder has it.
func Release(ctx context.Context, d *db.DB, name, holder string) error {
	return d.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, name, holder)
		return err
	})
}

// Free ends every lease, in a copy of a database whose processes are elsewhere or gone.
func Free(ctx context.Context, d *db.DB) error {
	return d.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM lease`)
		return err
	})
}

// Watchers returns how far each watcher has read.
func Watchers(ctx context.Context, q db.Querier) (map[string]int64, error) {
	rows, err := q.Query(ctx, `SELECT name, seq FROM watcher`)
	if err != nil {
		return nil, fmt.Errorf("read how far watchers are: %w", err)
	}
	defer rows.Close()
	seen := map[string]int64{}
	for rows.Next() {
		var name string
		var seq int64
		if err := rows.Scan(&name, &seq); err != nil {
			return nil, err
		}
		seen[name] = seq
	}
	return seen, rows.Err()
}

package paper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/job"
)

// Change says that something was made, altered or removed. What it is now stands
// in its own table: the log holds, for each subject, only its newest change, so
// it never grows beyond the number of things there are.
type Change struct {
	Seq     int64
	Kind    string
	Subject int64
	At      time.Time
}

// The kinds of change that this package logs. Rooms above log kinds of their own.
const (
	ChangedPaper = "paper" // Subject is Paper.ID, also of a paper that was merged away
)

// Log notes, as part of tx, that subjects of the given kind, each named once, have
// changed. Each
// gets a number higher than that of every change committed before, and no
// transaction that draws a lower number can commit later: the numbers are drawn
// from one row as the last act before the commit, and that row stays locked until
// then. So whoever has read up to a number has missed nothing below it.
func Log(tx *db.Tx, now time.Time, kind string, subjects ...int64) {
	if len(subjects) == 0 {
		return
	}
	tx.Before(func(ctx context.Context) error {
		var last int64
		if err := tx.QueryRow(ctx, `UPDATE change_number SET value = value + $1 WHERE one = 1 RETURNING value`, len(subjects)).Scan(&last); err != nil {
			return fmt.Errorf("draw change numbers: %w", err)
		}
		seq := last - int64(len(subjects))
		values := make([]any, 0, 4*len(subjects))
		for _, s := range subjects {
			seq++
			values = append(values, seq, kind, s, db.Micros(now))
		}
		if err := tx.InsertRows(ctx, `INSERT INTO change (seq, kind, subject, at) VALUES `,
			` ON CONFLICT (kind, subject) DO UPDATE SET seq = excluded.seq, at = excluded.at`, 4, values); err != nil {
			return fmt.Errorf("log the changes of %d of the kind %s: %w", len(subjects), kind, err)
		}
		return nil
	})
}

// Latest returns the number of the newest change, 0 when there is none.
func Latest(ctx context.Context, q db.Querier) (int64, error) {
	var n int64
	err := q.QueryRow(ctx, `SELECT value FROM change_number WHERE one = 1`).Scan(&n)
	return n, err
}

// Changes returns at most limit changes with numbers above after, ascending.
func Changes(ctx context.Context, q db.Querier, after int64, limit int) ([]Change, error) {
	rows, err := q.Query(ctx, `SELECT seq, kind, subject, at FROM change WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the change log after %d: %w", after, err)
	}
	defer rows.Close()
	var list []Change
	for rows.Next() {
		var c Change
		var at int64
		if err := rows.Scan(&c.Seq, &c.Kind, &c.Subject, &at); err != nil {
			return nil, err
		}
		c.At = db.Time(at)
		list = append(list, c)
	}
	return list, rows.Err()
}

// Watch hands the next changes after the cursor called name to do, at most limit
// of them, and moves the cursor, all in one transaction: what do writes through
// tx takes effect exactly once for each change, across crashes and processes.
// It returns how many changes there were; 0 means that name is up to date, or
// that another process was faster.
func Watch(ctx context.Context, d *db.DB, name string, limit int, now time.Time, do func(tx *db.Tx, changes []Change) error) (int, error) {
	// Most of the time there is nothing to do: find that out without the writer's lock.
	if from, err := job.Cursor(ctx, d, name); err != nil {
		return 0, err
	} else if next, err := Changes(ctx, d, from, 1); err != nil || len(next) == 0 {
		return 0, err
	}
	count := 0
	err := d.Transact(ctx, func(tx *db.Tx) error {
		from, err := job.Cursor(ctx, tx, name)
		if err != nil {
			return err
		}
		changes, err := Changes(ctx, tx, from, limit)
		if count = len(changes); err != nil || count == 0 {
			return err
		}
		if err := job.Advance(ctx, tx, name, from, changes[count-1].Seq, now); err != nil {
			return err
		}
		return do(tx, changes)
	})
	if errors.Is(err, job.ErrMoved) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("watch %s: %w", name, err)
	}
	return count, nil
}

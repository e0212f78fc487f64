package backup

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/job"
)

// Ran says how the last backup to a place went.
type Ran struct {
	Place        string
	Began, Ended time.Time // Ended is zero while it runs, and after it was killed
	Point        time.Time // the last good one, zero for none
	Bytes        int64     // that it restores
	Written      int64     // that were new in it
	Failed       string    // why the last one failed, "" when it did not
	Rehearsed    time.Time // when a restore from there was last rehearsed, zero for never
	Rehearsal    string    // why that failed, "" when it did not
	Asked        Deed      // what is to be done there now
}

// Last returns how the last backup to each place went.
func Last(ctx context.Context, q db.Querier) ([]Ran, error) {
	rows, err := q.Query(ctx, `SELECT place, began, ended, point, bytes, written, failed, rehearsed, rehearsal, asked FROM backup ORDER BY began DESC LIMIT 100`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Ran
	for rows.Next() {
		var r Ran
		var began, ended, point, rehearsed int64
		if err := rows.Scan(&r.Place, &began, &ended, &point, &r.Bytes, &r.Written, &r.Failed, &rehearsed, &r.Rehearsal, &r.Asked); err != nil {
			return nil, err
		}
		r.Began, r.Ended, r.Point, r.Rehearsed = db.Time(began), db.Time(ended), db.Time(point), db.Time(rehearsed)
		list = append(list, r)
	}
	return list, rows.Err()
}

// lease is how long a process that was killed keeps others from taking a backup.
const lease = 2 * time.Minute

// Run takes a backup unless another process is taking one of the same database, which
// is a fault.Busy, and notes in the database how it went.
func (v *Vault) Run(ctx context.Context, d *db.DB, t Taking) (taken *Taken, err error) {
	holder := rand.Text()
	mine, err := job.Acquire(ctx, d, "backup", holder, d.Now(), lease)
	if err != nil {
		return nil, err
	}
	if !mine {
		return nil, fault.Busy("Another process is taking a backup of this instance.")
	}
	release := func() { job.Release(context.WithoutCancel(ctx), d, "backup", holder) } // else it ends by itself
	if err := v.note(ctx, d, Ran{Began: t.Now}); err != nil {
		release()
		return nil, err
	}
	began := time.Now()
	job.Hold(ctx, d, "backup", holder, d.Now, lease, func(ctx context.Context) { taken, err = v.Take(ctx, d, t) })
	release() // before it is noted: who reads that it was taken may take the next
	ran := Ran{Began: t.Now, Ended: t.Now.Add(time.Since(began))}
	if err != nil {
		ran.Failed = cmp.Or(fault.Message(err), err.Error())
	} else {
		ran.Point, ran.Bytes, ran.Written = taken.At, taken.Bytes(), taken.Written
	}
	if noted := v.note(context.WithoutCancel(ctx), d, ran); err == nil {
		err = noted
	}
	return taken, err
}

// Work is the name under which it is noted how backups went (job.Ran).
const Work = "backup"

// note writes down how a backup goes; the last good one stays on record.
func (v *Vault) note(ctx context.Context, d *db.DB, r Ran) error {
	err := d.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO backup (place, began, ended, point, bytes, written, failed) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (place) DO UPDATE SET began = excluded.began, ended = excluded.ended, failed = excluded.failed,
				point = CASE WHEN excluded.point = 0 THEN backup.point ELSE excluded.point END,
				bytes = CASE WHEN excluded.point = 0 THEN backup.bytes ELSE excluded.bytes END,
				written = CASE WHEN excluded.point = 0 THEN backup.written ELSE excluded.written END,
				asked = CASE WHEN backup.asked = 'backup' THEN '' ELSE backup.asked END`,
			v.Place(), db.Micros(r.Began), db.Micros(r.Ended), db.Micros(r.Point), r.Bytes, r.Written, r.Failed)
		if err != nil || r.Ended.IsZero() {
			return err
		}
		return job.Ran(ctx, tx, Work, r.Ended, r.Failed != "", r.Bytes)
	})
	if err != nil {
		return fmt.Errorf("note how the backup went: %w", err)
	}
	return nil
}

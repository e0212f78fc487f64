package backup

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
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
}

// Last returns how the last backup to each place went.
func Last(ctx context.Context, q db.Querier) ([]Ran, error) {
	rows, err := q.Query(ctx, `SELECT place, began, ended, point, bytes, written, failed FROM backup ORDER BY began DESC LIMIT 100`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Ran
	for rows.Next() {
		var r Ran
		var began, ended, point int64
		if err := rows.Scan(&r.Place, &began, &ended, &point, &r.Bytes, &r.Written, &r.Failed); err != nil {
			return nil, err
		}
		r.Began, r.Ended, r.Point = db.Time(began), db.Time(ended), db.Time(point)
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
	defer job.Release(context.WithoutCancel(ctx), d, "backup", holder) // else it ends by itself
	if err := v.note(ctx, d, Ran{Began: t.Now}); err != nil {
		return nil, err
	}
	began := time.Now()
	job.Hold(ctx, d, "backup", holder, d.Now, lease, func(ctx context.Context) { taken, err = v.Take(ctx, d, t) })
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

// note writes down how a backup goes; the last good one stays on record.
func (v *Vault) note(ctx context.Context, d *db.DB, r Ran) error {
	err := d.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO backup (place, began, ended, point, bytes, written, failed) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (place) DO UPDATE SET began = excluded.began, ended = excluded.ended, failed = excluded.failed,
				point = CASE WHEN excluded.point = 0 THEN backup.point ELSE excluded.point END,
				bytes = CASE WHEN excluded.point = 0 THEN backup.bytes ELSE excluded.bytes END,
				written = CASE WHEN excluded.point = 0 THEN backup.written ELSE excluded.written END`,
			v.Place(), db.Micros(r.Began), db.Micros(r.Ended), db.Micros(r.Point), r.Bytes, r.Written, r.Failed)
		return err
	})
	if err != nil {
		return fmt.Errorf("note how the backup went: %w", err)
	}
	return nil
}

// Keeper takes backups while a server serves.
type Keeper struct {
	Vault    *Vault
	DB       *db.DB
	Every    time.Duration
	Program  string
	Settings string // as in Taking
	Now      func() time.Time
	Log      *slog.Logger
}

// Keep takes a backup whenever one is due until ctx ends, and removes old ones. Of
// several processes with one database, one takes it.
func (k *Keeper) Keep(ctx context.Context) {
	for ctx.Err() == nil {
		due, err := k.due(ctx)
		if err == nil && !due.After(k.Now()) {
			err = k.once(ctx)
		}
		if err != nil && ctx.Err() == nil && !fault.Is(err, fault.KindBusy) {
			k.Log.Error("the backup failed; it will be tried again", "place", k.Vault.Place(), "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(time.Minute, max(time.Second, due.Sub(k.Now())))):
		}
	}
}

// retry is how long after a failure a backup is tried again.
const retry = 10 * time.Minute

// due returns when the next backup is to be taken.
func (k *Keeper) due(ctx context.Context) (time.Time, error) {
	list, err := Last(ctx, k.DB)
	if err != nil {
		return time.Time{}, err
	}
	for _, r := range list {
		switch {
		case r.Place != k.Vault.Place():
		case r.Failed != "":
			return r.Ended.Add(min(retry, k.Every)), nil
		case r.Point.IsZero():
			return time.Time{}, nil
		default:
			return r.Point.Add(k.Every), nil
		}
	}
	return time.Time{}, nil
}

func (k *Keeper) once(ctx context.Context) error {
	taken, err := k.Vault.Run(ctx, k.DB, Taking{Now: k.Now(), Program: k.Program, Settings: k.Settings})
	if err != nil {
		return err
	}
	points, packs, err := k.Vault.Prune(ctx, k.Now())
	k.Log.Info("took a backup", "place", k.Vault.Place(), "bytes", taken.Bytes(), "written", taken.Written, "old points removed", points, "old packs removed", packs)
	return err
}

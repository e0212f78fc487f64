package backup

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/job"
)

// Deed is what an administrator asks of the server that backs up.
type Deed string

// The deeds.
const (
	DeedBackup    Deed = "backup"
	DeedRehearsal Deed = "rehearsal"
)

// Ask has the server that backs up to a place do something within seconds. A place to
// which none was taken yet is a fault.NotFound.
func Ask(ctx context.Context, tx *db.Tx, place string, what Deed) error {
	n, err := tx.Exec(ctx, `UPDATE backup SET asked = $2 WHERE place = $1`, place, string(what))
	if err == nil && n == 0 {
		err = fault.NotFound("No backup to that place has been begun yet.")
	}
	return err
}

// Look opens the restored SQLite file that dsn names, and fails when it does not answer as
// an instance should.
type Look func(ctx context.Context, dsn string) error

// Rehearsal says how a restore is rehearsed.
type Rehearsal struct {
	Now      time.Time
	At       time.Time // the point to restore, as in Vault.Point
	Folder   string    // in which it is restored to a folder, which is removed again; "" for that of the system
	Look     Look
	Progress func(done, all int64)
}

// Rehearse restores a point beside the instance, has somebody look at it and removes it. How
// it went is noted in d, which it does not touch otherwise. It returns the point's moment.
func (v *Vault) Rehearse(ctx context.Context, d *db.DB, r Rehearsal) (at time.Time, err error) {
	holder := rand.Text()
	mine, err := job.Acquire(ctx, d, "rehearsal", holder, d.Now(), lease)
	if err != nil {
		return at, err
	}
	if !mine {
		return at, fault.Busy("Another process rehearses a restore of this instance.")
	}
	defer job.Release(context.WithoutCancel(ctx), d, "rehearsal", holder) // else it ends by itself
	job.Hold(ctx, d, "rehearsal", holder, d.Now, lease, func(ctx context.Context) { at, err = v.rehearse(ctx, r) })
	if ctx.Err() != nil {
		return at, ctx.Err()
	}
	said := ""
	if err != nil {
		said = cmp.Or(fault.Message(err), err.Error())
	}
	noted := d.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO backup (place, began, ended, point, bytes, written, failed, rehearsed, rehearsal) VALUES ($1, 0, 0, 0, 0, 0, '', $2, $3)
			ON CONFLICT (place) DO UPDATE SET rehearsed = excluded.rehearsed, rehearsal = excluded.rehearsal,
				asked = CASE WHEN backup.asked = 'rehearsal' THEN '' ELSE backup.asked END`, v.Place(), db.Micros(r.Now), said)
		return err
	})
	return at, errors.Join(err, noted)
}

func (v *Vault) rehearse(ctx context.Context, r Rehearsal) (time.Time, error) {
	p, err := v.Point(ctx, r.At)
	if err != nil {
		return time.Time{}, err
	}
	dir, err := os.MkdirTemp(r.Folder, ".rehearsal-*")
	if err != nil {
		return p.At, err
	}
	defer os.RemoveAll(dir)
	if err := v.Restore(ctx, p, Target{Data: dir, Progress: r.Progress}); err != nil {
		return p.At, err
	}
	return p.At, r.Look(ctx, filepath.Join(dir, pagesFile))
}

package harvest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/job"
)

// ages says how often the figures of a day's papers are read again: what is young
// moves fast and what is old hardly does. In all these are some 140 questions a day.
var ages = []struct {
	days  int // since the day, up to which the step holds
	every time.Duration
}{
	{0, 20 * time.Minute}, {1, time.Hour}, {3, 3 * time.Hour}, {7, 12 * time.Hour}, {30, 3 * 24 * time.Hour}, {90, 10 * 24 * time.Hour},
}

// every returns how long a day's figures may stand, that many days later.
func every(days int) time.Duration {
	for _, a := range ages {
		if days <= a.days {
			return a.every
		}
	}
	return 0
}

// rereadGap is the least time between two questions for figures.
const rereadGap = time.Minute

// Reread reads the figures of the upstream's papers again until ctx ends: a day's list
// at a time, at most one a minute, the one that is most overdue. Of several processes
// with one database one does so. Each reading is one point of the papers' histories;
// how far the upstream has been read for new papers is not touched.
func (h *Harvester) Reread(ctx context.Context) {
	u := h.upstream()
	if u == nil {
		return
	}
	const name = "reread"
	holder := newHolder()
	defer func() {
		if err := job.Release(context.WithoutCancel(ctx), h.db(), name, holder); err != nil {
			h.Log.Error("the lease of the readings could not be given up", "error", err)
		}
	}()
	for wait(ctx, rereadGap) == nil {
		mine, err := job.Acquire(ctx, h.db(), name, holder, h.now(), leaseTime)
		if err == nil && mine {
			err = h.rereadNext(ctx, u)
		}
		if err != nil && ctx.Err() == nil {
			h.Log.Warn("figures could not be read again; others will be, and these later", "error", err)
		}
	}
}

func (h *Harvester) upstream() *upstream {
	for _, s := range h.Settings.Sources(h.now) {
		if u, ok := s.(*upstream); ok {
			return u
		}
	}
	return nil
}

// rereadNext reads the day that is most overdue, if one is.
func (h *Harvester) rereadNext(ctx context.Context, u *upstream) error {
	now := h.now()
	day, err := h.overdue(ctx, u, now)
	if err != nil || day.IsZero() {
		return err
	}
	name := day.Format(time.DateOnly)
	// It is noted first: a day that cannot be read must not keep others waiting.
	err = h.db().Transact(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM reread WHERE source = $1 AND day < $2`, u.Name(), oldest(now)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO reread (source, day, at) VALUES ($1, $2, $3)
			ON CONFLICT (source, day) DO UPDATE SET at = excluded.at`, u.Name(), name, db.Micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that %s is read again: %w", name, err)
	}
	err = u.day(ctx, day, span{}, span{}, func(b *Batch) error { return h.reread(ctx, u.Name(), b) })
	if err != nil {
		return fmt.Errorf("read the figures of %s again: %w", name, err)
	}
	return nil
}

func oldest(now time.Time) string {
	return now.UTC().AddDate(0, 0, -ages[len(ages)-1].days).Format(time.DateOnly)
}

// overdue returns the day whose reading has waited longest, measured by how long it
// may wait; the zero time when none is due.
func (h *Harvester) overdue(ctx context.Context, u *upstream, now time.Time) (time.Time, error) {
	rows, err := h.db().Query(ctx, `SELECT day, at FROM reread WHERE source = $1 LIMIT 1000`, u.Name())
	if err != nil {
		return time.Time{}, err
	}
	defer rows.Close()
	last := map[string]time.Time{}
	for rows.Next() {
		var day string
		var at int64
		if err := rows.Scan(&day, &at); err != nil {
			return time.Time{}, err
		}
		last[day] = db.Time(at)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return time.Time{}, err
	}
	today := now.UTC().Truncate(24 * time.Hour)
	var most time.Time
	waited := 1.
	for age := range ages[len(ages)-1].days + 1 {
		day, every := today.AddDate(0, 0, -age), every(age)
		if day.Format(time.DateOnly) < u.since {
			break
		}
		at, read := last[day.Format(time.DateOnly)]
		if !read { // the harvest has just brought it in, or is about to
			at = now.Add(-every)
		}
		if w := float64(now.Sub(at)) / float64(every); w >= waited && (most.IsZero() || w > waited) {
			most, waited = day, w
		}
	}
	return most, nil
}

// reread stores an answer's papers with their figures.
func (h *Harvester) reread(ctx context.Context, source string, b *Batch) error {
	now := h.now()
	return h.db().Transact(ctx, func(tx *db.Tx) error {
		if _, err := h.Papers.Put(ctx, tx, source, now, b.Papers...); err != nil {
			return err
		}
		for i, p := range b.Papers {
			if err := h.Papers.KeepReceived(ctx, tx, p.ID, source, db.Micros(now), b.Items[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

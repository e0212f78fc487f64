package harvest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"broadsheet/db"
	"broadsheet/job"
)

// jitter is the longest delay behind the timetable, so that not all Broadsheets of
// the world ask in the same second.
const jitter = 15 * time.Minute

// Keep harvests until ctx ends: every source that is due by the timetable, then the
// papers that are missing. A source that was never asked is due at once. Of several
// processes with one database, one harvests; when it stops, another takes over.
func (h *Harvester) Keep(ctx context.Context) {
	holder := fmt.Sprintf("%d.%x", os.Getpid(), rand.Uint64())
	sources := h.Settings.Sources(h.now)
	defer job.Release(context.WithoutCancel(ctx), h.db(), lease, holder)
	for ctx.Err() == nil {
		mine, err := job.Acquire(ctx, h.db(), lease, holder, time.Now(), leaseTime)
		if err != nil {
			h.Log.Error("the lease of the harvest could not be taken", "error", err)
		}
		if mine {
			h.round(ctx, holder, sources)
		}
		_ = wait(ctx, 30*time.Second) // the loop looks at ctx
	}
}

const (
	lease     = "harvest"
	leaseTime = 5 * time.Minute
)

// round runs what is due, and keeps the lease while it does.
func (h *Harvester) round(ctx context.Context, holder string, sources []Source) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		for wait(ctx, leaseTime/3) == nil {
			if mine, err := job.Acquire(ctx, h.db(), lease, holder, time.Now(), leaseTime); err == nil && !mine {
				h.Log.Warn("another process harvests now; this one stops")
				stop()
			}
		}
	}()
	for _, s := range sources {
		name := s.Name()
		h.ifDue(ctx, name, func() error {
			step, err := h.Run(ctx, s)
			h.Log.Info("harvested", "source", name, "papers", step.Got, "new", step.Made, "unreadable", step.Bad)
			return err
		})
	}
	if h.Settings.API != "" {
		h.ifDue(ctx, "arxiv-api", func() error {
			asked, came, err := h.Fill(ctx, h.fillSince(), false)
			if asked > 0 {
				h.Log.Info("asked for missing papers", "asked", asked, "came", came)
			}
			return err
		})
	}
}

// fillSince is how far back missing papers are looked for.
func (h *Harvester) fillSince() string {
	const days = 30
	return h.now().UTC().AddDate(0, 0, -days).Format(time.DateOnly)
}

// ifDue runs a task whose time has come and sets its next. After a failure the next
// try is within the hour.
func (h *Harvester) ifDue(ctx context.Context, name string, task func() error) {
	now := h.now()
	next, err := h.next(ctx, name)
	if err != nil || next.After(now) || ctx.Err() != nil {
		return
	}
	if err = task(); ctx.Err() != nil {
		return
	}
	next = Next(name, h.now()).Add(rand.N(jitter))
	if err != nil {
		h.Log.Error("a harvest failed; it will go on where it stopped", "source", name, "error", err)
		if soon := h.now().Add(20*time.Minute + rand.N(jitter)); soon.Before(next) {
			next = soon
		}
	}
	if err := h.setNext(ctx, name, next); err != nil && ctx.Err() == nil {
		h.Log.Error("the time of the next harvest could not be noted", "source", name, "error", err)
	}
}

func (h *Harvester) next(ctx context.Context, name string) (time.Time, error) {
	var micros int64
	err := h.db().QueryRow(ctx, `SELECT coalesce(max(next), 0) FROM source WHERE name = $1`, name).Scan(&micros)
	return db.Time(micros), err
}

func (h *Harvester) setNext(ctx context.Context, name string, at time.Time) error {
	return h.db().Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE source SET next = $2 WHERE name = $1`, name, db.Micros(at))
		return err
	})
}

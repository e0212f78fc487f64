package harvest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/job"
)

// jitter is the longest delay behind the timetable, so that not all Broadsheets of
// the world ask in the same second.
const jitter = 15 * time.Minute

// Keep harvests until ctx ends: every source that is due by the timetable, then the
// papers that are missing. A source that was never asked is due at once. Of several
// processes with one database, one harvests; when it stops, another takes over.
func (h *Harvester) Keep(ctx context.Context) {
	holder := newHolder()
	defer h.release(ctx, holder)
	for ctx.Err() == nil {
		mine, err := job.Acquire(ctx, h.db(), lease, holder, h.now(), leaseTime)
		if err != nil && ctx.Err() == nil {
			h.Log.Error("the lease of the harvest could not be taken", "error", err)
		}
		if mine {
			job.Hold(ctx, h.db(), lease, holder, h.now, leaseTime, h.round)
		}
		_ = wait(ctx, 30*time.Second) // the loop looks at ctx
	}
}

// Alone runs do unless another process harvests into the same database, which is a
// fault.Busy. The context of do ends when the right to harvest is lost.
func (h *Harvester) Alone(ctx context.Context, do func(context.Context) error) error {
	holder := newHolder()
	mine, err := job.Acquire(ctx, h.db(), lease, holder, h.now(), leaseTime)
	if err != nil {
		return err
	}
	if !mine {
		return fault.Busy("Another process harvests into this database; when that was killed, its right ends within %d minutes", leaseTime/time.Minute)
	}
	defer h.release(ctx, holder)
	job.Hold(ctx, h.db(), lease, holder, h.now, leaseTime, func(ctx context.Context) { err = do(ctx) })
	return err
}

const (
	lease     = "harvest"
	leaseTime = 5 * time.Minute
)

func newHolder() string { return fmt.Sprintf("%d.%x", os.Getpid(), rand.Uint64()) }

func (h *Harvester) release(ctx context.Context, holder string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := job.Release(ctx, h.db(), lease, holder); err != nil {
		h.Log.Warn("the lease of the harvest could not be given back; it runs out by itself", "error", err)
	}
}

// Soon has whoever harvests into the database ask every source within half a minute.
func Soon(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE source SET next = 0`)
	return err
}

// Going reports whether a process harvests into the database just now.
func Going(ctx context.Context, d *db.DB, now time.Time) (bool, error) {
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM lease, source WHERE lease.name = $1 AND lease.until > $2 AND source.ended = 0`, lease, db.Micros(now)).Scan(&n)
	return n > 0, err
}

// round runs what is due. arXiv's servers are asked one after the other, and an
// upstream at the same time: neither waits for the other's to answer.
func (h *Harvester) round(ctx context.Context) {
	var both sync.WaitGroup
	defer both.Wait()
	for _, s := range h.Settings.Sources(h.now) {
		if !strings.HasPrefix(s.Name(), "arxiv-") {
			both.Go(func() { h.harvest(ctx, s) })
		}
	}
	for _, s := range h.Settings.Sources(h.now) {
		if strings.HasPrefix(s.Name(), "arxiv-") {
			h.harvest(ctx, s)
		}
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

func (h *Harvester) harvest(ctx context.Context, s Source) {
	h.ifDue(ctx, s.Name(), func() error {
		step, err := h.Run(ctx, s)
		h.Log.Info("harvested", "source", s.Name(), "papers", step.Got, "new", step.Made, "unreadable", step.Bad)
		return err
	})
}

// fillSince is how far back missing papers are looked for.
func (h *Harvester) fillSince() string {
	const days = 30
	return h.now().UTC().AddDate(0, 0, -days).Format(time.DateOnly)
}

// ifDue runs a task whose time has come and sets its next. After a failure the next
// try is within the hour.
func (h *Harvester) ifDue(ctx context.Context, name string, task func() error) {
	next, err := h.next(ctx, name)
	if err != nil && ctx.Err() == nil {
		h.Log.Error("the time of a harvest could not be read", "source", name, "error", err)
	}
	if err != nil || next.After(h.now()) || ctx.Err() != nil {
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

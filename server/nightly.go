package server

import (
	"context"
	"time"

	"broadsheet/job"
)

// nightly does, until ctx ends, what is done once a night: it thins the readings that
// became old, and learns the forecast anew from what has happened here. The forecast
// is learnt at the start too.
func (h *House) nightly(ctx context.Context) {
	const hour = 3 // of the night
	var thinned time.Time
	for ctx.Err() == nil {
		now := h.Config.Now()
		began := time.Now()
		if err := h.Feeds.Learn(ctx, now); err != nil && ctx.Err() == nil {
			h.log.Error("the forecast could not be learnt; the old one stands", "error", err)
		}
		n, err := h.thin(ctx, now, thinned)
		switch {
		case err == nil:
			thinned = now
			h.log.Debug("learnt the forecast and thinned the readings", "dropped", n, "took", time.Since(began))
		case ctx.Err() == nil:
			h.log.Error("old readings could not be thinned; it will be tried again", "error", err)
		}
		next := now.UTC().Truncate(24 * time.Hour).Add(hour * time.Hour)
		if !next.After(now) {
			next = next.Add(24 * time.Hour)
		}
		sleep(ctx, next.Sub(now))
	}
}

// thin thins the readings unless another process has done so this night.
func (h *House) thin(ctx context.Context, now, since time.Time) (int64, error) {
	mine, err := job.Acquire(ctx, h.DB, "nightly", h.holder, now, 12*time.Hour)
	if err != nil || !mine {
		return 0, err
	}
	return h.Papers.Thin(ctx, now, since)
}

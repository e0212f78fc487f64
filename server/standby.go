package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/job"
	"broadsheet/paper"
)

// lend lets a standby answer visitors who read what the change log tells of: editions,
// papers, lists. It is asked only once it holds all that the state of the pages stands
// for, so what it answers is as fresh as what the primary does.
func (h *House) lend(next http.Handler) http.Handler {
	if h.Config.ReadDSN == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (r.Method == http.MethodGet || r.Method == http.MethodHead) && account.From(r.Context()) == nil && public(r.URL.Path) {
			r = r.WithContext(db.MayLag(r.Context()))
		}
		next.ServeHTTP(w, r)
	})
}

// public reports whether a page shows only what the change log tells of.
func public(path string) bool {
	if path == "/" || path == "/archive" || path == "/api/daily_papers" {
		return true
	}
	return strings.HasPrefix(path, "/papers/") || strings.HasPrefix(path, "/api/papers/")
}

// followStandby notes how far the standby has come, until ctx ends.
func (h *House) followStandby(ctx context.Context) {
	standby := h.DB.Standby()
	away := false
	for standby != nil && ctx.Err() == nil {
		asked, cancel := context.WithTimeout(ctx, time.Second)
		n, err := paper.Latest(asked, standby)
		cancel()
		if err != nil {
			n = -1
		}
		h.DB.StandbyHolds(n)
		if err != nil != away && ctx.Err() == nil {
			if away = err != nil; away {
				h.log.Warn("the standby does not answer; the primary answers visitors too", "error", err)
			} else {
				h.log.Info("the standby answers again")
			}
		}
		sleep(ctx, pulse/2)
	}
}

// setClock puts the clock of this process right by the database's.
func (h *House) setClock(ctx context.Context) {
	before := time.Until(h.DB.Now())
	ahead, err := h.DB.SetClock(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		h.log.Warn("the clock could not be compared with the database's", "error", err)
	case (ahead - before).Abs() >= time.Second:
		h.log.Warn("this machine's clock is wrong, or the database's is; the database's holds", "ahead", ahead)
	}
}

// keepTime compares the clocks until ctx ends.
func (h *House) keepTime(ctx context.Context) {
	for ctx.Err() == nil {
		sleep(ctx, time.Minute)
		h.setClock(ctx)
	}
}

// shareLimits has replicas count the requests of busy clients together, until ctx ends.
func (h *House) shareLimits(ctx context.Context) {
	for ctx.Err() == nil {
		sleep(ctx, time.Second)
		if err := h.api.ShareLimits(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("who asks often could not be compared with other replicas", "error", err)
		}
	}
}

// alone runs do while this process has the lease called name, and waits for it again
// when it was lost, until ctx ends.
func (h *House) alone(ctx context.Context, name string, do func(context.Context)) {
	const length, look = time.Minute, 10 * time.Second
	for ctx.Err() == nil {
		mine, err := job.Acquire(ctx, h.DB, name, h.holder, h.Config.Now(), length)
		if err != nil && ctx.Err() == nil {
			h.log.Error("a lease could not be taken; it will be tried again", "lease", name, "error", err)
		}
		if mine {
			job.Hold(ctx, h.DB, name, h.holder, h.Config.Now, length, do)
			if err := job.Release(context.WithoutCancel(ctx), h.DB, name, h.holder); err != nil {
				h.log.Warn("a lease could not be given back; it runs out by itself", "lease", name, "error", err)
			}
		}
		sleep(ctx, look)
	}
}

package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"broadsheet/harvest"
	"broadsheet/job"
	"broadsheet/mirror"
	"broadsheet/paper"
)

// Room names for which requests are counted: the first part of an address when it is
// one of these, "page" for the rest, so that no visitor can make more of them.
var counted = map[string]bool{"static": true, "api": true, "feed": true, "mcp": true, "papers": true, "authors": true, "categories": true, "desk": true, "account": true, "library": true, "mail": true}

// roomOf names the room that a request went to.
func roomOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if counted[first] {
		return first
	}
	return "page"
}

// statusKeeper notes the status of an answer.
type statusKeeper struct {
	http.ResponseWriter
	status int
}

func (s *statusKeeper) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is below.
func (s *statusKeeper) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// count measures every request. Its class is the first digit of the status.
func (m *metrics) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &statusKeeper{ResponseWriter: w}
		began := time.Now()
		defer func() {
			class := "2xx"
			if s.status >= 300 {
				class = string(rune('0'+s.status/100)) + "xx"
			}
			m.requests.WithLabelValues(roomOf(r.URL.Path), class).Observe(time.Since(began).Seconds())
		}()
		next.ServeHTTP(s, r)
	})
}

// state are figures that are read from the database at each look.
type state struct{ *House }

var (
	heldPapers = prometheus.NewDesc("broadsheet_papers", "Papers held.", nil, nil)
	changes    = prometheus.NewDesc("broadsheet_changes_total", "The number of the newest change in the log.", nil, nil)
	behind     = prometheus.NewDesc("broadsheet_watcher_behind", "Changes that a watcher of the log has still to see.", []string{"watcher"}, nil)
	sourceAge  = prometheus.NewDesc("broadsheet_source_age_seconds", "Time since a source was last asked to the end.", []string{"source"}, nil)
	sourceGot  = prometheus.NewDesc("broadsheet_source_got", "Papers that the last run of a source brought.", []string{"source"}, nil)
	sourceBad  = prometheus.NewDesc("broadsheet_source_failing", "1 when the last run of a source failed.", []string{"source"}, nil)
	standbyUp  = prometheus.NewDesc("broadsheet_standby_up", "1 while the standby for visitors answers.", nil, nil)
	standbyLag = prometheus.NewDesc("broadsheet_standby_behind", "Changes of the log that the standby for visitors has still to receive.", nil, nil)
	hookQueue  = prometheus.NewDesc("broadsheet_hook_waiting", "Events that hooks have still to be told of.", nil, nil)
	hooksOff   = prometheus.NewDesc("broadsheet_hooks_stopped", "Hooks that are stopped because they failed or are gone.", nil, nil)
	peerBehind = prometheus.NewDesc("broadsheet_peer_behind", "Changes of an instance that is followed that have still to be read.", []string{"peer"}, nil)
	peerFails  = prometheus.NewDesc("broadsheet_peer_failing", "1 when an instance that is followed could not be read the last time.", []string{"peer"}, nil)
	database   = prometheus.NewDesc("broadsheet_database_bytes", "Size of the database.", nil, nil)
)

// Describe implements prometheus.Collector.
func (state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{heldPapers, changes, behind, sourceAge, sourceGot, sourceBad, standbyUp, standbyLag, hookQueue, hooksOff, peerBehind, peerFails, database} {
		to <- d
	}
}

// Collect implements prometheus.Collector. What cannot be read is an invalid metric,
// which Prometheus shows as a failed look.
func (s state) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	latest, err := paper.Latest(ctx, s.DB)
	if err != nil {
		to <- prometheus.NewInvalidMetric(changes, err)
		return
	}
	to <- prometheus.MustNewConstMetric(changes, prometheus.CounterValue, float64(latest))
	s.collectOwn(ctx, to, latest)
	s.collectPeers(ctx, to)
	s.collectSources(ctx, to)
}

func tell(to chan<- prometheus.Metric, d *prometheus.Desc, value float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// collectOwn tells what stands in the database and who has not read the latest changes.
func (s state) collectOwn(ctx context.Context, to chan<- prometheus.Metric, latest int64) {
	switch held, ok := s.DB.StandbyHeld(); {
	case ok && held >= 0:
		tell(to, standbyUp, 1)
		tell(to, standbyLag, float64(max(0, latest-held)))
	case ok:
		tell(to, standbyUp, 0)
	}
	watchers, err := job.Watchers(ctx, s.DB)
	if err != nil {
		to <- prometheus.NewInvalidMetric(behind, err)
	}
	for name, seen := range watchers {
		tell(to, behind, float64(latest-seen), name)
	}
	if n, err := s.Papers.Count(ctx); err != nil {
		to <- prometheus.NewInvalidMetric(heldPapers, err)
	} else {
		tell(to, heldPapers, float64(n))
	}
	if size, err := s.DB.Size(ctx); err != nil {
		to <- prometheus.NewInvalidMetric(database, err)
	} else {
		tell(to, database, float64(size))
	}
	if waiting, stopped, err := s.Hooks.Waiting(ctx); err != nil {
		to <- prometheus.NewInvalidMetric(hookQueue, err)
	} else {
		tell(to, hookQueue, float64(waiting))
		tell(to, hooksOff, float64(stopped))
	}
}

// collectPeers tells of the instances that this one follows.
func (s state) collectPeers(ctx context.Context, to chan<- prometheus.Metric) {
	peers, err := mirror.States(ctx, s.DB)
	if err != nil {
		to <- prometheus.NewInvalidMetric(peerBehind, err)
	}
	for _, p := range peers {
		tell(to, peerBehind, float64(max(0, p.Latest-p.Seq)), p.Name)
		tell(to, peerFails, oneIf(p.Failed != ""), p.Name)
	}
}

// collectSources tells of the harvests.
func (s state) collectSources(ctx context.Context, to chan<- prometheus.Metric) {
	runs, err := harvest.Runs(ctx, s.DB)
	if err != nil {
		to <- prometheus.NewInvalidMetric(sourceAge, err)
	}
	for _, r := range runs {
		if !r.Ended.IsZero() {
			tell(to, sourceAge, s.Config.Now().Sub(r.Ended).Seconds(), r.Source)
		}
		tell(to, sourceGot, float64(r.Got), r.Source)
		tell(to, sourceBad, oneIf(r.Failed != ""), r.Source)
	}
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

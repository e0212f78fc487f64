package server

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"broadsheet/hook"
	"broadsheet/outbox"
)

// metrics are the figures for Prometheus. This file is the one door to its library.
type metrics struct {
	registry *prometheus.Registry
	letters  *prometheus.CounterVec
	hooks    *prometheus.CounterVec
	searches *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	requests *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		letters: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "broadsheet_mail_events_total",
			Help: "What happened to letters of a kind: enqueued, sent, deferred, refused, expired, dropped, unsure (sent again because the answer was lost), bounced, soft, complained.",
		}, []string{"kind", "event"}),
		hooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "broadsheet_hook_tries_total",
			Help: "What became of events by each try to tell a hook: delivered, waiting (for another try), failed for good, dropped (what happened is gone).",
		}, []string{"result"}),
		searches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "broadsheet_search_seconds", Help: "How long readers' questions took.", Buckets: seconds,
		}, []string{"engine", "result"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "broadsheet_opensearch_call_seconds", Help: "How long calls of the cluster took.", Buckets: seconds,
		}, []string{"call", "result"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "broadsheet_http_seconds", Help: "How long requests took, by the first part of the address and the class of the status.", Buckets: seconds,
		}, []string{"room", "status"}),
	}
	m.registry.MustRegister(m.letters, m.hooks, m.searches, m.calls, m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// seconds are the bounds by which times are counted.
var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func result(failed bool) string {
	if failed {
		return "failed"
	}
	return "answered"
}

// search counts a reader's question.
func (m *metrics) search(engine string, took time.Duration, err error) {
	m.searches.WithLabelValues(engine, result(err != nil)).Observe(took.Seconds())
}

// searchCall counts a call of the cluster.
func (m *metrics) searchCall(call string, took time.Duration, failed bool) {
	m.calls.WithLabelValues(call, result(failed)).Observe(took.Seconds())
}

// watchSearch has the papers that can be found counted at each look.
func (m *metrics) watchSearch(engine string, s Searcher) {
	for leg, count := range map[string]func() int{
		"words":   func() int { n, _ := s.Docs(); return n },
		"meaning": func() int { _, n := s.Docs(); return n },
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "broadsheet_search_papers", Help: "Papers that can be found.", ConstLabels: prometheus.Labels{"engine": engine, "by": leg},
		}, func() float64 { return float64(count()) }))
	}
}

// mail counts an event of a letter.
func (m *metrics) mail(kind, event string) { m.letters.WithLabelValues(kind, event).Inc() }

// hook counts a try to tell a hook.
func (m *metrics) hook(what hook.Fate) { m.hooks.WithLabelValues(string(what)).Inc() }

// watch has the letters that are kept counted at each look.
func (m *metrics) watch(o *outbox.Outbox) { m.registry.MustRegister(kept{o}) }

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// kept counts the letters in the outbox by kind and state.
type kept struct{ outbox *outbox.Outbox }

var keptLetters = prometheus.NewDesc("broadsheet_mail_letters", "Letters in the outbox.", []string{"kind", "state"}, nil)

// Describe implements prometheus.Collector.
func (kept) Describe(to chan<- *prometheus.Desc) { to <- keptLetters }

// Collect implements prometheus.Collector.
func (k kept) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := k.outbox.Counts(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(keptLetters, err)
		return
	}
	for _, c := range counts {
		to <- prometheus.MustNewConstMetric(keptLetters, prometheus.GaugeValue, float64(c.Letters), c.Kind, c.State)
	}
}

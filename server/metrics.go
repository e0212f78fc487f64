package server

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"broadsheet/outbox"
)

// metrics are the figures for Prometheus. This file is the one door to its library.
type metrics struct {
	registry *prometheus.Registry
	letters  *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		letters: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "broadsheet_mail_events_total",
			Help: "What happened to letters of a kind: enqueued, sent, deferred, refused, expired, dropped, unsure (sent again because the answer was lost), bounced, soft, complained.",
		}, []string{"kind", "event"}),
	}
	m.registry.MustRegister(m.letters, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// mail counts an event of a letter.
func (m *metrics) mail(kind, event string) { m.letters.WithLabelValues(kind, event).Inc() }

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

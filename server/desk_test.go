package server

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
)

// TestDeskSleeps: a house whose desk does nothing publishes the edition at its hour.
func TestDeskSleeps(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(now.Load(), 0).UTC() }
	start := time.Date(2026, 4, 14, 9, 0, 0, 0, time.UTC)
	now.Store(start.Unix())
	h := openHouse(t, func(c *Config) {
		c.Now, c.Edition = clock, edition.Settings{Desk: true, Hour: 6 * time.Hour}
	})
	if err := h.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	now.Add(3600)
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := h.Papers.Put(t.Context(), tx, "test", clock(), &paper.Paper{
			Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}, Title: "T", Form: paper.TeX,
			Record: paper.Record{Featured: &paper.Feature{Source: "test", At: clock()}},
		})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if newest, err := h.Editions.Newest(t.Context()); err != nil || newest != "" {
		t.Fatalf("the edition of %s stands before its hour, %v", newest, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan struct{})
	go func() { h.printer(ctx); close(done) }()
	now.Store(start.Add(22 * time.Hour).Unix())
	for newest := ""; newest != "2026-04-15"; time.Sleep(20 * time.Millisecond) {
		var err error
		if newest, err = h.Editions.Newest(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	<-done
}

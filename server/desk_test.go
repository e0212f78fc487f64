package server

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/mail"
	"broadsheet/outbox"
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

// TestMailWaitsForItsEdition: when an edition and the mails of it are due in the same
// second, as after a sleep, the edition comes first, whoever wakes first.
func TestMailWaitsForItsEdition(t *testing.T) {
	t.Parallel()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		now := time.Date(2026, 4, 14, 9, 0, 0, 0, time.UTC)
		h := openHouse(t, func(c *Config) {
			c.DSN, c.Base = dsn, "http://papers.test"
			c.Now, c.Edition = func() time.Time { return now }, edition.Settings{Desk: true, Hour: 6 * time.Hour}
			c.Mail = outbox.Config{From: mail.Address{Name: "Broadsheet", Local: "news", Domain: "papers.test"}, Dial: mail.Maildir(t.TempDir()).Dial}
		})
		put := func(n int) {
			if err := h.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Hour)
			if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
				_, err := h.Papers.Put(t.Context(), tx, "test", now, &paper.Paper{
					Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)}}, Title: fmt.Sprintf("Paper %d", n), Abstract: "We show it.", Form: paper.TeX,
					Record: paper.Record{Featured: &paper.Feature{Source: "test", At: now}},
				})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := h.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		put(1)
		if _, err := h.Digests.Begin(t.Context(), mail.Address{Local: "ada", Domain: "readers.test"}, digest.Standard(), 0); err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 2; n++ { // one paper a day, and nobody awake when the hour comes
			now = now.AddDate(0, 0, 1)
			if sum, err := h.Digests.Run(t.Context()); err != nil || sum.Mails != 1 {
				t.Fatalf("on day %d: %+v, %v", n, sum, err)
			}
			list, err := h.Outbox.Records(t.Context(), "", 0, 10)
			if err != nil || len(list) < n {
				t.Fatalf("%d letters, %v", len(list), err)
			}
			text, err := h.Digests.Read(t.Context(), list[0].ID)
			if err != nil || !strings.Contains(text, fmt.Sprintf("No. %d", n)) || !strings.Contains(text, fmt.Sprintf("Paper %d", n)) {
				t.Errorf("the mail of day %d is not of edition No. %d, %v:\n%s", n, n, err, text)
			}
			put(n + 1)
		}
	})
}

package outbox_test

import (
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/mail/mailtest"
	"broadsheet/outbox"
)

// TestMailIsPaused: of two senders on one database neither sends what nobody waits for,
// and both what somebody does, until mail goes on.
func TestMailIsPaused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server, c := mailtest.Start(t, nil), newClock()
		one, other := open(t, d, server, c), open(t, d, server, c)
		do := func(f func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Transact(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		if since, err := outbox.Paused(t.Context(), d); err != nil || !since.IsZero() {
			t.Errorf("it is paused since %v, %v", since, err)
		}
		began := c.now()
		do(func(tx *db.Tx) error { return outbox.Pause(t.Context(), tx, c.now()) })
		c.move(1e9)
		do(func(tx *db.Tx) error { return outbox.Pause(t.Context(), tx, c.now()) })
		if since, err := outbox.Paused(t.Context(), d); err != nil || !since.Equal(began) {
			t.Errorf("it is paused since %v, not %v, %v", since, began, err)
		}
		asked := letter(t, "waits@university.example")
		asked.Asked = true
		enqueue(t, d, one, letter(t, "reader@university.example"), asked, letter(t, "other@university.example"))
		if n := flush(t, one) + flush(t, other); n != 1 || len(server.Letters()) != 1 || server.Letters()[0].To != "waits@university.example" {
			t.Errorf("%d went while mail was paused: %+v", n, server.Letters())
		}
		do(func(tx *db.Tx) error { return outbox.Resume(t.Context(), tx) })
		if n := flush(t, other) + flush(t, one); n != 2 || len(server.Letters()) != 3 {
			t.Errorf("%d went when mail went on: %+v", n, server.Letters())
		}
	})
}

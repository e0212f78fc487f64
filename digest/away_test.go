package digest_test

import (
	"context"
	"sync/atomic"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/digest"
	"broadsheet/fault"
)

// TestTheSearchIsAskedWhileOthersWrite: a search that takes its time keeps nobody from
// writing. One that is away is asked once in a run; whose words it should look for wait
// for it, and the others have their mail.
func TestTheSearchIsAskedWhileOthersWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var asked atomic.Int32
		var away atomic.Bool
		h := open(t, d, func(c *digest.Config) {
			c.Search = func(ctx context.Context, _ string, papers []int64) (map[int64]bool, error) {
				asked.Add(1)
				if err := d.Transact(ctx, func(tx *db.Tx) error { // as a vote does
					_, err := tx.Exec(ctx, `UPDATE paper SET own_votes = own_votes`)
					return err
				}); err != nil {
					t.Error(err)
				}
				if away.Load() {
					return nil, fault.Busy("The search cannot be reached.")
				}
				found := map[int64]bool{}
				for _, id := range papers {
					found[id] = true
				}
				return found, nil
			}
		})
		words := digest.Standard()
		words.Edition, words.Words = false, "unknown"
		for _, to := range []string{"a@u.example", "b@u.example"} {
			h.subscribe(to, words)
		}
		words.Words = "matters"
		h.subscribe("c@u.example", words)
		h.subscribe("d@u.example", digest.Standard())
		h.put(monday, newPaper("One", 5))
		h.catchUp()
		h.at(monday.AddDate(0, 0, 1))
		if _, err := h.outbox.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}

		away.Store(true)
		did, err := h.digests.Run(t.Context())
		if !fault.Is(err, fault.KindBusy) || did.Mails != 1 || asked.Load() != 1 {
			t.Errorf("while the search is away: %d mails, %d questions, %v; want 1, 1 and a fault.Busy", did.Mails, asked.Load(), err)
		}
		away.Store(false)
		if did, err = h.digests.Run(t.Context()); err != nil || did.Mails != 3 || asked.Load() != 3 {
			t.Errorf("when it is back: %d mails, %d questions, %v; want 3, and 2 more", did.Mails, asked.Load()-1, err)
		}
	})
}

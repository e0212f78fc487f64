package outbox

import (
	"context"
	"sync"
	"time"

	"broadsheet/db"
)

// clerk notes what happens to letters. A commit waits for the disk, so what comes in
// while one is under way goes into the next, together: twenty connections cost not
// much more than one.
type clerk struct {
	db    *db.DB
	notes chan note
	done  sync.WaitGroup
}

// note is one thing to write down. It may be run more than once.
type note struct {
	write func(context.Context, *db.Tx) error
	done  func(error) // told how it went
	hurry bool        // somebody waits
}

// linger is how long a note that nobody waits for may wait for company.
const linger = 10 * time.Millisecond

// newClerk starts a clerk; close ends it, once all is written down. A clerk writes
// also when ctx has ended: what has happened must be noted.
func newClerk(ctx context.Context, d *db.DB) *clerk {
	c := &clerk{db: d, notes: make(chan note, 256)}
	ctx = context.WithoutCancel(ctx)
	c.done.Go(func() { c.work(ctx) })
	return c
}

func (c *clerk) close() {
	close(c.notes)
	c.done.Wait()
}

func (c *clerk) work(ctx context.Context) {
	for first := range c.notes {
		c.commit(ctx, c.gather(first))
	}
}

// gather returns the notes to write together with first.
func (c *clerk) gather(first note) []note {
	batch, hurry := []note{first}, first.hurry
	patience := time.NewTimer(linger)
	defer patience.Stop()
	for len(batch) < cap(c.notes) {
		var n note
		open := true
		if hurry {
			select {
			case n, open = <-c.notes:
			default:
				return batch
			}
		} else {
			select {
			case n, open = <-c.notes:
			case <-patience.C:
				return batch
			}
		}
		if !open {
			return batch
		}
		batch, hurry = append(batch, n), hurry || n.hurry
	}
	return batch
}

// commit writes a batch in one transaction; when that fails, each note in its own,
// so that one that cannot be written spoils no other.
func (c *clerk) commit(ctx context.Context, batch []note) {
	err := c.db.Transact(ctx, func(tx *db.Tx) error {
		for _, n := range batch {
			if err := n.write(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	for _, n := range batch {
		own := err
		if err != nil && len(batch) > 1 {
			own = c.db.Transact(ctx, func(tx *db.Tx) error { return n.write(ctx, tx) })
		}
		n.done(own)
	}
}

// wait notes something and waits until it is on disk.
func (c *clerk) wait(write func(context.Context, *db.Tx) error) error {
	done := make(chan error, 1)
	c.notes <- note{write, func(err error) { done <- err }, true}
	return <-done
}

// later notes something with the next that somebody waits for, or soon.
func (c *clerk) later(write func(context.Context, *db.Tx) error, failed func(error)) {
	c.notes <- note{write, func(err error) {
		if err != nil {
			failed(err)
		}
	}, false}
}

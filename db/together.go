package db

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// together gathers small transactions that wait for the writer.
type together struct {
	mu      sync.Mutex
	busy    bool    // a batch is being committed
	waiting []*part // the next batch
}

// part is one of the transactions of a batch.
type part struct {
	fn   func(context.Context, *Tx) error
	done chan struct{}
	lead bool // it is woken to commit the next batch, and not because it is done
	err  error
}

// largestBatch bounds how long the writer is kept from everybody else.
const largestBatch = 256

// Together is Transact for small writes that many ask for at once. Those that
// wait while another batch is being committed share the next transaction, so one
// write to the disk serves them all; what Together has acknowledged is on disk all
// the same. A part that fails is undone alone, and its error is its caller's.
//
// fn gets a context that outlives the caller's, because others depend on the
// transaction; it must pass that one on. Like that of Transact, it may be run again.
func (d *DB) Together(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := &part{fn: fn, done: make(chan struct{})}
	t := &d.together
	t.mu.Lock()
	if t.busy {
		t.waiting = append(t.waiting, p)
		t.mu.Unlock()
		<-p.done
		if !p.lead {
			return p.err
		}
		t.mu.Lock()
	}
	t.busy = true
	n := min(len(t.waiting), largestBatch-1)
	batch := append([]*part{p}, t.waiting[:n]...)
	t.waiting = append([]*part(nil), t.waiting[n:]...)
	t.mu.Unlock()

	defer d.next()
	d.commit(context.WithoutCancel(ctx), batch)
	for _, other := range batch[1:] {
		close(other.done)
	}
	return p.err
}

// next wakes the first of those that wait, to commit the next batch.
func (d *DB) next() {
	t := &d.together
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		t.busy = false
		return
	}
	p := t.waiting[0]
	t.waiting = t.waiting[1:]
	p.lead = true
	close(p.done)
}

// commit runs the parts in one transaction and sets their errors. When one of them
// fails they are run again with a savepoint before each, which costs two statements a
// part. Should the transaction as a whole fail, each part has one of its own, unless it
// may have been kept.
func (d *DB) commit(ctx context.Context, batch []*part) {
	if len(batch) > 1 {
		err := d.run(ctx, d.write, nil, func(tx *Tx) error { return tx.all(ctx, batch) })
		if err != nil && !errors.Is(err, errDoubt) {
			err = d.Transact(ctx, func(tx *Tx) error { return tx.parts(ctx, batch) })
		}
		if err == nil {
			return
		}
		if errors.Is(err, errDoubt) {
			for _, p := range batch {
				p.err = err
			}
			return
		}
	}
	for _, p := range batch {
		p.err = d.Transact(ctx, func(tx *Tx) error { return safely(ctx, tx, p.fn) })
	}
}

// all runs the parts up to the first that fails.
func (t *Tx) all(ctx context.Context, batch []*part) error {
	for _, p := range batch {
		if p.err = safely(ctx, t, p.fn); p.err != nil {
			return p.err
		}
	}
	return nil
}

// parts runs each part behind a savepoint. The error is one of the transaction.
func (t *Tx) parts(ctx context.Context, batch []*part) error {
	for _, p := range batch {
		if _, err := t.tx.ExecContext(ctx, `SAVEPOINT part`); err != nil {
			return err
		}
		before, after := len(t.before), len(t.after)
		p.err = safely(ctx, t, p.fn)
		end := `RELEASE SAVEPOINT part`
		if p.err != nil {
			if givenUp(p.err) || away(p.err) {
				return p.err // the whole transaction must be run again
			}
			t.before, t.after = t.before[:before], t.after[:after]
			end = `ROLLBACK TO SAVEPOINT part`
		}
		if _, err := t.tx.ExecContext(ctx, end); err != nil {
			return err
		}
	}
	return nil
}

// safely makes an error of a panic, which would else leave the others waiting.
func safely(ctx context.Context, tx *Tx, fn func(context.Context, *Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a transaction broke: %v", p)
		}
	}()
	return fn(ctx, tx)
}

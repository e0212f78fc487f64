package outbox

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/mail"
)

// Run sends letters as they fall due, until ctx ends. The letter under way is
// finished first.
func (o *Outbox) Run(ctx context.Context) {
	const idle, longest = 2 * time.Second, time.Minute
	pause := idle
	for ctx.Err() == nil {
		_, err := o.Flush(ctx)
		if pause = idle; err != nil && ctx.Err() == nil {
			o.Log.Error("letters wait; they will be tried again", "error", err)
			pause = min(2*pause, longest)
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-o.poked:
		}
		t.Stop()
	}
}

// Flush sends what is due and returns the number of letters that the server took.
// The error says why some could not be tried; they wait.
func (o *Outbox) Flush(ctx context.Context) (int, error) {
	if o.Dial == nil {
		return 0, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if idle, err := o.idle(ctx); err != nil || idle {
		return 0, err
	}
	if err := o.sweep(ctx); err != nil {
		return 0, err
	}
	run := &run{Outbox: o, jobs: make(chan *Letter, o.Connections), entries: make(chan *entry, o.Connections)}
	var workers, keeper sync.WaitGroup // they end with the jobs, before Flush returns
	keeper.Go(func() { run.keep(ctx) })
	var err error
	started := 0
	for ctx.Err() == nil && run.failure() == nil {
		var list []*Letter
		if list, err = o.claim(ctx, 4*o.Connections); err != nil || len(list) == 0 {
			break
		}
		for ; started < min(o.Connections, len(list)) || started == 0; started++ {
			workers.Go(func() { run.work(ctx) })
		}
		for _, l := range list {
			run.jobs <- l
		}
	}
	close(run.jobs)
	workers.Wait()
	close(run.entries)
	keeper.Wait()
	return int(run.sent.Load()), errors.Join(err, run.failure())
}

// run is one Flush.
type run struct {
	*Outbox
	jobs    chan *Letter
	entries chan *entry // to be written down
	sent    atomic.Int64
	down    atomic.Pointer[error] // why the server cannot be reached
}

func (r *run) failure() error {
	if p := r.down.Load(); p != nil {
		return *p
	}
	return nil
}

// worker hands over letters on one connection, and a new one when it is lost. What
// came of a letter is noted together with the beginning of the next one, if there is
// one at once: each letter then waits for the disk once. For the same reason it writes
// the next one before it ends the one under way: a server can then be told of it in one
// breath.
type worker struct {
	*run
	session mail.Session
	next    *written
	spare   []byte // a letter's that went
	noted   *note  // what came of the last letter; nil when it is on disk
}

// written is a letter that is ready to go.
type written struct {
	*Letter
	envelope mail.Envelope
	raw      []byte
}

func (r *run) work(ctx context.Context) {
	w := &worker{run: r}
	for w.fetch(ctx) {
		if l := w.next; l != nil {
			w.next = nil
			w.take(ctx, l)
		}
	}
	w.settle()
	if w.session != nil {
		w.session.Close()
	}
}

// fetch waits for the next letter, unless there is one, and reports whether more may
// come.
func (w *worker) fetch(ctx context.Context) bool {
	if w.look(ctx); w.next != nil {
		return true
	}
	w.settle()
	l, open := <-w.jobs
	if open {
		w.write(ctx, l)
	}
	return open
}

// look writes the next letter if there is one at once.
func (w *worker) look(ctx context.Context) {
	for w.next == nil {
		select {
		case l, open := <-w.jobs:
			if !open {
				return
			}
			w.write(ctx, l)
		default:
			return
		}
	}
}

// write makes l the next letter, or notes why it cannot be written.
func (w *worker) write(ctx context.Context, l *Letter) {
	if w.failure() != nil || ctx.Err() != nil {
		w.later(w.giveBack(l))
		return
	}
	m, err := w.Message(ctx, l)
	var raw []byte
	if err == nil {
		raw, err = mail.Sign(m.Append(w.spare[:0]), l.Made, w.Signers...)
		w.spare = nil
	}
	if err != nil {
		w.later(w.cannotWrite(l, err))
		return
	}
	w.next = &written{l, mail.Envelope{From: w.returnPath(l.ID), To: l.To}, raw}
}

func (w *worker) take(ctx context.Context, l *written) {
	if w.session == nil && w.failure() == nil && ctx.Err() == nil {
		s, err := w.Dial(ctx)
		if err != nil {
			w.down.CompareAndSwap(nil, &err)
		}
		w.session = s
	}
	if w.session == nil || w.failure() != nil || ctx.Err() != nil {
		w.later(w.giveBack(l.Letter))
		return
	}
	if !w.deliver(ctx, l) {
		w.session.Close()
		w.session = nil
	}
}

// later keeps a note until the next letter, or until there is none.
func (w *worker) later(n *note) {
	w.settle()
	w.noted = n
}

// settle writes down what came of the last letter.
func (w *worker) settle() {
	if w.noted == nil {
		return
	}
	if err := w.record(w.noted, nil); err != nil {
		w.Log.Error("what came of a letter could not be noted; it is sent again", "error", err)
	}
	w.noted = nil
}

// commit writes down that l is about to be handed over, with what came of the letter
// before, and returns the envelope of the next one if there is one.
func (w *worker) commit(ctx context.Context, l *Letter) (*mail.Envelope, error) {
	w.look(ctx)
	err := w.record(w.noted, l)
	if err != nil && !errors.Is(err, errLost) { // neither is written
		w.settle()
	}
	w.noted = nil
	if err != nil || w.next == nil {
		return nil, err
	}
	return &w.next.envelope, nil
}

var errLost = errors.New("another process has taken the letter over")

// deliver hands a letter over and notes what came of it. It reports whether the
// session can be used again.
func (w *worker) deliver(ctx context.Context, written *written) bool {
	l := written.Letter
	err := w.session.Send(ctx, written.envelope, written.raw, func() (*mail.Envelope, error) { return w.commit(ctx, l) })
	w.spare = written.raw
	var no *mail.Refusal
	switch {
	case err == nil:
		w.sent.Add(1)
		w.later(&note{letter: l})
		return true
	case errors.Is(err, errLost):
		return false
	case errors.As(err, &no) && no.Permanent():
		weight := 0.0
		if no.Recipient {
			weight = hardBounce
		}
		w.later(w.ended(l, "refused", no.Error(), weight))
		return true
	case errors.As(err, &no):
		w.later(w.retry(l, no.Error(), false))
		return no.Code != 421
	}
	w.later(w.retry(l, err.Error(), errors.Is(err, mail.ErrUnsure)))
	return false
}

// cannotWrite puts away a letter that nobody wants any more, and has one that failed
// for another reason tried again.
func (r *run) cannotWrite(l *Letter, err error) *note {
	if fault.Is(err, fault.KindMissing) {
		return r.ended(l, "dropped", err.Error(), 0)
	}
	r.Log.Error("a letter could not be written", "letter", l.ID, "kind", l.Kind, "error", err)
	return r.retry(l, "It could not be written.", false)
}

// ended notes how a letter ended that was not sent. The body of one that has ended goes,
// unless a Writer may need it again: a sign-in link is nobody's business then.
func (r *run) ended(l *Letter, state, said string, weight float64) *note {
	return &note{l, func(ctx context.Context, tx *db.Tx) error {
		set := `state = $3, at = $4, said = $5, holder = ''`
		if r.writers[l.Kind] == nil {
			set += `, body = ` + emptyBytes(tx.Dialect)
		}
		n, err := tx.Exec(ctx, `UPDATE outbox SET `+set+` WHERE id = $1 AND holder = $2`, l.ID, r.holder, state, db.Micros(r.Now()), said)
		if err != nil || n == 0 {
			return err
		}
		tx.After(func() { r.Event(l.Kind, state) })
		if weight > 0 {
			return r.bounced(ctx, tx, l.To, weight, said)
		}
		return nil
	}}
}

func emptyBytes(d db.Dialect) string {
	if d == db.Postgres {
		return `''::bytea`
	}
	return `x''`
}

// patience is how long a letter is tried; backOff the pauses between tries.
const patience = 72 * time.Hour

var backOff = []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}

// retry has a letter tried again later, or gives it up after three days.
func (r *run) retry(l *Letter, said string, unsure bool) *note {
	now := r.Now()
	if now.Sub(l.Made) >= patience {
		return r.ended(l, "expired", said, softBounce)
	}
	pause := backOff[min(l.tries, len(backOff)-1)]
	doubt := 0
	if unsure {
		doubt = 1
	}
	return &note{l, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE outbox SET state = 'waiting', holder = '', due = $3, slot = 0, at = $4, tries = tries + 1, unsure = unsure + $5, said = $6 WHERE id = $1 AND holder = $2`,
			l.ID, r.holder, db.Micros(now.Add(pause)), db.Micros(now), doubt, said)
		if err != nil || n == 0 {
			return err
		}
		tx.After(func() {
			r.Event(l.Kind, "deferred")
			if unsure {
				r.Event(l.Kind, "unsure")
			}
		})
		return nil
	}}
}

// giveBack puts a letter back that was not tried.
func (r *run) giveBack(l *Letter) *note {
	return &note{l, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET state = 'waiting', holder = '' WHERE id = $1 AND holder = $2 AND state = 'taken'`, l.ID, r.holder)
		return err
	}}
}

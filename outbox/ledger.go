package outbox

import (
	"context"
	"math/bits"

	"broadsheet/db"
)

// entry is what a worker has written down: what came of its last letter, and that the
// next one is about to be handed over; either may be nil.
type entry struct {
	came    *note
	handing *Letter
	done    chan error // told once it is on disk
}

// mostAtOnce bounds how long the writer is kept from everybody else.
const mostAtOnce = 128

// note says what came of a letter. It may be written more than once.
type note struct {
	letter *Letter
	write  func(context.Context, *db.Tx) error // nil: it was sent, and there is no more to say
}

// record has an entry written, and returns when it is on disk. That a letter is not ours
// any more is errLost.
func (r *run) record(came *note, handing *Letter) error {
	e := &entry{came: came, handing: handing, done: make(chan error, 1)}
	r.entries <- e
	return <-e.done
}

// keep writes entries until there are no more. Those that come while others are being
// written share the next transaction, in which one statement serves all that it can: a
// letter then waits for the disk, and asks little of the database. It goes on when ctx
// has ended.
func (r *run) keep(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	var batch []*entry
	for e := range r.entries {
		batch = append(batch[:0], e)
		for more := true; more && len(batch) < mostAtOnce; {
			select {
			case e, open := <-r.entries:
				if more = open; open {
					batch = append(batch, e)
				}
			default:
				more = false
			}
		}
		r.writeAll(ctx, batch)
	}
}

// writeAll writes entries and tells what came of each. Should they fail together, each is
// tried alone.
func (r *run) writeAll(ctx context.Context, batch []*entry) {
	lost, err := r.transact(ctx, batch)
	for _, e := range batch {
		lost, err := lost, err
		if err != nil && len(batch) > 1 {
			lost, err = r.transact(ctx, []*entry{e})
		}
		if err == nil && lost[e.handing] {
			err = errLost
		}
		e.done <- err
	}
}

// transact writes entries in one transaction, and returns the letters that are not ours
// any more.
func (r *run) transact(ctx context.Context, batch []*entry) (lost map[*Letter]bool, err error) {
	err = r.db.Transact(ctx, func(tx *db.Tx) error {
		var sent, kept, handing []*Letter
		for _, e := range batch {
			if e.handing != nil {
				handing = append(handing, e.handing)
			}
			switch {
			case e.came == nil:
			case e.came.write != nil:
				if err := e.came.write(ctx, tx); err != nil {
					return err
				}
			case r.writers[e.came.letter.Kind] != nil: // the body may be needed again
				kept = append(kept, e.came.letter)
			default:
				sent = append(sent, e.came.letter)
			}
		}
		now := db.Micros(r.Now())
		const set = `UPDATE outbox SET state = 'sent', said = '', holder = '', at = $2`
		if err := r.sentAll(ctx, tx, kept, set, now); err != nil {
			return err
		}
		if err := r.sentAll(ctx, tx, sent, set+`, body = `+emptyBytes(tx.Dialect), now); err != nil {
			return err
		}
		lost, err = r.handing(ctx, tx, handing)
		return err
	})
	return lost, err
}

// sentAll notes that letters were sent.
func (r *run) sentAll(ctx context.Context, tx *db.Tx, letters []*Letter, update string, now int64) error {
	ours, err := r.ours(ctx, tx, letters, update+` WHERE holder = $1`, now)
	if err != nil {
		return err
	}
	tx.After(func() {
		for _, l := range letters {
			if ours[l.ID] {
				r.Event(l.Kind, "sent")
			}
		}
	})
	return nil
}

// handing notes that the ends of the messages are about to be sent, and returns the
// letters that are not ours any more.
func (r *run) handing(ctx context.Context, tx *db.Tx, letters []*Letter) (map[*Letter]bool, error) {
	now := r.Now()
	ours, err := r.ours(ctx, tx, letters, `UPDATE outbox SET state = 'handing', until = $3, at = $2 WHERE holder = $1 AND state = 'taken' AND until > $2`,
		db.Micros(now), db.Micros(now.Add(r.Answer)))
	lost := map[*Letter]bool{}
	for _, l := range letters {
		lost[l] = !ours[l.ID]
	}
	return lost, err
}

// ours runs an update, whose first place is for the holder, for letters and returns the
// numbers of those that it met. There are as many places for them as a power of two, so
// that there are few texts of statements.
func (r *run) ours(ctx context.Context, tx *db.Tx, letters []*Letter, update string, args ...any) (map[int64]bool, error) {
	met := map[int64]bool{}
	if len(letters) == 0 {
		return met, nil
	}
	args = append([]any{r.holder}, args...)
	first := len(args) + 1
	for i := range 1 << bits.Len(uint(len(letters)-1)) {
		args = append(args, letters[min(i, len(letters)-1)].ID)
	}
	rows, err := tx.Query(ctx, update+` AND id IN (`+db.Places(first, len(args)-first+1)+`) RETURNING id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		met[id] = true
	}
	return met, rows.Err()
}

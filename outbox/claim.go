package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/mail"
)

// sweep frees the letters whose lease ran out: those of a process that died.
func (o *Outbox) sweep(ctx context.Context) error {
	now := db.Micros(o.Now())
	unsure := map[string]int{}
	err := o.db.Transact(ctx, func(tx *db.Tx) error {
		clear(unsure)
		rows, err := tx.Query(ctx, `UPDATE outbox SET state = 'waiting', holder = '', at = $1, due = $1,
			unsure = unsure + CASE WHEN state = 'handing' THEN 1 ELSE 0 END,
			said = CASE WHEN state = 'handing' THEN 'The program ended before the answer was noted; it is sent again.' ELSE said END
			WHERE state IN ('taken', 'handing') AND until <= $1 RETURNING kind, unsure`, now)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var kind string
			var n int
			if err := rows.Scan(&kind, &n); err != nil {
				return err
			}
			unsure[kind] += min(n, 1)
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("free the letters of a process that died: %w", err)
	}
	for kind, n := range unsure {
		for range n {
			o.Event(kind, "unsure")
		}
	}
	return nil
}

// idle reports whether no letter is due and none needs to be freed. It writes nothing,
// so that waiting costs nobody the writer.
func (o *Outbox) idle(ctx context.Context) (bool, error) {
	last, err := lowest(ctx, o.db)
	if err != nil {
		return false, err
	}
	var n int
	err = o.db.QueryRow(ctx, `SELECT count(*) FROM (
		SELECT id FROM (SELECT id FROM outbox WHERE state = 'waiting' AND rank IN (0, $2) AND due <= $1 LIMIT 1) ready
		UNION ALL SELECT id FROM (SELECT id FROM outbox WHERE state IN ('taken', 'handing') AND until <= $1 LIMIT 1) expired) work`, db.Micros(o.Now()), last).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for letters that are due: %w", err)
	}
	return n == 0, nil
}

// claim takes at most limit letters that are due, under this process's lease.
func (o *Outbox) claim(ctx context.Context, limit int) ([]*Letter, error) {
	var list []*Letter
	err := o.db.Transact(ctx, func(tx *db.Tx) error {
		now := o.Now()
		due, err := o.take(ctx, tx, now, limit)
		if err != nil {
			return err
		}
		stopped, err := o.stoppedOf(ctx, tx, due, now)
		if err != nil {
			return err
		}
		list = due[:0]
		for _, l := range due {
			keep, err := o.fit(ctx, tx, l, stopped[l.ID], now)
			if err != nil {
				return err
			}
			if keep {
				list = append(list, l)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take letters: %w", err)
	}
	return list, nil
}

func (o *Outbox) take(ctx context.Context, tx *db.Tx, now time.Time, limit int) ([]*Letter, error) {
	last, err := lowest(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `UPDATE outbox SET state = 'taken', holder = $1, until = $2 WHERE id IN (
			SELECT id FROM outbox WHERE state = 'waiting' AND rank IN (0, $5) AND due <= $3 ORDER BY rank, due, id LIMIT $4`+tx.Dialect.SkipLocked()+`)
		RETURNING `+letterColumns, o.holder, db.Micros(now.Add(o.Lease)), db.Micros(now), limit, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*Letter
	for rows.Next() {
		l, err := scanLetter(rows.Scan, o.writers)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

const letterColumns = `id, kind, once, recipient, rank, body, made, due, slot, tries`

func scanLetter(scan func(...any) error, writers map[string]Writer) (*Letter, error) {
	l := &Letter{}
	var to string
	var rank int
	var made, due, slot int64
	var body []byte
	if err := scan(&l.ID, &l.Kind, &l.Once, &to, &rank, &body, &made, &due, &slot, &l.tries); err != nil {
		return nil, err
	}
	l.Asked, l.Made, l.Due = rank == 0, db.Time(made), db.Time(due)
	l.hasSlot = slot != 0
	var err error
	if l.To, err = recipient(to); err != nil {
		return nil, fmt.Errorf("letter %d: %w", l.ID, err)
	}
	if writers[l.Kind] != nil {
		l.Ref = body
	} else if len(body) > 0 {
		if err := json.Unmarshal(body, &l.Message); err != nil {
			return nil, fmt.Errorf("letter %d is damaged: %w", l.ID, err)
		}
	}
	return l, nil
}

// recipient reads an address as the outbox keeps it.
func recipient(text string) (mail.Address, error) {
	var a mail.Address
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, fmt.Errorf("its recipient is damaged: %w", err)
	}
	return a, nil
}

// stoppedOf returns the letters that must not be sent.
func (o *Outbox) stoppedOf(ctx context.Context, tx *db.Tx, letters []*Letter, now time.Time) (map[int64]bool, error) {
	stopped := map[int64]bool{}
	for part := range slices.Chunk(letters, rows) {
		hashes := make([]any, len(part))
		for i, l := range part {
			hashes[i] = o.Hash(l.To)
		}
		suppressed, err := suppressedOf(ctx, tx, hashes)
		if err != nil {
			return nil, err
		}
		for i, l := range part {
			if !suppressed[hashes[i]] {
				continue
			}
			if stopped[l.ID], err = o.stops(ctx, tx, l.To, l.Asked, now); err != nil {
				return nil, err
			}
		}
	}
	return stopped, nil
}

// fit reports whether a letter that was taken can go now: its address may be
// written to, and its domain has room. Else the letter is put away.
func (o *Outbox) fit(ctx context.Context, tx *db.Tx, l *Letter, stop bool, now time.Time) (bool, error) {
	if stop {
		tx.After(func() { o.Event(l.Kind, "dropped") })
		_, err := tx.Exec(ctx, `UPDATE outbox SET state = 'dropped', holder = '', at = $2, said = 'The address is not written to any more.' WHERE id = $1`, l.ID, db.Micros(now))
		return false, err
	}
	if o.PerMinute == 0 || l.hasSlot {
		return true, nil
	}
	slot, err := o.slot(ctx, tx, l.To.Domain, now)
	if err != nil || !slot.After(now.Add(time.Second)) {
		return err == nil, err
	}
	_, err = tx.Exec(ctx, `UPDATE outbox SET state = 'waiting', holder = '', due = $2, slot = $2 WHERE id = $1`, l.ID, db.Micros(slot))
	return false, err
}

// slot returns the time at which the domain has room for one more letter and takes
// it. The rows are shared by all processes.
func (o *Outbox) slot(ctx context.Context, tx *db.Tx, domain string, now time.Time) (time.Time, error) {
	step := (time.Minute / time.Duration(o.PerMinute)).Microseconds()
	var next int64
	err := tx.QueryRow(ctx, `INSERT INTO outbox_pace (domain, next) VALUES ($1, $2)
		ON CONFLICT (domain) DO UPDATE SET next = CASE WHEN outbox_pace.next + $3 > $2 THEN outbox_pace.next + $3 ELSE excluded.next END
		RETURNING next`, domain, db.Micros(now), step).Scan(&next)
	return db.Time(next), err
}

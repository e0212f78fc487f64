package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Letter returns a letter by its number; a fault.NotFound when it is not kept.
func (o *Outbox) Letter(ctx context.Context, id int64) (*Letter, error) {
	l, err := scanLetter(o.db.QueryRow(ctx, `SELECT `+letterColumns+` FROM outbox WHERE id = $1`, id).Scan, o.writers)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFound("That mail is not kept any more.")
	}
	return l, err
}

// Record is a letter as the desk sees it.
type Record struct {
	ID       int64
	Kind     string
	To       string
	State    string
	Made, At time.Time
	Due      time.Time
	Tries    int
	Unsure   int    // how often it was sent again without knowing whether it had arrived
	Said     string // the last answer of the server, or why it waits
	Returned string // what came back about it
}

// Records returns at most limit letters with numbers below before (0 for the newest),
// the newest first; in one state, unless that is "". The state "returned" is that of
// letters about which something came back.
func (o *Outbox) Records(ctx context.Context, state string, before int64, limit int) ([]Record, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := o.db.Query(ctx, `SELECT id, kind, recipient, state, made, at, due, tries, unsure, said, returned FROM outbox
		WHERE id < $1 AND ($2 = '' OR state = $2 OR $2 = 'returned' AND returned <> '') ORDER BY id DESC LIMIT $3`, before, state, limit)
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	defer rows.Close()
	var list []Record
	for rows.Next() {
		var r Record
		var to string
		var made, at, due int64
		if err := rows.Scan(&r.ID, &r.Kind, &to, &r.State, &made, &at, &due, &r.Tries, &r.Unsure, &r.Said, &r.Returned); err != nil {
			return nil, err
		}
		a, err := recipient(to)
		if err != nil {
			return nil, err
		}
		r.To, r.Made, r.At, r.Due = a.String(), db.Time(made), db.Time(at), db.Time(due)
		list = append(list, r)
	}
	return list, rows.Err()
}

// Count is a number of letters.
type Count struct {
	Kind, State string
	Letters     int
	Unsure      int // how often one was sent again without knowing
	Returned    int
}

// Counts counts the letters that are kept.
func (o *Outbox) Counts(ctx context.Context) ([]Count, error) {
	rows, err := o.db.Query(ctx, `SELECT kind, state, count(*), coalesce(sum(unsure), 0), coalesce(sum(CASE WHEN returned <> '' THEN 1 ELSE 0 END), 0)
		FROM outbox GROUP BY kind, state ORDER BY kind, state`)
	if err != nil {
		return nil, fmt.Errorf("count letters: %w", err)
	}
	defer rows.Close()
	var list []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Kind, &c.State, &c.Letters, &c.Unsure, &c.Returned); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// ByHour returns how many letters were sent in each of the 24 hours from a moment on.
func (o *Outbox) ByHour(ctx context.Context, from time.Time) ([]int, error) {
	return db.ByHour(ctx, o.db, `SELECT (at - $1) / 3600000000, count(*) FROM outbox WHERE state = 'sent' AND at >= $1 AND at < $2 GROUP BY 1`, from)
}

// kept is for how long a letter that has ended is kept: for bounces that come late,
// and to be read on the web.
const kept = 60 * 24 * time.Hour

// Prune forgets letters that ended long ago, some thousand at a time, and returns how
// many.
func (o *Outbox) Prune(ctx context.Context) (int64, error) {
	var n int64
	err := o.db.Transact(ctx, func(tx *db.Tx) error {
		var err error
		n, err = tx.Exec(ctx, `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox
			WHERE at < $1 AND state NOT IN ('waiting', 'taken', 'handing') ORDER BY at, id LIMIT 5000)`, db.Micros(o.Now().Add(-kept)))
		return err
	})
	return n, err
}

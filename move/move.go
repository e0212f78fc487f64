// Package move carries a whole instance from one database to another, of either engine,
// while it goes on serving.
//
// It puts triggers on the database that is moved away, which note the key of every row
// that changes. Then it copies table by table, in the order of the keys, out of
// snapshots: before it copies out of one, it brings what it copied before up to that
// moment by the notes. So the copy is at all times the part of some moment that was
// copied so far, and whoever stops the move, or pulls the plug, finds it so and goes on.
// A second walk compares every row. For the switch it waits until no letter is being
// handed over, has the old database refuse to be written to (db.Moving, which readers
// are told as a 503), carries over what changed last, and counts.
//
// It stores moving_row in the old database and moving_step in the new one, and removes
// them at the end. The old one goes on refusing, so that nothing is written there by
// mistake; Undo ends that.
package move

import (
	"context"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Move is one move.
type Move struct {
	From, To *db.DB
	// Prepare says that the move stops before the switch: the copy is verified, and a later
	// move has little left to do.
	Prepare bool
	// Tell is told how far the move is; nil is nobody.
	Tell func(Step)

	tables []*db.Table
	steps  map[string]*step // by table
}

// Step says how far a move is.
type Step struct {
	Deed  string // copied, verified, switched
	Table string // that is being walked; "" when the deed is done
	Rows  int64  // of that table so far, or of all
}

// Result says what a move did.
type Result struct {
	Tables int
	Rows   int64         // in both databases
	Late   int64         // rows carried over again because they changed meanwhile
	Closed time.Duration // for which nothing could be written, up to the end of the move; 0 when it was only prepared
}

// step is how far one table is, as it stands in the new database.
type step struct {
	copied, verified     []any // the last key; nil at the beginning
	allCopied, allProved bool
	rows                 int64 // walked in the walk that goes on
}

// Run moves. It may be run again after whatever happened: it goes on where it was.
func (m *Move) Run(ctx context.Context) (Result, error) {
	var r Result
	if m.Tell == nil {
		m.Tell = func(Step) {}
	}
	if err := m.begin(ctx); err != nil {
		return r, err
	}
	r.Tables = len(m.tables)
	for {
		late, done, err := m.lap(ctx)
		if err != nil {
			return r, err
		}
		if r.Late += late; done {
			break
		}
	}
	m.Tell(Step{Deed: "verified"})
	if m.Prepare {
		return r, nil
	}
	if err := m.quieten(ctx); err != nil {
		return r, err
	}
	began := time.Now()
	if err := m.close(ctx); err != nil {
		return r, err
	}
	late, err := m.finish(ctx)
	if err != nil {
		return r, errors.Join(fmt.Errorf("the last rows could not be carried over, so the old database is open again: %w", err), m.reopen(ctx))
	}
	r.Late += late
	r.Closed = time.Since(began)
	if r.Rows, err = m.count(ctx); err != nil {
		return r, err
	}
	m.Tell(Step{Deed: "switched", Rows: r.Rows})
	return r, nil
}

// lapTime is for how long one snapshot is walked: as long as it stands, the old
// database keeps what is changed meanwhile.
const lapTime = 30 * time.Second

// lap takes a snapshot, brings the copy up to it, and walks on for a while. It reports
// whether every table has been copied and compared.
func (m *Move) lap(ctx context.Context) (late int64, done bool, err error) {
	until := time.Now().Add(lapTime)
	var notes []note
	err = m.From.Snapshot(ctx, func(tx *db.Tx) error {
		if notes, late, err = m.catchUp(ctx, tx); err != nil {
			return err
		}
		for _, walk := range []func(context.Context, *db.Tx, *db.Table, time.Time) (bool, error){m.copy, m.prove} {
			for _, t := range m.tables {
				if over, err := walk(ctx, tx, t, until); err != nil || !over {
					return err
				}
			}
		}
		done = true
		return nil
	})
	if err == nil {
		err = m.forget(ctx, notes)
	}
	return late, done, err
}

// finish carries over what changed up to the closing, sets the counters, and tidies up.
func (m *Move) finish(ctx context.Context) (late int64, err error) {
	if err := m.From.Snapshot(ctx, func(tx *db.Tx) error {
		if _, late, err = m.catchUp(ctx, tx); err != nil {
			return err
		}
		if err := m.sameCounts(ctx, tx); err != nil {
			return err
		}
		return m.counters(ctx, tx)
	}); err != nil {
		return late, err
	}
	return late, m.tidy(ctx)
}

// sameCounts compares how many rows the tables have.
func (m *Move) sameCounts(ctx context.Context, from *db.Tx) error {
	for _, t := range m.tables {
		var old, fresh int64
		query := `SELECT count(*) FROM "` + t.Name + `"`
		if err := from.QueryRow(ctx, query).Scan(&old); err != nil {
			return err
		}
		if err := m.To.QueryRow(ctx, query).Scan(&fresh); err != nil {
			return err
		}
		if old != fresh {
			return fault.Conflict("table %s has %d rows and its copy %d: empty the new database and begin again", t.Name, old, fresh)
		}
	}
	return nil
}

// counters has the new database give out numbers behind those of the old one.
func (m *Move) counters(ctx context.Context, from *db.Tx) error {
	return m.To.Transact(ctx, func(tx *db.Tx) error {
		fresh, err := tx.Tables(ctx)
		if err != nil {
			return err
		}
		counters := map[string]*db.Table{}
		for _, t := range m.tables {
			counters[t.Name] = t
		}
		for _, t := range fresh {
			if t.Counter == "" {
				continue
			}
			var n int64
			if old := counters[t.Name]; old.Counter != "" {
				if n, err = from.Counted(ctx, old); err != nil {
					return err
				}
			}
			if err := tx.CountFrom(ctx, t, n); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *Move) count(ctx context.Context) (rows int64, err error) {
	for _, t := range m.tables {
		var n int64
		if err := m.To.QueryRow(ctx, `SELECT count(*) FROM "`+t.Name+`"`).Scan(&n); err != nil {
			return 0, err
		}
		rows += n
	}
	return rows, nil
}

package db

import (
	"context"
	"database/sql"
)

// UseStandby has reads that may lag (MayLag) go to another server, which follows this
// one by streaming. It is asked
// only while it holds what is wanted (Want, StandbyHolds).
func (d *DB) UseStandby(ctx context.Context, dsn string) error {
	p, _, err := openPostgres(ctx, dsn, false)
	if err != nil {
		return err
	}
	d.holds.Store(-1)
	d.standby = &pool{db: p}
	return nil
}

// Standby returns the standby to read from, whatever it may lag behind; nil without one.
func (d *DB) Standby() Querier {
	if d.standby == nil {
		return nil
	}
	return direct{d.standby.db}
}

// Want says by which number of the change log everything must be held that answers are
// made of from now on: a standby that has not come so far is not asked.
func (d *DB) Want(number int64) { d.wanted.Store(number) }

// StandbyHolds says how far the standby has come; -1 when it does not answer.
func (d *DB) StandbyHolds(number int64) { d.holds.Store(number) }

// StandbyHeld returns how far the standby had come a moment ago, -1 when it did not
// answer; ok is false without one.
func (d *DB) StandbyHeld() (number int64, ok bool) { return d.holds.Load(), d.standby != nil }

// MayLag returns a context under which reads outside transactions may be answered by the
// standby. It is for what nobody in particular asked for: the pages of visitors.
func MayLag(ctx context.Context) context.Context { return context.WithValue(ctx, lagging{}, true) }

type lagging struct{}

// lends reports whether the standby may answer a read.
func (d *DB) lends(ctx context.Context) bool {
	return d.standby != nil && d.holds.Load() >= d.wanted.Load() && ctx.Value(lagging{}) != nil
}

// direct reads from one server.
type direct struct{ db *sql.DB }

func (q direct) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return q.db.QueryContext(ctx, query, args...)
}

func (q direct) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return q.db.QueryRowContext(ctx, query, args...)
}

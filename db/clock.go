package db

import (
	"context"
	"fmt"
	"time"
)

// Now returns the time by which everybody who uses this database agrees: the clock of
// this machine, put right by what SetClock found. Leases and dates hold by it between
// machines whose clocks do not agree.
func (d *DB) Now() time.Time { return d.machine().Add(time.Duration(d.ahead.Load())) }

// machine is the time by the clock of this machine.
func (d *DB) machine() time.Time { return time.Now().Add(d.skew) }

// SetClock asks PostgreSQL for its time, to a tenth of a second, and returns by how much
// it is ahead of this machine's. SQLite has the machine's own.
func (d *DB) SetClock(ctx context.Context) (ahead time.Duration, err error) {
	if d.Dialect != Postgres {
		return 0, nil
	}
	asked := d.machine()
	var micros int64
	if err := d.write.db.QueryRowContext(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&micros); err != nil {
		return 0, fmt.Errorf("ask the database for the time: %w", err)
	}
	half := d.machine().Sub(asked) / 2
	ahead = Time(micros).Sub(asked.Add(half)).Round(100 * time.Millisecond)
	d.ahead.Store(int64(ahead))
	return ahead, nil
}

package paper

import (
	"context"
	"fmt"
	"time"

	"broadsheet/db"
)

// thinned says what stays of readings from some age on: the last of each stretch of
// time, and all that came within the spared time after the first that there ever was.
// Younger ones all stay. A paper's first day and a half stays by the hour: from it the
// forecast learns.
var thinned = []struct{ from, to, stretch, spared time.Duration }{
	{2 * day, 9 * day, time.Hour, 0},
	{9 * day, 60 * day, day, 36 * time.Hour},
	{60 * day, 100 * 366 * day, 7 * day, 36 * time.Hour},
}

const day = 24 * time.Hour

// Thin drops the readings that say little any more because they have become old since
// a moment, the zero time for all: hours stay for nine days, days for two months, then
// weeks. It returns how many it dropped. It works in small transactions, so it may be
// stopped at any moment.
func (s *Store) Thin(ctx context.Context, now, since time.Time) (dropped int64, err error) {
	var first int64
	if err := s.db.QueryRow(ctx, `SELECT coalesce(min(at), 0) FROM reading`).Scan(&first); err != nil {
		return 0, fmt.Errorf("find the oldest reading: %w", err)
	}
	if first == 0 {
		return 0, nil
	}
	const lap = day // of what was done before, so that no edge is left
	for _, t := range thinned {
		from, to := now.Add(-t.to), now.Add(-t.from)
		if !since.IsZero() {
			from = since.Add(-t.from - t.stretch - lap)
		}
		if oldest := db.Time(first); from.Before(oldest) {
			from = oldest
		}
		for ; from.Before(to); from = from.Add(7 * day) {
			end := from.Add(7 * day)
			if end.After(to) {
				end = to
			}
			n, err := s.thin(ctx, from, end, t.stretch, t.spared)
			if err != nil {
				return dropped, fmt.Errorf("thin the readings of %s: %w", from.Format(time.DateOnly), err)
			}
			dropped += n
		}
	}
	return dropped, nil
}

func (s *Store) thin(ctx context.Context, from, to time.Time, stretch, spared time.Duration) (n int64, err error) {
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(ctx, `DELETE FROM reading WHERE at >= $1 AND at < $2
			AND EXISTS (SELECT 1 FROM reading later WHERE later.paper = reading.paper AND later.source = reading.source
				AND later.at > reading.at AND later.at / $3 = reading.at / $3)
			AND EXISTS (SELECT 1 FROM reading earlier WHERE earlier.paper = reading.paper AND earlier.source = reading.source
				AND earlier.at < reading.at - $4)`, db.Micros(from), db.Micros(to), stretch.Microseconds(), spared.Microseconds())
		return err
	})
	return n, err
}

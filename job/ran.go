package job

import (
	"context"
	"fmt"
	"time"

	"broadsheet/db"
)

// Day is how some work went on one day.
type Day struct {
	Times, Failed int   // Failed of the times
	Amount        int64 // what the last good one made
}

// remembered is for how many days it is kept how work went.
const remembered = 60

// Ran notes that some work was done, as part of tx.
func Ran(ctx context.Context, tx *db.Tx, name string, at time.Time, failed bool, amount int64) error {
	bad := 0
	if failed {
		bad, amount = 1, 0
	}
	if _, err := tx.Exec(ctx, `INSERT INTO ran (name, day, times, failed, amount) VALUES ($1, $2, 1, $3, $4)
		ON CONFLICT (name, day) DO UPDATE SET times = ran.times + 1, failed = ran.failed + excluded.failed, amount = CASE WHEN excluded.failed > 0 THEN ran.amount ELSE excluded.amount END`,
		name, at.UTC().Format(time.DateOnly), bad, amount); err != nil {
		return fmt.Errorf("note that %s was done: %w", name, err)
	}
	_, err := tx.Exec(ctx, `DELETE FROM ran WHERE name = $1 AND day < $2`, name, at.UTC().AddDate(0, 0, -remembered).Format(time.DateOnly))
	return err
}

// Days returns how each kind of work went on each of so many days up to now, the newest
// last.
func Days(ctx context.Context, q db.Querier, now time.Time, days int) (map[string][]Day, error) {
	const most = 100_000
	first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-days)
	rows, err := q.Query(ctx, `SELECT name, day, times, failed, amount FROM ran WHERE day >= $1 ORDER BY name, day LIMIT $2`, first.Format(time.DateOnly), most)
	if err != nil {
		return nil, fmt.Errorf("read how work went: %w", err)
	}
	defer rows.Close()
	list := map[string][]Day{}
	for rows.Next() {
		var name, text string
		var d Day
		if err := rows.Scan(&name, &text, &d.Times, &d.Failed, &d.Amount); err != nil {
			return nil, err
		}
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, err
		}
		if list[name] == nil {
			list[name] = make([]Day, days)
		}
		if n := int(day.Sub(first).Hours() / 24); n < days {
			list[name][n] = d
		}
	}
	return list, rows.Err()
}

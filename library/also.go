package library

import (
	"context"
	"fmt"
	"time"

	"broadsheet/db"
)

// Also returns the papers that readers saved since a moment who before had saved two
// of those that an account saved, with their number, where it is three or more: who
// they are can't be told from it. The account's own papers are not among them.
func (s *Store) Also(ctx context.Context, account int64, since time.Time) (map[int64]int, error) {
	const mine, most, fewest = 50, 200, 3
	rows, err := s.db.Query(ctx, `SELECT paper, count(*) FROM saved WHERE at >= $2 AND account IN (
			SELECT o.account FROM (SELECT paper FROM saved WHERE account = $1 ORDER BY at DESC, paper DESC LIMIT $3) m
			JOIN saved o ON o.paper = m.paper WHERE o.account <> $1 GROUP BY o.account HAVING count(*) >= 2 ORDER BY count(*) DESC, o.account LIMIT $4)
		AND paper NOT IN (SELECT paper FROM saved WHERE account = $1)
		GROUP BY paper HAVING count(*) >= $5 ORDER BY count(*) DESC, paper LIMIT 500`, account, db.Micros(since), mine, most, fewest)
	if err != nil {
		return nil, fmt.Errorf("look for what readers like %d saved: %w", account, err)
	}
	defer rows.Close()
	also := map[int64]int{}
	for rows.Next() {
		var paper int64
		var n int
		if err := rows.Scan(&paper, &n); err != nil {
			return nil, err
		}
		also[paper] = n
	}
	return also, rows.Err()
}

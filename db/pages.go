package db

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
)

// Pages yields the pages of the SQLite file as the transaction sees them, in their
// order: one after the other they are a file that SQLite opens. A page is valid until
// the next.
func (t *Tx) Pages(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		rows, err := t.Query(ctx, `SELECT data FROM sqlite_dbpage`)
		if err != nil {
			yield(nil, fmt.Errorf("read the pages of the database: %w", err))
			return
		}
		defer rows.Close()
		var page sql.RawBytes
		for rows.Next() {
			err := rows.Scan(&page)
			if !yield(page, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read the pages of the database: %w", err))
		}
	}
}

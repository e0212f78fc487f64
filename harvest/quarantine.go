package harvest

import (
	"context"
	"time"

	"broadsheet/db"
)

// badLine is a line, or a record, that could not be used.
type badLine struct {
	number int
	reason string
	body   []byte
}

func quarantine(ctx context.Context, tx *db.Tx, now time.Time, file string, bad badLine) error {
	const kept = 64 << 10 // of a line's bytes
	_, err := tx.Exec(ctx, `INSERT INTO quarantine (file, line, reason, body, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (file, line) DO UPDATE SET reason = excluded.reason, body = excluded.body, at = excluded.at`,
		file, bad.number, bad.reason, bad.body[:min(len(bad.body), kept)], db.Micros(now))
	return err
}

// Quarantined is a line that could not be used.
type Quarantined struct {
	File   string
	Line   int
	Reason string
}

// Quarantine returns the lines in quarantine, the newest first, and how many
// there are.
func Quarantine(ctx context.Context, d *db.DB, limit int) ([]Quarantined, int, error) {
	var total int
	if err := d.QueryRow(ctx, `SELECT count(*) FROM quarantine`).Scan(&total); err != nil {
		return nil, 0, err
	}
	rows, err := d.Query(ctx, `SELECT file, line, reason FROM quarantine ORDER BY at DESC, file, line LIMIT $1`, limit)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var list []Quarantined
	for rows.Next() {
		var q Quarantined
		if err := rows.Scan(&q.File, &q.Line, &q.Reason); err != nil {
			return nil, 0, err
		}
		list = append(list, q)
	}
	return list, total, rows.Err()
}

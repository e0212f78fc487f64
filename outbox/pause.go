package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
)

// Pause holds back every letter but those that were asked for this minute, in all
// processes of the database, until Resume. Those that a process has taken already still go:
// that takes seconds.
func Pause(ctx context.Context, tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO outbox_pause (one, since) VALUES (1, $1) ON CONFLICT (one) DO NOTHING`, db.Micros(now))
	return err
}

// Resume lets all letters go again. What waited goes first come, first served.
func Resume(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM outbox_pause`)
	return err
}

// Paused returns since when letters are held back, the zero time when they are not.
func Paused(ctx context.Context, q db.Querier) (time.Time, error) {
	var since int64
	err := q.QueryRow(ctx, `SELECT since FROM outbox_pause WHERE one = 1`).Scan(&since)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("look whether mail is paused: %w", err)
	}
	return db.Time(since), nil
}

// lowest returns the rank of the last letters that may go now.
func lowest(ctx context.Context, q db.Querier) (int, error) {
	since, err := Paused(ctx, q)
	if err != nil || !since.IsZero() {
		return askedFor, err
	}
	return ordinary, nil
}

package hook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
)

// Pause stops the hooks in a copy of an instance, which its original tells, and returns
// their numbers: Resume has this one tell them. The schema of the copy may be an old one.
func Pause(ctx context.Context, d *db.DB) (paused []int64, err error) {
	err = d.Transact(ctx, func(tx *db.Tx) error {
		paused = nil
		tables, err := tx.Tables(ctx)
		if err != nil || !slices.ContainsFunc(tables, func(t *db.Table) bool { return t.Name == "hook" }) {
			return err
		}
		rows, err := tx.Query(ctx, `UPDATE hook SET state = $1, said = $2 WHERE state = $3 RETURNING id`, Stopped, "It came here in a copy of the instance.", Active)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			paused = append(paused, id)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("pause the hooks of a copy: %w", err)
	}
	slices.Sort(paused)
	return paused, nil
}

// Resume tells a stopped hook again, beginning with what waited for it when it stopped.
// Of what happened meanwhile it is told nothing.
func (s *Store) Resume(ctx context.Context, id int64) error {
	return s.change(ctx, id, func(tx *db.Tx) (int64, error) {
		h, err := scanHook(tx.QueryRow(ctx, `SELECT `+hookColumns+` FROM hook WHERE id = $1`+tx.Dialect.ForUpdate(), id).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		if err != nil || h.State == Active {
			return 1, err
		}
		now := s.Now()
		if err := passOver(ctx, tx, id, h.Votes, now); err != nil {
			return 0, err
		}
		return tx.Exec(ctx, `UPDATE hook SET state = $2, said = '', since = $3 WHERE id = $1`, id, Active, db.Micros(now))
	})
}

// passOver notes the papers that have passed a hook's votes as past, so that it is told
// of none of them.
func passOver(ctx context.Context, tx *db.Tx, id int64, votes int, now time.Time) error {
	if votes == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO hook_delivery (id, hook, event, subject, at, state, due, until, tries, status, said)
		SELECT $1 || id, $2, $3, id, $4, $5, 0, 0, 0, 0, '' FROM paper WHERE votes + own_votes >= $6 AND merged_into IS NULL
		ON CONFLICT (hook, event, subject) DO NOTHING`,
		fmt.Sprintf("past_%d_", id), id, PaperVotes, db.Micros(now), past, votes)
	return err
}

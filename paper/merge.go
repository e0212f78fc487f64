package paper

import (
	"context"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Merge makes one paper of two: gone's identifiers, readings and answers as
// received move to keep, what was known of gone is joined to keep, and whoever
// registered with OnMerge moves what points at gone. gone stays as an empty
// place that leads to keep, and a change of both is logged.
func (s *Store) Merge(ctx context.Context, tx *db.Tx, now time.Time, keep, gone int64) error {
	if keep == gone {
		return fault.Invalid("A paper cannot be merged with itself.")
	}
	if err := s.merge(ctx, tx, now, keep, gone); err != nil {
		return err
	}
	Log(tx, now, ChangedPaper, keep)
	return nil
}

func (s *Store) merge(ctx context.Context, tx *db.Tx, now time.Time, keep, gone int64) error {
	held, err := s.load(ctx, tx, keep, tx.Dialect.ForUpdate())
	if err != nil {
		return err
	}
	lost, err := s.load(ctx, tx, gone, tx.Dialect.ForUpdate())
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`UPDATE identifier SET paper = $1 WHERE paper = $2`,
		`INSERT INTO reading (paper, source, at, votes, comments, stars)
			SELECT $1, source, at, votes, comments, stars FROM reading WHERE paper = $2 ON CONFLICT (paper, source, at) DO NOTHING`,
		`INSERT INTO received (paper, source, at, body) SELECT $1, source, at, body FROM received WHERE paper = $2
			ON CONFLICT (paper, source) DO UPDATE SET at = excluded.at, body = excluded.body WHERE received.at < excluded.at`,
		`UPDATE paper SET merged_into = $1 WHERE merged_into = $2`,
	} {
		if _, err := tx.Exec(ctx, statement, keep, gone); err != nil {
			return fmt.Errorf("merge %s into %s: %w", lost.Key, held.Key, err)
		}
	}
	for _, statement := range []string{
		`DELETE FROM reading WHERE paper = $1`,
		`DELETE FROM received WHERE paper = $1`,
		`DELETE FROM own_title WHERE paper = $1`,
		`DELETE FROM doubt WHERE own = $1 OR other = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, gone); err != nil {
			return fmt.Errorf("merge %s into %s: %w", lost.Key, held.Key, err)
		}
	}
	for _, f := range s.onMerge {
		if err := f(ctx, tx, keep, gone); err != nil {
			return fmt.Errorf("merge %s into %s: %w", lost.Key, held.Key, err)
		}
	}
	// The empty place keeps its row for those who hold its number, and gives up its key.
	if _, err := tx.Exec(ctx, `UPDATE paper SET merged_into = $1, key = $3 WHERE id = $2`, keep, gone, fmt.Sprintf("merged %d", gone)); err != nil {
		return err
	}
	held.Identifiers = sortIdentifiers(append(held.Identifiers, lost.Identifiers...)) // the rows are moved already
	if _, err := s.update(ctx, tx, held, Join(held, lost)); err != nil {
		return fmt.Errorf("merge %s into %s: %w", lost.Key, held.Key, err)
	}
	Log(tx, now, ChangedPaper, gone)
	return nil
}

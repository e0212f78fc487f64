package paper

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Tally counts what readers did here, apart from what was read upstream.
type Tally struct{ Votes, Comments int }

// Votes returns the votes of the upstream's readers and of ours together.
func (p *Paper) Votes() int { return p.Figures.Votes + p.Here.Votes }

// Comments returns the comments there and here together.
func (p *Paper) Comments() int { return p.Figures.Comments + p.Here.Comments }

// Hold keeps the paper numbered id from other writers until the transaction ends,
// and returns its number, which is another one when it was merged away.
func (s *Store) Hold(ctx context.Context, tx *db.Tx, id int64) (int64, error) {
	for range 2 {
		var into sql.NullInt64
		err := tx.QueryRow(ctx, `SELECT merged_into FROM paper WHERE id = $1`+tx.Dialect.ForUpdate(), id).Scan(&into)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return 0, fault.NotFound("No paper here has the number %d.", id)
		case err != nil:
			return 0, fmt.Errorf("hold paper %d: %w", id, err)
		case !into.Valid:
			return id, nil
		}
		id = into.Int64 // a merge moves those that lead to gone, so the way has one step
	}
	return 0, fmt.Errorf("hold paper %d: it was merged twice over", id)
}

// AddHere adds to what readers did here with a paper that is held (Hold), and logs
// its change, also of nothing: then something else about it was done here.
func (s *Store) AddHere(ctx context.Context, tx *db.Tx, now time.Time, id int64, t Tally) error {
	if t != (Tally{}) {
		if _, err := tx.Exec(ctx, `UPDATE paper SET own_votes = own_votes + $2, own_comments = own_comments + $3 WHERE id = $1`, id, t.Votes, t.Comments); err != nil {
			return fmt.Errorf("count votes and comments of paper %d: %w", id, err)
		}
	}
	Log(tx, now, ChangedPaper, id)
	return nil
}

// SetHere sets what readers did here, for whoever has counted it anew.
func (s *Store) SetHere(ctx context.Context, tx *db.Tx, now time.Time, id int64, t Tally) error {
	if _, err := tx.Exec(ctx, `UPDATE paper SET own_votes = $2, own_comments = $3 WHERE id = $1`, id, t.Votes, t.Comments); err != nil {
		return fmt.Errorf("count votes and comments of paper %d: %w", id, err)
	}
	Log(tx, now, ChangedPaper, id)
	return nil
}

// SetClaim marks the author of that name as claimed by a reader, or, with no
// reader, as claimed by nobody, and logs the change.
func (s *Store) SetClaim(ctx context.Context, tx *db.Tx, now time.Time, id int64, author, reader string) error {
	held, err := s.load(ctx, tx, id, tx.Dialect.ForUpdate())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(held.Authors, func(a Author) bool { return a.Name == author })
	if at < 0 {
		return fault.NotFound("The paper %s names no author %q.", held.Key, author)
	}
	claimed := *held
	claimed.Authors = slices.Clone(held.Authors)
	claimed.Authors[at].Claimed, claimed.Authors[at].User = reader != "", reader
	differs, err := s.update(ctx, tx, held, &claimed)
	if differs {
		Log(tx, now, ChangedPaper, id)
	}
	return err
}

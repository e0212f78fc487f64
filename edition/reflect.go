package edition

import (
	"context"
	"time"

	"broadsheet/db"
)

// RuledBy leaves the papers of which elsewhere says so where another server's edition has
// them (Reflect), in none until it has: that somebody put them in was said of there.
func (s *Store) RuledBy(elsewhere func(ctx context.Context, q db.Querier, paper int64) (bool, error)) {
	s.ruled = elsewhere
}

// Reflect puts a paper where the edition of another server has it, whatever would be its
// place by the settings here, with what the desk there says of it.
func (s *Store) Reflect(ctx context.Context, tx *db.Tx, now time.Time, id int64, pl Place) error {
	had, err := s.Place(ctx, tx, id)
	if err != nil {
		return err
	}
	if had != nil {
		now := *had
		if now.Entered = pl.Entered; had.Entered.Equal(pl.Entered) && now == pl {
			return nil
		}
	}
	touched := map[string]bool{}
	if err := s.stand(ctx, tx, now, id, pl, had, touched); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE entry SET ord = $2, claim = $3, note = $4 WHERE paper = $1`, id, pl.Ord, pl.Claim, pl.Note); err != nil {
		return err
	}
	logDays(tx, now, touched)
	return nil
}

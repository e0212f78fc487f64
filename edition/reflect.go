package edition

import (
	"context"
	"time"

	"broadsheet/db"
)

// Reflect puts a paper where the edition of another server has it, whatever would be its
// place by the settings here.
func (s *Store) Reflect(ctx context.Context, tx *db.Tx, now time.Time, id int64, pl Place) error {
	had, err := s.Place(ctx, tx, id)
	if err != nil {
		return err
	}
	if had != nil && had.Day == pl.Day && had.Origin == pl.Origin && had.Submitter == pl.Submitter && had.Entered.Equal(pl.Entered) {
		return nil
	}
	touched := map[string]bool{}
	if err := s.stand(ctx, tx, now, id, pl, had, touched); err != nil {
		return err
	}
	logDays(tx, now, touched)
	return nil
}

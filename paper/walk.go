package paper

import (
	"context"
	"time"

	"broadsheet/db"
)

// Walked is a place in the walk of all papers, the newest first; the zero value is
// its beginning.
type Walked struct {
	submitted int64
	id        int64
	begun     bool
}

// Walk returns the next papers behind a place, by the time of submission, the newest
// first, and the place from which to go on; none at the end. With voted only those
// that have votes.
func (s *Store) Walk(ctx context.Context, from Walked, voted bool, limit int) ([]*Paper, Walked, error) {
	if !from.begun {
		from = Walked{db.Micros(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)), 0, true}
	}
	least := 0
	if voted {
		least = 1
	}
	list, err := s.choose(ctx, `SELECT id FROM paper WHERE merged_into IS NULL AND (submitted, id) < ($1, $2) AND votes >= $3
		ORDER BY submitted DESC, id DESC LIMIT $4`, from.submitted, from.id, least, limit)
	if err != nil || len(list) == 0 {
		return nil, from, err
	}
	last := list[len(list)-1]
	return list, Walked{db.Micros(last.Submitted), last.ID, true}, nil
}

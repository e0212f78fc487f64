package paper

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
)

// Read notes a reading of a paper that is held, and makes it the paper's figures,
// with a change in the log, when it is newer than these and says something else. An
// older one, which alters the paper's past, is a change too.
func (s *Store) Read(ctx context.Context, tx *db.Tx, now time.Time, r Reading) error {
	wrote, err := s.read(ctx, tx, r.Source, r.Paper, r.Figures)
	if err != nil {
		return err
	}
	held, err := s.load(ctx, tx, r.Paper, tx.Dialect.ForUpdate())
	if err != nil {
		return err
	}
	if !r.At.After(held.Figures.At) {
		if wrote { // the figures stand, but not when they came to be
			Log(tx, now, ChangedPaper, r.Paper)
		}
		return nil
	}
	joined := *held
	joined.Figures = r.Figures
	differs, err := s.update(ctx, tx, held, &joined)
	if differs {
		Log(tx, now, ChangedPaper, r.Paper)
	}
	return err
}

// read notes a reading. Of a run of equal readings the first and the last are
// kept: between them nothing happened, which is all that the others would say.
// It reports whether anything was written.
func (s *Store) read(ctx context.Context, tx *db.Tx, source string, paper int64, f Figures) (bool, error) {
	if f.At.IsZero() {
		return false, nil
	}
	rows, err := tx.Query(ctx, `SELECT at, votes, comments, stars FROM reading
		WHERE paper = $1 AND source = $2 ORDER BY at DESC LIMIT 2`, paper, source)
	if err != nil {
		return false, err
	}
	var last []Figures
	for rows.Next() {
		var l Figures
		var at int64
		if err := rows.Scan(&at, &l.Votes, &l.Comments, &l.Stars); err != nil {
			rows.Close()
			return false, err
		}
		l.At = db.Time(at)
		last = append(last, l)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return false, err
	}
	if len(last) == 2 && equalCounts(last[0], last[1]) && equalCounts(last[0], f) && last[0].At.Before(f.At) {
		_, err = tx.Exec(ctx, `UPDATE reading SET at = $4 WHERE paper = $1 AND source = $2 AND at = $3`,
			paper, source, db.Micros(last[0].At), db.Micros(f.At))
		return true, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO reading (paper, source, at, votes, comments, stars) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (paper, source, at) DO NOTHING`, paper, source, db.Micros(f.At), f.Votes, f.Comments, f.Stars)
	return n > 0, err
}

func equalCounts(a, b Figures) bool {
	return a.Votes == b.Votes && a.Comments == b.Comments && a.Stars == b.Stars
}

// Readings returns the readings of a paper from all sources, ascending by time.
func (s *Store) Readings(ctx context.Context, paper int64) ([]Reading, error) {
	rows, err := s.db.Query(ctx, `SELECT source, at, votes, comments, stars FROM reading WHERE paper = $1 ORDER BY at, source LIMIT 10000`, paper)
	if err != nil {
		return nil, fmt.Errorf("read the readings of paper %d: %w", paper, err)
	}
	defer rows.Close()
	var list []Reading
	for rows.Next() {
		r := Reading{Paper: paper}
		var at int64
		if err := rows.Scan(&r.Source, &at, &r.Votes, &r.Comments, &r.Stars); err != nil {
			return nil, err
		}
		r.At = db.Time(at)
		list = append(list, r)
	}
	return list, rows.Err()
}

// KeepReceived keeps, compressed, what a source sent for a paper, in place of
// what it sent before, so that a field wanted later needs no second download.
func (s *Store) KeepReceived(ctx context.Context, tx *db.Tx, paper int64, source string, at int64, body []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO received (paper, source, at, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (paper, source) DO UPDATE SET at = excluded.at, body = excluded.body`, paper, source, at, Compress(body))
	return err
}

// Received returns what source sent for a paper, nil when nothing is kept.
func (s *Store) Received(ctx context.Context, paper int64, source string) ([]byte, error) {
	var body []byte
	err := s.db.QueryRow(ctx, `SELECT body FROM received WHERE paper = $1 AND source = $2`, paper, source).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what %s sent for paper %d: %w", source, paper, err)
	}
	return Expand(body)
}

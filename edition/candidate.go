package edition

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
)

// Pick is what the desk decided on a candidate.
type Pick string

// The decisions. A skipped paper stands in no edition until somebody puts it in again.
const (
	Open Pick = ""
	Kept Pick = "keep"
	Left Pick = "skip"
)

// Candidate is a paper that may stand in the coming edition.
type Candidate struct {
	Paper  *paper.Paper
	Place       // where it would stand, and what the desk chose for it; Ord is 0 unless it is kept
	Direct bool // it stands there unless the desk skips it
	Pick   Pick
	Seen   int64 // the number of the last act on it, 0 for none
	PutIn  []Submission
}

// offer makes a paper a candidate of the coming edition, and reports whether it did:
// what came in before there was a desk, and what arXiv announced for a day that has
// been published, has its place at once.
func (s *Store) offer(ctx context.Context, tx *db.Tx, p *paper.Paper, pl Place) (bool, error) {
	began, last, err := published(ctx, tx)
	if err != nil {
		return false, err
	}
	if pl.Origin == Announced {
		if pl.Day <= last {
			return false, nil
		}
	} else {
		if pl.Entered.Before(began) {
			return false, nil
		}
		if pl.Day, err = s.settings.coming(pl.Entered, last); err != nil {
			return false, err
		}
	}
	// What is a candidate already, or was skipped, stays what it is; only what arXiv
	// announced moves up when somebody puts it in.
	_, err = tx.Exec(ctx, `INSERT INTO candidate (paper, day, origin, entered, submitter, direct, pick, ord, claim, note, act)
		VALUES ($1, $2, $3, $4, $5, 1, '', 0, '', '', 0)
		ON CONFLICT (paper) DO UPDATE SET origin = excluded.origin, entered = excluded.entered, submitter = excluded.submitter
		WHERE candidate.origin = 'announced' AND excluded.origin = 'submitted'`,
		p.ID, pl.Day, pl.Origin, db.Micros(pl.Entered), pl.Submitter)
	return true, err
}

// Candidates returns the candidates of a day's edition: those kept in their order, then
// the others by when they came in. At most 5,000.
func (s *Store) Candidates(ctx context.Context, day string) ([]Candidate, error) {
	const most = 5000
	rows, err := s.db.Query(ctx, `SELECT paper, day, origin, entered, submitter, direct, pick, ord, claim, note, act
		FROM candidate WHERE day = $1 ORDER BY CASE pick WHEN 'keep' THEN 0 ELSE 1 END, ord, entered, paper LIMIT $2`, day, most)
	if err != nil {
		return nil, fmt.Errorf("read the candidates of %s: %w", day, err)
	}
	defer rows.Close()
	var list []Candidate
	var ids []int64
	for rows.Next() {
		var c Candidate
		var id, at, direct int64
		if err := rows.Scan(&id, &c.Day, &c.Origin, &at, &c.Submitter, &direct, &c.Pick, &c.Ord, &c.Claim, &c.Note, &c.Seen); err != nil {
			return nil, err
		}
		c.Entered, c.Direct = db.Time(at), direct != 0
		list, ids = append(list, c), append(ids, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	at := make(map[int64]*Candidate, len(list))
	for i, id := range ids {
		at[id] = &list[i]
	}
	for part := range slices.Chunk(ids, 500) {
		papers, err := s.papers.List(ctx, s.db, part)
		if err != nil {
			return nil, err
		}
		for _, p := range papers {
			at[p.ID].Paper = p
		}
		put, err := s.putIn(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, x := range put {
			at[x.Paper].PutIn = append(at[x.Paper].PutIn, x)
		}
	}
	return slices.DeleteFunc(list, func(c Candidate) bool { return c.Paper == nil }), nil
}

// state is what an act can change of a candidate, as it is written into the log.
type state struct {
	Day   string `json:"day"`
	Pick  Pick   `json:"pick"`
	Ord   int    `json:"ord"`
	Claim string `json:"claim"`
	Note  string `json:"note"`
}

// standing is a candidate as an act finds it.
type standing struct {
	paper int64
	act   int64
	state
}

// stands reads a candidate, and keeps it from other writers; nil when there is none.
func stands(ctx context.Context, tx *db.Tx, id int64) (*standing, error) {
	c := standing{paper: id}
	err := tx.QueryRow(ctx, `SELECT act, day, pick, ord, claim, note FROM candidate WHERE paper = $1`+tx.Dialect.ForUpdate(), id).
		Scan(&c.act, &c.Day, &c.Pick, &c.Ord, &c.Claim, &c.Note)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &c, err
}

// order returns the kept papers of a day, first to last.
func order(ctx context.Context, tx *db.Tx, day string) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT paper FROM candidate WHERE day = $1 AND pick = 'keep' ORDER BY ord, paper`, day)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

// write makes a candidate stand as to says, and numbers the kept ones of its days anew.
// It returns it as it then stands: a place in the order is at most the last.
func (c *standing) write(ctx context.Context, tx *db.Tx, to state, act int64) error {
	if _, err := tx.Exec(ctx, `UPDATE candidate SET day = $2, pick = $3, ord = 0, claim = $4, note = $5, act = $6 WHERE paper = $1`,
		c.paper, to.Day, to.Pick, to.Claim, to.Note, act); err != nil {
		return err
	}
	days := []string{to.Day}
	if c.Day != to.Day {
		days = append(days, c.Day)
	}
	for _, day := range days {
		list, err := order(ctx, tx, day)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(id int64) bool { return id == c.paper })
		if day == to.Day && to.Pick == Kept {
			list = slices.Insert(list, min(to.Ord-1, len(list)), c.paper)
		}
		for i, id := range list {
			if _, err := tx.Exec(ctx, `UPDATE candidate SET ord = $2 WHERE paper = $1 AND ord <> $2`, id, i+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveCandidates lets what the desk knows of a paper stand for the one that it turned
// out to be.
func moveCandidates(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	for _, statement := range []string{
		`UPDATE candidate SET paper = $1 WHERE paper = $2 AND NOT EXISTS (SELECT 1 FROM candidate c WHERE c.paper = $1)`,
		`UPDATE submission SET paper = $1 WHERE paper = $2 AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.paper = $1 AND s.account = submission.account)`,
		`UPDATE desk_act SET paper = $1 WHERE paper = $2`,
	} {
		if _, err := tx.Exec(ctx, statement, keep, gone); err != nil {
			return err
		}
	}
	for _, table := range []string{"candidate", "submission"} { // of which keep has its own
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE paper = $1`, gone); err != nil {
			return err
		}
	}
	return nil
}

// published returns when the desk began, and the day of the newest edition that it has
// published; the zero time when it has not begun.
func published(ctx context.Context, q db.Querier) (began time.Time, last string, err error) {
	var at int64
	err = q.QueryRow(ctx, `SELECT coalesce(min(published), 0), coalesce(max(day), '') FROM desk WHERE published > 0`).Scan(&at, &last)
	if err != nil {
		return time.Time{}, "", fmt.Errorf("read what the desk has published: %w", err)
	}
	return db.Time(at), last, nil
}

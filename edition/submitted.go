package edition

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
)

// SubmissionsOf returns the newest submissions of a reader, at most limit.
func (s *Store) SubmissionsOf(ctx context.Context, account int64, limit int) ([]Submission, error) {
	return submissions(ctx, s.db, `submission.account = $1 ORDER BY submission.at DESC, submission.id DESC LIMIT $2`, account, limit)
}

// Decided returns how many papers that readers put in since a time the desk has kept, and
// on how many it has decided.
func (s *Store) Decided(ctx context.Context, since time.Time) (kept, all int, err error) {
	err = s.db.QueryRow(ctx, `SELECT count(CASE WHEN entry.ord > 0 THEN 1 END), count(CASE WHEN entry.ord > 0 OR candidate.pick = 'skip' AND desk.published > 0 THEN 1 END)
		FROM submission LEFT JOIN entry ON entry.paper = submission.paper
		LEFT JOIN candidate ON candidate.paper = submission.paper LEFT JOIN desk ON desk.day = candidate.day WHERE submission.at >= $1`, db.Micros(since)).Scan(&kept, &all)
	if err != nil {
		err = fmt.Errorf("count what the desk has decided: %w", err)
	}
	return kept, all, err
}

// Submission returns a submission, nil when there is none of that number.
func (s *Store) Submission(ctx context.Context, id int64) (*Submission, error) {
	return one(ctx, s.db, `submission.id = $1`, id)
}

// PutIn returns the submissions of a paper, the first first.
func (s *Store) PutIn(ctx context.Context, paper int64) ([]Submission, error) {
	return s.putIn(ctx, []int64{paper})
}

func (s *Store) putIn(ctx context.Context, papers []int64) ([]Submission, error) {
	return submissions(ctx, s.db, `submission.paper IN (`+db.Places(1, len(papers))+`) ORDER BY submission.id`, anys(papers)...)
}

func one(ctx context.Context, q db.Querier, where string, args ...any) (*Submission, error) {
	list, err := submissions(ctx, q, where, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

func submissions(ctx context.Context, q db.Querier, where string, args ...any) ([]Submission, error) {
	rows, err := q.Query(ctx, `SELECT submission.id, submission.paper, submission.account, submission.at, submission.note, submission.links, submission.author,
			coalesce(entry.day, ''), coalesce(candidate.day, ''), coalesce(candidate.pick, ''), coalesce(desk.published, 0)
		FROM submission LEFT JOIN entry ON entry.paper = submission.paper AND entry.origin = 'submitted'
		LEFT JOIN candidate ON candidate.paper = submission.paper LEFT JOIN desk ON desk.day = candidate.day WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read submissions: %w", err)
	}
	defer rows.Close()
	var list []Submission
	for rows.Next() {
		x := Submission{State: Waits}
		var at, author, over int64
		var links, stands, waits string
		var pick Pick
		if err := rows.Scan(&x.ID, &x.Paper, &x.Account, &at, &x.Note, &links, &author, &stands, &waits, &pick, &over); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(links), &x.Links); err != nil {
			return nil, fmt.Errorf("the links of submission %d are damaged: %w", x.ID, err)
		}
		x.At, x.Author, x.Day = db.Time(at), author != 0, waits
		switch {
		case stands != "":
			x.State, x.Day = Printed, stands
		case pick == Left && over != 0:
			x.State = Skipped
		}
		list = append(list, x)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

// Export adds what a reader put in to what they take along; with Leave it makes the
// Store an account.Room.
func (s *Store) Export(ctx context.Context, account int64, add func(name string, part any) error) error {
	type submission struct {
		Paper string       `json:"paper"`
		At    time.Time    `json:"at"`
		Note  string       `json:"note,omitempty"`
		Links []paper.Link `json:"links,omitempty"`
		State Fate         `json:"state"`
		Day   string       `json:"day,omitempty"`
	}
	const most = 100_000
	held, err := s.SubmissionsOf(ctx, account, most)
	if err != nil {
		return err
	}
	list := make([]submission, len(held))
	for i, x := range held {
		list[i] = submission{At: x.At, Note: x.Note, Links: x.Links, State: x.State, Day: x.Day}
		papers, err := s.papers.List(ctx, s.db, []int64{x.Paper})
		if err != nil {
			return err
		}
		for _, p := range papers {
			list[i].Paper = p.Key
		}
	}
	return add("submissions", list)
}

// Leave lets go of what a reader put in: what waits is taken back, and what stands is
// by nobody. With words, what they said of it goes as well.
func (s *Store) Leave(ctx context.Context, tx *db.Tx, account int64, words bool) error {
	statements := []string{
		`UPDATE entry SET submitter = '' WHERE paper IN (SELECT paper FROM submission WHERE account = $1) AND submitter IN (SELECT handle FROM account WHERE id = $1)`,
		`UPDATE candidate SET submitter = '' WHERE paper IN (SELECT paper FROM submission WHERE account = $1) AND submitter IN (SELECT handle FROM account WHERE id = $1)`,
		`DELETE FROM candidate WHERE pick = '' AND direct = 0 AND paper IN (SELECT paper FROM submission WHERE account = $1)
			AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.paper = candidate.paper AND s.account <> $1)`,
		`DELETE FROM submission WHERE account = $1 AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.paper = submission.paper)`,
	}
	if words {
		statements = append(statements, `DELETE FROM submission WHERE account = $1`)
	}
	for _, statement := range statements {
		if _, err := tx.Exec(ctx, statement, account); err != nil {
			return fmt.Errorf("let go of what %d put in: %w", account, err)
		}
	}
	return nil
}

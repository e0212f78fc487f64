package discuss

import (
	"context"
	"fmt"
	"time"

	"broadsheet/db"
)

// mostExported bounds each part of what a reader takes along.
const mostExported = 100_000

// Export adds a reader's votes, comments and claims to what they take along; it makes
// the Store an account.Room.
func (s *Store) Export(ctx context.Context, account int64, add func(name string, part any) error) error {
	keys := map[int64]string{}
	key := func(id int64) (string, error) {
		if keys[id] == "" {
			list, err := s.papers.List(ctx, s.db, []int64{id})
			if err != nil || len(list) == 0 {
				return "", err
			}
			keys[id] = list[0].Key
		}
		return keys[id], nil
	}
	type vote struct {
		Paper string    `json:"paper"`
		At    time.Time `json:"at"`
	}
	given, err := s.VotesOf(ctx, account, mostExported)
	if err != nil {
		return err
	}
	votes := make([]vote, len(given))
	for i, g := range given {
		votes[i].At = g.At
		if votes[i].Paper, err = key(g.Paper); err != nil {
			return err
		}
	}
	if err := add("votes", votes); err != nil {
		return err
	}
	type comment struct {
		ID     int64     `json:"id"`
		Paper  string    `json:"paper"`
		Parent int64     `json:"parent,omitempty"`
		At     time.Time `json:"at"`
		State  State     `json:"state"`
		Body   string    `json:"body"`
	}
	written, err := s.CommentsOf(ctx, account, mostExported)
	if err != nil {
		return err
	}
	list := make([]comment, len(written))
	for i, c := range written {
		list[i] = comment{ID: c.ID, Parent: c.Parent, At: c.At, State: c.State, Body: c.Body}
		if list[i].Paper, err = key(c.Paper); err != nil {
			return err
		}
	}
	if err := add("comments", list); err != nil {
		return err
	}
	return s.exportClaims(ctx, account, key, add)
}

func (s *Store) exportClaims(ctx context.Context, account int64, key func(int64) (string, error), add func(name string, part any) error) error {
	type claim struct {
		Paper    string    `json:"paper"`
		Author   string    `json:"author"`
		Evidence string    `json:"evidence"`
		At       time.Time `json:"at"`
		State    string    `json:"state"`
		Reason   string    `json:"reason,omitempty"`
	}
	held, err := s.ClaimsOf(ctx, account, mostExported)
	if err != nil {
		return err
	}
	list := make([]claim, len(held))
	for i, c := range held {
		list[i] = claim{Author: c.Author, Evidence: c.Evidence, At: c.At, State: c.State, Reason: c.Reason}
		if list[i].Paper, err = key(c.Paper); err != nil {
			return err
		}
	}
	return add("claims", list)
}

// Leave lets go of what a reader did here: votes, reactions and claims that wait. With
// words their comments go as well: one keeps its place as removed by its writer, and
// nothing of it is held. Without, they stay under the name of a former reader. What
// the desk was told, and what it did, stays on record.
func (s *Store) Leave(ctx context.Context, tx *db.Tx, account int64, words bool) error {
	now := time.Now()
	touched, err := s.touched(ctx, tx, account)
	if err != nil {
		return err
	}
	statements := []string{
		`UPDATE comment SET ups = ups - (SELECT count(*) FROM reaction r WHERE r.comment = comment.id AND r.account = $1 AND r.kind = 'up'),
			doubts = doubts - (SELECT count(*) FROM reaction r WHERE r.comment = comment.id AND r.account = $1 AND r.kind = 'doubt')
			WHERE id IN (SELECT comment FROM reaction WHERE account = $1)`,
		`DELETE FROM reaction WHERE account = $1`,
		`DELETE FROM vote WHERE account = $1`,
		`DELETE FROM voter WHERE account = $1`,
		`DELETE FROM quiet WHERE account = $1`,
		`DELETE FROM claim WHERE account = $1 AND state = 'open'`,
	}
	if words {
		statements = append(statements,
			`DELETE FROM comment_edit WHERE comment IN (SELECT id FROM comment WHERE account = $1)`,
			`UPDATE comment SET body = '', state = CASE WHEN state = 'hidden' THEN state ELSE 'withdrawn' END WHERE account = $1`)
	}
	for _, statement := range statements {
		if _, err := tx.Exec(ctx, statement, account); err != nil {
			return fmt.Errorf("let go of what %d did: %w", account, err)
		}
	}
	for _, id := range touched {
		if err := s.recount(ctx, tx, now, id); err != nil {
			return err
		}
	}
	return nil
}

// touched returns the papers on whose pages a reader has left something, each kept
// from other writers.
func (s *Store) touched(ctx context.Context, tx *db.Tx, account int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT paper FROM vote WHERE account = $1 UNION SELECT paper FROM comment WHERE account = $1
		UNION SELECT comment.paper FROM reaction JOIN comment ON comment.id = reaction.comment WHERE reaction.account = $1 ORDER BY 1`, account)
	if err != nil {
		return nil, err
	}
	var list []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			rows.Close()
			return nil, err
		}
		list = append(list, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for _, id := range list {
		if _, err := s.papers.Hold(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Package discuss holds what readers do together: votes, comments and their
// moderation, and the claims of authors.
//
// It keeps votes, comments, reactions, reports, the acts of the desk and claims,
// and counts votes and comments on the paper itself (paper.Tally), in the
// transaction that makes them, with a change in the log. What a method has
// acknowledged is on disk; asked again, it changes nothing more.
//
// It knows readers by the numbers of their accounts, and who may do what is
// decided before it is called (account.May); it refuses only what depends on what
// it holds: a locked discussion, a removed comment, the limits of new accounts.
package discuss

import (
	"context"
	"fmt"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/paper"
)

// Store keeps votes, comments, their moderation and claims. It is safe for
// concurrent use.
type Store struct {
	db       *db.DB
	papers   *paper.Store
	accounts *account.Store
	notify   Notifier
}

// NewStore returns the store over the papers of a database. A Notifier that is nil
// tells nobody. It must be made before the papers are used, because it takes part in
// their merges; whoever wires the house registers it with the accounts (account.Room).
func NewStore(papers *paper.Store, accounts *account.Store, n Notifier) *Store {
	s := &Store{db: papers.DB(), papers: papers, accounts: accounts, notify: n}
	papers.OnMerge(s.merge)
	return s
}

// merge moves everything from a paper to the one that stays. A reader who voted
// for both has one vote, the earlier.
func (s *Store) merge(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	for _, statement := range []string{
		`INSERT INTO vote (paper, account, at, voice) SELECT $1, account, at, voice FROM vote WHERE paper = $2
			ON CONFLICT (paper, account) DO UPDATE SET at = excluded.at WHERE vote.at > excluded.at`,
		`UPDATE comment SET paper = $1 WHERE paper = $2`,
		`DELETE FROM report WHERE paper = $2 AND EXISTS (SELECT 1 FROM report r
			WHERE r.paper = $1 AND r.comment = report.comment AND r.account = report.account AND r.closed = report.closed)`,
		`UPDATE report SET paper = $1 WHERE paper = $2`,
		`UPDATE act SET paper = $1 WHERE paper = $2`,
		`UPDATE claim SET paper = $1 WHERE paper = $2`,
		`INSERT INTO talk (paper, locked) SELECT $1, locked FROM talk WHERE paper = $2 ON CONFLICT (paper) DO NOTHING`,
	} {
		if _, err := tx.Exec(ctx, statement, keep, gone); err != nil {
			return err
		}
	}
	for _, table := range []string{"vote", "talk"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE paper = $1`, gone); err != nil {
			return err
		}
	}
	for _, id := range []int64{keep, gone} {
		if err := s.recount(ctx, tx, time.Now(), id); err != nil {
			return err
		}
	}
	return nil
}

// recount counts the votes and comments of a paper from their rows.
func (s *Store) recount(ctx context.Context, tx *db.Tx, now time.Time, id int64) error {
	var t paper.Tally
	err := tx.QueryRow(ctx, `SELECT (SELECT count(DISTINCT voice) FROM vote WHERE paper = $1),
		(SELECT count(*) FROM comment WHERE paper = $1 AND state = 'shown')`, id).Scan(&t.Votes, &t.Comments)
	if err != nil {
		return fmt.Errorf("count the votes and comments of paper %d: %w", id, err)
	}
	return s.papers.SetHere(ctx, tx, now, id, t)
}

package discuss

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Reaction is what a reader thinks of a comment.
type Reaction string

// The reactions. A reader has one for each comment.
const (
	NoReaction Reaction = ""
	Up         Reaction = "up"    // of use
	Doubt      Reaction = "doubt" // not convinced
)

// React sets a reader's reaction to a comment, in place of the one they had, and
// returns the comment as it then is. Nobody can react to their own.
func (s *Store) React(ctx context.Context, now time.Time, id, account int64, r Reaction) (*Comment, error) {
	if r != NoReaction && r != Up && r != Doubt {
		return nil, fault.Invalid("A reaction is up or doubt, not %q.", r)
	}
	var c *Comment
	err := s.db.Together(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = s.hold(ctx, tx, id); err != nil {
			return err
		}
		switch {
		case c.Account == account:
			return fault.Forbidden("You cannot react to your own comment.")
		case c.State != Shown:
			return fault.Conflict("The comment has been removed.")
		}
		was := NoReaction
		err = tx.QueryRow(ctx, `SELECT kind FROM reaction WHERE comment = $1 AND account = $2`, id, account).Scan(&was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if was == r {
			return nil
		}
		if r == NoReaction {
			_, err = tx.Exec(ctx, `DELETE FROM reaction WHERE comment = $1 AND account = $2`, id, account)
		} else {
			_, err = tx.Exec(ctx, `INSERT INTO reaction (comment, account, kind, at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (comment, account) DO UPDATE SET kind = excluded.kind, at = excluded.at`, id, account, r, db.Micros(now))
		}
		if err != nil {
			return err
		}
		c.Ups += bit(r == Up) - bit(was == Up)
		c.Doubts += bit(r == Doubt) - bit(was == Doubt)
		if _, err := tx.Exec(ctx, `UPDATE comment SET ups = $2, doubts = $3 WHERE id = $1`, id, c.Ups, c.Doubts); err != nil {
			return err
		}
		return s.papers.AddHere(ctx, tx, now, c.Paper, paper.Tally{})
	})
	if err != nil {
		return nil, fmt.Errorf("react to comment %d: %w", id, err)
	}
	return c, nil
}

// Reactions returns a reader's reactions to the comments of a paper.
func (s *Store) Reactions(ctx context.Context, account, id int64) (map[int64]Reaction, error) {
	rows, err := s.db.Query(ctx, `SELECT reaction.comment, reaction.kind FROM reaction JOIN comment ON comment.id = reaction.comment
		WHERE reaction.account = $1 AND comment.paper = $2`, account, id)
	if err != nil {
		return nil, fmt.Errorf("read the reactions of %d: %w", account, err)
	}
	defer rows.Close()
	found := map[int64]Reaction{}
	for rows.Next() {
		var c int64
		var r Reaction
		if err := rows.Scan(&c, &r); err != nil {
			return nil, err
		}
		found[c] = r
	}
	return found, rows.Err()
}

// Wilson is the lower bound of the share of ups among the reactions to a comment,
// at 95%: what can be relied on from few (E. B. Wilson, Probable inference, the law
// of succession, and statistical inference, 1927).
func Wilson(ups, doubts int) float64 {
	n := float64(ups + doubts)
	if n == 0 {
		return 0
	}
	const z = 1.959964
	p := float64(ups) / n
	return (p + z*z/(2*n) - z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))) / (1 + z*z/n)
}

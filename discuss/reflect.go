package discuss

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
)

// Foreign is a comment that was written on another server, as that shows it.
type Foreign struct {
	ID, Parent  string // there; Parent is "" for the paper
	Account     int64  // who stands for its writer here; 0 for one who has left
	At, Edited  time.Time
	Body        string // "" when it is not shown
	State       State
	Ups, Doubts int
}

// Reflect makes the comments on a paper that were written at a peer what that shows: it
// adds and changes them, and hides those that the peer has no more. Whoever wrote here is
// not touched, and what the desk here has ruled on stands.
func (s *Store) Reflect(ctx context.Context, tx *db.Tx, now time.Time, peer string, paperID int64, said []Foreign) error {
	id, err := s.papers.Hold(ctx, tx, paperID)
	if err != nil {
		return err
	}
	held, err := reflected(ctx, tx, peer, id)
	if err != nil {
		return fmt.Errorf("read the comments of %s on paper %d: %w", peer, id, err)
	}
	changed, delta := false, 0
	for i := range said {
		f := &said[i]
		f.At, f.Edited = f.At.UTC().Truncate(time.Microsecond), f.Edited.UTC().Truncate(time.Microsecond)
		was := held[f.ID]
		delete(held, f.ID)
		switch {
		case was == nil:
			if err = s.renamed(ctx, tx, now, peer, f.ID); err == nil {
				err = s.reflect(ctx, tx, now, peer, id, f)
			}
			delta += shown(f.State)
		case was.Why != "" || was.same(f):
			continue
		default:
			_, err = tx.Exec(ctx, `UPDATE comment SET edited = $2, body = $3, state = $4, changed = CASE WHEN state = $4 THEN changed ELSE $5 END, ups = $6, doubts = $7, account = $8 WHERE id = $1`,
				was.ID, db.Micros(f.Edited), f.Body, f.State, db.Micros(now), f.Ups, f.Doubts, f.Account)
			delta += shown(f.State) - shown(was.State)
		}
		if err != nil {
			return fmt.Errorf("keep comment %s of %s: %w", f.ID, peer, err)
		}
		changed = true
	}
	for _, gone := range held {
		if gone.Why != "" || gone.State != Shown {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE comment SET state = $2, body = '', changed = $3 WHERE id = $1`, gone.ID, Withdrawn, db.Micros(now)); err != nil {
			return err
		}
		delta--
		changed = true
	}
	if !changed {
		return nil
	}
	return s.papers.AddHere(ctx, tx, now, id, paper.Tally{Comments: delta})
}

// reflect adds a comment of a peer.
func (s *Store) reflect(ctx context.Context, tx *db.Tx, now time.Time, peer string, paperID int64, f *Foreign) error {
	var id int64
	if err := tx.QueryRow(ctx, `INSERT INTO comment (paper, parent, account, at, edited, body, state, changed, why, ups, doubts)
		VALUES ($1, coalesce((SELECT comment FROM foreign_comment WHERE peer = $2 AND id = $3), 0), $4, $5, $6, $7, $8, $9, '', $10, $11) RETURNING id`,
		paperID, peer, f.Parent, f.Account, db.Micros(f.At), db.Micros(f.Edited), f.Body, f.State, changedAt(f, now), f.Ups, f.Doubts).Scan(&id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO foreign_comment (peer, id, comment) VALUES ($1, $2, $3)`, peer, f.ID, id)
	return err
}

// renamed gives the name of a comment of a peer free, if one on another paper has it:
// the peer was restored from a backup and has given it out again. Nobody there has the
// comment any more.
func (s *Store) renamed(ctx context.Context, tx *db.Tx, now time.Time, peer, name string) error {
	var id int64
	err := tx.QueryRow(ctx, `DELETE FROM foreign_comment WHERE peer = $1 AND id = $2 RETURNING comment`, peer, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := s.hold(ctx, tx, id)
	if err != nil || c.State != Shown {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE comment SET body = '' WHERE id = $1`, id); err != nil {
		return err
	}
	return s.setState(ctx, tx, now, c, Withdrawn, "")
}

func changedAt(f *Foreign, now time.Time) int64 {
	if f.State == Shown {
		return 0
	}
	return db.Micros(now)
}

// same reports whether a comment is still what the peer shows.
func (c *Comment) same(f *Foreign) bool {
	return c.Edited.Equal(f.Edited) && c.Body == f.Body && c.State == f.State && c.Ups == f.Ups && c.Doubts == f.Doubts && c.Account == f.Account
}

// reflected returns the comments of a peer on a paper, by their names there.
func reflected(ctx context.Context, q db.Querier, peer string, paperID int64) (map[string]*Comment, error) {
	rows, err := q.Query(ctx, `SELECT f.id, c.id, c.account, c.edited, c.body, c.state, c.why, c.ups, c.doubts
		FROM foreign_comment f JOIN comment c ON c.id = f.comment WHERE f.peer = $1 AND c.paper = $2`, peer, paperID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	held := map[string]*Comment{}
	for rows.Next() {
		var name string
		var edited int64
		c := &Comment{}
		if err := rows.Scan(&name, &c.ID, &c.Account, &edited, &c.Body, &c.State, &c.Why, &c.Ups, &c.Doubts); err != nil {
			return nil, err
		}
		c.Edited = db.Time(edited)
		held[name] = c
	}
	return held, rows.Err()
}

package discuss

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
)

// Foreign is a comment that a peer tells of, as that shows it.
type Foreign struct {
	ID, Parent  string                            // there; Parent is "" for the paper
	Origin      Origin                            // where it was written
	Native      bool                              // that is the peer itself
	Own         bool                              // that is this instance
	Writer      func() (account int64, err error) // who stands for its writer here, 0 for one who has left; asked when the comment is kept
	At, Edited  time.Time
	Body        string // "" when it is not shown
	State       State
	Ups, Doubts int

	account int64
}

// Origin names a comment by the instance where it was written, and its name there.
type Origin struct{ Instance, ID string }

// Reflect makes the comments on a paper that a peer tells of what that shows: it adds and
// changes them, and hides those that the peer has no more. Whoever wrote here is not
// touched, and what the desk here has ruled on stands. Of a comment that several peers
// tell of there is one, which follows the word of the peer where it was written, else of
// the first that told of it.
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
		was := held[f.ID]
		delete(held, f.ID)
		did, more, err := s.become(ctx, tx, now, peer, id, was, f)
		if err != nil {
			return fmt.Errorf("keep comment %s of %s: %w", f.ID, peer, err)
		}
		changed, delta = changed || did, delta+more
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

// become makes a comment what the peer shows; was is what it was, nil when it is not known
// to follow the word of the peer. It reports whether anything changed, and how many more
// comments are shown.
func (s *Store) become(ctx context.Context, tx *db.Tx, now time.Time, peer string, paperID int64, was *Comment, f *Foreign) (did bool, more int, err error) {
	f.At, f.Edited = f.At.UTC().Truncate(time.Microsecond), f.Edited.UTC().Truncate(time.Microsecond)
	if was == nil {
		var others bool
		if was, others, err = s.another(ctx, tx, peer, paperID, f); others || err != nil {
			return false, 0, err
		}
	}
	if was != nil && was.Why != "" {
		return false, 0, nil
	}
	if f.account, err = f.Writer(); err != nil {
		return false, 0, err
	}
	switch {
	case was == nil:
		if err = s.renamed(ctx, tx, now, peer, f.ID); err == nil {
			err = s.reflect(ctx, tx, now, peer, paperID, f)
		}
		return true, shown(f.State), err
	case was.same(f):
		return false, 0, nil
	}
	_, err = tx.Exec(ctx, `UPDATE comment SET edited = $2, body = $3, state = $4, changed = CASE WHEN state = $4 THEN changed ELSE $5 END, ups = $6, doubts = $7, account = $8 WHERE id = $1`,
		was.ID, db.Micros(f.Edited), f.Body, f.State, db.Micros(now), f.Ups, f.Doubts, f.account)
	return true, shown(f.State) - shown(was.State), err
}

// another looks for a comment that is held already by the word of another peer, or was
// written here: then it notes what this peer calls it, and others is true. The peer where
// it was written takes it over and gets it.
func (s *Store) another(ctx context.Context, tx *db.Tx, peer string, paperID int64, f *Foreign) (was *Comment, others bool, err error) {
	query, args := `SELECT comment.id, comment.paper, coalesce(f.peer, ''), coalesce(f.id, '') FROM foreign_origin o JOIN comment ON comment.id = o.comment
		LEFT JOIN foreign_comment f ON f.comment = o.comment WHERE o.instance = $1 AND o.id = $2`, []any{f.Origin.Instance, f.Origin.ID}
	if f.Own {
		n, err := strconv.ParseInt(f.Origin.ID, 10, 64)
		if err != nil {
			return nil, true, nil
		}
		query, args = `SELECT id, paper, '', '' FROM comment WHERE id = $1 AND paper = $2`, []any{n, paperID}
	}
	var id, on int64
	var teller, name string
	err = tx.QueryRow(ctx, query, args...).Scan(&id, &on, &teller, &name)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, f.Own, nil // of ours that we have no more, nobody tells us
	case err != nil:
		return nil, false, err
	case teller == peer:
		return nil, false, nil // it was given the name of one on another paper
	case f.Native && on == paperID:
		if err := takeOver(ctx, tx, teller, name, peer, f.ID); err != nil {
			return nil, false, err
		}
		held, err := reflected(ctx, tx, peer, paperID)
		return held[f.ID], false, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO foreign_echo (peer, id, comment) VALUES ($1, $2, $3) ON CONFLICT (peer, id) DO UPDATE SET comment = excluded.comment`, peer, f.ID, id)
	return nil, true, err
}

// takeOver has a comment follow the word of another peer than so far.
func takeOver(ctx context.Context, tx *db.Tx, teller, name, peer, id string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO foreign_echo (peer, id, comment) SELECT peer, id, comment FROM foreign_comment WHERE peer = $1 AND id = $2
		ON CONFLICT (peer, id) DO UPDATE SET comment = excluded.comment`, teller, name); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM foreign_echo WHERE peer = $1 AND id = $2`, peer, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE foreign_comment SET peer = $3, id = $4 WHERE peer = $1 AND id = $2`, teller, name, peer, id)
	return err
}

// reflect adds a comment of a peer.
func (s *Store) reflect(ctx context.Context, tx *db.Tx, now time.Time, peer string, paperID int64, f *Foreign) error {
	var id int64
	if err := tx.QueryRow(ctx, `INSERT INTO comment (paper, parent, account, at, edited, body, state, changed, why, ups, doubts)
		VALUES ($1, coalesce((SELECT id FROM comment WHERE paper = $1 AND id IN (SELECT comment FROM foreign_comment WHERE peer = $2 AND id = $3
			UNION SELECT comment FROM foreign_echo WHERE peer = $2 AND id = $3) ORDER BY id LIMIT 1), 0), $4, $5, $6, $7, $8, $9, '', $10, $11) RETURNING id`,
		paperID, peer, f.Parent, f.account, db.Micros(f.At), db.Micros(f.Edited), f.Body, f.State, changedAt(f, now), f.Ups, f.Doubts).Scan(&id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO foreign_origin (instance, id, comment) VALUES ($1, $2, $3) ON CONFLICT (instance, id) DO UPDATE SET comment = excluded.comment`, f.Origin.Instance, f.Origin.ID, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO foreign_comment (peer, id, comment) VALUES ($1, $2, $3)`, peer, f.ID, id)
	return err
}

// renamed gives the name of a comment of a peer free, if one on another paper has it:
// the peer was restored from a backup and has given it out again. Nobody there has the
// comment any more.
func (s *Store) renamed(ctx context.Context, tx *db.Tx, now time.Time, peer, name string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM foreign_echo WHERE peer = $1 AND id = $2`, peer, name); err != nil {
		return err
	}
	var id int64
	err := tx.QueryRow(ctx, `DELETE FROM foreign_comment WHERE peer = $1 AND id = $2 RETURNING comment`, peer, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM foreign_origin WHERE comment = $1`, id); err != nil {
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

// Unfollow has the comments that followed the word of a peer follow that of another one that
// tells of them. The peer is not followed any more.
func (s *Store) Unfollow(ctx context.Context, tx *db.Tx, peer string) error {
	rows, err := tx.Query(ctx, `SELECT f.id, e.peer, e.id FROM foreign_comment f JOIN foreign_echo e ON e.comment = f.comment WHERE f.peer = $1 ORDER BY f.id, e.peer`, peer)
	if err != nil {
		return fmt.Errorf("list what others tell of the comments of %s: %w", peer, err)
	}
	heirs := map[string][2]string{}
	for rows.Next() {
		var id string
		var heir [2]string
		if err := rows.Scan(&id, &heir[0], &heir[1]); err != nil {
			rows.Close()
			return err
		}
		heirs[id] = heir
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for id, heir := range heirs {
		if err := takeOver(ctx, tx, peer, id, heir[0], heir[1]); err != nil {
			return fmt.Errorf("have comment %s of %s follow %s: %w", id, peer, heir[0], err)
		}
	}
	return nil
}

// Origins returns where the comments on a paper were written that were not written here,
// by their names here.
func (s *Store) Origins(ctx context.Context, paperID int64) (map[string]Origin, error) {
	rows, err := s.papers.DB().Query(ctx, `SELECT CAST(c.id AS TEXT), o.instance, o.id FROM comment c JOIN foreign_origin o ON o.comment = c.id WHERE c.paper = $1 LIMIT $2`, paperID, mostComments)
	if err != nil {
		return nil, fmt.Errorf("read where the comments on paper %d were written: %w", paperID, err)
	}
	defer rows.Close()
	found := map[string]Origin{}
	for rows.Next() {
		var id string
		var o Origin
		if err := rows.Scan(&id, &o.Instance, &o.ID); err != nil {
			return nil, err
		}
		found[id] = o
	}
	return found, rows.Err()
}

func changedAt(f *Foreign, now time.Time) int64 {
	if f.State == Shown {
		return 0
	}
	return db.Micros(now)
}

// same reports whether a comment is still what the peer shows.
func (c *Comment) same(f *Foreign) bool {
	return c.Edited.Equal(f.Edited) && c.Body == f.Body && c.State == f.State && c.Ups == f.Ups && c.Doubts == f.Doubts && c.Account == f.account
}

// reflected returns the comments on a paper that follow the word of a peer, by their
// names there.
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

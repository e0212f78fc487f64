package discuss

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// State says whether a comment is shown.
type State string

// The states.
const (
	Shown     State = "shown"
	Held      State = "held"      // its writer and the desk see it, until the desk has decided
	Withdrawn State = "withdrawn" // removed by its writer
	Hidden    State = "hidden"    // removed by the desk
)

// Comment is one comment. A comment that is not shown keeps its place.
type Comment struct {
	ID      int64
	Paper   int64
	Parent  int64 // the comment that it answers, 0 for the paper
	Account int64 // who wrote it; 0 when they left without a trace
	At      time.Time
	Edited  time.Time // zero when it never was
	Body    string    // Markdown, as written
	State   State
	Changed time.Time // when its state last changed; zero when it never did
	Why     string    // why it is held or hidden
	Ups     int       // readers who found it of use
	Doubts  int       // readers who doubt it
}

// longestBody is the most bytes that a comment may have.
const longestBody = 65536

// Draft is a comment that is to be written.
type Draft struct {
	Paper  int64
	Parent int64
	Body   string
	Writer Writer
}

// Writer is who writes, as far as the limits ask.
type Writer struct {
	Account int64
	Handle  string
	Joined  time.Time
	Trusted bool // the desk: no limits
}

// Write stores a comment. The same words sent twice within an hour are one comment,
// so a retry is harmless. The comment of a new account that holds a link, or that
// says under a third paper what it said before, is held for the desk.
func (s *Store) Write(ctx context.Context, now time.Time, d Draft) (*Comment, error) {
	body, err := cleanBody(d.Body)
	if err != nil {
		return nil, err
	}
	named, err := s.named(ctx, body)
	if err != nil {
		return nil, err
	}
	var c *Comment
	err = s.db.Together(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		c = &Comment{Parent: d.Parent, Account: d.Writer.Account, At: now.UTC().Truncate(time.Microsecond), Body: body, State: Shown}
		if c.Paper, err = s.papers.Hold(ctx, tx, d.Paper); err != nil {
			return err
		}
		if again, err := s.again(ctx, tx, now, c); err != nil || again != nil {
			c = again
			return err
		}
		answered, err := s.mayWrite(ctx, tx, now, c, d.Writer)
		if err != nil {
			return err
		}
		if c.State, c.Why, err = judge(ctx, tx, now, c, d.Writer); err != nil {
			return err
		}
		return s.add(ctx, tx, now, c, d.Writer, answered, named)
	})
	if err != nil {
		return nil, fmt.Errorf("write a comment on paper %d: %w", d.Paper, err)
	}
	return c, nil
}

func (s *Store) add(ctx context.Context, tx *db.Tx, now time.Time, c *Comment, w Writer, answered *Comment, named []int64) error {
	err := tx.QueryRow(ctx, `INSERT INTO comment (paper, parent, account, at, edited, body, state, changed, why, ups, doubts)
		VALUES ($1, $2, $3, $4, 0, $5, $6, 0, $7, 0, 0) RETURNING id`,
		c.Paper, c.Parent, c.Account, db.Micros(c.At), c.Body, c.State, c.Why).Scan(&c.ID)
	if err != nil {
		return err
	}
	if c.State == Held {
		return s.papers.AddHere(ctx, tx, now, c.Paper, paper.Tally{})
	}
	if err := s.papers.AddHere(ctx, tx, now, c.Paper, paper.Tally{Comments: 1}); err != nil {
		return err
	}
	return s.tell(ctx, tx, c, w, answered, named)
}

// cleanBody makes a body storable, or says what is wrong with it.
func cleanBody(body string) (string, error) {
	body = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\x00", ""))
	switch {
	case body == "":
		return "", fault.Invalid("The comment is empty.")
	case len(body) > longestBody:
		return "", fault.Invalid("The comment has %d bytes; at most %d fit.", len(body), longestBody)
	case !utf8.ValidString(body):
		return "", fault.Invalid("The comment is not UTF-8 text.")
	}
	return body, nil
}

// again returns the comment that says the same at the same place, if its writer
// wrote it within the hour.
func (s *Store) again(ctx context.Context, tx *db.Tx, now time.Time, c *Comment) (*Comment, error) {
	list, err := comments(ctx, tx, `WHERE account = $1 AND at > $2 AND paper = $3 AND parent = $4 AND body = $5 AND state IN ('shown', 'held') LIMIT 1`,
		c.Account, db.Micros(now.Add(-time.Hour)), c.Paper, c.Parent, c.Body)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// mayWrite refuses what the discussion does not allow, and returns the comment that
// is answered, nil for none.
func (s *Store) mayWrite(ctx context.Context, tx *db.Tx, now time.Time, c *Comment, w Writer) (*Comment, error) {
	if locked, err := lockedSince(ctx, tx, c.Paper); err != nil || !locked.IsZero() && !w.Trusted {
		if err == nil {
			err = fault.Forbidden("This discussion was closed on %s.", locked.Format("2 January 2006"))
		}
		return nil, err
	}
	if err := pace(ctx, tx, now, w); err != nil || c.Parent == 0 {
		return nil, err
	}
	answered, err := comment(ctx, tx, c.Parent)
	switch {
	case err != nil:
		return nil, err
	case answered.Paper != c.Paper:
		return nil, fault.Invalid("Comment %d stands under another paper.", c.Parent)
	case answered.State != Shown:
		return nil, fault.Conflict("The comment that you answer has been removed.")
	}
	return answered, nil
}

// Edit changes the words of a comment; what they were is kept.
func (s *Store) Edit(ctx context.Context, now time.Time, id int64, w Writer, body string) (*Comment, error) {
	body, err := cleanBody(body)
	if err != nil {
		return nil, err
	}
	var c *Comment
	err = s.db.Together(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = s.hold(ctx, tx, id); err != nil {
			return err
		}
		switch {
		case c.Account != w.Account:
			return fault.Forbidden("Only its writer can change a comment.")
		case c.State != Shown && c.State != Held:
			return fault.Conflict("The comment has been removed.")
		case c.Body == body:
			return nil
		}
		if locked, err := lockedSince(ctx, tx, c.Paper); err != nil || !locked.IsZero() && !w.Trusted {
			if err == nil {
				err = fault.Forbidden("This discussion is closed.")
			}
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO comment_edit (comment, until, body) VALUES ($1, $2, $3) ON CONFLICT (comment, until) DO NOTHING`, id, db.Micros(now), c.Body); err != nil {
			return err
		}
		was := c.State
		c.Body, c.Edited = body, now
		if was == Shown { // a link may have come in
			if c.State, c.Why, err = judge(ctx, tx, now, c, w); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE comment SET body = $2, edited = $3, state = $4, why = $5 WHERE id = $1`, id, body, db.Micros(now), c.State, c.Why); err != nil {
			return err
		}
		return s.papers.AddHere(ctx, tx, now, c.Paper, paper.Tally{Comments: shown(c.State) - shown(was)})
	})
	if err != nil {
		return nil, fmt.Errorf("change comment %d: %w", id, err)
	}
	return c, nil
}

// Withdraw removes a comment for its writer. Asked again, it changes nothing.
func (s *Store) Withdraw(ctx context.Context, now time.Time, id, account int64) error {
	err := s.db.Together(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Account != account {
			return fault.Forbidden("Only its writer can withdraw a comment.")
		}
		if c.State == Withdrawn || c.State == Hidden {
			return nil
		}
		return s.setState(ctx, tx, now, c, Withdrawn, "")
	})
	if err != nil {
		return fmt.Errorf("withdraw comment %d: %w", id, err)
	}
	return nil
}

// setState moves a comment that is held (hold) to a state and counts it.
func (s *Store) setState(ctx context.Context, tx *db.Tx, now time.Time, c *Comment, to State, why string) error {
	if _, err := tx.Exec(ctx, `UPDATE comment SET state = $2, changed = $3, why = $4 WHERE id = $1`, c.ID, to, db.Micros(now), why); err != nil {
		return err
	}
	return s.papers.AddHere(ctx, tx, now, c.Paper, paper.Tally{Comments: shown(to) - shown(c.State)})
}

func shown(s State) int { return bit(s == Shown) }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hold returns a comment whose paper is kept from other writers.
func (s *Store) hold(ctx context.Context, tx *db.Tx, id int64) (*Comment, error) {
	c, err := comment(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if _, err := s.papers.Hold(ctx, tx, c.Paper); err != nil {
		return nil, err
	}
	return comment(ctx, tx, id) // as it is now that nobody else can change it
}

// Comment returns one comment, NotFound when there is none.
func (s *Store) Comment(ctx context.Context, id int64) (*Comment, error) {
	return comment(ctx, s.db, id)
}

func comment(ctx context.Context, q db.Querier, id int64) (*Comment, error) {
	list, err := comments(ctx, q, `WHERE id = $1`, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.NotFound("There is no comment %d here.", id)
	}
	return &list[0], nil
}

// mostComments is how many comments of one paper are shown: far more than a
// discussion has.
const mostComments = 2000

// Comments returns the comments of a paper in the order in which they were written,
// also those that are not shown.
func (s *Store) Comments(ctx context.Context, id int64) ([]Comment, error) {
	return comments(ctx, s.db, `WHERE paper = $1 ORDER BY id LIMIT $2`, id, mostComments)
}

// CommentsOf returns the newest comments of a reader, at most limit.
func (s *Store) CommentsOf(ctx context.Context, account int64, limit int) ([]Comment, error) {
	return comments(ctx, s.db, `WHERE account = $1 ORDER BY at DESC, id DESC LIMIT $2`, account, limit)
}

func comments(ctx context.Context, q db.Querier, where string, args ...any) ([]Comment, error) {
	rows, err := q.Query(ctx, `SELECT id, paper, parent, account, at, edited, body, state, changed, why, ups, doubts FROM comment `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read comments: %w", err)
	}
	defer rows.Close()
	var list []Comment
	for rows.Next() {
		var c Comment
		var at, edited, changed int64
		if err := rows.Scan(&c.ID, &c.Paper, &c.Parent, &c.Account, &at, &edited, &c.Body, &c.State, &changed, &c.Why, &c.Ups, &c.Doubts); err != nil {
			return nil, err
		}
		c.At, c.Edited, c.Changed = db.Time(at), db.Time(edited), db.Time(changed)
		list = append(list, c)
	}
	return list, rows.Err()
}

// Earlier is what a comment said until a moment.
type Earlier struct {
	Until time.Time
	Body  string
}

// History returns what a comment said before, ascending.
func (s *Store) History(ctx context.Context, id int64) ([]Earlier, error) {
	rows, err := s.db.Query(ctx, `SELECT until, body FROM comment_edit WHERE comment = $1 ORDER BY until LIMIT 1000`, id)
	if err != nil {
		return nil, fmt.Errorf("read the history of comment %d: %w", id, err)
	}
	defer rows.Close()
	var list []Earlier
	for rows.Next() {
		var e Earlier
		var until int64
		if err := rows.Scan(&until, &e.Body); err != nil {
			return nil, err
		}
		e.Until = db.Time(until)
		list = append(list, e)
	}
	return list, rows.Err()
}

// Locked returns since when nobody may write under a paper, zero when all may.
func (s *Store) Locked(ctx context.Context, id int64) (time.Time, error) {
	return lockedSince(ctx, s.db, id)
}

func lockedSince(ctx context.Context, q db.Querier, id int64) (time.Time, error) {
	var at int64
	err := q.QueryRow(ctx, `SELECT locked FROM talk WHERE paper = $1`, id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return db.Time(at), err
}

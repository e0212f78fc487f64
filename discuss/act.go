package discuss

import (
	"context"
	"fmt"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Kind is what an act of moderation did.
type Kind string

// The kinds.
const (
	CommentRemoved  Kind = "comment removed"
	CommentRestored Kind = "comment restored"
	CommentReleased Kind = "comment released" // it was held, and is shown
	Locked          Kind = "discussion closed"
	Unlocked        Kind = "discussion opened"
	VotesWeighed    Kind = "votes weighed down"
	VotesCleared    Kind = "votes counted in full"
	ReportLeft      Kind = "report answered" // nothing was removed
	RecordCorrected Kind = "record corrected"
	ClaimGranted    Kind = "claim granted"
	ClaimRefused    Kind = "claim refused"
)

// Rules are what acts refer to, from 1.
var Rules = [...]string{1: "Write about the paper.", 2: "Sell nothing.", 3: "Criticise work, not persons.", 4: "One reader, one vote.", 5: "Keep the record right."}

// The states of an act.
const (
	Closed    = "closed"
	Appealed  = "appealed" // whom it concerns has asked again
	Reversed  = "reversed"
	Confirmed = "confirmed" // by a second, after an appeal
)

// Act is one act of the desk, or of the server by a rule, in the public log.
type Act struct {
	ID       int64
	At       time.Time
	Kind     Kind
	Paper    int64 // 0 for none
	Comment  int64 // 0 for none
	Account  int64 // who did it; 0 for the server
	Concerns int64 // whom it concerns, never shown; of votes, the cluster
	Rule     int
	Reason   string // printed
	State    string
	Appeal   string // what whom it concerns said
	Appealed time.Time
	Answer   string // what the second said
	Answered int64  // the second
}

// appealFor is how long an act can be appealed.
const appealFor = 14 * 24 * time.Hour

// logAct writes an act into the log and returns its number.
func logAct(ctx context.Context, tx *db.Tx, a Act) (int64, error) {
	err := tx.QueryRow(ctx, `INSERT INTO act (at, kind, paper, comment, account, concerns, rule, reason, state, appeal, appealed, answer, answered)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'closed', '', 0, '', 0) RETURNING id`,
		db.Micros(a.At), a.Kind, a.Paper, a.Comment, a.Account, a.Concerns, a.Rule, a.Reason).Scan(&a.ID)
	if err != nil {
		return 0, fmt.Errorf("log that %s: %w", a.Kind, err)
	}
	logChange(tx, a.At, a.ID)
	return a.ID, nil
}

// Acts returns the acts from one time to another, the newest first, at most limit.
func (s *Store) Acts(ctx context.Context, from, to time.Time, limit int) ([]Act, error) {
	return acts(ctx, s.db, `WHERE at >= $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3`, db.Micros(from), db.Micros(to), limit)
}

// Concerning returns the acts that concern a reader, the newest first.
func (s *Store) Concerning(ctx context.Context, account int64) ([]Act, error) {
	return acts(ctx, s.db, `WHERE concerns = $1 ORDER BY at DESC, id DESC LIMIT 100`, account)
}

// Appeals returns the acts whose appeal waits, the oldest first.
func (s *Store) Appeals(ctx context.Context) ([]Act, error) {
	return acts(ctx, s.db, `WHERE state = 'appealed' ORDER BY appealed LIMIT 200`)
}

// Weighed returns the acts by which clusters of votes are weighed down and that nobody
// has reversed, one for each cluster, the newest first.
func (s *Store) Weighed(ctx context.Context) ([]Act, error) {
	return acts(ctx, s.db, `WHERE state = 'closed' AND id IN (SELECT max(id) FROM act WHERE kind = $1 GROUP BY concerns) ORDER BY at DESC, id DESC LIMIT 200`, VotesWeighed)
}

func acts(ctx context.Context, q db.Querier, where string, args ...any) ([]Act, error) {
	rows, err := q.Query(ctx, `SELECT id, at, kind, paper, comment, account, concerns, rule, reason, state, appeal, appealed, answer, answered FROM act `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read the moderation log: %w", err)
	}
	defer rows.Close()
	var list []Act
	for rows.Next() {
		var a Act
		var at, appealed int64
		if err := rows.Scan(&a.ID, &at, &a.Kind, &a.Paper, &a.Comment, &a.Account, &a.Concerns, &a.Rule, &a.Reason, &a.State, &a.Appeal, &appealed, &a.Answer, &a.Answered); err != nil {
			return nil, err
		}
		a.At, a.Appealed = db.Time(at), db.Time(appealed)
		list = append(list, a)
	}
	return list, rows.Err()
}

// wantReason refuses an act without one: it is printed in the log.
func wantReason(reason string) error {
	const longest = 1000
	switch {
	case strings.TrimSpace(reason) == "":
		return fault.Invalid("An act needs a reason; it is printed in the log.")
	case len(reason) > longest:
		return fault.Invalid("The reason has %d bytes; at most %d fit.", len(reason), longest)
	}
	return nil
}

func wantRule(rule int) error {
	if rule < 1 || rule >= len(Rules) {
		return fault.Invalid("There is no rule %d; the rules are 1 to %d.", rule, len(Rules)-1)
	}
	return nil
}

// Ruling is what somebody of the desk does, and why.
type Ruling struct {
	Desk   int64
	Rule   int
	Reason string
}

func (r Ruling) check() error {
	if err := wantRule(r.Rule); err != nil {
		return err
	}
	return wantReason(r.Reason)
}

// Hide removes a comment from sight, or with on false shows it again: one that was
// hidden, or one that was held. Its open reports are closed with it.
func (s *Store) Hide(ctx context.Context, now time.Time, id int64, r Ruling, on bool) error {
	if err := r.check(); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		c, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Account == r.Desk {
			return fault.Forbidden("You cannot act on your own comment.")
		}
		to, kind := Hidden, CommentRemoved
		if !on {
			to, kind = Shown, CommentRestored
		}
		switch {
		case c.State == to:
			return nil // asked twice
		case c.State == Withdrawn:
			return fault.Conflict("Its writer has removed the comment.")
		case !on && c.State == Held:
			kind = CommentReleased
		}
		return s.rule(ctx, tx, now, c, r, to, kind)
	})
}

// rule moves a comment to a state and logs why.
func (s *Store) rule(ctx context.Context, tx *db.Tx, now time.Time, c *Comment, r Ruling, to State, kind Kind) error {
	why := ""
	if to == Hidden {
		why = fmt.Sprintf("Rule %d. %s", r.Rule, r.Reason)
	}
	if err := s.setState(ctx, tx, now, c, to, why); err != nil {
		return err
	}
	id, err := logAct(ctx, tx, Act{At: now, Kind: kind, Paper: c.Paper, Comment: c.ID, Account: r.Desk, Concerns: c.Account, Rule: r.Rule, Reason: r.Reason})
	if err != nil {
		return err
	}
	if err := closeReports(ctx, tx, now, c.Paper, c.ID, id); err != nil {
		return err
	}
	return s.decided(ctx, tx, c.Account, c.Paper, c.ID, fmt.Sprintf("Your %s: rule %d. %s", kind, r.Rule, r.Reason))
}

// Lock closes the discussion of a paper for all but the desk, or opens it again.
func (s *Store) Lock(ctx context.Context, now time.Time, paper int64, r Ruling, on bool) error {
	if err := r.check(); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		id, err := s.papers.Hold(ctx, tx, paper)
		if err != nil {
			return err
		}
		kind, query, args := Locked, `INSERT INTO talk (paper, locked) VALUES ($1, $2) ON CONFLICT (paper) DO NOTHING`, []any{id, db.Micros(now)}
		if !on {
			kind, query, args = Unlocked, `DELETE FROM talk WHERE paper = $1`, args[:1]
		}
		n, err := tx.Exec(ctx, query, args...)
		if err != nil || n == 0 {
			return err
		}
		if _, err := logAct(ctx, tx, Act{At: now, Kind: kind, Paper: id, Account: r.Desk, Rule: r.Rule, Reason: r.Reason}); err != nil {
			return err
		}
		return s.papers.AddHere(ctx, tx, now, id, noTally)
	})
}

// Appeal asks again about an act that concerns the reader, within 14 days of it. An
// act can be appealed once.
func (s *Store) Appeal(ctx context.Context, now time.Time, act, account int64, text string) error {
	if err := wantReason(text); err != nil {
		return fault.Invalid("Say why the act should be looked at again, in at most 1,000 letters.")
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		a, err := findAct(ctx, tx, act)
		switch {
		case err != nil:
			return err
		case a.Concerns != account || a.Kind == VotesWeighed || a.Kind == VotesCleared:
			return fault.Forbidden("Only whom an act concerns can appeal it.")
		case a.State == Appealed && a.Appeal == text:
			return nil // asked twice
		case a.State != Closed || !a.Appealed.IsZero():
			return fault.Conflict("This act has been appealed already.")
		case now.Sub(a.At) > appealFor:
			return fault.Conflict("An act can be appealed for 14 days; this one is older.")
		}
		_, err = tx.Exec(ctx, `UPDATE act SET state = 'appealed', appeal = $2, appealed = $3 WHERE id = $1`, act, text, db.Micros(now))
		logChange(tx, now, act)
		return err
	})
}

// Answer decides an appeal: uphold lets the act stand, else what it removed is shown
// again. It is for somebody who had no part in the act.
func (s *Store) Answer(ctx context.Context, now time.Time, act, desk int64, uphold bool, reason string) error {
	if err := wantReason(reason); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		a, err := findAct(ctx, tx, act)
		switch {
		case err != nil:
			return err
		case a.Account == desk || a.Concerns == desk:
			return fault.Forbidden("An appeal is for somebody who had no part in the act.")
		case a.Answered == desk && a.State != Appealed:
			return nil // asked twice
		case a.State != Appealed:
			return fault.Conflict("This appeal has been answered already.")
		}
		state := Confirmed
		if !uphold {
			state = Reversed
			if err := s.reverse(ctx, tx, now, a, Ruling{desk, a.Rule, reason}); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE act SET state = $2, answer = $3, answered = $4 WHERE id = $1`, act, state, reason, desk); err != nil {
			return err
		}
		logChange(tx, now, act)
		return s.decided(ctx, tx, a.Concerns, a.Paper, a.Comment, fmt.Sprintf("Your appeal was answered; the act is %s. %s", state, reason))
	})
}

// reverse undoes what an act did.
func (s *Store) reverse(ctx context.Context, tx *db.Tx, now time.Time, a *Act, r Ruling) error {
	switch a.Kind {
	case CommentRemoved:
		c, err := s.hold(ctx, tx, a.Comment)
		if err != nil || c.State != Hidden {
			return err
		}
		return s.rule(ctx, tx, now, c, r, Shown, CommentRestored)
	case ClaimRefused:
		return nil // the reader asks again, with the reversal on record
	}
	return fault.Conflict("What this act did cannot be undone from here.")
}

// Act returns one act of the log, NotFound when there is none.
func (s *Store) Act(ctx context.Context, id int64) (*Act, error) {
	list, err := acts(ctx, s.db, `WHERE id = $1`, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.NotFound("There is no act %d in the log.", id)
	}
	return &list[0], nil
}

func findAct(ctx context.Context, tx *db.Tx, id int64) (*Act, error) {
	list, err := acts(ctx, tx, `WHERE id = $1`+tx.Dialect.ForUpdate(), id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.NotFound("There is no act %d in the log.", id)
	}
	return &list[0], nil
}

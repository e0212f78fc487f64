package discuss

import (
	"context"
	"fmt"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// ChangedLog is the kind of change by which pages learn that the moderation log, or
// what waits for the desk, is another. Its subject is the act, or 0.
const ChangedLog = "moderation"

func logChange(tx *db.Tx, now time.Time, act int64) { paper.Log(tx, now, ChangedLog, act) }

var noTally paper.Tally

// mostReports is how many open reports one reader can have.
const mostReports = 50

// Report tells the desk of a comment, or with comment 0 of a mistake in the record of
// a paper. A reader has one open report of each.
func (s *Store) Report(ctx context.Context, now time.Time, paper, comment, account int64, reason string) error {
	const longest = 500
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > longest {
		return fault.Invalid("Say in at most %d letters what is wrong.", longest)
	}
	err := s.db.Together(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := s.papers.Hold(ctx, tx, paper)
		if err != nil {
			return err
		}
		if comment != 0 {
			c, err := s.hold(ctx, tx, comment)
			switch {
			case err != nil:
				return err
			case c.Account == account:
				return fault.Forbidden("This is your own comment; you can change or withdraw it.")
			case c.State == Hidden || c.State == Withdrawn:
				return fault.Conflict("The comment has been removed.")
			}
			id = c.Paper
		}
		var open int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM report WHERE account = $1 AND closed = 0`, account).Scan(&open); err != nil {
			return err
		}
		if open >= mostReports {
			return fault.TooOften("%d of your reports wait for the desk. Send this one later.", open)
		}
		_, err = tx.Exec(ctx, `INSERT INTO report (paper, comment, account, reason, at, closed, act, asked) VALUES ($1, $2, $3, $4, $5, 0, 0, 0)
			ON CONFLICT (paper, comment, account, closed) DO NOTHING`, id, comment, account, reason, db.Micros(now))
		logChange(tx, now, 0)
		return err
	})
	if err != nil {
		return fmt.Errorf("report comment %d of paper %d: %w", comment, paper, err)
	}
	return nil
}

func closeReports(ctx context.Context, tx *db.Tx, now time.Time, paper, comment, act int64) error {
	_, err := tx.Exec(ctx, `UPDATE report SET closed = $3, act = $4 WHERE paper = $1 AND comment = $2 AND closed = 0`, paper, comment, db.Micros(now), act)
	return err
}

// Case is what waits for the desk about one comment, or about one record: its open
// reports, or that it is held.
type Case struct {
	Paper   int64
	Comment *Comment // nil for a record
	Reports []Reported
	Since   time.Time
	Asked   int64 // who of the desk asked for a second; 0 for nobody
	Before  int   // reports of this writer's comments that led to a removal
	Written int   // comments of this writer that stand
}

// Reported is one report.
type Reported struct {
	Account int64
	Reason  string
	At      time.Time
	asked   int64
}

// Waiting returns what waits for the desk, the oldest first, at most 200 cases.
func (s *Store) Waiting(ctx context.Context) ([]Case, error) {
	rows, err := s.db.Query(ctx, `SELECT paper, comment, account, reason, at, asked FROM report WHERE closed = 0
		UNION ALL SELECT paper, id, 0, why, at, 0 FROM comment WHERE state = 'held' ORDER BY 5 LIMIT 1000`)
	if err != nil {
		return nil, fmt.Errorf("read the reports: %w", err)
	}
	defer rows.Close()
	type about struct{ paper, comment int64 }
	var order []about
	cases := map[about]*Case{}
	for rows.Next() {
		var a about
		var r Reported
		var at int64
		if err := rows.Scan(&a.paper, &a.comment, &r.Account, &r.Reason, &at, &r.asked); err != nil {
			return nil, err
		}
		r.At = db.Time(at)
		if cases[a] == nil {
			if len(order) == 200 {
				continue
			}
			cases[a] = &Case{Paper: a.paper, Since: r.At}
			order = append(order, a)
		}
		cases[a].Asked = max(cases[a].Asked, r.asked)
		cases[a].Reports = append(cases[a].Reports, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	list := make([]Case, 0, len(order))
	for _, a := range order {
		c := cases[a]
		if a.comment != 0 {
			if c.Comment, err = s.Comment(ctx, a.comment); err != nil {
				return nil, err
			}
			if c.Before, c.Written, err = s.record(ctx, c.Comment.Account); err != nil {
				return nil, err
			}
		}
		list = append(list, *c)
	}
	return list, nil
}

// record returns how many comments of a reader the desk has removed, and how many
// stand.
func (s *Store) record(ctx context.Context, account int64) (removed, stand int, err error) {
	err = s.db.QueryRow(ctx, `SELECT coalesce(sum(CASE WHEN state = 'hidden' THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN state = 'shown' THEN 1 ELSE 0 END), 0)
		FROM comment WHERE account = $1`, account).Scan(&removed, &stand)
	return removed, stand, err
}

// Decision is what the desk does with a case.
type Decision string

// The decisions.
const (
	Leave  Decision = "leave"  // nothing was wrong
	Remove Decision = "act"    // hide the comment; of a record: it has been put right
	Second Decision = "second" // somebody else of the desk should decide
)

// Decide closes a case. Nobody decides on their own comment, on a report of theirs,
// or where they asked for a second.
func (s *Store) Decide(ctx context.Context, now time.Time, paper, comment int64, d Decision, r Ruling) error {
	if d != Second {
		if err := r.check(); err != nil {
			return err
		}
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		id, err := s.papers.Hold(ctx, tx, paper)
		if err != nil {
			return err
		}
		var own, asked int
		err = tx.QueryRow(ctx, `SELECT coalesce(sum(CASE WHEN account = $3 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN asked = $3 THEN 1 ELSE 0 END), 0)
			FROM report WHERE paper = $1 AND comment = $2 AND closed = 0`, id, comment, r.Desk).Scan(&own, &asked)
		switch {
		case err != nil:
			return err
		case own > 0:
			return fault.Forbidden("You cannot decide a report of your own.")
		case asked > 0 && d != Second:
			return fault.Forbidden("You asked for a second; somebody else decides.")
		}
		if mine, err := claimedBy(ctx, tx, id, r.Desk); err != nil || mine {
			if err == nil {
				err = fault.Forbidden("You cannot act on your own paper.")
			}
			return err
		}
		logChange(tx, now, 0)
		if d == Second {
			_, err := tx.Exec(ctx, `UPDATE report SET asked = $3 WHERE paper = $1 AND comment = $2 AND closed = 0`, id, comment, r.Desk)
			return err
		}
		if comment == 0 {
			return s.decideRecord(ctx, tx, now, id, d, r)
		}
		return s.decideComment(ctx, tx, now, comment, d, r)
	})
}

func (s *Store) decideComment(ctx context.Context, tx *db.Tx, now time.Time, id int64, d Decision, r Ruling) error {
	c, err := s.hold(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case c.Account == r.Desk:
		return fault.Forbidden("You cannot act on your own comment.")
	case d == Remove && c.State == Hidden:
		return nil // asked twice
	case d == Remove:
		return s.rule(ctx, tx, now, c, r, Hidden, CommentRemoved)
	case c.State == Held:
		return s.rule(ctx, tx, now, c, r, Shown, CommentReleased)
	}
	return s.leave(ctx, tx, now, Act{At: now, Kind: ReportLeft, Paper: c.Paper, Comment: id, Account: r.Desk, Rule: r.Rule, Reason: r.Reason})
}

func (s *Store) decideRecord(ctx context.Context, tx *db.Tx, now time.Time, id int64, d Decision, r Ruling) error {
	kind := ReportLeft
	if d == Remove {
		kind = RecordCorrected
	}
	return s.leave(ctx, tx, now, Act{At: now, Kind: kind, Paper: id, Account: r.Desk, Rule: r.Rule, Reason: r.Reason})
}

// leave logs an act that closes reports, if any are open.
func (s *Store) leave(ctx context.Context, tx *db.Tx, now time.Time, a Act) error {
	var open int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM report WHERE paper = $1 AND comment = $2 AND closed = 0`, a.Paper, a.Comment).Scan(&open); err != nil || open == 0 {
		return err // asked twice
	}
	id, err := logAct(ctx, tx, a)
	if err != nil {
		return err
	}
	return closeReports(ctx, tx, now, a.Paper, a.Comment, id)
}

// Counted is how reports went in a span of time.
type Counted struct {
	All, Left, Acted, Reversed, Open int
	Weeks                            [12]int       // reports a week, the last one now
	Half                             time.Duration // half of those answered were answered within
}

// Count returns how the reports of the last twelve weeks went.
func (s *Store) Count(ctx context.Context, now time.Time) (Counted, error) {
	var n Counted
	rows, err := s.db.Query(ctx, `SELECT report.at, report.closed, coalesce(act.kind, ''), coalesce(act.state, '') FROM report
		LEFT JOIN act ON act.id = report.act WHERE report.at >= $1 ORDER BY report.closed - report.at LIMIT 100000`, db.Micros(now.AddDate(0, 0, -7*len(n.Weeks))))
	if err != nil {
		return n, fmt.Errorf("count the reports: %w", err)
	}
	defer rows.Close()
	var took []time.Duration
	for rows.Next() {
		var at, closed int64
		var kind Kind
		var state string
		if err := rows.Scan(&at, &closed, &kind, &state); err != nil {
			return n, err
		}
		n.All++
		week := int(now.Sub(db.Time(at)) / (7 * 24 * time.Hour))
		n.Weeks[max(0, len(n.Weeks)-1-week)]++
		switch {
		case closed == 0:
			n.Open++
			continue
		case state == Reversed:
			n.Reversed++
		case kind == ReportLeft || kind == CommentReleased:
			n.Left++
		default:
			n.Acted++
		}
		took = append(took, db.Time(closed).Sub(db.Time(at)))
	}
	if len(took) > 0 {
		n.Half = took[len(took)/2]
	}
	return n, rows.Err()
}

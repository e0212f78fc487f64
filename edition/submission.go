package edition

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Submission is a paper that a reader put in.
type Submission struct {
	ID      int64
	Paper   int64
	Account int64
	At      time.Time
	Note    string       // why the desk should read it
	Links   []paper.Link // to what belongs to it; they stand with the paper once it is printed
	Author  bool         // the reader says to be an author
	State   Fate
	Day     string // the edition in which it stands or for which it waits; the one that left it out
}

// Fate says what became of a submission.
type Fate string

// The fates.
const (
	Waits   Fate = "waiting" // for the desk, or for the hour
	Printed Fate = "printed"
	Skipped Fate = "skipped" // by the desk
)

// Submitter is who puts a paper in.
type Submitter struct {
	Account int64
	Handle  string
	Role    account.Role
}

// Entry is what a reader puts in.
type Entry struct {
	Paper  *paper.Paper // as it was found; its ID is 0 when it is not held
	By     Submitter
	Note   string
	Links  []paper.Link
	Author bool
}

// mostLinks bounds what a reader can say of a paper.
const mostLinks = 8

// Submit puts a paper in. With a desk it becomes a candidate of the coming edition,
// else it stands in today's. Put in again by the same reader it stays what it is. A
// paper that stands in an edition is refused as a fault.Conflict that says in which.
func (s *Store) Submit(ctx context.Context, now time.Time, e Entry) (*Submission, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	if s.settings.Fill == FillAnnounced {
		return nil, fault.Forbidden("This paper prints what arXiv announces, and nothing else.")
	}
	if e.Paper.Authority == paper.FromReader && !s.settings.Desk {
		return nil, fault.Forbidden("What is typed in by hand is checked by the desk, and there is none here. Name the paper by its identifier or its address.")
	}
	if err := s.begin(ctx, now); err != nil {
		return nil, err
	}
	var made *Submission
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		id, err := s.entered(ctx, tx, now, e)
		if err != nil {
			return err
		}
		if made, err = one(ctx, tx, `submission.paper = $1 AND submission.account = $2`, id, e.By.Account); err != nil || made != nil && made.State != Skipped {
			return err
		}
		had, err := s.Place(ctx, tx, id)
		if err != nil {
			return err
		}
		if had != nil && had.Origin == Submitted {
			return fault.Conflict("This paper stands in the edition of %s already.", had.Day)
		}
		if err := s.may(ctx, tx, now, e); err != nil {
			return err
		}
		if err := e.write(ctx, tx, now, id); err != nil {
			return err
		}
		paper.Log(tx, now, paper.ChangedPaper, id)
		if err := s.enterSubmission(ctx, tx, now, id, e, had); err != nil {
			return err
		}
		made, err = one(ctx, tx, `submission.paper = $1 AND submission.account = $2`, id, e.By.Account)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("put in %q: %w", clip(e.Paper.Title, 60), err)
	}
	return made, nil
}

// entered returns the number of the paper of an entry. One that the reader typed in
// before, by a second click perhaps, is the same.
func (s *Store) entered(ctx context.Context, tx *db.Tx, now time.Time, e Entry) (int64, error) {
	if e.Paper.Authority == paper.FromReader && e.Paper.ID == 0 {
		const most = 20
		list, err := submissions(ctx, tx, `submission.account = $1 ORDER BY submission.at DESC, submission.id DESC LIMIT $2`, e.By.Account, most)
		if err != nil {
			return 0, err
		}
		ids := make([]int64, len(list))
		for i, x := range list {
			ids[i] = x.Paper
		}
		papers, err := s.papers.List(ctx, tx, ids)
		if err != nil {
			return 0, err
		}
		for _, p := range papers {
			if p.Authority == paper.FromReader && paper.FoldTitle(p.Title) == paper.FoldTitle(e.Paper.Title) {
				return p.ID, nil
			}
		}
	}
	return s.held(ctx, tx, now, e.Paper)
}

// check refuses what cannot stand beside a paper.
func (e *Entry) check() error {
	e.Note = strings.TrimSpace(strings.ReplaceAll(e.Note, "\r\n", "\n"))
	if n := len([]rune(e.Note)); n > longestNote {
		return fault.Invalid("What you say of it has %d letters; at most %d fit.", n, longestNote)
	}
	if len(e.Links) > mostLinks {
		return fault.Invalid("At most %d links can be given; these are %d.", mostLinks, len(e.Links))
	}
	for i, l := range e.Links {
		const longest = 500
		e.Links[i].Reader = true
		u, err := url.Parse(l.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(l.URL) > longest {
			return fault.Invalid("%q is no address of a page; it begins with https://.", clip(l.URL, 80))
		}
	}
	return nil
}

// Hold takes a paper into the record, and into no edition, and returns its number.
func (s *Store) Hold(ctx context.Context, now time.Time, p *paper.Paper) (id int64, err error) {
	err = s.db.Transact(ctx, func(tx *db.Tx) (err error) {
		id, err = s.held(ctx, tx, now, p)
		return err
	})
	return id, err
}

// held returns the number of a paper, which is stored if it is not held.
func (s *Store) held(ctx context.Context, tx *db.Tx, now time.Time, p *paper.Paper) (int64, error) {
	if p.ID != 0 {
		return s.papers.Hold(ctx, tx, p.ID)
	}
	said := *p
	if p.Authority == paper.FromReader {
		err := s.papers.PutOwn(ctx, tx, now, &said)
		return said.ID, err
	}
	if _, err := s.papers.Put(ctx, tx, here, now, &said); err != nil {
		return 0, err
	}
	return said.ID, nil
}

// may refuses what the settings do not let in. The desk may put in any paper, and as
// many as it likes.
func (s *Store) may(ctx context.Context, tx *db.Tx, now time.Time, e Entry) error {
	if e.By.Role >= account.Desk {
		return nil
	}
	set := s.settings.Submit
	if set.PerDay == 0 {
		return fault.Forbidden("Readers put in no papers here.")
	}
	left, err := s.left(ctx, tx, now, e.By.Account)
	if err != nil {
		return err
	}
	if left == 0 {
		return fault.TooOften("You have put in %d papers today; more tomorrow.", set.PerDay)
	}
	return s.settings.TooOld(e.Paper, now)
}

// TooOld returns why a paper is too old to be put in by a reader, nil when it is not.
func (s Settings) TooOld(p *paper.Paper, now time.Time) error {
	at := p.Submitted
	if p.Authority == paper.FromReader { // who knows no more than the year
		at = time.Date(at.Year(), time.December, 31, 0, 0, 0, 0, time.UTC)
	}
	if s.Submit.Window == 0 || p.Submitted.IsZero() || now.Sub(at) <= time.Duration(s.Submit.Window)*24*time.Hour {
		return nil
	}
	return fault.Invalid("First published %s; editions take papers of the last %d days. The desk can bring it back.", p.Submitted.Format("2 January 2006"), s.Submit.Window)
}

// Left returns how many more papers a reader can put in today.
func (s *Store) Left(ctx context.Context, now time.Time, account int64) (int, error) {
	return s.left(ctx, s.db, now, account)
}

func (s *Store) left(ctx context.Context, q db.Querier, now time.Time, account int64) (int, error) {
	at, err := ParseDay(s.settings.DayOf(now))
	if err != nil {
		return 0, err
	}
	began := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, s.settings.zone()).Add(s.settings.Turn)
	var n int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM submission WHERE account = $1 AND at >= $2`, account, db.Micros(began)).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the submissions of account %d: %w", account, err)
	}
	return max(0, s.settings.Submit.PerDay-n), nil
}

func (e *Entry) write(ctx context.Context, tx *db.Tx, now time.Time, id int64) error {
	links, err := json.Marshal(e.Links)
	if err != nil {
		return err
	}
	author := 0
	if e.Author {
		author = 1
	}
	_, err = tx.Exec(ctx, `INSERT INTO submission (paper, account, at, note, links, author) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (paper, account) DO UPDATE SET at = excluded.at, note = excluded.note, links = excluded.links, author = excluded.author`,
		id, e.By.Account, db.Micros(now), e.Note, string(links), author)
	return err
}

// enterSubmission has a paper that was put in stand where it belongs.
func (s *Store) enterSubmission(ctx context.Context, tx *db.Tx, now time.Time, id int64, e Entry, had *Place) error {
	by := e.By
	if !s.settings.Desk {
		touched := map[string]bool{}
		pl := Place{Day: s.settings.DayOf(now), Origin: Submitted, Entered: now, Submitter: by.Handle}
		if err := s.stand(ctx, tx, now, id, pl, had, touched); err != nil {
			return err
		}
		logDays(tx, now, touched)
		return s.feature(ctx, tx, now, []int64{id}, map[int64]time.Time{id: now})
	}
	direct, err := s.direct(ctx, tx, by)
	if err != nil {
		return err
	}
	direct = direct && e.Paper.Authority != paper.FromReader // the desk checks what was typed in
	_, last, err := published(ctx, tx)
	if err != nil {
		return err
	}
	day, err := s.settings.coming(now, last)
	if err != nil {
		return err
	}
	if next := dayAfter(last); next != "" && day > next { // the one before is held back
		day = next
	}
	// What was skipped in an edition that is over is a candidate again, and up to the desk.
	_, err = tx.Exec(ctx, `INSERT INTO candidate (paper, day, origin, entered, submitter, direct, pick, ord, claim, note, act)
		VALUES ($1, $2, 'submitted', $3, $4, $5, '', 0, '', '', 0)
		ON CONFLICT (paper) DO UPDATE SET
			origin = 'submitted',
			entered = CASE candidate.origin WHEN 'submitted' THEN candidate.entered ELSE excluded.entered END,
			submitter = CASE candidate.submitter WHEN '' THEN excluded.submitter ELSE candidate.submitter END,
			direct = CASE WHEN candidate.pick = 'skip' AND candidate.day <= $6 THEN 0 WHEN excluded.direct > candidate.direct THEN 1 ELSE candidate.direct END,
			day = CASE WHEN candidate.pick = 'skip' AND candidate.day <= $6 THEN excluded.day ELSE candidate.day END,
			pick = CASE WHEN candidate.pick = 'skip' AND candidate.day <= $6 THEN '' ELSE candidate.pick END`,
		id, day, db.Micros(now), by.Handle, truth(direct), last)
	return err
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// direct reports whether somebody's papers need no desk.
func (s *Store) direct(ctx context.Context, q db.Querier, by Submitter) (bool, error) {
	switch s.settings.Submit.Direct {
	case Nobody:
		return false, nil
	case DeskOnly, Known:
		if by.Role >= account.Desk || s.settings.Submit.Direct == DeskOnly {
			return by.Role >= account.Desk, nil
		}
		var n int
		err := q.QueryRow(ctx, `SELECT count(*) FROM submission JOIN entry ON entry.paper = submission.paper
			WHERE submission.account = $1 AND entry.ord > 0`, by.Account).Scan(&n)
		return n > 0, err
	}
	return true, nil
}

// Package edition prints the day's paper: it decides in which day's edition a
// paper stands, numbers the editions, picks the claim of an abstract and says
// why a paper stands where it stands.
//
// It watches the change log. A paper that an upstream, a reader or the desk put
// in (its Feature) stands in the edition of the feed day on which that happened;
// a paper that arXiv announced in a chosen category stands, in brief, in the
// edition of the day of its announcement. Which of the two fill an edition is a
// setting. A paper stands in one edition, ever, in whatever version or under
// whatever identifier it returns; the one move there is leads from the brief
// announcements to the edition of the day on which somebody put the paper in.
//
// Editions are numbered by their days: the first day held is No. 1, and days
// filled in later push the numbers of the days after them up.
//
// Where there is a desk (Settings.Desk), a paper that comes in is a candidate of the
// coming edition until that is published: by the hour, or before by the desk, which
// keeps, skips and orders. Readers put papers in (Submit); what they say of them, and
// every act of the desk, is kept.
package edition

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// ChangedEdition is the kind under which the change log notes that papers were
// put into an edition; the subject is the day as a number, 20260414.
const ChangedEdition = "edition"

// Origin says how a paper came into its edition.
type Origin string

// The origins, in the order in which they stand in an edition.
const (
	Submitted Origin = "submitted" // somebody put it in
	Announced Origin = "announced" // arXiv announced it
)

// Store keeps the editions. It is safe for concurrent use.
type Store struct {
	db       *db.DB
	papers   *paper.Store
	settings Settings
	begun    atomic.Bool // the desk's beginning is noted
	ruled    func(ctx context.Context, q db.Querier, paper int64) (bool, error)
}

// NewStore returns the store of editions of the papers in papers. When two
// papers are merged, the one that stays has the older of their places.
func NewStore(papers *paper.Store, settings Settings) *Store {
	s := &Store{db: papers.DB(), papers: papers, settings: settings}
	papers.OnMerge(s.merge)
	return s
}

// Settings returns the settings.
func (s *Store) Settings() Settings { return s.settings }

// Update gives the papers of the next changes of the log their places, at most
// limit of them, and returns how many changes it read; 0 means that the editions
// are up to date.
func (s *Store) Update(ctx context.Context, now time.Time, limit int) (int, error) {
	if err := s.begin(ctx, now); err != nil {
		return 0, err
	}
	return paper.Watch(ctx, s.db, "edition", limit, now, func(tx *db.Tx, changes []paper.Change) error {
		var ids []int64
		for _, c := range changes {
			if c.Kind == paper.ChangedPaper {
				ids = append(ids, c.Subject)
			}
		}
		touched := map[string]bool{}
		for part := range slices.Chunk(ids, 500) {
			list, err := s.papers.List(ctx, tx, part)
			if err != nil {
				return err
			}
			for _, p := range list {
				if err := s.enter(ctx, tx, now, p, touched); err != nil {
					return fmt.Errorf("give paper %s its edition: %w", p.Key, err)
				}
			}
		}
		logDays(tx, now, touched)
		return nil
	})
}

// enter gives p its place unless it has one already. touched gathers the days
// that changed.
func (s *Store) enter(ctx context.Context, tx *db.Tx, now time.Time, p *paper.Paper, touched map[string]bool) error {
	day, entered, origin := s.settings.place(p)
	if day == "" {
		return nil
	}
	had, err := s.Place(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if had != nil && (had.Origin == Submitted || origin == Announced) {
		return nil
	}
	pl := Place{Day: day, Origin: origin, Entered: entered}
	if origin == Submitted && s.ruled != nil {
		if ruled, err := s.ruled(ctx, tx, p.ID); ruled || err != nil {
			return err
		}
	}
	if origin == Submitted {
		pl.Submitter = p.Featured.Submitter
	}
	if s.settings.Desk {
		if offered, err := s.offer(ctx, tx, p, pl); offered || err != nil {
			return err
		}
	}
	return s.stand(ctx, tx, now, p.ID, pl, had, touched)
}

// stand gives a paper its place, instead of the one that it had, nil for none.
func (s *Store) stand(ctx context.Context, tx *db.Tx, now time.Time, id int64, pl Place, had *Place, touched map[string]bool) error {
	if err := open(ctx, tx, now, pl.Day); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO entry (paper, day, origin, entered, submitter) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (paper) DO UPDATE SET day = excluded.day, origin = excluded.origin, entered = excluded.entered, submitter = excluded.submitter`,
		id, pl.Day, pl.Origin, db.Micros(pl.Entered), pl.Submitter); err != nil {
		return err
	}
	touched[pl.Day] = true
	if had != nil {
		touched[had.Day] = true
		return closeEmpty(ctx, tx, had.Day)
	}
	return nil
}

// open makes the edition of a day if there is none, and numbers it.
func open(ctx context.Context, tx *db.Tx, now time.Time, day string) error {
	n, err := tx.Exec(ctx, `INSERT INTO edition (day, number, at)
		SELECT $1, 1 + count(*), $2 FROM edition WHERE day < $1 ON CONFLICT (day) DO NOTHING`, day, db.Micros(now))
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE edition SET number = number + 1 WHERE day > $1`, day)
	return err
}

// closeEmpty removes the edition of a day that lost its last paper.
func closeEmpty(ctx context.Context, tx *db.Tx, day string) error {
	n, err := tx.Exec(ctx, `DELETE FROM edition WHERE day = $1 AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.day = edition.day)`, day)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE edition SET number = number - 1 WHERE day > $1`, day)
	return err
}

func (s *Store) merge(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	if err := moveCandidates(ctx, tx, keep, gone); err != nil {
		return err
	}
	if err := s.movePlace(ctx, tx, keep, gone); err != nil {
		return err
	}
	// What was put in and printed under one name is no candidate under the other.
	_, err := tx.Exec(ctx, `DELETE FROM candidate WHERE paper = $1 AND EXISTS (SELECT 1 FROM entry WHERE entry.paper = candidate.paper AND entry.origin = 'submitted')`, keep)
	return err
}

// movePlace leaves a paper that was two the better of their places.
func (s *Store) movePlace(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	lost, err := s.Place(ctx, tx, gone)
	if err != nil || lost == nil {
		return err
	}
	held, err := s.Place(ctx, tx, keep)
	if err != nil {
		return err
	}
	touched := map[string]bool{lost.Day: true}
	if held == nil || before(lost, held) {
		if _, err := tx.Exec(ctx, `DELETE FROM entry WHERE paper = $1`, keep); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE entry SET paper = $1 WHERE paper = $2`, keep, gone); err != nil {
			return err
		}
		lost = held
	} else if _, err := tx.Exec(ctx, `DELETE FROM entry WHERE paper = $1`, gone); err != nil {
		return err
	}
	if lost != nil { // the place that was given up
		touched[lost.Day] = true
		if err := closeEmpty(ctx, tx, lost.Day); err != nil {
			return err
		}
	}
	logDays(tx, time.Now(), touched)
	return nil
}

// before reports whether place a goes before place b when a paper has two: what
// somebody put in before what was announced, then the older.
func before(a, b *Place) bool {
	if a.Origin != b.Origin {
		return a.Origin == Submitted
	}
	return a.Entered.Before(b.Entered)
}

func logDays(tx *db.Tx, now time.Time, days map[string]bool) {
	var subjects []int64
	for day := range days {
		if t, err := time.Parse(time.DateOnly, day); err == nil {
			subjects = append(subjects, int64(t.Year()*10000+int(t.Month())*100+t.Day()))
		}
	}
	slices.Sort(subjects)
	paper.Log(tx, now, ChangedEdition, subjects...)
}

// ParseDay reads a day written as 2026-04-14.
func ParseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Format(time.DateOnly) != s {
		return time.Time{}, fault.Invalid("%q is no day; write it as 2026-04-14.", s)
	}
	return t, nil
}

// Package harvest brings papers in: from arXiv's OAI-PMH server, its daily
// announcements and its Atom API, from a daily-papers site of Hugging Face's kind,
// and from files. It keeps the ledger, which sets what arXiv announced against what
// is held.
//
// It stores how far each source has been read, the answers as they were received,
// the announcements, the papers that are missing, and the lines of files that could
// not be used. What a source says of papers goes to package paper, in the same
// transaction as the place from which to go on. A harvest may therefore end at any
// moment, by a crash too: the next one repeats at most one answer, and a repeated
// answer changes nothing.
//
// # Adding a source
//
// A source is one file with a type that implements Source:
//
//   - Name returns the key under which its place is kept; it never changes.
//   - Fetch asks for what is new since the place it is given and hands it over in
//     Batches, one for each answer, each with the place from which to go on. What
//     the place looks like is the source's own affair; "" is the beginning.
//
// Fetch asks through a Client, which keeps the pace and tries again. It turns each
// record into a paper.Paper with the Authority that the source deserves; a record
// that makes no sense goes into Batch.Bad with a sentence that says why. It stores
// nothing itself. Settings.Sources names all sources, and Next in timetable.go says
// when each is asked.
package harvest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/job"
	"broadsheet/paper"
)

// Source is a place that papers come from.
type Source interface {
	// Name is the key under which the source's place is kept.
	Name() string
	// Fetch hands over what is new since the place, which is "" when it was never
	// asked, until there is nothing more for now. When give returns an error, it stops
	// and returns that error.
	Fetch(ctx context.Context, place string, give func(*Batch) error) error
}

// Batch is what one answer held.
type Batch struct {
	Papers   []*paper.Paper
	Items    [][]byte // nil, or beside Papers: what was received of each, to be kept with it
	Deleted  []paper.Identifier
	Listings []Listing
	Days     []ListedDay // whose listings are all among Listings
	Bad      []Bad
	Address  string // of the question
	Answer   []byte // as received, to be kept; nil when Items hold all of it
	Place    string // from which to go on behind this batch
	Expected int    // papers that the whole fetch will give; 0 while unknown
}

// Bad is a record that could not be read.
type Bad struct {
	Text   []byte
	Reason string
}

// Step is how far a fetch has come.
type Step struct {
	Source   string
	Got      int // papers received
	Made     int // of them not held before
	Bad      int
	Expected int // 0 while unknown
}

// Harvester runs sources. It is safe for concurrent use as long as no source runs
// twice at the same time.
type Harvester struct {
	Papers   *paper.Store
	Settings Settings
	Log      *slog.Logger
	Now      func() time.Time // nil is time.Now
	Progress func(Step)       // nil for none; called after every batch
}

func (h *Harvester) now() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}

func (h *Harvester) db() *db.DB { return h.Papers.DB() }

// Run fetches what is new at a source and stores it. What was stored before an
// error stands, and the next Run goes on behind it.
func (h *Harvester) Run(ctx context.Context, s Source) (Step, error) {
	step := Step{Source: s.Name()}
	place, err := h.begin(ctx, s.Name())
	if err != nil {
		return step, err
	}
	err = s.Fetch(ctx, place, func(b *Batch) error {
		made, err := h.store(ctx, s.Name(), b)
		if err != nil {
			return err
		}
		step.Got += len(b.Papers)
		step.Made += made
		step.Bad += len(b.Bad)
		step.Expected = b.Expected
		if h.Progress != nil {
			h.Progress(step)
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("harvest from %s: %w", s.Name(), err)
	}
	return step, errors.Join(err, h.end(context.WithoutCancel(ctx), s.Name(), err))
}

func (h *Harvester) begin(ctx context.Context, name string) (place string, err error) {
	now := db.Micros(h.now())
	err = h.db().Transact(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `INSERT INTO source (name, cursor, began, ended, got, expected, failed, next) VALUES ($1, '', $2, 0, 0, 0, '', 0)
			ON CONFLICT (name) DO UPDATE SET began = excluded.began, ended = 0, got = 0, expected = 0
			RETURNING cursor`, name, now).Scan(&place)
	})
	if err != nil {
		return "", fmt.Errorf("look up how far %s was read: %w", name, err)
	}
	return place, nil
}

// Work is the name under which it is noted how reading a source went (job.Ran).
func Work(source string) string { return "source " + source }

func (h *Harvester) end(ctx context.Context, name string, failed error) error {
	says := ""
	if failed != nil && !errors.Is(failed, context.Canceled) {
		says = clip(failed.Error(), 300)
	}
	return h.db().Transact(ctx, func(tx *db.Tx) error {
		now := h.now()
		var got int64
		if err := tx.QueryRow(ctx, `UPDATE source SET ended = $2, failed = $3 WHERE name = $1 RETURNING got`, name, db.Micros(now), says).Scan(&got); err != nil {
			return err
		}
		return job.Ran(ctx, tx, Work(name), now, says != "", got)
	})
}

// store keeps a batch, all of it or nothing, and returns how many papers were new.
func (h *Harvester) store(ctx context.Context, source string, b *Batch) (made int, err error) {
	now := h.now()
	err = h.db().Transact(ctx, func(tx *db.Tx) error {
		outcomes, err := h.Papers.Put(ctx, tx, source, now, b.Papers...)
		if err != nil {
			return err
		}
		made = 0
		for i, o := range outcomes {
			if o == paper.Made {
				made++
			}
			if b.Items != nil {
				if err := h.Papers.KeepReceived(ctx, tx, b.Papers[i].ID, source, db.Micros(now), b.Items[i]); err != nil {
					return err
				}
			}
		}
		if err := h.withdraw(ctx, tx, source, now, b.Deleted); err != nil {
			return err
		}
		if err := h.list(ctx, tx, now, b); err != nil {
			return err
		}
		for i, bad := range b.Bad {
			if err := quarantine(ctx, tx, now, source+" "+b.Address, badLine{i + 1, bad.Reason, bad.Text}); err != nil {
				return err
			}
		}
		if b.Answer != nil {
			if _, err := tx.Exec(ctx, `INSERT INTO answer (source, address, at, body) VALUES ($1, $2, $3, $4)
				ON CONFLICT (source, address, at) DO NOTHING`, source, b.Address, db.Micros(now), paper.Compress(b.Answer)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO harvest_day (day, papers) VALUES ($1, $2)
			ON CONFLICT (day) DO UPDATE SET papers = harvest_day.papers + excluded.papers`, now.UTC().Format(time.DateOnly), made); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE source SET cursor = $2, got = got + $3, expected = $4 WHERE name = $1`, source, b.Place, len(b.Papers), b.Expected)
		return err
	})
	return made, err
}

// withdraw marks the papers that a source has deleted; they stay, so that nothing
// that points at them is lost.
func (h *Harvester) withdraw(ctx context.Context, tx *db.Tx, source string, now time.Time, ids []paper.Identifier) error {
	for _, id := range ids {
		var held int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM identifier WHERE scheme = $1 AND value = $2`, id.Scheme, id.Value).Scan(&held); err != nil {
			return err
		}
		if held == 0 {
			continue
		}
		gone := &paper.Paper{Identifiers: []paper.Identifier{id}, Authority: paper.FromArXiv, Withdrawn: true, Revised: now}
		if _, err := h.Papers.Put(ctx, tx, source, now, gone); err != nil {
			return err
		}
	}
	return nil
}

// Ran says what the last run of a source did.
type Ran struct {
	Source        string
	Began, Ended  time.Time // Ended is zero while it runs, and after it was killed
	Got, Expected int
	Failed        string    // why, "" when all went well
	Next          time.Time // zero when it is not on a timetable
}

// Runs returns the last run of every source that ever ran.
func Runs(ctx context.Context, d *db.DB) ([]Ran, error) {
	rows, err := d.Query(ctx, `SELECT name, began, ended, got, expected, failed, next FROM source ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("read what the sources did: %w", err)
	}
	defer rows.Close()
	var list []Ran
	for rows.Next() {
		var r Ran
		var began, ended, next int64
		if err := rows.Scan(&r.Source, &began, &ended, &r.Got, &r.Expected, &r.Failed, &next); err != nil {
			return nil, err
		}
		r.Began, r.Ended, r.Next = db.Time(began), db.Time(ended), db.Time(next)
		list = append(list, r)
	}
	return list, rows.Err()
}

// Answer returns the newest answer that a source gave to a question, as received.
func Answer(ctx context.Context, d *db.DB, source, address string) ([]byte, error) {
	var body []byte
	err := d.QueryRow(ctx, `SELECT body FROM answer WHERE source = $1 AND address = $2 ORDER BY at DESC LIMIT 1`, source, address).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFound("No answer of %s to %s is kept.", source, address)
	}
	if err != nil {
		return nil, err
	}
	return paper.Expand(body)
}

// Harvested returns how many papers came in on each of the last days, the newest
// last.
func Harvested(ctx context.Context, d *db.DB, now time.Time, days int) ([]int, error) {
	list := make([]int, days)
	first := now.UTC().AddDate(0, 0, 1-days)
	rows, err := d.Query(ctx, `SELECT day, papers FROM harvest_day WHERE day >= $1 ORDER BY day`, first.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var day string
		var n int
		if err := rows.Scan(&day, &n); err != nil {
			return nil, err
		}
		for i := range list {
			if first.AddDate(0, 0, i).Format(time.DateOnly) == day {
				list[i] = n
			}
		}
	}
	return list, rows.Err()
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

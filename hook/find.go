package hook

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
)

const (
	watcher = "hook"              // the name of the cursor
	batch   = 500                 // changes looked at in one transaction
	recent  = 25 * 24 * time.Hour // older comments and submissions are no news, whatever touches their paper
	kept    = 30 * 24 * time.Hour // for so long it is known what a hook was told
	fresh   = 3 * 24 * time.Hour  // an edition that is filled in later was not published now
)

var errNobody = errors.New("there are no hooks")

// Find looks for events in what changed since the last time, and queues each for each
// hook that asked for it. It returns how many deliveries were queued.
func (s *Store) Find(ctx context.Context) (int, error) {
	some, err := s.any(ctx)
	if err != nil || !some {
		return 0, err
	}
	queued := 0
	for {
		now, n := s.Now(), 0
		seen, err := paper.Watch(ctx, s.DB, watcher, batch, now, func(tx *db.Tx, changes []paper.Change) error {
			list, err := hooks(ctx, tx)
			if err != nil {
				return err
			}
			if len(list) == 0 { // removed meanwhile, with the cursor
				return errNobody
			}
			n = 0
			for _, h := range list {
				if h.State != Active {
					continue
				}
				m, err := s.look(ctx, tx, &h, changes, now)
				if err != nil {
					return fmt.Errorf("look for the events of hook %d: %w", h.ID, err)
				}
				n += m
			}
			return nil
		})
		if errors.Is(err, errNobody) {
			return queued, nil
		}
		if err != nil {
			return queued, err
		}
		if queued += n; seen < batch {
			return queued, nil
		}
	}
}

func (s *Store) any(ctx context.Context) (bool, error) {
	var n int
	err := s.DB.QueryRow(ctx, `SELECT count(*) FROM hook`).Scan(&n)
	return n > 0, err
}

// look queues for one hook what happened to the subjects of changes.
func (s *Store) look(ctx context.Context, tx *db.Tx, h *Hook, changes []paper.Change, now time.Time) (int, error) {
	var papers, days []any
	for _, c := range changes {
		switch c.Kind {
		case paper.ChangedPaper:
			papers = append(papers, c.Subject)
		case edition.ChangedEdition:
			days = append(days, c.Subject)
		}
	}
	since := db.Micros(h.since)
	if past := db.Micros(now.Add(-recent)); past > since {
		since = past
	}
	queued := 0
	for _, x := range []struct {
		event Event
		of    []any // what changed
		query string
		bound int64
	}{
		{PaperVotes, papers, `SELECT id, 0 FROM paper WHERE merged_into IS NULL AND votes + own_votes >= $1 AND id IN `, int64(h.Votes)},
		{CommentPosted, papers, `SELECT id, at FROM comment WHERE state = 'shown' AND at >= $1 AND paper IN `, since},
		{SubmissionReceived, papers, `SELECT id, at FROM submission WHERE at >= $1 AND paper IN `, since},
		{EditionPublished, days, publishedDays, since},
	} {
		if !slices.Contains(h.Events, x.event) || len(x.of) == 0 {
			continue
		}
		n, err := s.queueAll(ctx, tx, h, x.event, now, x.query+`(`+db.Places(2, len(x.of))+`)`, append([]any{x.bound}, x.of...))
		if err != nil {
			return 0, err
		}
		queued += n
	}
	return queued, nil
}

// publishedDays are the days, as numbers, of editions that are out since a moment: since
// the desk published them or, without a desk, since their first paper.
const publishedDays = `SELECT n, out FROM (
	SELECT CAST(replace(edition.day, '-', '') AS BIGINT) AS n, coalesce(desk.published, edition.at) AS out
	FROM edition LEFT JOIN desk ON desk.day = edition.day) days WHERE out > 0 AND out >= $1 AND n IN `

// queueAll queues an event for each subject that a query finds.
func (s *Store) queueAll(ctx context.Context, tx *db.Tx, h *Hook, e Event, now time.Time, query string, args []any) (int, error) {
	type happened struct{ subject, at int64 }
	var list []happened
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		var x happened
		if err := rows.Scan(&x.subject, &x.at); err != nil {
			rows.Close()
			return 0, err
		}
		list = append(list, x)
	}
	if err := rows.Close(); err != nil || rows.Err() != nil {
		return 0, fmt.Errorf("read what happened: %w, %w", err, rows.Err())
	}
	queued := 0
	for _, x := range list {
		at := now
		if x.at != 0 {
			at = db.Time(x.at)
		}
		if e == EditionPublished && x.subject < dayNumber(now.Add(-fresh)) {
			continue
		}
		n, err := s.queue(ctx, tx, h.ID, e, x.subject, at)
		if err != nil {
			return 0, err
		}
		queued += int(n)
	}
	return queued, nil
}

func dayNumber(t time.Time) int64 { return int64(t.Year()*10000 + int(t.Month())*100 + t.Day()) }

// queue queues a delivery, unless the hook was told of it.
func (s *Store) queue(ctx context.Context, tx *db.Tx, hook int64, e Event, subject int64, at time.Time) (int64, error) {
	return tx.Exec(ctx, `INSERT INTO hook_delivery (id, hook, event, subject, at, state, due, until, tries, status, said)
		VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, 0, 0, '') ON CONFLICT (hook, event, subject) DO NOTHING`,
		"evt_"+rand.Text(), hook, e, subject, db.Micros(at), db.Micros(s.Now()))
}

// Forget removes what was delivered long ago. That a paper passed its votes is known
// for ever.
func (s *Store) Forget(ctx context.Context) error {
	return s.DB.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM hook_delivery WHERE state NOT IN ('waiting', 'past') AND at < $1 AND event <> $2`, db.Micros(s.Now().Add(-kept)), PaperVotes)
		return err
	})
}

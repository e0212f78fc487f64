package edition

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/paper"
)

// atMost is how long the desk can hold an edition back: then it publishes itself.
const atMost = 12 * time.Hour

// Making is the edition that the desk makes.
type Making struct {
	Day  string
	Due  time.Time // when it publishes itself
	Held bool      // the desk holds it back until then
	Act  int64     // the newest act on it, 0 for none
}

// Making returns the edition that is made now.
func (s *Store) Making(ctx context.Context, now time.Time) (*Making, error) {
	_, last, err := published(ctx, s.db)
	if err != nil {
		return nil, err
	}
	m := Making{Day: dayAfter(last)}
	if last != "" {
		if err := s.making(ctx, s.db, &m); err != nil || m.Due.After(now) {
			return &m, err
		}
	}
	if m.Day, err = s.settings.coming(now, last); err != nil { // what is due is published this very moment
		return nil, err
	}
	return &m, s.making(ctx, s.db, &m)
}

// making reads how far the edition of m.Day is.
func (s *Store) making(ctx context.Context, q db.Querier, m *Making) error {
	var held int64
	m.Act, m.Held = 0, false
	err := q.QueryRow(ctx, `SELECT coalesce(max(act), 0), coalesce(max(held), 0) FROM desk WHERE day = $1`, m.Day).Scan(&m.Act, &held)
	if err != nil {
		return fmt.Errorf("read the desk of %s: %w", m.Day, err)
	}
	m.Held = held != 0
	if m.Due, err = s.settings.Publishes(m.Day); m.Held {
		m.Due = m.Due.Add(atMost)
	}
	return err
}

// begin notes when the desk began: what came in before is none of its business.
func (s *Store) begin(ctx context.Context, now time.Time) error {
	if !s.settings.Desk || s.begun.Load() {
		return nil
	}
	day, err := s.settings.coming(now, "")
	if err != nil {
		return err
	}
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO desk (day, act, held, published, publisher)
			SELECT $1, 0, 0, $2, 0 WHERE NOT EXISTS (SELECT 1 FROM desk)`, shift(day, -1), db.Micros(now))
		return err
	})
	s.begun.Store(err == nil)
	return err
}

// PublishDue publishes the editions whose hour has come, those that the desk holds back
// when they have been long enough, and returns how many. Without a desk there are none.
func (s *Store) PublishDue(ctx context.Context, now time.Time) (int, error) {
	if !s.settings.Desk {
		return 0, nil
	}
	if err := s.begin(ctx, now); err != nil {
		return 0, err
	}
	for n := 0; ; n++ {
		_, last, err := published(ctx, s.db)
		if err != nil {
			return n, err
		}
		m := Making{Day: dayAfter(last)}
		if err := s.making(ctx, s.db, &m); err != nil {
			return n, err
		}
		if m.Due.After(now) {
			return n, nil
		}
		err = s.db.Transact(ctx, func(tx *db.Tx) error {
			if row, err := s.take(ctx, tx, m.Day); err != nil || row.published {
				return err
			}
			return s.publish(ctx, tx, now, m.Day, account.Operator)
		})
		if err != nil {
			return n, fmt.Errorf("publish the edition of %s: %w", m.Day, err)
		}
	}
}

// desk is the row of a day.
type desk struct {
	day             string
	act             int64
	held, published bool
	publisher       int64
	at              time.Time
}

// take reads the row of a day and keeps everybody else at the desk waiting.
func (s *Store) take(ctx context.Context, tx *db.Tx, day string) (*desk, error) {
	if _, err := tx.Exec(ctx, `INSERT INTO desk (day, act, held, published, publisher) VALUES ($1, 0, 0, 0, 0) ON CONFLICT (day) DO NOTHING`, day); err != nil {
		return nil, err
	}
	d := desk{day: day}
	var held, at int64
	err := tx.QueryRow(ctx, `SELECT act, held, published, publisher FROM desk WHERE day = $1`+tx.Dialect.ForUpdate(), day).Scan(&d.act, &held, &at, &d.publisher)
	d.held, d.published, d.at = held != 0, at != 0, db.Time(at)
	return &d, err
}

// publish prints the edition of a day: what is kept in its order, then what nobody
// decided on and needs no decision, by votes. What waits for the desk waits on.
func (s *Store) publish(ctx context.Context, tx *db.Tx, now time.Time, day string, by int64) error {
	// A paper that came to stand in an edition by another way stands there.
	if _, err := tx.Exec(ctx, `DELETE FROM candidate WHERE day <= $1 AND EXISTS (SELECT 1 FROM entry WHERE entry.paper = candidate.paper AND entry.origin = 'submitted')`, day); err != nil {
		return err
	}
	if err := open(ctx, tx, now, day); err != nil {
		return err
	}
	touched := map[string]bool{day: true}
	if err := s.printed(ctx, tx, now, day, touched); err != nil {
		return err
	}
	for _, statement := range []string{
		`INSERT INTO entry (paper, day, origin, entered, submitter, ord, claim, note)
			SELECT paper, $1, CASE pick WHEN 'keep' THEN 'submitted' ELSE origin END, entered, submitter, ord, claim, note FROM candidate WHERE ` + prints + `
			ON CONFLICT (paper) DO UPDATE SET day = excluded.day, origin = excluded.origin, entered = excluded.entered, submitter = excluded.submitter,
				ord = excluded.ord, claim = excluded.claim, note = excluded.note`,
		`DELETE FROM candidate WHERE ` + prints,
	} {
		if _, err := tx.Exec(ctx, statement, day); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE candidate SET day = $2 WHERE day <= $1 AND pick = ''`, day, dayAfter(day)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE desk SET published = $2, publisher = $3, held = 0 WHERE day = $1`, day, db.Micros(now), by); err != nil {
		return err
	}
	for old := range touched {
		if err := closeEmpty(ctx, tx, old); err != nil {
			return err
		}
	}
	logDays(tx, now, touched)
	return nil
}

// prints says which candidates the edition of the day $1 has.
const prints = `candidate.day <= $1 AND (pick = 'keep' OR pick = '' AND direct = 1)`

// printed notes on the papers that the edition of a day will have that they were put
// in, with the links of those who did. touched gathers the editions that they leave.
func (s *Store) printed(ctx context.Context, tx *db.Tx, now time.Time, day string, touched map[string]bool) error {
	rows, err := tx.Query(ctx, `SELECT candidate.paper, candidate.entered, CASE WHEN pick = 'keep' OR candidate.origin = 'submitted' THEN 1 ELSE 0 END, coalesce(entry.day, '')
		FROM candidate LEFT JOIN entry ON entry.paper = candidate.paper WHERE `+prints+` ORDER BY candidate.paper`, day)
	if err != nil {
		return err
	}
	defer rows.Close()
	var ids []int64
	entered := map[int64]time.Time{}
	for rows.Next() {
		var id, at, put int64
		var old string
		if err := rows.Scan(&id, &at, &put, &old); err != nil {
			return err
		}
		if old != "" {
			touched[old] = true
		}
		if put == 1 {
			ids, entered[id] = append(ids, id), db.Time(at)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for part := range slices.Chunk(ids, 500) {
		if err := s.feature(ctx, tx, now, part, entered); err != nil {
			return err
		}
	}
	return nil
}

// here is the source of what was put in at this server.
const here = "here"

// feature tells the papers that they were put in.
func (s *Store) feature(ctx context.Context, tx *db.Tx, now time.Time, ids []int64, entered map[int64]time.Time) error {
	papers, err := s.papers.List(ctx, tx, ids)
	if err != nil {
		return err
	}
	put, err := submissions(ctx, tx, `submission.paper IN (`+db.Places(1, len(ids))+`) ORDER BY submission.id`, anys(ids)...)
	if err != nil {
		return err
	}
	links := map[int64][]paper.Link{}
	for _, x := range put {
		links[x.Paper] = append(links[x.Paper], x.Links...)
	}
	var said []*paper.Paper
	for _, p := range papers {
		if p.Featured == nil || len(links[p.ID]) > 0 {
			said = append(said, &paper.Paper{
				Identifiers: p.Identifiers[:1], Form: p.Form,
				Record: paper.Record{Links: links[p.ID], Featured: &paper.Feature{Source: here, At: entered[p.ID]}},
			})
		}
	}
	_, err = s.papers.Put(ctx, tx, here, now, said...)
	return err
}

func anys(ids []int64) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	return list
}

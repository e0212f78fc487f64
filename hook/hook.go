// Package hook tells other programs what happens here: it posts each event to the
// addresses that the administrator named, signed as Standard Webhooks describes
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
//
// Events are found in the change log (Find), each for each hook once, and wait in the
// database until they are delivered (Send). A hook is told one event at a time, by one
// process, and never waits for another. A delivery is made at least once: whoever dies
// between the answer and its note makes it again, under the same id.
package hook

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/fetch"
	"broadsheet/job"
	"broadsheet/paper"
)

// Event is a kind of thing that happens.
type Event string

// The events, with what the subject of each is.
const (
	EditionPublished   Event = "edition.published"   // the day as a number, 20260414
	PaperVotes         Event = "paper.votes"         // the paper that passed so many votes
	CommentPosted      Event = "comment.posted"      // the comment
	SubmissionReceived Event = "submission.received" // the submission
	Test               Event = "test"                // nothing
)

// Events are those that a hook can ask for.
func Events() []Event {
	return []Event{EditionPublished, PaperVotes, CommentPosted, SubmissionReceived}
}

// State says whether a hook is told.
type State string

// The states.
const (
	Active  State = "active"
	Stopped State = "stopped" // it said that it is gone, failed for the whole timetable, or came in a copy
)

// Hook is an address that is told of events.
type Hook struct {
	ID        int64
	URL       string
	Events    []Event
	Votes     int // that a paper has to reach for PaperVotes
	Note      string
	Account   int64 // who made it, account.Operator from the command line
	Made      time.Time
	State     State
	Said      string    // why it is stopped
	Succeeded time.Time // when it last took a delivery
	Failed    time.Time // when it last did not
	since     time.Time // it is told of what happened from then on
}

// Fate says what became of a delivery.
type Fate string

// The fates.
const (
	Waiting   Fate = "waiting" // for its next try
	Delivered Fate = "delivered"
	Failed    Fate = "failed"  // at every try
	Dropped   Fate = "dropped" // its subject is gone
	past      Fate = "past"    // it happened before the hook was made, or while it was stopped
)

// Delivery is an event on its way to a hook.
type Delivery struct {
	ID      string // of the event, the same at each try
	Hook    int64
	Event   Event
	Subject int64
	At      time.Time // it happened
	State   Fate
	Due     time.Time // of the next try
	Tries   int
	Status  int    // of the last answer, 0 for none
	Said    string // what went wrong at the last try
	until   int64  // of the lease
}

// Config is what a Store is told.
type Config struct {
	DB      *db.DB
	Papers  *paper.Store // whose merges are followed; nil where none are merged
	Private bool         // hooks may stand in private networks
	Now     func() time.Time
	Log     *slog.Logger
	Sent    func(Fate) // hears what became of a delivery by a try; nil for nobody

	// Data returns what is told of an event, nil when its subject is gone.
	Data func(context.Context, Event, *Hook, int64) (any, error)
}

// Store keeps hooks and what they are told. It is safe for concurrent use.
type Store struct {
	Config
	client *http.Client
}

// New returns the hooks of a database.
func New(c Config) *Store {
	if c.Papers != nil {
		c.Papers.OnMerge(merge)
	}
	return &Store{c, newClient(c.Private, patience)}
}

func newClient(private bool, patience time.Duration) *http.Client {
	client := fetch.New(fetch.Config{Private: private, Limit: 64 << 10, Timeout: patience, Conns: mostHooks})
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // what is signed for one address is told to no other
	return client
}

// Draft is a hook that is to be made.
type Draft struct {
	URL     string
	Events  []Event
	Votes   int
	Note    string
	Account int64
}

const (
	mostHooks   = 100
	longestURL  = 500
	longestNote = 200
)

func (d *Draft) check() error {
	u, err := url.Parse(d.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(d.URL) > longestURL:
		return fault.Invalid("%q is no address that can be told: it begins with https:// and has at most %d letters.", clip(d.URL, 80), longestURL)
	case u.User != nil || u.Fragment != "":
		return fault.Invalid("The address of a hook holds no password and no #: what comes from here is known by its signature.")
	case u.Scheme == "http" && !near(u.Hostname()):
		return fault.Invalid("%s: outside this network hooks are told over https only.", clip(d.URL, 80))
	case len([]rune(d.Note)) > longestNote:
		return fault.Invalid("A note has at most %d letters.", longestNote)
	case len(d.Events) == 0:
		return fault.Invalid("Name the events to be told of: %s.", list(Events()))
	}
	for i, e := range d.Events {
		if !slices.Contains(Events(), e) || slices.Contains(d.Events[:i], e) {
			return fault.Invalid("%q is no event, or named twice. There are %s.", clip(string(e), 80), list(Events()))
		}
	}
	if slices.Contains(d.Events, PaperVotes) != (d.Votes > 0) || d.Votes < 0 || d.Votes > 1_000_000 {
		return fault.Invalid("votes goes with the event %s and says how many a paper has to pass, from 1 to 1,000,000.", PaperVotes)
	}
	return nil
}

// near reports whether a host is plainly inside the operator's own network.
func near(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && !fetch.Public(a)
}

func list(events []Event) string {
	words := make([]string, len(events))
	for i, e := range events {
		words[i] = string(e)
	}
	return strings.Join(words, ", ")
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Add makes a hook and returns it with its secret, which is shown this once. It is told
// of what happens from now on: papers that have passed the votes already count as told.
func (s *Store) Add(ctx context.Context, d Draft) (*Hook, string, error) {
	if err := d.check(); err != nil {
		return nil, "", err
	}
	secret := newSecret()
	h := &Hook{URL: d.URL, Events: d.Events, Votes: d.Votes, Note: d.Note, Account: d.Account, Made: s.Now().Truncate(time.Microsecond), State: Active}
	err := s.DB.Transact(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM hook`).Scan(&n); err != nil {
			return err
		}
		if n >= mostHooks {
			return fault.Conflict("There are %d hooks already, and no more than that. Remove one first.", n)
		}
		if n == 0 { // nobody has looked at the log for hooks: the past is passed over
			if err := s.skip(ctx, tx); err != nil {
				return err
			}
		}
		err := tx.QueryRow(ctx, `INSERT INTO hook (url, events, votes, secret, note, account, made, since, state, said, succeeded, failed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, '', 0, 0) RETURNING id`,
			h.URL, strings.ReplaceAll(list(h.Events), ",", ""), h.Votes, secret, h.Note, h.Account, db.Micros(h.Made), h.State).Scan(&h.ID)
		if err != nil {
			return err
		}
		return passOver(ctx, tx, h.ID, h.Votes, h.Made)
	})
	if err != nil {
		return nil, "", fmt.Errorf("make a hook: %w", err)
	}
	return h, secret, nil
}

// merge makes one of what hooks are told of the votes of two papers: told of either, a
// hook is not told again.
func merge(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	for _, statement := range []string{
		`DELETE FROM hook_delivery WHERE event = $3 AND subject = $1 AND state = 'waiting' AND hook IN (SELECT hook FROM hook_delivery WHERE event = $3 AND subject = $2)`,
		`UPDATE hook_delivery SET subject = $1 WHERE event = $3 AND subject = $2 AND hook NOT IN (SELECT hook FROM hook_delivery WHERE event = $3 AND subject = $1)`,
		`DELETE FROM hook_delivery WHERE event = $3 AND subject = $2 AND $1 <> $2`,
	} {
		if _, err := tx.Exec(ctx, statement, keep, gone, PaperVotes); err != nil {
			return fmt.Errorf("move what hooks are told of paper %d: %w", gone, err)
		}
	}
	return nil
}

// skip moves the cursor to the end of the log.
func (s *Store) skip(ctx context.Context, tx *db.Tx) error {
	last, err := paper.Latest(ctx, tx)
	if err != nil {
		return err
	}
	if err := job.Reset(ctx, tx, watcher); err != nil || last == 0 {
		return err
	}
	return job.Advance(ctx, tx, watcher, 0, last, s.Now())
}

const hookColumns = `id, url, events, votes, note, account, made, since, state, said, succeeded, failed`

func scanHook(scan func(...any) error) (*Hook, error) {
	h := &Hook{}
	var events string
	var made, since, succeeded, failed int64
	err := scan(&h.ID, &h.URL, &events, &h.Votes, &h.Note, &h.Account, &made, &since, &h.State, &h.Said, &succeeded, &failed)
	for _, e := range strings.Fields(events) {
		h.Events = append(h.Events, Event(e))
	}
	h.Made, h.since, h.Succeeded, h.Failed = db.Time(made), db.Time(max(made, since)), db.Time(succeeded), db.Time(failed)
	return h, err
}

// List returns the hooks, the oldest first.
func (s *Store) List(ctx context.Context) ([]Hook, error) { return hooks(ctx, s.DB) }

func hooks(ctx context.Context, q db.Querier) ([]Hook, error) {
	rows, err := q.Query(ctx, `SELECT `+hookColumns+` FROM hook ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list hooks: %w", err)
	}
	defer rows.Close()
	var list []Hook
	for rows.Next() {
		h, err := scanHook(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, *h)
	}
	return list, rows.Err()
}

// Get returns a hook.
func (s *Store) Get(ctx context.Context, id int64) (*Hook, error) {
	h, err := scanHook(s.DB.QueryRow(ctx, `SELECT `+hookColumns+` FROM hook WHERE id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, missing(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read hook %d: %w", id, err)
	}
	return h, nil
}

func missing(id int64) error { return fault.NotFound("There is no hook %d here.", id) }

// Remove ends a hook: it is told nothing more, not even what waits.
func (s *Store) Remove(ctx context.Context, id int64) error {
	return s.change(ctx, id, func(tx *db.Tx) (int64, error) {
		if _, err := tx.Exec(ctx, `DELETE FROM hook_delivery WHERE hook = $1`, id); err != nil {
			return 0, err
		}
		n, err := tx.Exec(ctx, `DELETE FROM hook WHERE id = $1`, id)
		if err != nil {
			return 0, err
		}
		var left int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM hook`).Scan(&left); err != nil || left > 0 {
			return n, err
		}
		return n, job.Reset(ctx, tx, watcher) // nobody looks at the log any more
	})
}

// TryOut tells a hook of an event that never was.
func (s *Store) TryOut(ctx context.Context, id int64) error {
	if _, err := s.Get(ctx, id); err != nil {
		return err
	}
	return s.change(ctx, id, func(tx *db.Tx) (int64, error) {
		now := s.Now()
		return s.queue(ctx, tx, id, Test, db.Micros(now), now)
	})
}

func (s *Store) change(ctx context.Context, id int64, f func(*db.Tx) (int64, error)) error {
	err := s.DB.Transact(ctx, func(tx *db.Tx) error {
		n, err := f(tx)
		if err == nil && n == 0 {
			err = missing(id)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("change hook %d: %w", id, err)
	}
	return nil
}

// Deliveries returns what a hook was told last and what waits for it, the newest first.
func (s *Store) Deliveries(ctx context.Context, id int64, limit int) ([]Delivery, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	rows, err := s.DB.Query(ctx, `SELECT `+deliveryColumns+` FROM hook_delivery WHERE hook = $1 AND state <> 'past' ORDER BY at DESC, id LIMIT $2`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("list what hook %d was told: %w", id, err)
	}
	return deliveries(rows)
}

// Waiting returns how many deliveries wait for hooks that are not stopped, and how many
// hooks are.
func (s *Store) Waiting(ctx context.Context) (waiting, stopped int, err error) {
	err = s.DB.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM hook_delivery JOIN hook ON hook.id = hook_delivery.hook WHERE hook_delivery.state = 'waiting' AND hook.state = 'active'),
		(SELECT count(*) FROM hook WHERE state = 'stopped')`).Scan(&waiting, &stopped)
	if err != nil {
		err = fmt.Errorf("count what waits for hooks: %w", err)
	}
	return waiting, stopped, err
}

// newSecret returns a secret in the form of Standard Webhooks: 32 random bytes in Base64
// behind whsec_.
func newSecret() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(b[:])
}

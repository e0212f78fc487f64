// Package digest decides who gets which papers in which mail, and when.
//
// It stores subscriptions (an address, what its reader chose, when the next mail is
// due), the order in which papers came into editions (arrivals), and who was sent
// which paper.
//
// What it promises: nobody is written to who has not pressed the button on the page
// that a mail to them led to; nothing comes twice, under whatever identifier, in
// whatever version, after whatever change of cadence or merge; nothing falls between
// two mails. It keeps the latter two like this:
//
//   - Every paper that comes into an edition gets the next number of one sequence
//     (arrival), by a watcher of the change log, so numbers are in the order in which
//     papers could be seen here, not in that of their dates. A reader's mail is made
//     of the arrivals since the last one. A reader has seen an arrival only once its
//     day is over: a paper that came in this morning, with two votes, is weighed again
//     tomorrow.
//   - Who was sent which paper is one bit: a row holds, for one paper, 1,024 readers.
//     The bit is set in the transaction that enqueues the mail, and moved when two
//     papers are merged.
//
// The papers of a mail are chosen, not merely cut (pick.go).
package digest

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/paper"
)

// Config is what mails are made with. All up to Base must be set.
type Config struct {
	Papers   *paper.Store
	Editions *edition.Store
	Feeds    *feed.Feeds
	Outbox   *outbox.Outbox
	Base     string // the public address, for links

	// Search returns which of the papers match words in the search's own language. With
	// nil, words are looked for in titles and abstracts.
	Search func(ctx context.Context, words string, papers []int64) (map[int64]bool, error)
	// Follows returns which of the papers an account follows, each with its reason, such
	// as "You follow Kaiming He." With nil nobody follows anything.
	Follows func(ctx context.Context, account int64, papers []int64) (map[int64]string, error)
	// AccountOf returns the account whose proved address this is, 0 for none: it adopts
	// what is confirmed. With nil there are no accounts.
	AccountOf func(ctx context.Context, a mail.Address) (int64, error)
	// Forecast returns the papers that were put in for a day as they are likely to end:
	// in this order they stand before noon of that day. With nil they stand by votes.
	Forecast func(ctx context.Context, day string, now time.Time) ([]feed.Item, error)
	// Trending returns what trends at a moment, the first first. With nil nothing does.
	Trending func(ctx context.Context, now time.Time, limit int) ([]Trend, error)
	// Ledger says what was announced and held on a day, in a sentence; "" when nothing
	// is known. With nil nothing ever is.
	Ledger func(ctx context.Context, day string) (string, error)

	// Ready has everything happen that is due by a moment, such as the edition that publishes
	// itself, before mails of that moment are made. With nil nothing is.
	Ready func(ctx context.Context, now time.Time) error

	Now func() time.Time // nil is time.Now
	Log *slog.Logger     // nil is slog.Default()
}

// Trend is a paper that trends, with its reason.
type Trend struct {
	Paper int64
	Why   string
}

// Store keeps the subscriptions. It is safe for concurrent use.
type Store struct {
	Config
	db     *db.DB
	links  mail.Key
	limits mail.Key
	items  itemCache
}

// Kind is the outbox's kind of a digest.
const Kind = "digest"

// New returns the subscriptions in the database of c.Papers. It writes the outbox's
// digests and hears of addresses that it gives up.
func New(c Config) *Store {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Store{Config: c, db: c.Papers.DB(), links: c.Outbox.Key("digest links"), limits: c.Outbox.Key("digest limits")}
	c.Papers.OnMerge(s.merge)
	c.Outbox.Write(Kind, s.write)
	c.Outbox.OnStop(s.stop)
	return s
}

// Update gives the papers of editions that changed their numbers, for at most limit
// changes of the log, and returns how many it read; 0 means that all have theirs.
func (s *Store) Update(ctx context.Context, now time.Time, limit int) (int, error) {
	return paper.Watch(ctx, s.db, "digest", limit, now, func(tx *db.Tx, changes []paper.Change) error {
		for _, c := range changes {
			if c.Kind != edition.ChangedEdition {
				continue
			}
			day := fmt.Sprintf("%04d-%02d-%02d", c.Subject/10000, c.Subject/100%100, c.Subject%100)
			if err := arrive(ctx, tx, day); err != nil {
				return fmt.Errorf("note the arrivals of %s: %w", day, err)
			}
		}
		return nil
	})
}

// arrive numbers the papers of a day's edition that have no number for that day. One
// that moved here from another day has arrived anew: whoever was sent it keeps the
// bit, and others may want it now.
func arrive(ctx context.Context, tx *db.Tx, day string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM arrival WHERE day <> $1 AND paper IN (SELECT paper FROM entry WHERE day = $1)`, day); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO arrival (paper, day) SELECT paper, day FROM entry
		WHERE day = $1 AND paper NOT IN (SELECT paper FROM arrival WHERE day = $1) ORDER BY entered, paper`, day)
	return err
}

// merge moves what was sent and what arrived from a paper to the one that stays.
func (s *Store) merge(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	if err := mergeSent(ctx, tx, keep, gone); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE arrival SET paper = $1 WHERE paper = $2 AND NOT EXISTS (SELECT 1 FROM arrival held WHERE held.paper = $1)`, keep, gone)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM arrival WHERE paper = $1`, gone)
	return err
}

// Package account knows who a person is: how they joined, by what they sign in, in
// which role, and what they let others see.
//
// It stores accounts, sessions, tokens for programs, passkeys, identities at
// OpenID Connect providers, invitations, letters that are to be mailed, and the
// audit log of privileged acts.
//
// What it promises: whatever opens something (a session, a token, a mailed link)
// is held as its SHA-256 sum alone; an address stands in an account only after
// whoever joined has proved that it is theirs; what a request may do is decided in
// one table (May); and no answer tells whether an address has an account.
package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Account is a person who has joined.
type Account struct {
	ID      int64
	Handle  string // unique, [a-z0-9-]; what @mentions and addresses use
	Name    string // as others see it
	Address string // of their mail, proved; "" for none
	Role    Role
	Shows   Shows
	Sample  bool // invented for the demo, and marked as such
	Joined  time.Time

	// Where they came from: readers who joined by one invitation, from one network,
	// within minutes, may be one person.
	Invitation int64  // 0 for none
	Network    string // 192.0.2.0/24; "" when not known

	Version int64 // grows with every act of theirs that could show on their pages (Touch)
	Gone    bool  // has left; the name is "a former reader"

	granted    string // "groups" when an OpenID Connect provider gave the role
	byLink     bool   // may sign in by a mailed link
	password   string // in the form of hashPassword; "" for none
	passwordAt time.Time
}

// Shows is what a reader lets others see and this server remember.
type Shows struct {
	Votes      bool // their name by their upvotes
	Followable bool // others may follow them
	Listed     bool // search engines may list their page
	KeepsRead  bool // what they open is marked as read
	Comments   bool // their page lists what they wrote
	Papers     bool // their page lists what they put in
}

// Role is what a person is trusted with. A higher one may do all that a lower may.
type Role int

// The roles; Visitor is who has not signed in.
const (
	Visitor Role = iota
	Reader
	Desk
	Administrator
)

var roles = [...]string{Visitor: "visitor", Reader: "reader", Desk: "desk", Administrator: "administrator"}

func (r Role) String() string { return roles[r] }

// ParseRole reads the name of a role that an account can have.
func ParseRole(s string) (Role, error) {
	for r := Reader; r <= Administrator; r++ {
		if roles[r] == s {
			return r, nil
		}
	}
	return 0, fault.Invalid("There is no role %q; the roles are reader, desk and administrator.", s)
}

// Store holds the accounts. It is safe for concurrent use.
type Store struct {
	db       *db.DB
	settings Settings
	now      func() time.Time
	log      *slog.Logger
	hashing  chan struct{} // a place for each password that is being hashed
	posted   chan struct{} // has something when a letter waits
	mail     Mailer
	rooms    []Room
	proved   []func(ctx context.Context, tx *db.Tx, account int64, address string) error
	issuers  issuers
	viewers  viewers
}

// NewStore returns the store of accounts in d. now and log may be nil.
func NewStore(d *db.DB, s Settings, now func() time.Time, log *slog.Logger) *Store {
	if now == nil {
		now = time.Now
	}
	if log == nil {
		log = slog.Default()
	}
	return &Store{db: d, settings: s, now: now, log: log, hashing: make(chan struct{}, 2), posted: make(chan struct{}, 1)}
}

// UseMailer says how letters go out. It is called before the store is used.
func (s *Store) UseMailer(m Mailer) { s.mail = m }

// Settings returns the settings that hold.
func (s *Store) Settings() Settings { return s.settings }

const columns = `a.id, a.handle, a.name, coalesce(a.address, ''), a.role, a.granted, a.password, a.password_at, a.by_link, a.show_votes, a.followable, a.listed,
	a.keeps_read, a.show_comments, a.show_papers, a.sample, a.joined, a.invitation, a.network, a.version, a.gone`

// into returns where a row of columns goes, and what makes the account of it.
func (a *Account) into() (dest []any, done func() error) {
	var role string
	var passwordAt, joined, gone int64
	dest = []any{
		&a.ID, &a.Handle, &a.Name, &a.Address, &role, &a.granted, &a.password, &passwordAt,
		truth{&a.byLink},
		truth{&a.Shows.Votes},
		truth{&a.Shows.Followable},
		truth{&a.Shows.Listed},
		truth{&a.Shows.KeepsRead},
		truth{&a.Shows.Comments},
		truth{&a.Shows.Papers},
		truth{&a.Sample},
		&joined, &a.Invitation, &a.Network, &a.Version, &gone,
	}
	return dest, func() (err error) {
		a.Role, err = ParseRole(role)
		a.passwordAt, a.Joined, a.Gone = db.Time(passwordAt), db.Time(joined), gone != 0
		return err
	}
}

// truth scans the 0 or 1 of a column into a bool.
type truth struct{ b *bool }

func (t truth) Scan(v any) error {
	n, ok := v.(int64)
	*t.b = n != 0
	if !ok {
		return fmt.Errorf("%T is no 0 or 1", v)
	}
	return nil
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Get returns an account, also of a reader who has left; NotFound when there never
// was one.
func (s *Store) Get(ctx context.Context, id int64) (*Account, error) {
	return one(ctx, s.db, `a.id = $1`, id)
}

// ByHandle returns the account of a handle, NotFound when there is none.
func (s *Store) ByHandle(ctx context.Context, handle string) (*Account, error) {
	return one(ctx, s.db, `a.handle = $1 AND a.gone = 0`, strings.ToLower(handle))
}

// ByAddress returns the account of a mail address, NotFound when there is none. What
// it says is for the operator and never for whoever asked.
func (s *Store) ByAddress(ctx context.Context, address string) (*Account, error) {
	return one(ctx, s.db, `a.address = $1 AND a.gone = 0`, plainAddress(address))
}

func one(ctx context.Context, q db.Querier, where string, arg any) (*Account, error) {
	var a Account
	dest, done := a.into()
	err := q.QueryRow(ctx, `SELECT `+columns+` FROM account a WHERE `+where, arg).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFound("There is no reader %v here.", arg)
	}
	if err != nil {
		return nil, fmt.Errorf("read account %v: %w", arg, err)
	}
	return &a, done()
}

// List returns accounts by their numbers, those of readers who have left too; the
// order is that of the numbers.
func (s *Store) List(ctx context.Context, ids ...int64) ([]*Account, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return s.choose(ctx, `SELECT `+columns+` FROM account a WHERE a.id IN (`+db.Places(1, len(ids))+`) ORDER BY a.id`, args...)
}

// All returns at most limit accounts of readers who have not left, those with
// numbers above after, ascending.
func (s *Store) All(ctx context.Context, after int64, limit int) ([]*Account, error) {
	return s.choose(ctx, `SELECT `+columns+` FROM account a WHERE a.id > $1 AND a.gone = 0 ORDER BY a.id LIMIT $2`, after, limit)
}

// Staff returns those who may do more than readers, the highest role first, at most limit.
func (s *Store) Staff(ctx context.Context, limit int) ([]*Account, error) {
	return s.choose(ctx, `SELECT `+columns+` FROM account a WHERE a.role <> $1 AND a.gone = 0
		ORDER BY CASE WHEN a.role = $2 THEN 0 ELSE 1 END, a.id LIMIT $3`, Reader.String(), Administrator.String(), limit)
}

// Count returns how many accounts there are.
func (s *Store) Count(ctx context.Context) (int, error) {
	var n int
	if err := s.db.QueryRow(ctx, `SELECT count(*) FROM account WHERE gone = 0`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

func (s *Store) choose(ctx context.Context, query string, args ...any) ([]*Account, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	defer rows.Close()
	var list []*Account
	for rows.Next() {
		var a Account
		dest, done := a.into()
		if err := errors.Join(rows.Scan(dest...)); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, &a)
	}
	return list, rows.Err()
}

// Touch notes that something has changed which could show on the pages of an
// account: what was kept ready for it is made anew. Whoever writes down an act of a
// reader's (a vote, a save, a mark) calls it in the same transaction.
func Touch(ctx context.Context, tx *db.Tx, account int64) error {
	_, err := tx.Exec(ctx, `UPDATE account SET version = version + 1 WHERE id = $1`, account)
	return err
}

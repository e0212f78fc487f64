package account

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Session is one browser that has signed in.
type Session struct {
	ID      int64
	Method  string // by what: link, password, passkey, provider, demo
	Agent   string // Firefox on Linux
	Network string // 192.0.2.0/24
	Made    time.Time
	Seen    time.Time // at most an hour old
	renew   bool

	sum [sha256.Size]byte // of its secret; zero in a list
}

const (
	sessionIdle = 30 * 24 * time.Hour // a session ends so long after its last visit
	sessionTick = time.Hour           // how often a visit is noted
	overlap     = time.Minute         // an old session still answers so long after its renewal, for requests under way
)

// From where somebody comes, as far as it is kept.
type Place struct{ Agent, Network string }

// StartSession signs an account in and returns the secret of the session's cookie.
func (s *Store) StartSession(ctx context.Context, account int64, method string, from Place) (string, error) {
	var secret string
	err := s.db.Transact(ctx, func(tx *db.Tx) (err error) {
		secret, err = s.startSession(ctx, tx, account, method, from)
		return err
	})
	return secret, err
}

func (s *Store) startSession(ctx context.Context, tx *db.Tx, account int64, method string, from Place) (string, error) {
	secret, sum := newSecret()
	now := s.now()
	_, err := tx.Exec(ctx, `INSERT INTO session (hash, account, method, agent, network, made, seen, ends, renew) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, 0)`,
		sum, account, method, from.Agent, from.Network, db.Micros(now), db.Micros(now.Add(sessionIdle)))
	if err != nil {
		return "", fmt.Errorf("start a session of account %d: %w", account, err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM session WHERE account = $1 AND ends <= $2`, account, db.Micros(now))
	return secret, err
}

// BySession returns who holds the secret of a session, nil when nobody does. What it
// returns is shared and must not be changed.
//
// For a fifth of a second the answer is given again without asking the database,
// unless this process has written anything since. So what a reader did shows at once
// where they did it, and what ended in another process ends here a fifth of a second
// later at the latest.
func (s *Store) BySession(ctx context.Context, secret string) (*Viewer, error) {
	const fresh = 200 * time.Millisecond
	sum, commits, now := [sha256.Size]byte(sumOf(secret)), s.db.Commits(), s.now()
	held, ok := s.viewers.get(sum)
	if ok && held.commits == commits && now.Sub(held.at).Abs() < fresh {
		return held.viewer, nil
	}
	v, err := s.bySession(ctx, sum[:], held.viewer)
	if err == nil && v != nil {
		s.viewers.put(sum, seen{v, commits, now})
	}
	return v, err
}

// bySession asks the database. Of a session that was known before, it asks whether
// it stands and which version its account has, and the rest only when that changed.
func (s *Store) bySession(ctx context.Context, sum []byte, known *Viewer) (*Viewer, error) {
	const from = ` FROM session s JOIN account a ON a.id = s.account WHERE s.hash = $1 AND s.ends > $2 AND a.gone = 0`
	now := db.Micros(s.now())
	var made, seen, renew, version int64
	v := &Viewer{Session: &Session{}}
	dest, done := v.Account.into()
	var err error
	if known != nil {
		err = s.db.QueryRow(ctx, `SELECT s.seen, s.renew, a.version`+from, sum, now).Scan(&seen, &renew, &version)
		if err == nil && version == known.Version && seen == db.Micros(known.Session.Seen) && renew == number(known.Session.renew) {
			return known, nil
		}
	}
	if err == nil {
		dest = append(dest, &v.Session.ID, &v.Session.Method, &v.Session.Agent, &v.Session.Network, &made, &seen, truth{&v.Session.renew})
		err = s.db.QueryRow(ctx, `SELECT `+columns+`, s.id, s.method, s.agent, s.network, s.made, s.seen, s.renew`+from, sum, now).Scan(dest...)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a session: %w", err)
	}
	v.Session.Made, v.Session.Seen, v.Session.sum = db.Time(made), db.Time(seen), [sha256.Size]byte(sum)
	return v, done()
}

// Again returns a viewer as they are after an act of theirs, and has that ready for
// their next request; nil when their session has ended.
func (s *Store) Again(ctx context.Context, v *Viewer) (*Viewer, error) {
	if v.Session == nil {
		a, err := s.Get(ctx, v.ID)
		if err != nil {
			return nil, err
		}
		return &Viewer{Account: *a, Token: v.Token}, nil
	}
	commits, now := s.db.Commits(), s.now()
	fresh, err := s.bySession(ctx, v.Session.sum[:], v)
	if err == nil && fresh != nil {
		s.viewers.put(v.Session.sum, seen{fresh, commits, now})
	}
	return fresh, err
}

// viewers keeps who was seen lately, by the sums of their secrets.
type viewers struct {
	mu   sync.RWMutex
	held map[[sha256.Size]byte]seen
}

// seen is a viewer as they were at a time, and how much this process had written.
type seen struct {
	viewer  *Viewer
	commits uint64
	at      time.Time
}

func (k *viewers) get(sum [sha256.Size]byte) (seen, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	v, ok := k.held[sum]
	return v, ok
}

func (k *viewers) put(sum [sha256.Size]byte, v seen) {
	const most = 10_000 // about 10 MB; after that the keeping begins anew
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held == nil || len(k.held) >= most {
		k.held = map[[sha256.Size]byte]seen{}
	}
	k.held[sum] = v
}

// visit notes that a session is in use. It returns a new secret when the session is
// to be renewed, which the browser must be given instead of its old one.
func (s *Store) visit(ctx context.Context, v *Viewer) (secret string, err error) {
	now := s.now()
	if !v.Session.renew && now.Sub(v.Session.Seen) < sessionTick {
		return "", nil
	}
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		secret = ""
		ends := now.Add(sessionIdle)
		if v.Session.renew {
			n, err := tx.Exec(ctx, `UPDATE session SET renew = 0, ends = $2 WHERE id = $1 AND renew = 1`, v.Session.ID, db.Micros(now.Add(overlap)))
			if err != nil || n == 0 { // another request was faster
				return err
			}
			secret, err = s.startSession(ctx, tx, v.ID, v.Session.Method, Place{v.Session.Agent, v.Session.Network})
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE session SET seen = $2, ends = $3 WHERE id = $1 AND renew = 0 AND ends > $4`,
			v.Session.ID, db.Micros(now), db.Micros(ends), db.Micros(now.Add(overlap)))
		return err
	})
	return secret, err
}

// Sessions returns the sessions of an account, the last used first.
func (s *Store) Sessions(ctx context.Context, account int64) ([]Session, error) {
	rows, err := s.db.Query(ctx, `SELECT id, method, agent, network, made, seen FROM session WHERE account = $1 AND ends > $2 ORDER BY seen DESC, id DESC LIMIT 100`,
		account, db.Micros(s.now()))
	if err != nil {
		return nil, fmt.Errorf("list the sessions of account %d: %w", account, err)
	}
	defer rows.Close()
	var list []Session
	for rows.Next() {
		var x Session
		var made, seen int64
		if err := rows.Scan(&x.ID, &x.Method, &x.Agent, &x.Network, &made, &seen); err != nil {
			return nil, err
		}
		x.Made, x.Seen = db.Time(made), db.Time(seen)
		list = append(list, x)
	}
	return list, rows.Err()
}

// EndSession ends one session of an account.
func (s *Store) EndSession(ctx context.Context, account, session int64) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM session WHERE id = $1 AND account = $2`, session, account)
		if err == nil && n == 0 {
			return fault.NotFound("That session has ended already.")
		}
		return err
	})
}

// EndSessions ends all sessions of an account but the one called except; 0 spares
// none.
func (s *Store) EndSessions(ctx context.Context, account, except int64) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error { return endSessions(ctx, tx, account, except) })
}

func endSessions(ctx context.Context, tx *db.Tx, account, except int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE account = $1 AND id <> $2`, account, except)
	return err
}

package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// BySession returns who holds the secret of a session, nil when nobody does.
func (s *Store) BySession(ctx context.Context, secret string) (*Viewer, error) {
	v := &Viewer{Session: &Session{}}
	var made, seen int64
	dest, done := v.Account.into()
	dest = append(dest, &v.Session.ID, &v.Session.Method, &v.Session.Agent, &v.Session.Network, &made, &seen, truth{&v.Session.renew})
	err := s.db.QueryRow(ctx, `SELECT `+columns+`, s.id, s.method, s.agent, s.network, s.made, s.seen, s.renew
		FROM session s JOIN account a ON a.id = s.account WHERE s.hash = $1 AND s.ends > $2 AND a.gone = 0`, sumOf(secret), db.Micros(s.now())).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a session: %w", err)
	}
	v.Session.Made, v.Session.Seen = db.Time(made), db.Time(seen)
	return v, done()
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

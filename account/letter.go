package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Mailer puts a letter in plain text into the post, as part of tx. The link in it is
// awaited this minute.
type Mailer func(ctx context.Context, tx *db.Tx, to, subject, text string) error

// Purpose is what a mailed link is for.
type Purpose string

// The purposes. ToBegin and ToEnter are links that are not mailed but printed for the
// operator.
const (
	ToSignIn Purpose = "sign in"
	ToReset  Purpose = "reset"   // choose a new password, which ends all sessions and tokens
	ToChange Purpose = "address" // prove the new address of an account
	ToBegin  Purpose = "first"   // become the first administrator
	ToEnter  Purpose = "entry"   // sign in as one account
)

// Letter is a link that was asked for, and what it does.
type Letter struct {
	Purpose    Purpose
	Address    string
	Account    int64 // of ToChange and ToEnter
	Invitation int64
	Next       string // the path to go to afterwards
	Base       string // the public address that the link begins with
	Network    string

	id   int64
	made time.Time
}

const (
	letterLife = 15 * time.Minute
	printLife  = 24 * time.Hour // of the links that the operator is given
	mostTries  = 5
)

// Ask has a link mailed to an address. It does the same, takes as long and answers
// alike whether the address has an account, may join, or neither: Deliver finds that
// out afterwards.
func (s *Store) Ask(ctx context.Context, l Letter) error {
	switch {
	case l.Purpose == ToSignIn && !s.settings.Link:
		return fault.Forbidden("Links by mail are switched off here.")
	case l.Purpose == ToReset && !s.settings.Password:
		return fault.Forbidden("Passwords are switched off here.")
	}
	if err := s.slow(ctx, byNetwork("letter", l.Network, time.Minute, 20), byAddress("letter", l.Address, 10*time.Minute, 5)); err != nil {
		return err
	}
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := s.putLetter(ctx, tx, l, nil, "waiting", letterLife)
		return err
	})
	if err != nil {
		return fmt.Errorf("ask for a letter: %w", err)
	}
	select {
	case s.posted <- struct{}{}:
	default: // somebody has knocked already
	}
	return nil
}

func (s *Store) putLetter(ctx context.Context, tx *db.Tx, l Letter, sum []byte, state string, life time.Duration) (int64, error) {
	now := s.now()
	return tx.Exec(ctx, `INSERT INTO letter (purpose, address, account, invitation, next, base, network, hash, state, tries, made, ends)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11)`,
		string(l.Purpose), l.Address, l.Account, l.Invitation, l.Next, l.Base, l.Network, sum, state, db.Micros(now), db.Micros(now.Add(life)))
}

// Deliver writes the letters that were asked for until ctx ends, and sweeps once an
// hour. Several processes may do so at once.
func (s *Store) Deliver(ctx context.Context) {
	const look = 5 * time.Second // for letters that another process took in, or gave up
	tick := time.NewTicker(look)
	defer tick.Stop()
	var swept time.Time
	for ctx.Err() == nil {
		for {
			more, err := s.DeliverOne(ctx)
			if err != nil && ctx.Err() == nil {
				s.log.Error("a sign-in letter was not written; it will be tried again", "error", err)
			}
			if !more || err != nil {
				break
			}
		}
		if now := s.now(); now.Sub(swept) > time.Hour {
			swept = now
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("sweeping out ended sessions failed", "error", err)
			}
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-s.posted:
		}
	}
}

// DeliverOne decides about the letter that has waited longest, and writes it if it
// may go out. It reports whether there was one.
func (s *Store) DeliverOne(ctx context.Context) (bool, error) {
	var id int64
	err := s.db.QueryRow(ctx, `SELECT id FROM letter WHERE state = 'waiting' AND ends > $1 ORDER BY tries, id LIMIT 1`, db.Micros(s.now())).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = s.db.Transact(ctx, func(tx *db.Tx) error { return s.write(ctx, tx, id) })
	if err == nil || ctx.Err() != nil {
		return true, err
	}
	return true, errors.Join(err, s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE letter SET tries = tries + 1, state = CASE WHEN tries + 1 >= $2 THEN 'failed' ELSE 'waiting' END WHERE id = $1 AND state = 'waiting'`, id, mostTries)
		return err
	}))
}

func (s *Store) write(ctx context.Context, tx *db.Tx, id int64) error {
	secret, sum := newSecret()
	n, err := tx.Exec(ctx, `UPDATE letter SET state = 'sent', hash = $2 WHERE id = $1 AND state = 'waiting'`, id, sum)
	if err != nil || n == 0 { // another process was faster
		return err
	}
	l, err := readLetter(ctx, tx, `id = $1`, id)
	if err != nil {
		return err
	}
	a, err := one(ctx, tx, `a.address = $1 AND a.gone = 0`, l.Address)
	if err != nil && !fault.Is(err, fault.KindMissing) {
		return err
	}
	if !s.wanted(ctx, l, a) {
		_, err := tx.Exec(ctx, `UPDATE letter SET state = 'dropped', hash = NULL WHERE id = $1`, id)
		return err
	}
	if s.mail == nil {
		return errors.New("no mailer is set")
	}
	subject, text := l.compose(a, secret)
	return s.mail(ctx, tx, l.Address, subject, text)
}

// wanted reports whether a letter goes out: to whoever has an account, and to whom
// may join.
func (s *Store) wanted(ctx context.Context, l *Letter, a *Account) bool {
	switch {
	case l.Purpose == ToChange:
		return a == nil // an address that has an account cannot become another's
	case a != nil:
		return l.Purpose == ToReset || a.byLink
	case l.Invitation != 0:
		return s.settings.Join != Nobody
	}
	return s.settings.lets(l.Address)
}

func (l *Letter) compose(a *Account, secret string) (subject, text string) {
	subject, says := "Your sign-in link", "This link signs you in to Broadsheet:"
	switch {
	case l.Purpose == ToChange:
		subject, says = "Confirm your address", "This link makes this address that of your account:"
	case l.Purpose == ToReset && a == nil:
		subject, says = "Choose a password", "This link makes an account for this address, with a password that you choose:"
	case l.Purpose == ToReset:
		subject, says = "Choose a new password", "This link lets you choose a new password, and ends all your sessions and the tokens of your programs:"
	case a == nil:
		subject, says = "Join Broadsheet", "This link makes an account for this address and signs you in:"
	}
	text = says + "\n\n  " + linkTo(l.Base, secret) + "\n\nIt works once, for 15 minutes. If you did not ask for it, do nothing: nothing happens.\n"
	return subject, text
}

func linkTo(base, secret string) string { return base + "/sign-in/link?key=" + secret }

// Print makes a link for the operator to follow or to pass on: ToBegin, or ToEnter for
// an account.
func (s *Store) Print(ctx context.Context, p Purpose, account int64, base string) (link string, err error) {
	secret, sum := newSecret()
	return linkTo(base, secret), s.db.Transact(ctx, func(tx *db.Tx) error {
		if p == ToBegin {
			if _, err := tx.Exec(ctx, `DELETE FROM letter WHERE purpose = $1`, string(ToBegin)); err != nil {
				return err
			}
		} else if err := Audit(ctx, tx, s.now(), Operator, "print a sign-in link", fmt.Sprintf("account %d", account), ""); err != nil {
			return err
		}
		_, err := s.putLetter(ctx, tx, Letter{Purpose: p, Account: account, Base: base, Next: "/account"}, sum, "sent", printLife)
		return err
	})
}

// HasAdministrator reports whether somebody administers this server.
func (s *Store) HasAdministrator(ctx context.Context) (bool, error) {
	var n int
	err := s.db.QueryRow(ctx, `SELECT count(*) FROM account WHERE role = 'administrator' AND gone = 0`).Scan(&n)
	return n > 0, err
}

// errUsed is what all links have in common that open nothing.
var errUsed = fault.NotFound("This link has been used, or is too old. Ask for another.")

// Letter returns the letter of a link without using it up.
func (s *Store) Letter(ctx context.Context, secret string) (*Letter, error) {
	return readLetter(ctx, s.db, `state = 'sent' AND hash = $1 AND ends > $2`, sumOf(secret), db.Micros(s.now()))
}

func readLetter(ctx context.Context, q db.Querier, where string, args ...any) (*Letter, error) {
	l := &Letter{}
	var purpose string
	var made int64
	err := q.QueryRow(ctx, `SELECT id, purpose, address, account, invitation, next, base, network, made FROM letter WHERE `+where, args...).
		Scan(&l.id, &purpose, &l.Address, &l.Account, &l.Invitation, &l.Next, &l.Base, &l.Network, &made)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errUsed
	}
	l.Purpose, l.made = Purpose(purpose), db.Time(made)
	return l, err
}

// Answer is what a link's page is filled in with.
type Answer struct {
	Address  string // of ToBegin
	Name     string // of ToBegin
	Password string // of ToReset; of ToBegin, "" for none
}

// Use does what a link is for, once, and starts a session, but for ToChange, which
// starts none. It returns the session's secret and the path to go to.
func (s *Store) Use(ctx context.Context, secret string, with Answer, from Place) (session, next string, err error) {
	l, err := s.Letter(ctx, secret)
	if err != nil {
		return "", "", err
	}
	hash, err := s.prepare(ctx, l, &with)
	if err != nil {
		return "", "", err
	}
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE letter SET state = 'used', hash = NULL WHERE id = $1 AND state = 'sent' AND ends > $2`, l.id, db.Micros(s.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return errUsed
		}
		if l.Purpose == ToChange {
			session = ""
			return s.changeAddress(ctx, tx, l.Account, l.Address)
		}
		a, err := s.holder(ctx, tx, l, with, from)
		if err != nil {
			return err
		}
		if hash != "" {
			if err := s.setPassword(ctx, tx, a.ID, hash); err != nil {
				return err
			}
		}
		if l.Purpose == ToReset {
			if err := shut(ctx, tx, a.ID, 0, true); err != nil {
				return err
			}
		}
		session, err = s.startSession(ctx, tx, a.ID, "link", from)
		return err
	})
	return session, l.Next, err
}

// prepare checks the answer to a letter, and returns the hash of its password.
func (s *Store) prepare(ctx context.Context, l *Letter, with *Answer) (hash string, err error) {
	switch l.Purpose {
	case ToBegin:
		if with.Address, err = ParseAddress(with.Address); err != nil {
			return "", err
		}
		if with.Name = strings.Join(strings.Fields(with.Name), " "); len(with.Name) > longestName {
			return "", fault.Invalid("That name is too long.")
		}
		if with.Password == "" {
			return "", nil
		}
	case ToReset:
	default:
		return "", nil
	}
	if err := ValidPassword(with.Password); err != nil {
		return "", err
	}
	err = s.hash(ctx, func() { hash = hashPassword(with.Password) })
	return hash, err
}

// holder returns the account that a letter opens, and makes it if there is none.
func (s *Store) holder(ctx context.Context, tx *db.Tx, l *Letter, with Answer, from Place) (*Account, error) {
	where, arg := `a.address = $1 AND a.gone = 0`, any(l.Address)
	switch l.Purpose {
	case ToEnter:
		where, arg = `a.id = $1 AND a.gone = 0`, l.Account
	case ToBegin:
		arg = with.Address
	}
	a, err := one(ctx, tx, where, arg)
	switch {
	case err == nil && l.Purpose == ToBegin:
		return nil, fault.Conflict("That address has an account already. Make it the administrator's with: broadsheet account role %s administrator", with.Address)
	case err == nil || !fault.Is(err, fault.KindMissing):
		return a, err
	case l.Purpose == ToBegin:
		return s.Create(ctx, tx, Newcomer{Address: with.Address, Name: with.Name, Role: Administrator, Network: from.Network})
	case l.Purpose == ToEnter:
		return nil, errUsed
	}
	return s.admit(ctx, tx, Newcomer{Address: l.Address, Invitation: l.Invitation, Network: from.Network})
}

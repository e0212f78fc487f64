package digest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/outbox"
)

// State is where a subscription is.
type State string

// The states.
const (
	Asked   State = "asked"   // somebody typed the address; nothing is sent yet
	Active  State = "active"  // confirmed
	Stopped State = "stopped" // mail to it came back, or was called spam; the owner can begin again
)

// Subscription is one address with what its reader chose.
type Subscription struct {
	ID        int64
	Address   mail.Address
	State     State
	Choice    Choice
	Account   int64 // whose account has adopted it; 0 for none
	Made      time.Time
	Confirmed time.Time
	Next      time.Time // when the next mail is due; a long way off while it pauses
	Sent      time.Time // when the last was composed
	seen      int64
}

// Subscribe asks the owner of an address whether they want mails of a choice. What it
// returns says nothing about the address: whether it was known, and whether a mail
// goes out, only its owner learns. from is the network that asks.
func (s *Store) Subscribe(ctx context.Context, a mail.Address, c Choice, from netip.Addr) error {
	if err := c.Check(); err != nil {
		return err
	}
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		if err := s.allow(ctx, tx, a.Key(), from); err != nil {
			return err
		}
		if r, err := s.Outbox.Suppressed(ctx, tx, a); err != nil || r == outbox.Complained {
			return err // whoever called our mail spam gets no other because of what a third person types
		}
		held, err := s.byAddress(ctx, tx, a)
		if err != nil {
			return err
		}
		if held != nil && held.State == Active {
			return s.mailKnown(ctx, tx, held)
		}
		id, err := s.note(ctx, tx, a, c)
		if err != nil {
			return err
		}
		return s.mailConfirm(ctx, tx, id, a, c)
	})
	if errors.Is(err, errTooMany) {
		return nil
	}
	return err
}

// note writes down what an address is to get once its owner wants it, and returns its
// number.
func (s *Store) note(ctx context.Context, tx *db.Tx, a mail.Address, c Choice) (id int64, err error) {
	choice, err := json.Marshal(c)
	if err != nil {
		return 0, err
	}
	address, err := json.Marshal(a)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO subscription (address, hash, state, choice, account, made, confirmed, next, seen, sent)
		VALUES ($1, $2, 'asked', $3, 0, $4, 0, 0, 0, 0)
		ON CONFLICT (hash) DO UPDATE SET choice = excluded.choice, made = excluded.made RETURNING id`,
		string(address), s.Outbox.Hash(a), string(choice), db.Micros(s.Now())).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("note a subscription: %w", err)
	}
	return id, nil
}

// Begin begins a subscription of an address that its owner has proved to be theirs, as
// the holder of an account does. One that has begun is a fault.Conflict.
func (s *Store) Begin(ctx context.Context, a mail.Address, c Choice, account int64) (*Subscription, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	var begun *Subscription
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		held, err := s.byAddress(ctx, tx, a)
		if err != nil {
			return err
		}
		if held != nil && held.State == Active {
			return fault.Conflict("Mails go to %s already; change what they hold.", a)
		}
		id, err := s.note(ctx, tx, a, c)
		if err != nil {
			return err
		}
		if begun, err = s.confirm(ctx, tx, id); err != nil {
			return err
		}
		begun.Account = account
		return s.Adopt(ctx, tx, a, account)
	})
	return begun, err
}

// Confirm begins a subscription: the owner has pressed the button. Once begun,
// confirming again changes nothing.
func (s *Store) Confirm(ctx context.Context, id int64) (*Subscription, error) {
	var held *Subscription
	err := s.db.Transact(ctx, func(tx *db.Tx) (err error) {
		held, err = s.confirm(ctx, tx, id)
		return err
	})
	return held, err
}

func (s *Store) confirm(ctx context.Context, tx *db.Tx, id int64) (*Subscription, error) {
	held, err := s.get(ctx, tx, id)
	if err != nil || held.State == Active {
		return held, err
	}
	now := s.Now()
	if held.seen == 0 { // the first mail has the newest edition, and what comes in until then
		if err := tx.QueryRow(ctx, `SELECT coalesce(min(n), 1) - 1 FROM arrival WHERE day = (SELECT max(day) FROM arrival WHERE day <= $1)`,
			s.Editions.Settings().DayOf(now)).Scan(&held.seen); err != nil {
			return nil, err
		}
	}
	if s.AccountOf != nil {
		if held.Account, err = s.AccountOf(ctx, held.Address); err != nil {
			return nil, err
		}
	}
	held.State, held.Confirmed, held.Next = Active, now, held.Choice.Cadence.Next(now)
	if _, err := tx.Exec(ctx, `UPDATE subscription SET state = 'active', confirmed = $2, next = $3, seen = $4, account = $5 WHERE id = $1`,
		id, db.Micros(now), db.Micros(held.Next), held.seen, held.Account); err != nil {
		return nil, fmt.Errorf("confirm subscription %d: %w", id, err)
	}
	return held, s.Outbox.Welcome(ctx, tx, held.Address)
}

// Change gives a subscription another choice. What was sent and what was seen stay,
// so nothing comes twice and nothing falls out.
func (s *Store) Change(ctx context.Context, id int64, c Choice) (*Subscription, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	return s.alter(ctx, id, func(held *Subscription, now time.Time) {
		held.Choice, held.Next = c, c.Cadence.Next(now)
	})
}

// longestPause is how long a subscription can pause.
const longestPause = 366 * 24 * time.Hour

// Pause keeps mails back until a day, by the reader's calendar; the day itself has
// one again. A day that is past ends the pause.
func (s *Store) Pause(ctx context.Context, id int64, until time.Time) (*Subscription, error) {
	if until.Sub(s.Now()) > longestPause {
		return nil, fault.Invalid("A pause lasts a year at most; to end the subscription, unsubscribe.")
	}
	return s.alter(ctx, id, func(held *Subscription, now time.Time) {
		zone := held.Choice.Cadence.zone()
		from := time.Date(until.Year(), until.Month(), until.Day(), 0, 0, 0, 0, zone).Add(-time.Second)
		if from.Before(now) {
			from = now
		}
		held.Next = held.Choice.Cadence.Next(from)
	})
}

func (s *Store) alter(ctx context.Context, id int64, change func(*Subscription, time.Time)) (*Subscription, error) {
	var held *Subscription
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		var err error
		if held, err = s.get(ctx, tx, id); err != nil {
			return err
		}
		if held.State != Active {
			return fault.Conflict("This subscription has not begun: confirm it first.")
		}
		change(held, s.Now())
		choice, err := json.Marshal(held.Choice)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE subscription SET choice = $2, next = $3 WHERE id = $1`, id, string(choice), db.Micros(held.Next))
		return err
	})
	if err != nil {
		return nil, err
	}
	return held, nil
}

// Leave ends a subscription at once and for good: all that stays is the keyed hash of
// the address, by which no import brings it back. Leaving again is no error.
func (s *Store) Leave(ctx context.Context, id int64) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		held, err := s.get(ctx, tx, id)
		if fault.Is(err, fault.KindMissing) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.Outbox.Suppress(ctx, tx, held.Address, outbox.Left)
	})
}

// Part ends the subscriptions that an account has adopted, as its holder leaves.
func (s *Store) Part(ctx context.Context, tx *db.Tx, account int64) error {
	list, err := s.of(ctx, tx, account)
	if err != nil {
		return err
	}
	for _, held := range list {
		if err := s.Outbox.Suppress(ctx, tx, held.Address, outbox.Left); err != nil {
			return err
		}
	}
	return nil
}

// stop hears from the outbox that an address is given up.
func (s *Store) stop(ctx context.Context, tx *db.Tx, a mail.Address, r outbox.Reason) error {
	held, err := s.byAddress(ctx, tx, a)
	if err != nil || held == nil {
		return err
	}
	if r == outbox.Bounced && held.State == Active {
		_, err = tx.Exec(ctx, `UPDATE subscription SET state = 'stopped' WHERE id = $1`, held.ID)
		return err
	}
	if r == outbox.Bounced && held.State == Stopped {
		return nil
	}
	if err := forget(ctx, tx, held.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM subscription WHERE id = $1`, held.ID)
	return err
}

// Adopt gives an account the subscription of an address that it has shown to be its
// own, if there is one.
func (s *Store) Adopt(ctx context.Context, tx *db.Tx, a mail.Address, account int64) error {
	_, err := tx.Exec(ctx, `UPDATE subscription SET account = $2 WHERE hash = $1`, s.Outbox.Hash(a), account)
	return err
}

// Of returns the subscriptions that an account has adopted.
func (s *Store) Of(ctx context.Context, account int64) ([]*Subscription, error) {
	return s.of(ctx, s.db, account)
}

func (s *Store) of(ctx context.Context, q db.Querier, account int64) ([]*Subscription, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM subscription WHERE account = $1 AND account <> 0 ORDER BY id LIMIT 100`, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*Subscription
	for rows.Next() {
		one, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// Sweep forgets the addresses that somebody typed and nobody confirmed.
func (s *Store) Sweep(ctx context.Context) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM subscription WHERE state = 'asked' AND made < $1`, db.Micros(s.Now().Add(-linkLife)))
		return err
	})
}

const columns = `id, address, state, choice, account, made, confirmed, next, sent, seen`

func scan(scan func(...any) error) (*Subscription, error) {
	var v Subscription
	var address, choice string
	var made, confirmed, next, sent int64
	if err := scan(&v.ID, &address, &v.State, &choice, &v.Account, &made, &confirmed, &next, &sent, &v.seen); err != nil {
		return nil, err
	}
	v.Made, v.Confirmed, v.Next, v.Sent = db.Time(made), db.Time(confirmed), db.Time(next), db.Time(sent)
	if err := errors.Join(json.Unmarshal([]byte(address), &v.Address), json.Unmarshal([]byte(choice), &v.Choice)); err != nil {
		return nil, fmt.Errorf("subscription %d is damaged: %w", v.ID, err)
	}
	return &v, nil
}

// Get returns a subscription; a fault.NotFound when it has ended.
func (s *Store) Get(ctx context.Context, id int64) (*Subscription, error) {
	return s.get(ctx, s.db, id)
}

func (s *Store) get(ctx context.Context, q db.Querier, id int64) (*Subscription, error) {
	v, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM subscription WHERE id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFound("This subscription has ended.")
	}
	return v, err
}

// Find returns the subscription of an address, nil when there is none. It is for the
// command line and never for a page.
func (s *Store) Find(ctx context.Context, a mail.Address) (*Subscription, error) {
	return s.byAddress(ctx, s.db, a)
}

func (s *Store) byAddress(ctx context.Context, q db.Querier, a mail.Address) (*Subscription, error) {
	v, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM subscription WHERE hash = $1`, s.Outbox.Hash(a)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return v, err
}

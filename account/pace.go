package account

import (
	"context"
	"encoding/hex"
	"strconv"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// pace is how often something may be tried: burst times at once, then once every.
// It is kept in the database, as one time for each key: when the key will have been
// idle for long enough to be forgotten (the generic cell rate algorithm, ITU-T
// I.371), so that several processes count together.
type pace struct {
	key   string
	every time.Duration
	burst int
}

// byAddress slows what is tried for a mail address, from wherever.
func byAddress(what, address string, every time.Duration, burst int) pace {
	return pace{what + " address " + hex.EncodeToString(sumOf(plainAddress(address))[:12]), every, burst}
}

// byNetwork slows what is tried from a network, for whomever.
func byNetwork(what, network string, every time.Duration, burst int) pace {
	return pace{what + " network " + network, every, burst}
}

// Slow counts something that an account has done, which it may do burst times at once and
// then once every; the error is a fault.KindOften.
func (s *Store) Slow(ctx context.Context, what string, account int64, every time.Duration, burst int) error {
	return s.slow(ctx, pace{what + " account " + strconv.FormatInt(account, 10), every, burst})
}

// slow counts an attempt, and refuses it when one of the paces has been exceeded. A
// refused attempt does not count.
func (s *Store) slow(ctx context.Context, paces ...pace) error {
	now := s.now()
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		for _, p := range paces {
			slack := time.Duration(p.burst-1) * p.every
			n, err := tx.Exec(ctx, `INSERT INTO pace (key, free) VALUES ($1, $2)
				ON CONFLICT (key) DO UPDATE SET free = CASE WHEN pace.free > $3 THEN pace.free ELSE $3 END + $4 WHERE pace.free <= $5`,
				p.key, db.Micros(now.Add(p.every)), db.Micros(now), p.every.Microseconds(), db.Micros(now.Add(slack)))
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.TooOften("Too many attempts. Wait %s and try again.", roughly(p.every))
			}
		}
		return nil
	})
}

func roughly(d time.Duration) string {
	if d <= time.Minute {
		return "a minute"
	}
	return d.Round(time.Minute).String()[:len(d.Round(time.Minute).String())-len("0s")]
}

// Sweep removes what has ended: sessions, letters, ceremonies, counts of attempts.
func (s *Store) Sweep(ctx context.Context) error {
	now := db.Micros(s.now())
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		for _, statement := range []string{
			`DELETE FROM session WHERE ends <= $1`, `DELETE FROM letter WHERE ends <= $1`, `DELETE FROM flow WHERE ends <= $1`, `DELETE FROM pace WHERE free <= $1`,
		} {
			if _, err := tx.Exec(ctx, statement, now); err != nil {
				return err
			}
		}
		return nil
	})
}

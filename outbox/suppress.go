package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"broadsheet/db"
	"broadsheet/mail"
)

// Reason says why an address is not written to.
type Reason string

// The reasons.
const (
	Left       Reason = "left"       // its owner said farewell
	Complained Reason = "complained" // its owner called a letter spam
	Bounced    Reason = "bounced"    // letters to it come back
)

// The rule for bounces; the package's text says it in words.
const (
	hardBounce = 1.0
	softBounce = 0.5
	halfLife   = 60 * 24 * time.Hour
	stopAt     = 2.5
)

// Hash returns all that is remembered of an address that must not be written to.
func (o *Outbox) Hash(a mail.Address) string { return o.derived.addresses.Sum(a.Key(), 52) }

// stops reports whether a letter to a must not be sent.
func (o *Outbox) stops(ctx context.Context, q db.Querier, a mail.Address, asked bool, now time.Time) (bool, error) {
	hash := o.Hash(a)
	r, err := suppressed(ctx, q, hash)
	if err != nil || r == "" {
		return false, err
	}
	if r == Bounced { // until what was counted has faded
		n, err := count(ctx, q, hash, now)
		return n >= stopAt/2, err
	}
	return !asked, nil
}

// Suppressed returns why an address is not written to, "" when it may be.
func (o *Outbox) Suppressed(ctx context.Context, q db.Querier, a mail.Address) (Reason, error) {
	return suppressed(ctx, q, o.Hash(a))
}

func suppressed(ctx context.Context, q db.Querier, hash string) (Reason, error) {
	var r Reason
	err := q.QueryRow(ctx, `SELECT reason FROM suppression WHERE hash = $1`, hash).Scan(&r)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("look for a suppressed address: %w", err)
	}
	return r, nil
}

// Suppressions counts the addresses that are not written to, by the reason.
func (o *Outbox) Suppressions(ctx context.Context) (map[Reason]int, error) {
	rows, err := o.db.Query(ctx, `SELECT reason, count(*) FROM suppression GROUP BY reason`)
	if err != nil {
		return nil, fmt.Errorf("count suppressed addresses: %w", err)
	}
	defer rows.Close()
	found := map[Reason]int{}
	for rows.Next() {
		var r Reason
		var n int
		if err := rows.Scan(&r, &n); err != nil {
			return nil, err
		}
		found[r] = n
	}
	return found, rows.Err()
}

// suppressedOf returns those of the hashes that are on the list.
func suppressedOf(ctx context.Context, q db.Querier, hashes []any) (map[any]bool, error) {
	rows, err := q.Query(ctx, `SELECT hash FROM suppression WHERE hash IN (`+db.Places(1, len(hashes))+`)`, hashes...)
	if err != nil {
		return nil, fmt.Errorf("look for suppressed addresses: %w", err)
	}
	defer rows.Close()
	found := map[any]bool{}
	for rows.Next() {
		var hash string
		if err := rows.Scan(&hash); err != nil {
			return nil, err
		}
		found[hash] = true
	}
	return found, rows.Err()
}

// count returns what is counted of an address's bounces, faded to now.
func count(ctx context.Context, q db.Querier, hash string, now time.Time) (float64, error) {
	var n float64
	var at int64
	err := q.QueryRow(ctx, `SELECT count, at FROM bounce WHERE hash = $1`, hash).Scan(&n, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n * math.Exp2(-float64(now.Sub(db.Time(at)))/float64(halfLife)), err
}

// Suppress puts an address on the list for a reason and tells those who write to it.
func (o *Outbox) Suppress(ctx context.Context, tx *db.Tx, a mail.Address, r Reason) error {
	if _, err := tx.Exec(ctx, `INSERT INTO suppression (hash, reason, at) VALUES ($1, $2, $3)
		ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason, at = excluded.at`, o.Hash(a), r, db.Micros(o.Now())); err != nil {
		return fmt.Errorf("suppress an address: %w", err)
	}
	for _, f := range o.stopped {
		if err := f(ctx, tx, a, r); err != nil {
			return err
		}
	}
	return nil
}

// Welcome takes an address off the list, because its owner has just shown that it is
// theirs and asked for mail.
func (o *Outbox) Welcome(ctx context.Context, tx *db.Tx, a mail.Address) error {
	for _, statement := range []string{`DELETE FROM suppression WHERE hash = $1`, `DELETE FROM bounce WHERE hash = $1`} {
		if _, err := tx.Exec(ctx, statement, o.Hash(a)); err != nil {
			return fmt.Errorf("welcome an address back: %w", err)
		}
	}
	return nil
}

// bounced counts a bounce of an address and gives it up when it is one too many.
func (o *Outbox) bounced(ctx context.Context, tx *db.Tx, a mail.Address, weight float64, said string) error {
	now, hash := o.Now(), o.Hash(a)
	n, err := count(ctx, tx, hash, now)
	if err != nil {
		return err
	}
	n += weight
	if _, err := tx.Exec(ctx, `INSERT INTO bounce (hash, count, at, said) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO UPDATE SET count = excluded.count, at = excluded.at, said = excluded.said`, hash, n, db.Micros(now), said); err != nil {
		return fmt.Errorf("count a bounce: %w", err)
	}
	if n < stopAt {
		return nil
	}
	return o.Suppress(ctx, tx, a, Bounced)
}

package account

import (
	"context"
	"fmt"
	"time"

	"broadsheet/db"
)

// Operator is the actor of what is done on the command line.
const Operator int64 = 0

// Entry is one privileged act in the audit log.
type Entry struct {
	ID      int64
	At      time.Time
	Actor   int64  // the account, or Operator
	Act     string // "change a role"
	Subject string // to what: "account 7", "paper 2604.01234"
	Detail  string
}

// Audit writes a privileged act down, in the transaction that does it.
func Audit(ctx context.Context, tx *db.Tx, now time.Time, actor int64, act, subject, detail string) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit (at, actor, act, subject, detail) VALUES ($1, $2, $3, $4, $5)`, db.Micros(now), actor, act, subject, detail)
	if err != nil {
		return fmt.Errorf("write %q to the audit log: %w", act, err)
	}
	return nil
}

// Audited returns at most limit acts with numbers below before, unless that is 0;
// the newest first.
func (s *Store) Audited(ctx context.Context, before int64, limit int) ([]Entry, error) {
	rows, err := s.db.Query(ctx, `SELECT id, at, actor, act, subject, detail FROM audit WHERE id < $1 OR $1 = 0 ORDER BY id DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&e.ID, &at, &e.Actor, &e.Act, &e.Subject, &e.Detail); err != nil {
			return nil, err
		}
		e.At = db.Time(at)
		list = append(list, e)
	}
	return list, rows.Err()
}

package library

import (
	"context"
	"fmt"

	"broadsheet/db"
	"broadsheet/fault"
)

// Knob is how much a reader wants a reason to count in what is chosen for them.
type Knob struct {
	Kind Kind
	Key  string
	Turn int // None to More; AsNow is not kept
}

// The kinds that only a knob has.
const (
	Reason Kind = "reason" // a sort of reason as a whole
	Paper  Kind = "paper"  // what is close to a paper, by its key
)

// The turns of a knob.
const (
	None  = -2
	Less  = -1
	AsNow = 0
	More  = 1
)

// TurnKnob sets a knob of an account.
func (s *Store) TurnKnob(ctx context.Context, account int64, k Knob) error {
	if k.Turn < None || k.Turn > More {
		return fault.Invalid("A knob stands at none, less, as now or more.")
	}
	switch k.Kind {
	case Reason, Author, Category, Topic, Paper:
	default:
		return fault.Invalid("There is no knob for a %q.", clip(string(k.Kind), 40))
	}
	name, err := key(k.Kind, k.Key)
	if err != nil {
		return err
	}
	return s.keep(ctx, account, func(ctx context.Context, tx *db.Tx) (int64, error) {
		if k.Turn == AsNow {
			return tx.Exec(ctx, `DELETE FROM knob WHERE account = $1 AND kind = $2 AND key = $3`, account, k.Kind, name)
		}
		n, err := tx.Exec(ctx, `INSERT INTO knob (account, kind, key, turn) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account, kind, key) DO UPDATE SET turn = excluded.turn WHERE knob.turn <> excluded.turn`, account, k.Kind, name, k.Turn)
		if err != nil || n == 0 {
			return 0, err
		}
		var all int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM knob WHERE account = $1`, account).Scan(&all); err != nil {
			return 0, err
		}
		if all > mostFollows {
			return 0, fault.Invalid("More than %d knobs cannot be set.", mostFollows)
		}
		return n, nil
	})
}

// Knobs returns the knobs of an account that do not stand as they were.
func (s *Store) Knobs(ctx context.Context, account int64) ([]Knob, error) {
	rows, err := s.db.Query(ctx, `SELECT kind, key, turn FROM knob WHERE account = $1 ORDER BY kind, key`, account)
	if err != nil {
		return nil, fmt.Errorf("read the knobs of %d: %w", account, err)
	}
	defer rows.Close()
	var list []Knob
	for rows.Next() {
		var k Knob
		if err := rows.Scan(&k.Kind, &k.Key, &k.Turn); err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	return list, rows.Err()
}

package cite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Shelf holds the works that readers imported, with what was found of them and what the
// reader decided. A work that was imported stays on it, as the file had it, also when a
// paper was taken for it. It is safe for concurrent use.
type Shelf struct{ db *db.DB }

// mostHeld is how many works a reader can have on the shelf.
const mostHeld = 50_000

// NewShelf returns the shelf in the database of papers. It must be made before these
// are used, because it takes part in merges.
func NewShelf(papers *paper.Store) *Shelf {
	s := &Shelf{papers.DB()}
	papers.OnMerge(s.merge)
	return s
}

// Held is a work on the shelf.
type Held struct {
	Match
	Sum string // its name there
	At  time.Time
}

// sum is the same for the same work, however often it is read.
func sum(record []byte) string {
	b := sha256.Sum256(record)
	return base64.RawURLEncoding.EncodeToString(b[:12])
}

// Put takes works in and returns how many of them are new: one that is there already
// stays as it is, also when it was decided.
func (s *Shelf) Put(ctx context.Context, now time.Time, account int64, list []Match) (added int, err error) {
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		added = 0
		var held int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM shelf WHERE account = $1`, account).Scan(&held); err != nil {
			return err
		}
		if held+len(list) > mostHeld {
			return fault.Conflict("There is room for %d imported works; %d are here already.", mostHeld, held)
		}
		for i, m := range list {
			record, err := json.Marshal(m.Item)
			if err != nil {
				return err
			}
			near := make([]string, len(m.Near))
			for i, id := range m.Near {
				near[i] = strconv.FormatInt(id, 10)
			}
			at := now.Add(time.Duration(i) * time.Microsecond) // in the order of the file
			n, err := tx.Exec(ctx, `INSERT INTO shelf (account, sum, record, state, paper, near, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account, sum) DO NOTHING`,
				account, sum(record), strings.ReplaceAll(strings.ToValidUTF8(string(record), "\uFFFD"), `\u0000`, ""), string(m.State), sql.NullInt64{Int64: m.Paper, Valid: m.Paper != 0}, strings.Join(near, " "), db.Micros(at))
			if err != nil {
				return err
			}
			added += int(n)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("import %d works for account %d: %w", len(list), account, err)
	}
	return added, nil
}

// Waiting returns works on which the reader has not decided, at most limit in each
// state, in the order in which they were imported, and how many there are in each.
func (s *Shelf) Waiting(ctx context.Context, account int64, limit int) ([]Held, map[State]int, error) {
	counts := map[State]int{}
	rows, err := s.db.Query(ctx, `SELECT state, count(*) FROM shelf WHERE account = $1 GROUP BY state`, account)
	if err != nil {
		return nil, nil, err
	}
	for rows.Next() {
		var state State
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			rows.Close()
			return nil, nil, err
		}
		counts[state] = n
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, nil, err
	}
	var list []Held
	for _, state := range []State{Matched, Unsure, Unknown} {
		part, err := s.list(ctx, `account = $1 AND state = $2 ORDER BY at LIMIT $3`, account, string(state), limit)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, part...)
	}
	return list, counts, nil
}

// All hands out every work of an account in the order in which they were imported.
func (s *Shelf) All(ctx context.Context, account int64, do func(Held) error) error {
	const part = 200
	for after := int64(-1); ; {
		list, err := s.list(ctx, `account = $1 AND at > $2 ORDER BY at LIMIT $3`, account, after, part)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, h := range list {
			if err := do(h); err != nil {
				return err
			}
			after = db.Micros(h.At)
		}
	}
}

func (s *Shelf) list(ctx context.Context, where string, args ...any) ([]Held, error) {
	rows, err := s.db.Query(ctx, `SELECT sum, record, state, paper, near, at FROM shelf WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read imported works: %w", err)
	}
	defer rows.Close()
	var list []Held
	for rows.Next() {
		h := Held{Match: Match{Item: &Item{}}}
		var record, near string
		var id sql.NullInt64
		var at int64
		if err := rows.Scan(&h.Sum, &record, &h.State, &id, &near, &at); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(record), h.Item); err != nil {
			return nil, fmt.Errorf("the imported work %s is damaged: %w", h.Sum, err)
		}
		for part := range strings.FieldsSeq(near) {
			if n, err := strconv.ParseInt(part, 10, 64); err == nil {
				h.Near = append(h.Near, n)
			}
		}
		h.Paper, h.At = id.Int64, db.Time(at)
		list = append(list, h)
	}
	return list, rows.Err()
}

// Take decides that a work is a paper: the one that was found, when id is 0. It returns
// the number of the paper.
func (s *Shelf) Take(ctx context.Context, account int64, sum string, id int64) (int64, error) {
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		var found sql.NullInt64
		var near string
		err := tx.QueryRow(ctx, `SELECT paper, near FROM shelf WHERE account = $1 AND sum = $2`, account, sum).Scan(&found, &near)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.NotFound("That work has not been imported.")
		}
		if err != nil {
			return err
		}
		if id == 0 {
			id = found.Int64
		} else if id != found.Int64 && !slices.Contains(strings.Fields(near), strconv.FormatInt(id, 10)) {
			return fault.Invalid("That paper is none of those that were found for the work.")
		}
		if id == 0 {
			return fault.Invalid("Choose which paper the work is.")
		}
		_, err = tx.Exec(ctx, `UPDATE shelf SET state = $3, paper = $4 WHERE account = $1 AND sum = $2`, account, sum, string(Taken), id)
		return err
	})
	return id, err
}

// SetAside decides that works are none of the papers here. They stay on the shelf.
func (s *Shelf) SetAside(ctx context.Context, account int64, sums ...string) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		for _, sum := range sums {
			if _, err := tx.Exec(ctx, `UPDATE shelf SET state = $3, paper = NULL WHERE account = $1 AND sum = $2 AND state <> 'taken'`, account, sum, string(Aside)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Forget takes works off the shelf.
func (s *Shelf) Forget(ctx context.Context, account int64, sums ...string) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		for _, sum := range sums {
			if _, err := tx.Exec(ctx, `DELETE FROM shelf WHERE account = $1 AND sum = $2`, account, sum); err != nil {
				return err
			}
		}
		return nil
	})
}

// Export adds the works that a reader imported to what they take along, as CSL-JSON has
// them and as they were read; it makes the Shelf an account.Room.
func (s *Shelf) Export(ctx context.Context, account int64, add func(name string, part any) error) error {
	list := []*Item{}
	if err := s.All(ctx, account, func(h Held) error {
		list = append(list, h.Item)
		return nil
	}); err != nil || len(list) == 0 {
		return err
	}
	return add("imported", list)
}

// Leave erases what a reader imported.
func (s *Shelf) Leave(ctx context.Context, tx *db.Tx, account int64, _ bool) error {
	_, err := tx.Exec(ctx, `DELETE FROM shelf WHERE account = $1`, account)
	return err
}

func (s *Shelf) merge(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	_, err := tx.Exec(ctx, `UPDATE shelf SET paper = $1 WHERE paper = $2`, keep, gone)
	return err
}

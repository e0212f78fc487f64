package move

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"broadsheet/db"
	"broadsheet/fault"
)

// begin makes both databases ready, or finds how far an earlier move came.
func (m *Move) begin(ctx context.Context) error {
	var fresh []*db.Table
	for _, side := range []struct {
		d    *db.DB
		list *[]*db.Table
	}{{m.From, &m.tables}, {m.To, &fresh}} {
		if err := side.d.Snapshot(ctx, func(tx *db.Tx) (err error) {
			*side.list, err = tx.Tables(ctx)
			return err
		}); err != nil {
			return err
		}
	}
	if !alike(m.tables, fresh) {
		return fault.Conflict("The two databases have different tables: run the same program on both.")
	}
	name, err := m.From.Identity(ctx)
	if err != nil {
		return err
	}
	begun, err := m.begun(ctx)
	if err != nil {
		return err
	}
	if err := m.ready(ctx, begun, name); err != nil {
		return err
	}
	if err := m.From.Transact(ctx, func(tx *db.Tx) error {
		if err := drop(ctx, tx, "moving_stop", "moving_hold"); err != nil {
			return err
		}
		return watch(ctx, tx, m.tables)
	}); err != nil {
		return fmt.Errorf("watch what changes: %w", err)
	}
	return m.readSteps(ctx)
}

func alike(a, b []*db.Table) bool {
	for _, t := range a {
		i := slices.IndexFunc(b, func(u *db.Table) bool { return u.Name == t.Name })
		if i < 0 || !slices.Equal(t.Columns, b[i].Columns) || !slices.Equal(t.Key, b[i].Key) {
			return false
		}
	}
	return len(a) == len(b)
}

// begun returns the identity of the database of which the new one has a part, "" when
// no move has begun.
func (m *Move) begun(ctx context.Context) (name string, err error) {
	there := `SELECT count(*) FROM sqlite_schema WHERE name = 'moving_step'`
	if m.To.Dialect == db.Postgres {
		there = `SELECT count(*) FROM pg_class WHERE relname = 'moving_step' AND relnamespace = current_schema()::regnamespace`
	}
	var n int
	if err := m.To.QueryRow(ctx, there).Scan(&n); err != nil || n == 0 {
		return "", err
	}
	err = m.To.QueryRow(ctx, `SELECT copied FROM moving_step WHERE tbl = ''`).Scan(&name)
	return name, err
}

// ready empties a new database of what its migrations put there, unless a move of the
// same one has begun.
func (m *Move) ready(ctx context.Context, begun, name string) error {
	if begun != "" && begun != name {
		return fault.Conflict("The new database holds a part of another one. Name an empty database.")
	}
	if begun == "" {
		for _, table := range []string{"paper", "account"} {
			var n int
			if err := m.To.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+table+` LIMIT 1) one_row`).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return fault.Conflict("The new database is not empty. Name an empty one; if it holds what was moved there before, the move is over.")
			}
		}
	}
	return m.write(ctx, func(tx *db.Tx) error {
		if err := m.pointers(ctx, tx, `DEFERRABLE INITIALLY DEFERRED`); err != nil || begun != "" {
			return err
		}
		for _, t := range slices.Backward(m.tables) {
			if _, err := tx.Exec(ctx, `DELETE FROM "`+t.Name+`"`); err != nil {
				return err
			}
		}
		if err := all(ctx, tx, []string{`CREATE TABLE moving_step (tbl TEXT PRIMARY KEY, copied TEXT NOT NULL, verified TEXT NOT NULL, all_copied BIGINT NOT NULL, all_proved BIGINT NOT NULL, n BIGINT NOT NULL)`}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO moving_step (tbl, copied, verified, all_copied, all_proved, n) VALUES ('', $1, '', 0, 0, 0)`, name)
		return err
	})
}

// pointers says when PostgreSQL looks whether rows point at rows that there are: with each
// statement, or at the end of each transaction.
func (m *Move) pointers(ctx context.Context, tx *db.Tx, when string) error {
	if tx.Dialect != db.Postgres {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT format('ALTER TABLE %I ALTER CONSTRAINT %I ', relname, conname) FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
		WHERE contype = 'f' AND relnamespace = current_schema()::regnamespace ORDER BY relname, conname`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return err
		}
		statements = append(statements, s+when)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	return all(ctx, tx, statements)
}

func (m *Move) readSteps(ctx context.Context) error {
	m.steps = map[string]*step{}
	for _, t := range m.tables {
		s := &step{}
		var copied, verified string
		var allCopied, allProved int64
		err := m.To.QueryRow(ctx, `SELECT copied, verified, all_copied, all_proved, n FROM moving_step WHERE tbl = $1`, t.Name).Scan(&copied, &verified, &allCopied, &allProved, &s.rows)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read how far the move is: %w", err)
		}
		s.allCopied, s.allProved = allCopied == 1, allProved == 1
		for _, k := range []struct {
			text string
			key  *[]any
		}{{copied, &s.copied}, {verified, &s.verified}} {
			if k.text != "" {
				if *k.key, err = readKey(t, k.text); err != nil {
					return err
				}
			}
		}
		m.steps[t.Name] = s
	}
	return nil
}

// keep notes how far a table is.
func keep(ctx context.Context, tx *db.Tx, t *db.Table, s *step) error {
	copied, err := writeKey(s.copied)
	if err != nil {
		return err
	}
	verified, err := writeKey(s.verified)
	if err != nil {
		return err
	}
	number := map[bool]int64{true: 1}
	_, err = tx.Exec(ctx, `INSERT INTO moving_step (tbl, copied, verified, all_copied, all_proved, n) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tbl) DO UPDATE SET copied = excluded.copied, verified = excluded.verified, all_copied = excluded.all_copied, all_proved = excluded.all_proved, n = excluded.n`,
		t.Name, copied, verified, number[s.allCopied], number[s.allProved], s.rows)
	return err
}

// writeKey writes a key as it is noted; readKey reads it.
func writeKey(key []any) (string, error) {
	if key == nil {
		return "", nil
	}
	list := slices.Clone(key)
	for i, v := range list {
		if b, ok := v.([]byte); ok {
			list[i] = hex.EncodeToString(b)
		}
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// tidy removes what only the move needed. The old database goes on refusing.
func (m *Move) tidy(ctx context.Context) error {
	if err := m.To.Transact(ctx, func(tx *db.Tx) error {
		if err := m.pointers(ctx, tx, `NOT DEFERRABLE`); err != nil {
			return err
		}
		return all(ctx, tx, []string{`DROP TABLE moving_step`})
	}); err != nil {
		return err
	}
	return m.From.Transact(ctx, func(tx *db.Tx) error {
		if err := drop(ctx, tx, "moving_note"); err != nil {
			return err
		}
		return all(ctx, tx, []string{`DROP TABLE moving_row`})
	})
}

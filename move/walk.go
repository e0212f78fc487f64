package move

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// batch is how many rows are carried over in one transaction.
const batch = 500

// copy copies the rows of a table behind the last that was copied, until the time is
// over; it reports whether it came to the end.
func (m *Move) copy(ctx context.Context, from *db.Tx, t *db.Table, until time.Time) (over bool, err error) {
	s := m.steps[t.Name]
	if s.allCopied {
		return true, nil
	}
	var rows [][]any
	for row, err := range from.Rows(ctx, t, "", s.copied) {
		if err != nil {
			return false, err
		}
		if rows = append(rows, row); len(rows) < batch {
			continue
		}
		if err := m.carry(ctx, t, rows, false); err != nil {
			return false, err
		}
		if rows = nil; time.Now().After(until) {
			return false, nil
		}
	}
	return true, m.carry(ctx, t, rows, true)
}

// carry writes rows into the new database, and with them how far the table is.
func (m *Move) carry(ctx context.Context, t *db.Table, rows [][]any, last bool) error {
	s := *m.steps[t.Name]
	if len(rows) > 0 {
		s.copied = keyIn(t, rows[len(rows)-1])
	}
	s.rows += int64(len(rows))
	if s.allCopied = last; last {
		s.rows = 0
	}
	if err := m.write(ctx, func(tx *db.Tx) error {
		if err := fill(ctx, tx, t, rows); err != nil {
			return err
		}
		return keep(ctx, tx, t, &s)
	}); err != nil {
		return err
	}
	m.Tell(Step{Deed: "copied", Table: t.Name, Rows: m.steps[t.Name].rows + int64(len(rows))})
	m.steps[t.Name] = &s
	return nil
}

func fill(ctx context.Context, tx *db.Tx, t *db.Table, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if err := tx.Fill(ctx, t, rows); err != nil || t.Self == "" {
		return err
	}
	return tx.Point(ctx, t, rows)
}

// write runs fn in a transaction of the new database, in which rows may point at rows
// that come later.
func (m *Move) write(ctx context.Context, fn func(tx *db.Tx) error) error {
	return m.To.Transact(ctx, func(tx *db.Tx) error {
		if tx.Dialect == db.SQLite {
			if _, err := tx.Exec(ctx, `PRAGMA defer_foreign_keys = 1`); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

// prove compares the rows of a table with their copies, behind the last that was
// compared, until the time is over; it reports whether it came to the end.
func (m *Move) prove(ctx context.Context, from *db.Tx, t *db.Table, until time.Time) (over bool, err error) {
	s := m.steps[t.Name]
	if s.allProved {
		return true, nil
	}
	err = m.To.Snapshot(ctx, func(to *db.Tx) error {
		next, stop := iter.Pull2(to.Rows(ctx, t, "", s.verified))
		defer stop()
		for row, err := range from.Rows(ctx, t, "", s.verified) {
			if err != nil {
				return err
			}
			copied, err, more := next()
			if err != nil {
				return err
			}
			if !more || !same(row, copied) {
				return differs(t, keyIn(t, row))
			}
			s.verified = keyIn(t, row)
			if s.rows++; s.rows%batch == 0 {
				m.Tell(Step{Deed: "verified", Table: t.Name, Rows: s.rows})
				if time.Now().After(until) {
					return nil
				}
			}
		}
		if extra, err, more := next(); more || err != nil {
			if err != nil {
				return err
			}
			return differs(t, keyIn(t, extra))
		}
		s.allProved = true
		return nil
	})
	if err != nil {
		return false, err
	}
	return s.allProved, m.write(ctx, func(tx *db.Tx) error { return keep(ctx, tx, t, s) })
}

func differs(t *db.Table, key []any) error {
	return fault.Conflict("row %v of table %s differs from its copy: empty the new database and begin again", key, t.Name)
}

// same reports whether a row and its copy hold the same. A text that PostgreSQL cannot
// hold is copied with U+FFFD in the places that it cannot (db.Tx.Fill).
func same(a, b []any) bool {
	return slices.EqualFunc(a, b, func(x, y any) bool {
		if p, ok := x.([]byte); ok {
			q, ok := y.([]byte)
			return ok && bytes.Equal(p, q)
		}
		if p, ok := x.(string); ok {
			q, ok := y.(string)
			return ok && (p == q || storable(p) == storable(q))
		}
		return x == y
	})
}

func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func keyIn(t *db.Table, row []any) []any {
	key := make([]any, len(t.Key))
	for i, name := range t.Key {
		key[i] = row[slices.IndexFunc(t.Columns, func(c db.Column) bool { return c.Name == name })]
	}
	return key
}

// catchUp brings what was copied up to the moment of a snapshot, by the notes that
// stand there, and returns these and the number of rows.
func (m *Move) catchUp(ctx context.Context, from *db.Tx) (notes []note, late int64, err error) {
	if notes, err = readNotes(ctx, from); err != nil {
		return nil, 0, fmt.Errorf("read what changed: %w", err)
	}
	changed := map[string]map[string]bool{} // table → keys
	for _, n := range notes {
		if changed[n.table] == nil {
			changed[n.table] = map[string]bool{}
		}
		changed[n.table][n.key] = true
	}
	if len(notes) == 0 {
		return nil, 0, nil
	}
	err = m.write(ctx, func(tx *db.Tx) error {
		late = 0
		fresh := make([][][]any, len(m.tables))
		for i, t := range m.tables {
			keys, err := m.within(t, slices.Sorted(maps.Keys(changed[t.Name])))
			if err != nil {
				return err
			}
			late += int64(len(keys))
			for part := range slices.Chunk(keys, 100) {
				where, args := named(t, part)
				for row, err := range query(ctx, from, t, where, args) {
					if err != nil {
						return err
					}
					fresh[i] = append(fresh[i], row)
				}
				if _, err := tx.Exec(ctx, `DELETE FROM "`+t.Name+`" WHERE `+where, args...); err != nil {
					return err
				}
			}
		}
		for i, t := range m.tables { // once all that went is gone, nothing is in the way
			for part := range slices.Chunk(fresh[i], batch) {
				if err := fill(ctx, tx, t, part); err != nil {
					return err
				}
			}
		}
		return m.readBack(ctx, tx, fresh)
	})
	return notes, late, err
}

// readBack compares the rows that were carried over again with their copies.
func (m *Move) readBack(ctx context.Context, to *db.Tx, fresh [][][]any) error {
	for i, t := range m.tables {
		for part := range slices.Chunk(fresh[i], 100) {
			want := map[string][]any{}
			keys := make([][]any, len(part))
			for j, row := range part {
				keys[j] = keyIn(t, row)
				want[fmt.Sprint(keys[j])] = row
			}
			where, args := named(t, keys)
			for row, err := range query(ctx, to, t, where, args) {
				if err != nil {
					return err
				}
				name := fmt.Sprint(keyIn(t, row))
				if !same(want[name], row) {
					return differs(t, keyIn(t, row))
				}
				delete(want, name)
			}
			for _, row := range want {
				return differs(t, keyIn(t, row))
			}
		}
	}
	return nil
}

// within returns the keys up to which a table was copied; what is behind is yet to come.
func (m *Move) within(t *db.Table, keys []string) ([][]any, error) {
	s := m.steps[t.Name]
	var list [][]any
	for _, text := range keys {
		key, err := readKey(t, text)
		if err != nil {
			return nil, err
		}
		if s.allCopied || s.copied != nil && compare(key, s.copied) <= 0 {
			list = append(list, key)
		}
	}
	return list, nil
}

// readKey reads a key that was noted.
func readKey(t *db.Table, text string) ([]any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var list []any
	if err := d.Decode(&list); err != nil || len(list) != len(t.Key) {
		return nil, fmt.Errorf("the key %q of table %s is damaged: %w", text, t.Name, err)
	}
	for i, name := range t.Key {
		var err error
		switch v := list[i].(type) {
		case json.Number:
			list[i], err = v.Int64()
		case string:
			if kindOf(t, name) == db.Blob {
				list[i], err = hex.DecodeString(v)
			}
		default:
			err = fmt.Errorf("it holds %v", v)
		}
		if err != nil {
			return nil, fmt.Errorf("the key %q of table %s is damaged: %w", text, t.Name, err)
		}
	}
	return list, nil
}

// compare puts keys into the order of db.Tx.Rows.
func compare(a, b []any) int {
	return slices.CompareFunc(a, b, func(x, y any) int {
		switch x := x.(type) {
		case int64:
			return cmp.Compare(x, y.(int64))
		case string:
			return strings.Compare(x, y.(string))
		case []byte:
			return bytes.Compare(x, y.([]byte))
		}
		return 0
	})
}

// named returns a condition that names rows by their keys.
func named(t *db.Table, keys [][]any) (where string, args []any) {
	var rows []string
	for _, key := range keys {
		var parts []string
		for i, name := range t.Key {
			args = append(args, key[i])
			parts = append(parts, fmt.Sprintf(`"%s" = $%d`, name, len(args)))
		}
		rows = append(rows, strings.Join(parts, " AND "))
	}
	return strings.Join(rows, " OR "), args
}

// query yields the rows of a table that a condition with arguments names.
func query(ctx context.Context, tx *db.Tx, t *db.Table, where string, args []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		rows, err := tx.Query(ctx, `SELECT "`+strings.Join(t.Names(), `", "`)+`" FROM "`+t.Name+`" WHERE `+where, args...)
		if err != nil {
			yield(nil, fmt.Errorf("read table %s: %w", t.Name, err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			row, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
			for i := range row {
				into[i] = &row[i]
			}
			if err := rows.Scan(into...); !yield(row, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read table %s: %w", t.Name, err))
		}
	}
}

func readNotes(ctx context.Context, tx *db.Tx) (list []note, err error) {
	rows, err := tx.Query(ctx, `SELECT n, tbl, key FROM moving_row`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n note
		if err := rows.Scan(&n.n, &n.table, &n.key); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// forget drops the notes that have been followed. One that was made since about the
// same row stays.
func (m *Move) forget(ctx context.Context, notes []note) error {
	for part := range slices.Chunk(notes, 200) {
		args := make([]any, len(part))
		for i, n := range part {
			args[i] = n.n
		}
		if err := m.From.Transact(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM moving_row WHERE n IN (`+db.Places(1, len(args))+`)`, args...)
			return err
		}); err != nil {
			return fmt.Errorf("drop the notes of what was carried over: %w", err)
		}
	}
	return nil
}

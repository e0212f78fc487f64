package db

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Table is a table as the engine describes it: what a walk over a whole database
// needs, whatever the subject. The same migrations give the same tables on both
// engines, whose columns have the same kinds.
type Table struct {
	Name    string
	Columns []Column
	Key     []string // the columns of the primary key, in its order
	Parents []string // the tables that its rows point at, without itself
	Self    string   // the column that points at rows of the same table, "" for none
	Counter string   // the column that the engine counts up by itself, "" for none
}

// Column is a column of a Table.
type Column struct {
	Name string
	Kind Kind
	Null bool // it may be NULL
}

// Kind is the kind of the values of a column, and the Go type in which they are read
// and written.
type Kind string

// The kinds.
const (
	Integer Kind = "integer" // int64
	Real    Kind = "real"    // float64
	Text    Kind = "text"    // string
	Blob    Kind = "bytes"   // []byte
)

// Names returns the names of the columns.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Tables returns every table of the database, those by which the schema tells its own
// age left out. A table stands behind its parents.
func (t *Tx) Tables(ctx context.Context) ([]*Table, error) {
	list, err := t.columns(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the tables of the database: %w", err)
	}
	if err := t.pointers(ctx, list); err != nil {
		return nil, fmt.Errorf("read what the tables of the database point at: %w", err)
	}
	return parentsFirst(list)
}

// columns returns the tables with their columns, by name.
func (t *Tx) columns(ctx context.Context) ([]*Table, error) {
	query := `SELECT t.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0, c.pk, t.sql LIKE '%AUTOINCREMENT%' AND c.pk = 1
		FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'goose%' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE 'moving%' AND t.name <> 'generation' ORDER BY t.name, c.cid`
	if t.Dialect == Postgres {
		query = `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
				coalesce(array_position(k.conkey, a.attnum), 0), a.attidentity <> ''
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
			WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
			AND c.relname NOT LIKE 'goose%' AND c.relname NOT LIKE 'moving%' AND c.relname <> 'generation' ORDER BY c.relname COLLATE "C", a.attnum`
	}
	rows, err := t.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*Table
	places := map[string]int{}
	for rows.Next() {
		var table, kind string
		var c Column
		var place int
		var counts bool
		if err := rows.Scan(&table, &c.Name, &kind, &c.Null, &place, &counts); err != nil {
			return nil, err
		}
		if len(list) == 0 || list[len(list)-1].Name != table {
			list = append(list, &Table{Name: table})
		}
		last := list[len(list)-1]
		if c.Kind, err = kindOf(kind); err != nil {
			return nil, fmt.Errorf("column %s of %s: %w", c.Name, table, err)
		}
		last.Columns = append(last.Columns, c)
		if counts {
			last.Counter = c.Name
		}
		if place > 0 {
			last.Key = append(last.Key, c.Name)
			places[table+"."+c.Name] = place
		}
	}
	for _, table := range list {
		slices.SortFunc(table.Key, func(a, b string) int { return places[table.Name+"."+a] - places[table.Name+"."+b] })
		if len(table.Key) == 0 {
			return nil, fmt.Errorf("table %s has no primary key, so its rows have no order", table.Name)
		}
	}
	return list, rows.Err()
}

func kindOf(declared string) (Kind, error) {
	switch strings.ToLower(declared) {
	case "integer", "bigint":
		return Integer, nil
	case "real", "double precision":
		return Real, nil
	case "text":
		return Text, nil
	case "blob", "bytea":
		return Blob, nil
	}
	return "", fmt.Errorf("the type %s is none that both engines have", declared)
}

// pointers fills in what the rows of each table point at.
func (t *Tx) pointers(ctx context.Context, list []*Table) error {
	query := `SELECT t.name, f."from", f."table" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`
	if t.Dialect == Postgres {
		query = `SELECT c.relname, a.attname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
			JOIN pg_class p ON p.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
			WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace`
	}
	rows, err := t.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table, column, parent string
		if err := rows.Scan(&table, &column, &parent); err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(t *Table) bool { return t.Name == table })
		switch {
		case i < 0:
		case table == parent:
			list[i].Self = column
		case !slices.Contains(list[i].Parents, parent):
			list[i].Parents = append(list[i].Parents, parent)
		}
	}
	return rows.Err()
}

// parentsFirst puts each table behind those that it points at.
func parentsFirst(list []*Table) ([]*Table, error) {
	var sorted []*Table
	placed := map[string]bool{}
	for len(sorted) < len(list) {
		before := len(sorted)
		for _, t := range list {
			if !placed[t.Name] && !slices.ContainsFunc(t.Parents, func(p string) bool { return !placed[p] }) {
				sorted, placed[t.Name] = append(sorted, t), true
			}
		}
		if len(sorted) == before {
			return nil, fmt.Errorf("some tables point at each other in a circle")
		}
	}
	return sorted, nil
}

// Rows yields the rows of a table in the order of its key, which is the same on both
// engines, each with the values of its columns in their order. It begins behind the
// key after, nil for the beginning; where is a condition that further narrows them, ""
// for none. A row belongs to whoever receives it. Rows reads as it is asked, so a table
// need not fit in memory.
func (t *Tx) Rows(ctx context.Context, table *Table, where string, after []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		rows, err := t.Query(ctx, t.walk(table, where, len(after) > 0), after...)
		if err != nil {
			yield(nil, fmt.Errorf("read table %s: %w", table.Name, err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			row, err := scanRow(rows, table)
			if !yield(row, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read table %s: %w", table.Name, err))
		}
	}
}

// walk returns the query of Rows.
func (t *Tx) walk(table *Table, where string, after bool) string {
	order := make([]string, len(table.Key))
	for i, k := range table.Key {
		order[i] = quote(k)
		j := slices.IndexFunc(table.Columns, func(c Column) bool { return c.Name == k })
		if t.Dialect == Postgres && table.Columns[j].Kind == Text {
			order[i] += ` COLLATE "C"` // by bytes, as SQLite does
		}
	}
	keys := strings.Join(order, ", ")
	query := `SELECT ` + quoted(table.Names()) + ` FROM ` + quote(table.Name)
	var conditions []string
	if where != "" {
		conditions = append(conditions, "("+where+")")
	}
	if after {
		conditions = append(conditions, "("+keys+") > ("+Places(1, len(table.Key))+")")
	}
	if len(conditions) > 0 {
		query += ` WHERE ` + strings.Join(conditions, " AND ")
	}
	return query + ` ORDER BY ` + keys
}

func scanRow(rows *sql.Rows, table *Table) ([]any, error) {
	row, into := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i := range row {
		into[i] = &row[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, fmt.Errorf("read table %s: %w", table.Name, err)
	}
	return row, nil
}

// Fill writes rows, each with a value for every column of the table, over those of the
// same key. The column Self is left NULL, because a row may point at one that comes
// later: Point sets it. What PostgreSQL cannot hold in a text, which is bytes that are
// no UTF-8 and NUL, becomes U+FFFD there.
func (t *Tx) Fill(ctx context.Context, table *Table, rows [][]any) error {
	values := make([]any, 0, len(rows)*len(table.Columns))
	for _, row := range rows {
		for i, v := range row {
			if table.Columns[i].Name == table.Self {
				v = nil
			}
			if text, ok := v.(string); ok && t.Dialect == Postgres {
				v = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
			}
			values = append(values, v)
		}
	}
	var set []string
	for _, c := range table.Columns {
		if !slices.Contains(table.Key, c.Name) {
			set = append(set, quote(c.Name)+" = excluded."+quote(c.Name))
		}
	}
	end := ` ON CONFLICT (` + quoted(table.Key) + `) DO NOTHING`
	if len(set) > 0 {
		end = ` ON CONFLICT (` + quoted(table.Key) + `) DO UPDATE SET ` + strings.Join(set, ", ")
	}
	insert := `INSERT INTO ` + quote(table.Name) + ` (` + quoted(table.Names()) + `) VALUES `
	if err := t.InsertRows(ctx, insert, end, len(table.Columns), values); err != nil {
		return fmt.Errorf("write table %s: %w", table.Name, err)
	}
	return nil
}

// Point sets the column Self of rows that Fill has written.
func (t *Tx) Point(ctx context.Context, table *Table, rows [][]any) error {
	self := slices.Index(table.Names(), table.Self)
	key := slices.Index(table.Names(), table.Key[0])
	for _, row := range rows {
		if _, err := t.Exec(ctx, `UPDATE `+quote(table.Name)+` SET `+quote(table.Self)+` = $1 WHERE `+quote(table.Key[0])+` = $2`, row[self], row[key]); err != nil {
			return fmt.Errorf("write table %s: %w", table.Name, err)
		}
	}
	return nil
}

// Counted returns how far the engine has counted the table's Counter up, so that
// numbers of rows that are gone are not given out again.
func (t *Tx) Counted(ctx context.Context, table *Table) (int64, error) {
	query := `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = $1`
	args := []any{table.Name}
	if t.Dialect == Postgres {
		var sequence string
		if err := t.QueryRow(ctx, `SELECT pg_get_serial_sequence(quote_ident($1), $2)`, table.Name, table.Counter).Scan(&sequence); err != nil {
			return 0, err
		}
		query, args = `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM `+sequence, nil
	}
	var n int64
	if err := t.QueryRow(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the counter of table %s: %w", table.Name, err)
	}
	return n, nil
}

// Top returns the highest number that a row of the table has, 0 for none.
func (t *Tx) Top(ctx context.Context, table *Table) (n int64, err error) {
	if err = t.QueryRow(ctx, `SELECT coalesce(max(`+quote(table.Counter)+`), 0) FROM `+quote(table.Name)).Scan(&n); err != nil {
		err = fmt.Errorf("read the highest number of table %s: %w", table.Name, err)
	}
	return n, err
}

// CountFrom has the engine give out numbers above n, and above those of the rows.
func (t *Tx) CountFrom(ctx context.Context, table *Table, n int64) error {
	top, err := t.Top(ctx, table)
	if err != nil {
		return err
	}
	n = max(n, top)
	switch {
	case n == 0:
	case t.Dialect == Postgres:
		_, err = t.Exec(ctx, `SELECT setval(pg_get_serial_sequence(quote_ident($1), $2), $3)`, table.Name, table.Counter, n)
	default:
		if _, err = t.Exec(ctx, `DELETE FROM sqlite_sequence WHERE name = $1`, table.Name); err == nil {
			_, err = t.Exec(ctx, `INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)`, table.Name, n)
		}
	}
	if err != nil {
		return fmt.Errorf("set the counter of table %s: %w", table.Name, err)
	}
	return nil
}

func quote(name string) string { return `"` + name + `"` }

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

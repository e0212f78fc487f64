package db

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
)

// Dialect is an engine; its methods are all the places where one SQL text does
// not serve both.
type Dialect int

// The engines.
const (
	SQLite Dialect = iota
	Postgres
)

func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// snapshot is the isolation under which several queries see one state. SQLite
// readers in WAL mode always do.
func (d Dialect) snapshot() sql.IsolationLevel {
	if d == Postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// ForUpdate is the clause by which a SELECT in a transaction keeps its rows
// from other writers. SQLite has one writer at a time and needs none.
func (d Dialect) ForUpdate() string {
	if d == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLocked is the clause by which a SELECT in a transaction keeps its rows and
// leaves out those that another transaction keeps. SQLite has one writer at a time
// and needs none.
func (d Dialect) SkipLocked() string {
	if d == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// Parameters is how many parameters a statement that handles many rows should have.
func (d Dialect) Parameters() int {
	if d == Postgres {
		return 1500 // the server is a way off
	}
	return 300
}

// Rows returns "($1, $2), ($3, $4)" for two rows of two values, and "from" as the
// number of the first. On SQLite it is "(?, ?), (?, ?)", which must then come last in
// the statement: its driver looks every parameter that has a name up in a list.
func (d Dialect) Rows(rows, width, from int) string {
	var b []byte
	for i := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '(')
		for j := range width {
			if j > 0 {
				b = append(b, ',')
			}
			if d == SQLite {
				b = append(b, '?')
				continue
			}
			b = strconv.AppendInt(append(b, '$'), int64(from+i*width+j), 10)
		}
		b = append(b, ')')
	}
	return string(b)
}

// Places returns "$from, $from+1, …", n of them, for an IN list.
func Places(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
	return b.String()
}

// InsertRows writes rows of the given width, many with one statement, which begins
// with insert, up to VALUES, and ends with end.
func (t *Tx) InsertRows(ctx context.Context, insert, end string, width int, values []any) error {
	for part := range slices.Chunk(values, width*(t.Dialect.Parameters()/width)) {
		if _, err := t.Exec(ctx, insert+t.Dialect.Rows(len(part)/width, width, 1)+end, part...); err != nil {
			return err
		}
	}
	return nil
}

package db

import (
	"database/sql"
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

package db

import (
	"context"
	"database/sql"
)

// Tx is a transaction. It is for one goroutine.
type Tx struct {
	Dialect Dialect
	tx      *sql.Tx
	pool    *pool
	stmts   map[string]*sql.Stmt
	fresh   []string // texts that the pool does not hold prepared
	before  []func(context.Context) error
	after   []func()
}

// Exec runs a statement and returns the number of rows it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var res sql.Result
	s, err := t.stmt(ctx, query)
	switch {
	case err != nil:
	case s != nil:
		res, err = s.ExecContext(ctx, args...)
	default:
		res, err = t.tx.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query reads inside the transaction. The caller closes the rows.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := t.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	if s != nil {
		return s.QueryContext(ctx, args...)
	}
	return t.tx.QueryContext(ctx, query, args...)
}

// QueryRow reads one row inside the transaction.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if s, err := t.stmt(ctx, query); err == nil && s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return t.tx.QueryRowContext(ctx, query, args...)
}

// stmt returns query prepared, nil where the engine keeps none. A transaction
// that runs the same text a thousand times has it parsed once, and a text that comes in
// one transaction after the other is held by the pool.
func (t *Tx) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if !t.pool.keep {
		return nil, nil
	}
	if s := t.stmts[query]; s != nil {
		return s, nil
	}
	var s *sql.Stmt // closed with the transaction
	if held, ok := t.pool.stmts.Load(query); ok {
		s = t.tx.StmtContext(ctx, held.(*sql.Stmt))
	} else {
		var err error
		if s, err = t.tx.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
		t.fresh = append(t.fresh, query)
	}
	if t.stmts == nil {
		t.stmts = map[string]*sql.Stmt{}
	}
	t.stmts[query] = s
	return s, nil
}

// Before has f called as the last act before the commit, for what should hold its
// locks for as short a time as can be. An error of f rolls the transaction back.
func (t *Tx) Before(f func(context.Context) error) { t.before = append(t.before, f) }

// After has f called once the transaction has been committed, and not at all
// when it is rolled back.
func (t *Tx) After(f func()) { t.after = append(t.after, f) }

// Package db is the one door to SQLite and PostgreSQL. It opens a database,
// brings its schema up to date, runs transactions and hides the few places
// where the engines differ. It knows no table but its own; the SQL of a subject
// stands in the folder of that subject, one text for both engines: $1
// placeholders, named columns, row values, ON CONFLICT and RETURNING.
//
// Times are stored as microseconds since 1970 UTC in BIGINT columns (Micros,
// Time), days as text of the form 2026-04-14.
//
// On SQLite there is one writing connection, whose transactions begin
// IMMEDIATE, and a pool of reading ones; what Transact has acknowledged is on
// disk (synchronous=FULL). On PostgreSQL nothing rests on a session: no session
// locks, no LISTEN, no prepared statement of ours, so PgBouncer in transaction
// mode may stand between (with default_query_exec_mode=exec in the DSN).
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	Dialect Dialect
	read    *pool
	write   *pool
	path    string
	config  *pgx.ConnConfig // of PostgreSQL

	together together
	commits  atomic.Uint64
	ahead    atomic.Int64  // of the server's clock before this machine's
	skew     time.Duration // by which the clock of this machine is wrong, in tests
	standby  *pool         // nil without one
	holds    atomic.Int64  // how far the standby has come
	wanted   atomic.Int64  // and how far it must have
}

// Commits returns how many writing transactions this DB has committed: what was read
// before and after an unchanged number has not been changed by this process.
func (d *DB) Commits() uint64 { return d.commits.Load() }

// Open opens the database named by dsn and brings its schema up to date. A dsn
// that begins with postgres:// or postgresql:// names a PostgreSQL database;
// anything else is the path of a SQLite file, whose folder is made if absent.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d, err := Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("bring the schema of %s up to date: %w", Redact(dsn), err)
	}
	return d, nil
}

// Connect opens the database without touching its schema.
func Connect(ctx context.Context, dsn string) (*DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return connectPostgres(ctx, dsn)
	}
	return connectSQLite(ctx, dsn)
}

func connectSQLite(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if err := begin(path); err != nil {
		return nil, fmt.Errorf("make the database: %w", err)
	}
	open := func(options string, conns int) (*pool, error) {
		p, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+options)
		if err != nil {
			return nil, err
		}
		p.SetMaxOpenConns(conns)
		p.SetMaxIdleConns(conns)
		return &pool{db: p, keep: true}, pingSQLite(ctx, p)
	}
	const shared = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=temp_store(2)&_pragma=synchronous(2)"
	w, err := open(shared+"&_txlock=immediate&_pragma=journal_mode(wal)&_pragma=cache_size(-16000)", 1)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	r, err := open(shared+"&_pragma=query_only(1)&_pragma=cache_size(-4000)", max(4, 2*runtime.GOMAXPROCS(0)))
	if err != nil {
		w.db.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return &DB{Dialect: SQLite, read: r, write: w, path: path}, nil
}

// begin makes the file of a new database, which holds addresses and sums of passwords, so
// that others on the machine cannot read it; SQLite gives its companions the same mode.
func begin(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// pingSQLite makes the first connection. Turning a new file to WAL can meet another
// process that does the same, which SQLite calls busy at once, whatever its timeout.
func pingSQLite(ctx context.Context, p *sql.DB) error {
	const tries, pause = 50, 20 * time.Millisecond
	for try := 1; ; try++ {
		err := p.PingContext(ctx)
		if err == nil || try == tries || !givenUp(err) || ctx.Err() != nil {
			return err
		}
		time.Sleep(pause)
	}
}

// Redact returns dsn without its password, for messages and logs.
func Redact(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return "the database"
	}
	q := u.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		if q.Has(secret) {
			q.Set(secret, "xxxxx")
			u.RawQuery = q.Encode()
		}
	}
	return u.Redacted()
}

// Close closes every connection; transactions under way are rolled back.
func (d *DB) Close() error {
	err := d.read.db.Close()
	if d.write != d.read {
		err = errors.Join(err, d.write.db.Close())
	}
	if d.standby != nil {
		err = errors.Join(err, d.standby.db.Close())
	}
	return err
}

// Ping asks the database for a sign of life.
func (d *DB) Ping(ctx context.Context) error { return d.read.db.PingContext(ctx) }

// Size returns the bytes that the database takes on disk.
func (d *DB) Size(ctx context.Context) (int64, error) {
	if d.Dialect == SQLite {
		var sum int64
		for _, suffix := range []string{"", "-wal"} {
			if st, err := os.Stat(d.path + suffix); err == nil {
				sum += st.Size()
			}
		}
		return sum, nil
	}
	var n int64
	err := d.QueryRow(ctx, `SELECT pg_database_size(current_database())`).Scan(&n)
	return n, err
}

// Query reads outside a transaction. The caller closes the rows.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if d.lends(ctx) {
		rows, err := d.standby.db.QueryContext(ctx, query, args...)
		if err == nil || !away(err) {
			return rows, err
		}
		d.StandbyHolds(-1)
	}
	if s := d.read.stmt(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return d.read.db.QueryContext(ctx, query, args...)
}

// QueryRow reads one row outside a transaction.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if d.lends(ctx) {
		row := d.standby.db.QueryRowContext(ctx, query, args...)
		if !away(row.Err()) {
			return row
		}
		d.StandbyHolds(-1)
	}
	if s := d.read.stmt(ctx, query); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return d.read.db.QueryRowContext(ctx, query, args...)
}

// Snapshot runs fn in a reading transaction: all it asks sees one state.
func (d *DB) Snapshot(ctx context.Context, fn func(*Tx) error) error {
	return d.run(ctx, d.read, &sql.TxOptions{Isolation: d.Dialect.snapshot(), ReadOnly: d.Dialect == Postgres}, fn)
}

// Transact runs fn in a writing transaction and commits it when fn returns nil.
// It runs fn again, from the start, when the engine gave the transaction up for
// the sake of another one (deadlock, serialisation), or when the connection was lost
// before the commit was asked for, so fn must have no effect outside tx that a second
// run would repeat.
//
// When the connection is lost during the commit, the transaction may have been kept or
// not; the error says that the database does not answer (Explain), and whoever runs it
// again must be safe to.
func (d *DB) Transact(ctx context.Context, fn func(tx *Tx) error) error {
	const tries, patience = 6, 3 * time.Second
	began := time.Now()
	for try := 1; ; try++ {
		err := d.run(ctx, d.write, nil, fn)
		lost := err != nil && !errors.Is(err, errDoubt) && away(err)
		if demoted(err) {
			d.write.forget()
		}
		if err == nil || try == tries || !givenUp(err) && (!lost || time.Since(began) > patience) {
			return err
		}
		pause := time.Duration(try*try) * 5 * time.Millisecond
		if lost {
			pause *= 10
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (d *DB) run(ctx context.Context, p *pool, o *sql.TxOptions, fn func(*Tx) error) error {
	tx, err := p.db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit this does nothing
	t := &Tx{tx: tx, pool: p, Dialect: d.Dialect}
	if err := fn(t); err != nil {
		return err
	}
	for i := 0; i < len(t.before); i++ {
		if err := t.before[i](ctx); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		// pgx says of a connection lost while it waits for the answer that nothing was sent
		// (it reads once more, and reports that): SafeToRetry must not be believed here.
		if d.Dialect == Postgres && (away(err) || ctx.Err() != nil) {
			return fmt.Errorf("%w: %w", errDoubt, err)
		}
		return err
	}
	d.commits.Add(1)
	p.hold(ctx, t.fresh) // the connection is free again
	for _, f := range t.after {
		f()
	}
	return nil
}

// givenUp reports whether the engine asks for the transaction to be run again.
func givenUp(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "40001", "40P01": // serialization_failure, deadlock_detected
			return true
		case "23505": // unique_violation: another transaction wrote the row first; the next try sees it
			return true
		}
	}
	const busy = 5 // SQLITE_BUSY: another process holds the file
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == busy
}

// Querier is what a DB and a Tx have in common: reading.
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// pool is a connection pool that keeps its statements prepared where that is
// safe: on SQLite. On PostgreSQL pgx does so itself where the DSN allows it.
type pool struct {
	db    *sql.DB
	keep  bool
	count atomic.Int32
	stmts sync.Map // query text → *sql.Stmt

	mu     sync.Mutex
	lately [64]string // texts that transactions had to prepare
	next   int
}

// kept is the most statements that a pool holds prepared: more than the
// program's constant texts, fewer than a list of varying length could make.
const kept = 200

func (p *pool) stmt(ctx context.Context, query string) *sql.Stmt {
	if !p.keep {
		return nil
	}
	if s, ok := p.stmts.Load(query); ok {
		return s.(*sql.Stmt)
	}
	if p.count.Load() >= kept {
		return nil
	}
	s, err := p.db.PrepareContext(ctx, query)
	if err != nil {
		return nil // the query itself will say why
	}
	if old, held := p.stmts.LoadOrStore(query, s); held {
		s.Close()
		return old.(*sql.Stmt)
	}
	p.count.Add(1)
	return s
}

// hold has the pool prepare the texts that a transaction had to prepare for itself, and
// not the first one lately.
func (p *pool) hold(ctx context.Context, texts []string) {
	for _, text := range texts {
		if p.count.Load() < kept && p.again(text) {
			p.stmt(ctx, text)
		}
	}
}

// again notes a text, and reports whether it was noted before.
func (p *pool) again(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.lately[:], text) {
		return true
	}
	p.lately[p.next] = text
	p.next = (p.next + 1) % len(p.lately)
	return false
}

// Micros is the form in which a time is stored; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the inverse of Micros; it returns UTC.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

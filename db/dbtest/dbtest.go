// Package dbtest gives each test a fresh database on each engine.
//
// SQLite databases live in the test's temporary folder. PostgreSQL is used when
// BROADSHEET_TEST_POSTGRES holds a DSN: each test gets a schema of its own
// there, dropped at its end. With the flag -keep a failing test leaves its
// database and says where it is.
package dbtest

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
)

var keep = flag.Bool("keep", false, "leave the database of a failing store test and say where it is")

// Each runs f once on every engine that is there, in parallel, with an empty
// database of the newest schema.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) { f(t, Open(t, dsn)) })
}

// EachDSN is Each for tests that open the database themselves, more than once
// or from another process.
func EachDSN(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Postgres(t))
	})
}

// Open opens dsn until the end of the test.
func Open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatalf("open %s: %v", db.Redact(dsn), err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// SQLite returns the path of a database that does not exist yet.
func SQLite(t testing.TB) string {
	t.Helper()
	if !*keep {
		return filepath.Join(t.TempDir(), "broadsheet.db")
	}
	dir, err := os.MkdirTemp("", "broadsheet-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the database is kept: %s", filepath.Join(dir, "broadsheet.db"))
			return
		}
		os.RemoveAll(dir)
	})
	return filepath.Join(dir, "broadsheet.db")
}

var schemas atomic.Int64

// Postgres returns the DSN of an empty schema on the server that
// BROADSHEET_TEST_POSTGRES names, and skips the test when it names none.
func Postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv("BROADSHEET_TEST_POSTGRES")
	if base == "" {
		t.Skip("BROADSHEET_TEST_POSTGRES names no PostgreSQL server")
	}
	ctx := context.Background()
	admin, err := db.Connect(ctx, base)
	if err != nil {
		t.Fatalf("BROADSHEET_TEST_POSTGRES: %v", err)
	}
	name := fmt.Sprintf("test_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), schemas.Add(1))
	run := func(statement string) error {
		return admin.Transact(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, statement)
			return err
		})
	}
	if err := run(`CREATE SCHEMA ` + name); err != nil {
		t.Fatalf("make a schema: %v", err)
	}
	t.Cleanup(func() {
		defer admin.Close()
		if *keep && t.Failed() {
			t.Logf("the database is kept: schema %s of %s", name, db.Redact(base))
			return
		}
		if err := run(`DROP SCHEMA ` + name + ` CASCADE`); err != nil {
			t.Errorf("drop schema %s: %v", name, err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("BROADSHEET_TEST_POSTGRES: %v", err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// PgBouncer returns the DSN of an empty database behind a PgBouncer in transaction
// mode, which BROADSHEET_TEST_PGBOUNCER names, and skips the test when it names none.
// There is one such database, so one test may use it, and it must be empty before.
func PgBouncer(t testing.TB) string {
	t.Helper()
	base := os.Getenv("BROADSHEET_TEST_PGBOUNCER")
	if base == "" {
		t.Skip("BROADSHEET_TEST_PGBOUNCER names no PgBouncer")
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("BROADSHEET_TEST_PGBOUNCER: %v", err)
	}
	q := u.Query()
	q.Set("default_query_exec_mode", "exec")
	u.RawQuery = q.Encode()
	ctx := context.Background()
	admin, err := db.Connect(ctx, u.String())
	if err != nil {
		t.Fatalf("BROADSHEET_TEST_PGBOUNCER: %v", err)
	}
	tables := func() (names []string) {
		rows, err := admin.Query(ctx, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return names
	}
	if list := tables(); len(list) > 0 {
		admin.Close()
		t.Fatalf("the database behind BROADSHEET_TEST_PGBOUNCER holds %d tables; the test wants an empty one, and leaves it empty", len(list))
	}
	t.Cleanup(func() {
		defer admin.Close()
		for _, name := range tables() {
			if err := admin.Transact(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `DROP TABLE IF EXISTS "`+name+`" CASCADE`)
				return err
			}); err != nil {
				t.Errorf("drop table %s: %v", name, err)
			}
		}
	})
	return u.String()
}

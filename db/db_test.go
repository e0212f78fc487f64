package db_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"broadsheet/db"
	"broadsheet/db/dbtest"
)

var update = flag.Bool("update", false, "rewrite the dumped schemas")

// TestSchema compares the schema that the migrations make with the dumped one,
// so that a migration is reviewed as a difference.
func TestSchema(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		got, err := d.Schema(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		file := "schema." + d.Dialect.String() + ".sql"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s is out of date (go test ./db -update rewrites it):\n%s", file, diff)
		}
	})
}

func TestOpenTwiceAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				d, err := db.Open(t.Context(), dsn)
				if err != nil {
					t.Error(err)
					return
				}
				d.Close()
			})
		}
		all.Wait()
	})
}

func TestTransact(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		boom := errors.New("boom")
		insert := func(tx *db.Tx, name string) error {
			_, err := tx.Exec(ctx, `INSERT INTO watcher (name, seq, at) VALUES ($1, 1, 1)`, name)
			return err
		}
		var order []string
		err := d.Transact(ctx, func(tx *db.Tx) error {
			tx.Before(func(context.Context) error { order = append(order, "before"); return insert(tx, "late") })
			tx.After(func() { order = append(order, "after") })
			order = append(order, "body")
			return insert(tx, "kept")
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := "body before after"; strings.Join(order, " ") != want {
			t.Errorf("order %v, want %s", order, want)
		}
		err = d.Transact(ctx, func(tx *db.Tx) error {
			tx.After(func() { t.Error("After ran though the transaction failed") })
			if err := insert(tx, "lost"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("error %v, want boom", err)
		}
		var names int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM watcher`).Scan(&names); err != nil || names != 2 {
			t.Errorf("%d rows, %v; want 2: kept and late", names, err)
		}
	})
}

// TestConflictsAreRunAgain has transactions that read and then write the same
// row: none may be lost, on PostgreSQL thanks to the row lock and the retries.
func TestConflictsAreRunAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 5 {
					if err := d.Transact(ctx, func(tx *db.Tx) error {
						_, err := tx.Exec(ctx, `INSERT INTO watcher (name, seq, at) VALUES ('n', 1, 1) ON CONFLICT (name) DO UPDATE SET seq = watcher.seq + 1`)
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		var n int
		if err := d.QueryRow(ctx, `SELECT seq FROM watcher`).Scan(&n); err != nil || n != 40 {
			t.Errorf("counted %d, %v; want 40", n, err)
		}
	})
}

func TestMicros(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 14, 1, 2, 3, 456789000, time.FixedZone("", 3600))
	if got := db.Time(db.Micros(at)); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("%v came back as %v", at, got)
	}
	if !db.Time(db.Micros(time.Time{})).IsZero() {
		t.Error("the zero time did not come back as such")
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	if got := db.Redact("postgres://u:secret@h/d"); strings.Contains(got, "secret") {
		t.Errorf("%s shows the password", got)
	}
	if got := db.Redact("postgres://u@h/d?sslmode=disable&password=secret&sslpassword=secret"); strings.Contains(got, "secret") || !strings.Contains(got, "sslmode=disable") {
		t.Errorf("%s", got)
	}
}

func TestIdentityStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, err := d.Identity(t.Context())
		if err != nil || len(first) < 20 {
			t.Fatalf("identity %q, %v", first, err)
		}
		if again, err := d.Identity(t.Context()); err != nil || again != first {
			t.Errorf("identity %q, then %q, %v", first, again, err)
		}
	})
}

// TestAStreamIsOfOneCourse: its name stays until the database is said to be a copy.
func TestAStreamIsOfOneCourse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, err := d.Stream(t.Context())
		if err != nil || len(first) < 20 {
			t.Fatalf("stream %q, %v", first, err)
		}
		if again, err := d.Stream(t.Context()); err != nil || again != first {
			t.Errorf("stream %q, then %q, %v", first, again, err)
		}
		identity, err := d.Identity(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.NewStream(t.Context()); err != nil {
			t.Fatal(err)
		}
		if anew, err := d.Stream(t.Context()); err != nil || anew == first || anew == "" {
			t.Errorf("the stream of a copy is %q, that of its original %q, %v", anew, first, err)
		}
		if again, err := d.Identity(t.Context()); err != nil || again != identity {
			t.Errorf("the identity of a copy is %q, that of its original %q, %v", again, identity, err)
		}
	})
}

// TestANewDatabaseIsOnesOwn: others on the machine cannot read it, nor what lies beside it.
func TestANewDatabaseIsOnesOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dbtest.Open(t, filepath.Join(dir, "x.db"))
	list, err := os.ReadDir(dir)
	if err != nil || len(list) < 2 {
		t.Fatal(list, err)
	}
	for _, e := range list {
		if st, err := e.Info(); err != nil || st.Mode().Perm()&0o007 != 0 {
			t.Errorf("%s has the mode %v, %v", e.Name(), st.Mode(), err)
		}
	}
}

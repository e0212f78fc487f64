package db_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// TestStandby: a standby is asked for what may lag, as long as it holds what is
// wanted, and never for anything else. Another schema stands in for it, so that the
// answers tell who gave them.
func TestStandby(t *testing.T) {
	t.Parallel()
	main, standby := dbtest.Open(t, dbtest.Postgres(t)), dbtest.Postgres(t)
	other := dbtest.Open(t, standby)
	for d, who := range map[*db.DB]string{main: "primary", other: "standby"} {
		if err := d.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO lease (name, holder, until) VALUES ('x', $1, 1)`, who)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	asks := func(ctx context.Context) (who string) {
		t.Helper()
		if err := main.QueryRow(ctx, `SELECT holder FROM lease`).Scan(&who); err != nil {
			t.Fatal(err)
		}
		rows, err := main.Query(ctx, `SELECT holder FROM lease`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var again string
		if !rows.Next() || rows.Scan(&again) != nil || again != who {
			t.Errorf("Query asks %q, QueryRow %q", again, who)
		}
		return who
	}
	lag := db.MayLag(t.Context())
	if who := asks(lag); who != "primary" {
		t.Errorf("without a standby the %s answers", who)
	}
	if err := main.UseStandby(t.Context(), standby); err != nil {
		t.Fatal(err)
	}
	main.Want(7)
	for _, c := range []struct {
		ctx   context.Context
		holds int64
		want  string
	}{{lag, -1, "primary"}, {lag, 6, "primary"}, {lag, 7, "standby"}, {t.Context(), 7, "primary"}, {lag, 9, "standby"}} {
		main.StandbyHolds(c.holds)
		if who := asks(c.ctx); who != c.want {
			t.Errorf("at %d of 7 the %s answers, want the %s", c.holds, who, c.want)
		}
	}
}

// TestClock: whoever uses a database goes by its clock. A function of the schema
// stands in for a server whose clock is an hour ahead.
func TestClock(t *testing.T) {
	t.Parallel()
	lite := dbtest.Open(t, dbtest.SQLite(t))
	if ahead, err := lite.SetClock(t.Context()); err != nil || ahead != 0 || time.Since(lite.Now()).Abs() > time.Second {
		t.Errorf("SQLite is %s ahead, %v", ahead, err)
	}
	u, err := url.Parse(dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", q.Get("search_path")+",pg_catalog") // ours goes first
	u.RawQuery = q.Encode()
	d := dbtest.Open(t, u.String())
	if ahead, err := d.SetClock(t.Context()); err != nil || ahead.Abs() > 10*time.Second {
		t.Errorf("the same machine is %s ahead, %v", ahead, err)
	}
	if err := d.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d = dbtest.Open(t, u.String()) // the other one has its statements prepared
	if ahead, err := d.SetClock(t.Context()); err != nil || (ahead-time.Hour).Abs() > 10*time.Second || time.Until(d.Now().Add(-time.Hour)).Abs() > 10*time.Second {
		t.Errorf("%s ahead, %v, want an hour", ahead, err)
	}
}

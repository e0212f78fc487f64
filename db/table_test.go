package db_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/export"
)

func tables(t *testing.T, d *db.DB) (list []*db.Table) {
	t.Helper()
	if err := d.Snapshot(t.Context(), func(tx *db.Tx) (err error) {
		list, err = tx.Tables(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestTablesAgree: what is walked on one engine can be written on the other.
func TestTablesAgree(t *testing.T) {
	t.Parallel()
	lite := tables(t, dbtest.Open(t, dbtest.SQLite(t)))
	if len(lite) < 40 {
		t.Fatalf("only %d tables are known", len(lite))
	}
	seen := map[string]bool{}
	for _, table := range lite {
		for _, p := range table.Parents {
			if !seen[p] {
				t.Errorf("%s stands before %s, at which it points", table.Name, p)
			}
		}
		seen[table.Name] = true
		table.Counter = "" // PostgreSQL counts where SQLite takes the next free number
		slices.Sort(table.Parents)
	}
	post := tables(t, dbtest.Open(t, dbtest.Postgres(t)))
	for _, table := range post {
		table.Counter = ""
		slices.Sort(table.Parents)
	}
	if diff := cmp.Diff(lite, post); diff != "" {
		t.Errorf("the engines have different tables (-sqlite +postgres):\n%s", diff)
	}
}

// TestEveryTableIsDecided: a table is exported or left out with a reason, and each of
// its columns has a meaning. Whoever makes a table reads here what to do about it.
func TestEveryTableIsDecided(t *testing.T) {
	t.Parallel()
	for _, table := range tables(t, dbtest.Open(t, dbtest.SQLite(t))) {
		if err := export.Decided(table); err != nil {
			t.Error(err)
		}
	}
}

// TestWalkFromEngineToEngine writes rows with awkward keys on one engine, walks them
// onto the other in parts, and compares.
func TestWalkFromEngineToEngine(t *testing.T) {
	t.Parallel()
	lite, post := dbtest.Open(t, dbtest.SQLite(t)), dbtest.Open(t, dbtest.Postgres(t))
	exec := func(d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		if err := d.Transact(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
	}
	exec(lite, func(ctx context.Context, tx *db.Tx) error {
		for _, key := range []string{"a", "B", "b", "Ä", "", "a b", "aB", "\U0001F600", "z"} {
			if _, err := tx.Exec(ctx, `INSERT INTO answer (source, address, at, body) VALUES ($1, $2, 5, $3)`, key, "x"+key, []byte{0, 255}); err != nil {
				return err
			}
		}
		for id := range 3 { // the first was merged into the last
			var into any
			if id == 0 {
				into = 3
			}
			if _, err := tx.Exec(ctx, `PRAGMA defer_foreign_keys = 1`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO paper (id, key, merged_into, title, abstract, form, categories, authority, withdrawn, submitted, revised, announced, votes, comments, stars, read_at, record)
				VALUES ($1, $2, $3, '', '', '', '', 0, 0, 0, 0, '', 0, 0, 0, 0, '')`, id+1, string(rune('a'+id)), into); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO digest_block (block, n) VALUES (1, 2)`)
		return err
	})
	source := tables(t, lite)
	rowsOf := func(d *db.DB, table *db.Table, after []any) (all [][]any) {
		t.Helper()
		if err := d.Snapshot(t.Context(), func(tx *db.Tx) error {
			all = nil
			for row, err := range tx.Rows(t.Context(), table, "", after) {
				if err != nil {
					return err
				}
				all = append(all, row)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, table := range source {
		rows := rowsOf(lite, table, nil)
		exec(post, func(ctx context.Context, tx *db.Tx) error { return tx.Fill(ctx, table, rows) })
		if table.Self != "" {
			exec(post, func(ctx context.Context, tx *db.Tx) error { return tx.Point(ctx, table, rows) })
		}
		if diff := cmp.Diff(rows, rowsOf(post, table, nil)); diff != "" {
			t.Errorf("%s is different on the other side:\n%s", table.Name, diff)
		}
		if len(rows) < 3 {
			continue
		}
		var key []any
		for _, k := range table.Key {
			key = append(key, rows[1][slices.Index(table.Names(), k)])
		}
		if diff := cmp.Diff(rows[2:], rowsOf(post, table, key)); diff != "" {
			t.Errorf("%s goes on wrongly behind %v:\n%s", table.Name, key, diff)
		}
	}
	for _, table := range tables(t, post) {
		if table.Name == "paper" {
			exec(post, func(ctx context.Context, tx *db.Tx) error { return tx.CountFrom(ctx, table, 41) })
			exec(post, func(ctx context.Context, tx *db.Tx) error {
				n, err := tx.Counted(ctx, table)
				if n != 41 {
					t.Errorf("paper is counted to %d", n)
				}
				return err
			})
		}
	}
}

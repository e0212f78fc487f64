package move_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
	"broadsheet/move"
)

func change(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Transact(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

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

// fill writes n rows into every table, those of one number with equal values, so that
// whatever points at a row finds one.
func fill(t *testing.T, d *db.DB, n int) {
	t.Helper()
	list := tables(t, d)
	change(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, table := range list {
			rows := n
			if table.Columns[0].Name == "one" {
				rows = 1
			}
			var all [][]any
			for i := range rows {
				row := make([]any, len(table.Columns))
				for j, c := range table.Columns {
					switch c.Kind {
					case db.Integer:
						row[j] = int64(i + 1)
					case db.Real:
						row[j] = float64(i) + 0.1
					case db.Text:
						row[j] = fmt.Sprintf("%s %d 'é\U0001F600\\\"", []string{"b", "B", "ä"}[i%3], i)
					case db.Blob:
						row[j] = append([]byte{0, 255, byte(i)}, byte(i>>8))
					}
					if c.Name == table.Self && i%2 == 0 {
						row[j] = nil
					}
				}
				if table.Name == "outbox" {
					continue // which the switch waits for
				}
				all = append(all, row)
			}
			if len(all) == 0 {
				continue
			}
			if err := tx.Fill(ctx, table, all); err != nil {
				return err
			}
			if table.Self != "" {
				if err := tx.Point(ctx, table, all); err != nil {
					return err
				}
			}
			if table.Counter != "" {
				if err := tx.CountFrom(ctx, table, int64(n)+50); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// text is everything that a database holds.
func text(t *testing.T, d *db.DB) string {
	t.Helper()
	var b strings.Builder
	if err := d.Snapshot(t.Context(), func(tx *db.Tx) error {
		list, err := tx.Tables(t.Context())
		for _, table := range list {
			for row, err := range tx.Rows(t.Context(), table, "", nil) {
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, "%s %q\n", table.Name, row)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// busy changes a database until it is closed: it makes, alters and removes papers with
// what points at them. It returns when it is refused, with how many changes were kept.
func busy(ctx context.Context, d *db.DB, writer int) (kept int, err error) {
	for i := 0; ; i++ {
		id := int64(10_000 + 1000*writer + i%50)
		err := d.Transact(ctx, func(tx *db.Tx) error {
			for _, s := range []string{`DELETE FROM vote WHERE paper = $1`, `DELETE FROM identifier WHERE paper = $1`, `DELETE FROM paper WHERE id = $1`} {
				if _, err := tx.Exec(ctx, s, id); err != nil {
					return err
				}
			}
			if i%7 == 6 {
				return nil
			}
			if _, err := tx.Exec(ctx, `INSERT INTO paper (id, key, merged_into, title, abstract, form, categories, authority, withdrawn, submitted, revised, announced, votes, comments, stars, read_at, record, own_votes, own_comments)
				VALUES ($1, $2, NULL, $3, '', '', '', 0, 0, 0, 0, '', 0, 0, 0, 0, '{}', 0, 0)`, id, fmt.Sprintf("key %d %d", writer, i), fmt.Sprintf("title %d", i)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO identifier (scheme, value, paper) VALUES ('x', $1, $2)`, fmt.Sprintf("%d.%d", writer, i%50), id); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO vote (paper, account, at, voice) VALUES ($1, $2, $3, 1)`, id, writer, i)
			return err
		})
		if err != nil {
			return kept, err
		}
		kept++
	}
}

// TestMove moves each engine's database to the other while it is written to.
func TestMove(t *testing.T) {
	t.Parallel()
	post := dbtest.Postgres(t) // skips without one
	for name, dsn := range map[string][2]string{"sqlite to postgres": {dbtest.SQLite(t), post}, "postgres to sqlite": {dbtest.Postgres(t), dbtest.SQLite(t)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := dbtest.Open(t, dsn[0]), dbtest.Open(t, dsn[1])
			fill(t, from, 500)
			var writers sync.WaitGroup
			var kept atomic.Int64
			ctx, stop := context.WithCancel(t.Context())
			defer writers.Wait()
			defer stop()
			for w := range 3 {
				writers.Go(func() {
					n, err := busy(ctx, from, w+1)
					kept.Add(int64(n))
					if ctx.Err() == nil && !fault.Is(db.Explain(err), fault.KindBusy) {
						t.Errorf("a writer ended with %v", err)
					}
				})
			}
			tries := move1(t, from, to)
			writers.Wait()
			if tries < 3 || kept.Load() < 20 {
				t.Errorf("%d tries, %d changes meanwhile: too few to prove anything", tries, kept.Load())
			}
			old, fresh := text(t, from), text(t, to)
			if old != fresh {
				t.Errorf("the copy differs: %d and %d bytes", len(old), len(fresh))
			}
			if n := strings.Count(old, "\n"); n < 40*500 {
				t.Errorf("only %d rows", n)
			}
			checkAfter(t, from, to)
		})
	}
}

// move1 moves, and stops again and again before it lets the move come to its end.
func move1(t *testing.T, from, to *db.DB) (tries int) {
	t.Helper()
	for tries = 1; ; tries++ {
		ctx, stop := context.WithCancel(t.Context())
		told := 0
		m := move.Move{From: from, To: to, Tell: func(move.Step) {
			if told++; told == 20*tries*tries && tries < 6 {
				stop()
			}
		}}
		r, err := m.Run(ctx)
		stop()
		if err == nil {
			if r.Tables < 40 || r.Rows < 40*500 || r.Closed <= 0 {
				t.Errorf("it says %+v", r)
			}
			return tries
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

// checkAfter looks at what a move leaves behind.
func checkAfter(t *testing.T, from, to *db.DB) {
	t.Helper()
	var id int64
	change(t, to, func(ctx context.Context, tx *db.Tx) error { // numbers go on behind those that were ever given out
		return tx.QueryRow(ctx, `INSERT INTO subscription (address, hash, state, choice, account, made, confirmed, next, seen, sent) VALUES ('', 'new', '', '', 0, 0, 0, 0, 0, 0) RETURNING id`).Scan(&id)
	})
	if id != 551 {
		t.Errorf("the next subscription is number %d, want 551", id)
	}
	err := to.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO vote (paper, account, at, voice) VALUES (999999, 1, 1, 1)`)
		return err
	})
	if err == nil {
		t.Error("the new database takes a vote for a paper that there is not")
	}
	for table, d := range map[string]*db.DB{"moving_row": from, "moving_step": to} {
		if rows, err := d.Query(t.Context(), `SELECT 1 FROM `+table); err == nil {
			rows.Close()
			t.Errorf("%s was left behind", table)
		}
	}
	if _, err := (&move.Move{From: from, To: to}).Run(t.Context()); !fault.Is(err, fault.KindClash) {
		t.Errorf("moved twice: %v", err)
	}
	if err := move.Undo(t.Context(), from); err != nil {
		t.Fatal(err)
	}
	change(t, from, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE paper SET title = 'again' WHERE id = 1`)
		return err
	})
}

// TestADifferenceIsFound alters the copy behind the back of a move.
func TestADifferenceIsFound(t *testing.T) {
	t.Parallel()
	from, to := dbtest.Open(t, dbtest.SQLite(t)), dbtest.Open(t, dbtest.SQLite(t))
	fill(t, from, 3)
	ctx, stop := context.WithCancel(t.Context())
	m := move.Move{From: from, To: to, Tell: func(s move.Step) {
		if s.Deed == "verified" {
			stop()
		}
	}}
	_, _ = m.Run(ctx)
	stop()
	change(t, to, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE vote SET at = 77 WHERE paper = 2`)
		return err
	})
	change(t, to, func(ctx context.Context, tx *db.Tx) error { // as if nothing had been compared
		_, err := tx.Exec(ctx, `UPDATE moving_step SET all_proved = 0, verified = ''  WHERE tbl <> ''`)
		return err
	})
	_, err := (&move.Move{From: from, To: to}).Run(t.Context())
	if !fault.Is(err, fault.KindClash) || !strings.Contains(err.Error(), "row [2 2] of table vote differs") {
		t.Errorf("error %v, want one that names the vote", err)
	}
}

// TestRefused: a move needs an empty database, and the same source to go on.
func TestRefused(t *testing.T) {
	t.Parallel()
	one, two, to := dbtest.Open(t, dbtest.SQLite(t)), dbtest.Open(t, dbtest.SQLite(t)), dbtest.Open(t, dbtest.SQLite(t))
	fill(t, one, 2)
	fill(t, two, 2)
	change(t, two, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE instance SET name = 'another'`)
		return err
	})
	if _, err := (&move.Move{From: one, To: two}).Run(t.Context()); !fault.Is(err, fault.KindClash) {
		t.Errorf("into a filled database: %v", err)
	}
	if r, err := (&move.Move{From: one, To: to, Prepare: true}).Run(t.Context()); err != nil || r.Closed != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	change(t, one, func(ctx context.Context, tx *db.Tx) error { // prepared only
		_, err := tx.Exec(ctx, `UPDATE paper SET title = 'open' WHERE id = 1`)
		return err
	})
	if _, err := (&move.Move{From: two, To: to}).Run(t.Context()); !fault.Is(err, fault.KindClash) || !strings.Contains(err.Error(), "part of another") {
		t.Errorf("another source: %v", err)
	}
	if r, err := (&move.Move{From: one, To: to}).Run(t.Context()); err != nil || r.Late != 1 {
		t.Errorf("%+v, %v; want one row that changed meanwhile", r, err)
	}
	if a, b := text(t, one), text(t, to); a != b || !bytes.Contains([]byte(b), []byte("open")) {
		t.Error("the copy differs")
	}
}

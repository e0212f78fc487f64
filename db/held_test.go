package db_test

import (
	"fmt"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// TestHeldStatements: a text that comes in one transaction after the other means the same
// when the table has changed between, when a transaction was rolled back, and when there
// are more texts than are held.
func TestHeldStatements(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do := func(f func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Transact(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		exec := func(text string, args ...any) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), text, args...)
				return err
			}
		}
		do(exec(`CREATE TABLE held (n INTEGER PRIMARY KEY)`))
		add := `INSERT INTO held (n) VALUES ($1)`
		for n := range 4 {
			do(exec(add, n))
		}
		do(exec(`DROP TABLE held`))
		do(exec(`CREATE TABLE held (m INTEGER DEFAULT 7, n INTEGER PRIMARY KEY)`))
		for n := range 4 {
			do(exec(add, n))
		}
		if err := d.Transact(t.Context(), exec(add, 3)); err == nil {
			t.Error("one number twice")
		}
		for i := range 600 {
			do(exec(fmt.Sprintf(`UPDATE held SET m = m + 1 WHERE n = $1 AND m <> -%d`, i/2), i%4))
		}
		var sum int
		if err := d.QueryRow(t.Context(), `SELECT sum(m) FROM held`).Scan(&sum); err != nil || sum != 4*7+600 {
			t.Errorf("%d, %v", sum, err)
		}
	})
}

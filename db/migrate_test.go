package db_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// TestGenerations: a schema with something that this program does not know is used all
// the same, as long as it does not ask for a newer program.
func TestGenerations(t *testing.T) {
	t.Parallel()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := dbtest.Open(t, dsn)
		run := func(statements ...string) {
			t.Helper()
			if err := d.Transact(t.Context(), func(tx *db.Tx) error {
				for _, s := range statements {
					if _, err := tx.Exec(t.Context(), s); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		applied := map[db.Dialect]string{db.SQLite: "1", db.Postgres: "true"}[d.Dialect]
		run(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, `+applied+`)`, `ALTER TABLE paper ADD COLUMN later TEXT`)
		again, err := db.Open(t.Context(), dsn)
		if err != nil {
			t.Fatalf("a newer schema of the same generation: %v", err)
		}
		again.Close()
		run(`UPDATE generation SET oldest = 1000`)
		again, err = db.Open(t.Context(), dsn)
		if err == nil {
			again.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "use a newer program") {
			t.Errorf("error %v, want one that asks for a newer program", err)
		}
	})
}

// taking are the statements by which a migration takes something from the program
// before it.
var taking = regexp.MustCompile(`(?i)\b(DROP|RENAME|TRUNCATE|SET NOT NULL|ALTER (COLUMN )?\w+ (SET DATA )?TYPE)\b|ADD (COLUMN )?\w+ [^;,]*NOT NULL(?:[^;,D]|D[^E])*[;,]`)

// TestMigrationsOnlyAdd reads the migrations since programs of two releases may share
// a database.
func TestMigrationsOnlyAdd(t *testing.T) {
	t.Parallel()
	const since = 100 // numbers above, in which the schema was not yet promised to anybody, may do as they like
	read := 0
	for _, engine := range []string{"sqlite", "postgres"} {
		files, err := fs.Glob(os.DirFS("migrate"), engine+"/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			number, err := strconv.Atoi(path.Base(name)[:5])
			if err != nil {
				t.Fatal(err)
			}
			if number <= since {
				continue
			}
			read++
			text, err := os.ReadFile("migrate/" + name)
			if err != nil {
				t.Fatal(err)
			}
			up, _, _ := strings.Cut(string(text), "-- +goose Down")
			if found := taking.FindString(up); found != "" && !strings.Contains(up, "UPDATE generation") {
				t.Errorf("%s takes something from programs that still run (%q): add now, take away a release later, and raise the generation", name, found)
			}
		}
	}
	if read < 2 {
		t.Fatal("no migration was read")
	}
	for text, want := range map[string]bool{
		"ALTER TABLE a ADD COLUMN b BIGINT;": false, "ALTER TABLE a ADD COLUMN b BIGINT NOT NULL DEFAULT 0;": false, "CREATE TABLE a (b BIGINT NOT NULL);": false,
		"ALTER TABLE a ADD COLUMN b BIGINT NOT NULL;": true, "DROP INDEX c;": true, "ALTER TABLE a RENAME COLUMN b TO c;": true, "ALTER TABLE a ALTER COLUMN b TYPE TEXT;": true,
	} {
		if taking.MatchString(text) != want {
			t.Errorf("%s: taken for one that takes away: %v", text, !want)
		}
	}
}

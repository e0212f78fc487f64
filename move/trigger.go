package move

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/db"
)

// note is a key that was noted: the row there has changed, come or gone.
type note struct {
	n          int64
	table, key string
}

// watch has the database note every row that changes from now on. On PostgreSQL it
// waits for the transactions under way.
func watch(ctx context.Context, tx *db.Tx, list []*db.Table) error {
	statements := []string{`CREATE TABLE IF NOT EXISTS moving_row (n INTEGER PRIMARY KEY AUTOINCREMENT, tbl TEXT NOT NULL, key TEXT NOT NULL) STRICT`}
	if tx.Dialect == db.Postgres {
		statements = []string{`CREATE TABLE IF NOT EXISTS moving_row (n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tbl TEXT NOT NULL, key TEXT NOT NULL)`}
	}
	for _, t := range list {
		old, fresh := keyOf(tx.Dialect, t, "OLD"), keyOf(tx.Dialect, t, "NEW")
		if tx.Dialect == db.Postgres {
			statements = append(statements,
				fmt.Sprintf(`CREATE OR REPLACE FUNCTION moving_%[1]s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
					IF TG_OP <> 'INSERT' THEN INSERT INTO moving_row (tbl, key) VALUES ('%[1]s', %[2]s); END IF;
					IF TG_OP <> 'DELETE' THEN INSERT INTO moving_row (tbl, key) VALUES ('%[1]s', %[3]s); END IF;
					RETURN NULL; END $$`, t.Name, old, fresh),
				fmt.Sprintf(`CREATE OR REPLACE TRIGGER moving_note AFTER INSERT OR UPDATE OR DELETE ON "%[1]s" FOR EACH ROW EXECUTE FUNCTION moving_%[1]s()`, t.Name))
			continue
		}
		for verb, keys := range map[string][]string{"INSERT": {fresh}, "UPDATE": {old, fresh}, "DELETE": {old}} {
			var into []string
			for _, k := range keys {
				into = append(into, fmt.Sprintf(`SELECT '%s', %s`, t.Name, k))
			}
			statements = append(statements, fmt.Sprintf(`CREATE TRIGGER IF NOT EXISTS moving_note_%[1]s_%[2]s AFTER %[2]s ON "%[1]s" BEGIN INSERT INTO moving_row (tbl, key) %[3]s; END`,
				t.Name, verb, strings.Join(into, " UNION ")))
		}
	}
	return all(ctx, tx, statements)
}

// keyOf is an expression for the key of a row, as a JSON list; bytes are written in hex.
func keyOf(d db.Dialect, t *db.Table, row string) string {
	var parts []string
	for _, name := range t.Key {
		part := row + `."` + name + `"`
		if kindOf(t, name) == db.Blob {
			if part = `hex(` + part + `)`; d == db.Postgres {
				part = `encode(` + row + `."` + name + `", 'hex')`
			}
		}
		parts = append(parts, part)
	}
	if d == db.Postgres {
		return `json_build_array(` + strings.Join(parts, ", ") + `)::text`
	}
	return `json_array(` + strings.Join(parts, ", ") + `)`
}

func kindOf(t *db.Table, column string) db.Kind {
	return t.Columns[slices.IndexFunc(t.Columns, func(c db.Column) bool { return c.Name == column })].Kind
}

// quieten keeps letters from being taken out of the outbox, and waits for those that
// are being handed over: after the switch nobody could note that they went.
func (m *Move) quieten(ctx context.Context) error {
	if err := m.From.Transact(ctx, func(tx *db.Tx) error {
		refuse := `CREATE TRIGGER IF NOT EXISTS moving_hold BEFORE UPDATE ON outbox WHEN NEW.state = 'taken' BEGIN SELECT RAISE(ABORT, '` + db.Moving + `'); END`
		statements := []string{refuse}
		if tx.Dialect == db.Postgres {
			statements = []string{refusal, `CREATE OR REPLACE TRIGGER moving_hold BEFORE UPDATE ON outbox FOR EACH ROW WHEN (NEW.state = 'taken') EXECUTE FUNCTION moving_refuse()`}
		}
		return all(ctx, tx, statements)
	}); err != nil {
		return fmt.Errorf("hold the outbox: %w", err)
	}
	const patience = 15 * time.Minute // longer than a letter can wait for its answer
	for until := time.Now().Add(patience); ; {
		var n int
		if err := m.From.QueryRow(ctx, `SELECT count(*) FROM outbox WHERE state IN ('taken', 'handing') AND until > $1`, db.Micros(m.From.Now())).Scan(&n); err != nil {
			return err
		}
		if n == 0 || time.Now().After(until) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

const refusal = `CREATE OR REPLACE FUNCTION moving_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '` + db.Moving + `'; END $$`

// close has the old database refuse whatever would change it.
func (m *Move) close(ctx context.Context) error {
	err := m.From.Transact(ctx, func(tx *db.Tx) error {
		var statements []string
		if tx.Dialect == db.Postgres {
			statements = append(statements, refusal)
		}
		for _, t := range m.tables {
			if tx.Dialect == db.Postgres {
				statements = append(statements, fmt.Sprintf(`CREATE OR REPLACE TRIGGER moving_stop BEFORE INSERT OR UPDATE OR DELETE ON "%s" FOR EACH STATEMENT EXECUTE FUNCTION moving_refuse()`, t.Name))
				continue
			}
			for _, verb := range []string{"INSERT", "UPDATE", "DELETE"} {
				statements = append(statements, fmt.Sprintf(`CREATE TRIGGER IF NOT EXISTS moving_stop_%[1]s_%[2]s BEFORE %[2]s ON "%[1]s" BEGIN SELECT RAISE(ABORT, '%[3]s'); END`, t.Name, verb, db.Moving))
			}
		}
		return all(ctx, tx, statements)
	})
	if err != nil {
		return fmt.Errorf("close the old database: %w", err)
	}
	return nil
}

// reopen lets the old database be written to again; what changes is still noted.
func (m *Move) reopen(ctx context.Context) error {
	return m.From.Transact(context.WithoutCancel(ctx), func(tx *db.Tx) error { return drop(ctx, tx, "moving_stop", "moving_hold") })
}

// Undo removes from a database what a move put there: nothing is noted any more, and
// everything may be written.
func Undo(ctx context.Context, d *db.DB) error {
	return d.Transact(ctx, func(tx *db.Tx) error {
		if err := drop(ctx, tx, "moving_stop", "moving_hold", "moving_note"); err != nil {
			return err
		}
		return all(ctx, tx, []string{`DROP TABLE IF EXISTS moving_row`, `DROP TABLE IF EXISTS moving_step`})
	})
}

// drop removes the triggers whose names begin so.
func drop(ctx context.Context, tx *db.Tx, prefixes ...string) error {
	query := `SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'moving%'`
	if tx.Dialect == db.Postgres {
		query = `SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = current_schema()::regnamespace AND tgname LIKE 'moving%'`
	}
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var name, table string
		if err := rows.Scan(&name, &table); err != nil {
			return err
		}
		if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			continue
		}
		statement := `DROP TRIGGER "` + name + `"`
		if tx.Dialect == db.Postgres {
			statement += ` ON "` + table + `"`
		}
		statements = append(statements, statement)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	return all(ctx, tx, statements)
}

func all(ctx context.Context, tx *db.Tx, statements []string) error {
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

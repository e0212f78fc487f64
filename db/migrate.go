package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

// A migration is one file per engine with the same number, forward only, never
// edited once released.
//
// While replicas are replaced one by one, programs of two releases share a database, so
// a migration only adds: tables, indexes, columns that may be left out of an INSERT. What
// takes something away from the program before it (DROP, RENAME, a narrower column) waits
// until no such program runs: it comes a release later, raises generation here and in the
// table of that name, and older programs then refuse the database. A test reads the files.
//
//go:embed migrate/sqlite/*.sql migrate/postgres/*.sql
var migrations embed.FS

// generation is that of this program.
const generation = 1

var errNewer = errors.New("made by a newer program")

// migrate brings the schema up to date. Several processes may start on one
// PostgreSQL at once: each migration is a transaction together with its row in
// the table of versions, so all but one of them fail, wait, and find it done.
func (d *DB) migrate(ctx context.Context) error {
	const tries = 5
	for try := 1; ; try++ {
		err := d.migrateOnce(ctx)
		if err == nil || errors.Is(err, errNewer) || try == tries || ctx.Err() != nil {
			return err
		}
		time.Sleep(time.Duration(try) * 200 * time.Millisecond)
	}
}

func (d *DB) migrateOnce(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrate/"+d.Dialect.String())
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if d.Dialect == Postgres {
		dialect = goose.DialectPostgres
	}
	// Rooms number their migrations in ranges of their own, so one may follow a higher.
	p, err := goose.NewProvider(dialect, d.write.db, files, goose.WithAllowOutofOrder(true))
	if err != nil {
		return err
	}
	if err := d.understood(ctx); err != nil {
		return err
	}
	pending, err := p.HasPending(ctx)
	if err != nil || !pending {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// understood returns an error when the database wants programs of a newer generation.
func (d *DB) understood(ctx context.Context) error {
	table := `SELECT count(*) FROM sqlite_schema WHERE name = 'generation'`
	if d.Dialect == Postgres {
		table = `SELECT count(*) FROM pg_class WHERE relname = 'generation' AND relnamespace = current_schema()::regnamespace`
	}
	var n int64
	if err := d.write.db.QueryRowContext(ctx, table).Scan(&n); err != nil || n == 0 {
		return err
	}
	if err := d.write.db.QueryRowContext(ctx, `SELECT oldest FROM generation WHERE one = 1`).Scan(&n); err != nil {
		return err
	}
	if n > generation {
		return fmt.Errorf("%w: the database is of generation %d, this program of %d: use a newer program", errNewer, n, generation)
	}
	return nil
}

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
//go:embed migrate/sqlite/*.sql migrate/postgres/*.sql
var migrations embed.FS

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
	done, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	if done > newest {
		return fmt.Errorf("%w: the database is of schema %d, this program knows %d: use a newer program", errNewer, done, newest)
	}
	pending, err := p.HasPending(ctx)
	if err != nil || !pending {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

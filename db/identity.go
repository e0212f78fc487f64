package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
)

// Identity returns the name by which this database is told from every other: what
// is kept beside it, such as an index of its papers, belongs to no other. It is
// random, made at the first call, and goes along with a copy of the database.
func (d *DB) Identity(ctx context.Context) (string, error) {
	const query = `SELECT name FROM instance WHERE one = 1`
	var name string
	err := d.QueryRow(ctx, query).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		err = d.Transact(ctx, func(tx *Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO instance (one, name) VALUES (1, $1) ON CONFLICT (one) DO NOTHING`, rand.Text()); err != nil {
				return err
			}
			return tx.QueryRow(ctx, query).Scan(&name)
		})
	}
	if err != nil {
		return "", fmt.Errorf("read the identity of the database: %w", err)
	}
	return name, nil
}

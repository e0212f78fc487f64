package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
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

// Stream returns the name of this course of changes: that of a copy which was put back
// goes on otherwise than its original did after the copy was taken, under the same numbers.
// It is random, made at the first call, and made anew after NewStream.
func (d *DB) Stream(ctx context.Context) (string, error) {
	const query = `SELECT stream FROM instance WHERE one = 1`
	var name string
	err := d.QueryRow(ctx, query).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) || err == nil && name == "" {
		if _, err := d.Identity(ctx); err != nil {
			return "", err
		}
		err = d.Transact(ctx, func(tx *Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE instance SET stream = $1 WHERE one = 1 AND stream = ''`, rand.Text()); err != nil {
				return err
			}
			return tx.QueryRow(ctx, query).Scan(&name)
		})
	}
	if err != nil {
		return "", fmt.Errorf("read the name of the changes: %w", err)
	}
	return name, nil
}

// NewStream says that this database is a copy, whose changes go their own way. Its schema
// may be an old one, which names no changes yet.
func (d *DB) NewStream(ctx context.Context) error {
	err := d.Transact(ctx, func(tx *Tx) error {
		tables, err := tx.Tables(ctx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if t.Name == "instance" && slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Name == "stream" }) {
				_, err = tx.Exec(ctx, `UPDATE instance SET stream = ''`)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("begin the changes of a copy: %w", err)
	}
	return nil
}

package syndicate

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Keys holds the secret addresses of readers' own feeds: one a reader, as its sum alone,
// so that it is shown once and can only be renewed.
type Keys struct{ db *db.DB }

// NewKeys returns the keys that are held in d.
func NewKeys(d *db.DB) *Keys { return &Keys{d} }

// Renew makes a new key for an account and returns it; the one before opens nothing any
// more.
func (k *Keys) Renew(ctx context.Context, now time.Time, account int64) (string, error) {
	var b [24]byte
	rand.Read(b[:]) // never fails
	key := base64.RawURLEncoding.EncodeToString(b[:])
	err := k.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO feed_key (account, hash, made) VALUES ($1, $2, $3)
			ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, made = excluded.made`, account, sumOf(key), db.Micros(now))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("renew the feeds of account %d: %w", account, err)
	}
	return key, nil
}

// Made returns when the key of an account was made; zero for none.
func (k *Keys) Made(ctx context.Context, account int64) (time.Time, error) {
	var at int64
	err := k.db.QueryRow(ctx, `SELECT made FROM feed_key WHERE account = $1`, account).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return db.Time(at), err
}

// Account returns whose key it is. The error is a fault.NotFound when it is nobody's.
func (k *Keys) Account(ctx context.Context, key string) (account int64, err error) {
	err = k.db.QueryRow(ctx, `SELECT account FROM feed_key WHERE hash = $1`, sumOf(key)).Scan(&account)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.NotFound("This address of a reader’s own feeds holds no longer. Its reader can make a new one.")
	}
	return account, err
}

// Drop takes the key of an account away.
func (k *Keys) Drop(ctx context.Context, account int64) error {
	return k.db.Transact(ctx, func(tx *db.Tx) error { return k.Leave(ctx, tx, account, false) })
}

// Export adds nothing to what a reader takes along: a key is a secret. It makes Keys an
// account.Room.
func (k *Keys) Export(context.Context, int64, func(string, any) error) error { return nil }

// Leave takes the key of an account away.
func (k *Keys) Leave(ctx context.Context, tx *db.Tx, account int64, _ bool) error {
	_, err := tx.Exec(ctx, `DELETE FROM feed_key WHERE account = $1`, account)
	return err
}

func sumOf(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

package account

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// A flow is a ceremony under way between two requests of one browser, which holds
// the secret in a cookie: what was asked of a passkey or a provider, and is awaited
// back. It is used once.

const flowLife = 15 * time.Minute

func (s *Store) beginFlow(ctx context.Context, kind string, data any) (secret string, err error) {
	text, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	secret, sum := newSecret()
	return secret, s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO flow (hash, kind, data, ends) VALUES ($1, $2, $3, $4)`, sum, kind, string(text), db.Micros(s.now().Add(flowLife)))
		return err
	})
}

func (s *Store) endFlow(ctx context.Context, kind, secret string, data any) error {
	var text string
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `DELETE FROM flow WHERE hash = $1 AND kind = $2 AND ends > $3 RETURNING data`, sumOf(secret), kind, db.Micros(s.now())).Scan(&text)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Invalid("This took too long, or was begun in another browser. Begin again.")
	}
	if err != nil {
		return fmt.Errorf("end a ceremony: %w", err)
	}
	return json.Unmarshal([]byte(text), data)
}

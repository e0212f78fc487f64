package account

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Way is a way by which an account can sign in.
type Way struct {
	Kind  string // passkey, password, provider, link
	Key   string // tells passkeys apart, and providers
	Name  string // of the passkey, of the provider
	Ready bool
	Made  time.Time // zero for a link
	Used  time.Time // zero for never, or not known
}

// Ways returns the ways of an account, those that are off here left out.
func (s *Store) Ways(ctx context.Context, a *Account) ([]Way, error) {
	var list []Way
	if s.settings.Passkey {
		rows, err := s.db.Query(ctx, `SELECT id, name, made, used FROM passkey WHERE account = $1 ORDER BY made, id`, a.ID)
		if err != nil {
			return nil, fmt.Errorf("list the passkeys of account %d: %w", a.ID, err)
		}
		defer rows.Close()
		for rows.Next() {
			w := Way{Kind: "passkey", Ready: true}
			var id []byte
			var made, used int64
			if err := rows.Scan(&id, &w.Name, &made, &used); err != nil {
				return nil, err
			}
			w.Key, w.Made, w.Used = hex.EncodeToString(id), db.Time(made), db.Time(used)
			list = append(list, w)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	if s.settings.Password {
		list = append(list, Way{Kind: "password", Name: "Password", Ready: a.password != "", Made: a.passwordAt})
	}
	for _, p := range s.settings.Providers {
		w := Way{Kind: "provider", Key: p.ID, Name: p.Name}
		rows, err := s.db.Query(ctx, `SELECT made, used FROM identity WHERE account = $1 AND issuer = $2 ORDER BY made LIMIT 1`, a.ID, p.Issuer)
		if err != nil {
			return nil, fmt.Errorf("list the identities of account %d: %w", a.ID, err)
		}
		defer rows.Close()
		for rows.Next() {
			var made, used int64
			if err := rows.Scan(&made, &used); err != nil {
				return nil, err
			}
			w.Ready, w.Made, w.Used = true, db.Time(made), db.Time(used)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	if s.settings.Link && a.Address != "" {
		list = append(list, Way{Kind: "link", Name: "Link by e-mail", Ready: a.byLink})
	}
	return list, nil
}

// DropWay takes a way to sign in away, unless it is the last.
func (s *Store) DropWay(ctx context.Context, account int64, kind, key string) error {
	statement, arg := `DELETE FROM passkey WHERE account = $1 AND id = $2`, any(nil)
	switch kind {
	case "passkey":
		id, err := hex.DecodeString(key)
		if err != nil {
			return fault.Invalid("There is no passkey %q.", key)
		}
		arg = id
	case "provider":
		p := s.settings.Provider(key)
		if p == nil {
			return fault.Invalid("There is no provider %q.", key)
		}
		statement, arg = `DELETE FROM identity WHERE account = $1 AND issuer = $2`, p.Issuer
	case "password":
		return s.DropPassword(ctx, account)
	case "link":
		return s.SetByLink(ctx, account, false)
	default:
		return fault.Invalid("There is no way to sign in called %q.", kind)
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		if err := s.keepsAWay(ctx, tx, account); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, statement, account, arg)
		if err == nil && n == 0 {
			err = fault.NotFound("That has been removed already.")
		}
		return err
	})
}

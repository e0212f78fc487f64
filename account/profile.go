package account

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"broadsheet/db"
	"broadsheet/fault"
)

// SetProfile changes what others see of an account. A handle that is taken is a
// Conflict.
func (s *Store) SetProfile(ctx context.Context, account int64, handle, name string, shows Shows) error {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "" || utf8.RuneCountInString(name) > longestName || strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name):
		return fault.Invalid("A name has 1 to %d letters.", longestName)
	case handle != HandleOf(handle):
		return fault.Invalid("A handle is made of small letters, digits and hyphens, and begins with a letter: %s.", HandleOf(handle))
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		free, err := freeHandle(ctx, tx, handle)
		if err != nil {
			return err
		}
		if a, err := one(ctx, tx, `a.id = $1`, account); err != nil {
			return err
		} else if free != handle && a.Handle != handle {
			return fault.Conflict("The handle %s is taken.", handle)
		}
		_, err = tx.Exec(ctx, `UPDATE account SET handle = $2, name = $3, show_votes = $4, followable = $5, listed = $6, keeps_read = $7,
			show_comments = $8, show_papers = $9, version = version + 1 WHERE id = $1`, account, handle, name,
			number(shows.Votes), number(shows.Followable), number(shows.Listed), number(shows.KeepsRead), number(shows.Comments), number(shows.Papers))
		return err
	})
}

// SetRole gives an account a role. Its sessions get new secrets when they are next
// used.
func (s *Store) SetRole(ctx context.Context, actor, account int64, r Role) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error { return s.setRole(ctx, tx, actor, account, r, "") })
}

func (s *Store) setRole(ctx context.Context, tx *db.Tx, actor, account int64, r Role, granted string) error {
	a, err := one(ctx, tx, `a.id = $1 AND a.gone = 0`, account)
	if err != nil || a.Role == r {
		return err
	}
	if a.Role == Administrator {
		if err := othersAdminister(ctx, tx, account); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET role = $2, granted = $3, version = version + 1 WHERE id = $1`, account, r.String(), granted); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE session SET renew = 1 WHERE account = $1 AND ends > $2`, account, db.Micros(s.now().Add(overlap))); err != nil {
		return err
	}
	return Audit(ctx, tx, s.now(), actor, "change a role", fmt.Sprintf("account %d", account), a.Role.String()+" to "+r.String())
}

// othersAdminister refuses when an account is the only one that administers.
func othersAdminister(ctx context.Context, tx *db.Tx, account int64) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM account WHERE role = 'administrator' AND gone = 0 AND id <> $1`, account).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return fault.Conflict("Nobody else administers this server. Make somebody else an administrator first.")
	}
	return nil
}

func (s *Store) changeAddress(ctx context.Context, tx *db.Tx, account int64, address string) error {
	if _, err := one(ctx, tx, `a.address = $1 AND a.gone = 0`, address); err == nil {
		return errUsed
	}
	a, err := one(ctx, tx, `a.id = $1 AND a.gone = 0`, account)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET address = $2, version = version + 1 WHERE id = $1`, account, address); err != nil {
		return err
	}
	if err := s.tellAddress(ctx, tx, account, address); err != nil || a.Address == "" || s.mail == nil {
		return err
	}
	return s.mail(ctx, tx, a.Address, "Your address has changed", "The address of your account at Broadsheet is now another one.\nIf that was not you, write to whoever runs the server.\n")
}

// SetByLink says whether an account may sign in by mailed links.
func (s *Store) SetByLink(ctx context.Context, account int64, on bool) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		if !on {
			if err := s.keepsAWay(ctx, tx, account); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE account SET by_link = $2, version = version + 1 WHERE id = $1`, account, number(on))
		return err
	})
}

// DropPassword takes the password of an account away.
func (s *Store) DropPassword(ctx context.Context, account int64) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		if err := s.keepsAWay(ctx, tx, account); err != nil {
			return err
		}
		return s.setPassword(ctx, tx, account, "")
	})
}

// ways counts the ways by which an account can sign in.
func (s *Store) ways(ctx context.Context, q db.Querier, a *Account) (int, error) {
	var passkeys, identities int
	if err := q.QueryRow(ctx, `SELECT (SELECT count(*) FROM passkey WHERE account = $1), (SELECT count(*) FROM identity WHERE account = $1)`, a.ID).Scan(&passkeys, &identities); err != nil {
		return 0, err
	}
	n := identities
	if s.settings.Passkey {
		n += passkeys
	}
	if s.settings.Link && a.byLink && a.Address != "" {
		n++
	}
	if s.settings.Password && a.password != "" && a.Address != "" {
		n++
	}
	return n, nil
}

// keepsAWay refuses to remove the last way to sign in. The account's row is locked,
// so that two removals at once cannot take both.
func (s *Store) keepsAWay(ctx context.Context, tx *db.Tx, account int64) error {
	if _, err := tx.Exec(ctx, `UPDATE account SET version = version + 1 WHERE id = $1`, account); err != nil {
		return err
	}
	a, err := one(ctx, tx, `a.id = $1`, account)
	if err != nil {
		return err
	}
	n, err := s.ways(ctx, tx, a)
	if err == nil && n < 2 {
		err = fault.Conflict("That is the last way to sign in. Add another first.")
	}
	return err
}

// ByLink reports whether the account may sign in by mailed links.
func (a *Account) ByLink() bool { return a.byLink }

// HasPassword reports whether the account has a password.
func (a *Account) HasPassword() bool { return a.password != "" }

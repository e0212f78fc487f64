package account

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Token lets a program act for an account.
type Token struct {
	ID     int64
	Name   string // what uses it
	Scopes []Scope
	Made   time.Time
	Used   time.Time // at most a minute old; zero for never
	Ends   time.Time
}

// tokenMark begins every token, so that one can be told from other secrets, by
// people and by scanners.
const tokenMark = "bs_"

const mostTokens = 50 // of one account

// MakeToken makes a token and returns what the program must send, which is not held
// and cannot be shown again. It lives for life.
func (s *Store) MakeToken(ctx context.Context, account int64, name string, scopes []Scope, life time.Duration) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || len(name) > 80 {
		return "", fault.Invalid("Say what will use the token, in up to 80 letters.")
	}
	if len(scopes) == 0 {
		return "", fault.Invalid("Choose what the token may do.")
	}
	for _, x := range scopes {
		if !slices.Contains(Scopes(), x) {
			return "", fault.Invalid("There is no scope %q.", x)
		}
	}
	if life <= 0 || life > 366*24*time.Hour {
		return "", fault.Invalid("A token lives up to a year.")
	}
	secret, _ := newSecret()
	secret = tokenMark + secret
	now := s.now()
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		var held int
		var role string
		if err := tx.QueryRow(ctx, `SELECT role FROM account WHERE id = $1`, account).Scan(&role); err != nil {
			return err
		}
		if r, err := ParseRole(role); err != nil || r < Desk && slices.Contains(scopes, ScopeDesk) {
			return cmp.Or(err, fault.Forbidden("The scope %q is for who is at the desk.", ScopeDesk))
		}
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM token WHERE account = $1`, account).Scan(&held); err != nil {
			return err
		}
		if held >= mostTokens {
			return fault.Conflict("There are %d tokens already. Revoke one that isn’t used.", held)
		}
		_, err := tx.Exec(ctx, `INSERT INTO token (hash, account, name, scopes, made, used, ends) VALUES ($1, $2, $3, $4, $5, 0, $6)`,
			sumOf(secret), account, name, joinScopes(scopes), db.Micros(now), db.Micros(now.Add(life)))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make a token of account %d: %w", account, err)
	}
	return secret, nil
}

func joinScopes(list []Scope) string {
	var words []string
	for _, x := range Scopes() { // in one order, each once
		if slices.Contains(list, x) {
			words = append(words, string(x))
		}
	}
	return strings.Join(words, " ")
}

// ByToken returns whom a token stands for, nil when there is no such token or it
// has ended, and notes its use.
func (s *Store) ByToken(ctx context.Context, secret string) (*Viewer, error) {
	now := s.now()
	v := &Viewer{Token: &Token{}}
	var scopes string
	var made, used, ends int64
	dest, done := v.Account.into()
	dest = append(dest, &v.Token.ID, &v.Token.Name, &scopes, &made, &used, &ends)
	err := s.db.QueryRow(ctx, `SELECT `+columns+`, t.id, t.name, t.scopes, t.made, t.used, t.ends
		FROM token t JOIN account a ON a.id = t.account WHERE t.hash = $1 AND t.ends > $2 AND a.gone = 0`, sumOf(secret), db.Micros(now)).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a token: %w", err)
	}
	v.Token.fill(scopes, made, used, ends)
	if err := done(); err != nil {
		return nil, err
	}
	if now.Sub(v.Token.Used) < time.Minute {
		return v, nil
	}
	return v, s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE token SET used = $2 WHERE id = $1`, v.Token.ID, db.Micros(now))
		return err
	})
}

func (t *Token) fill(scopes string, made, used, ends int64) {
	for _, w := range strings.Fields(scopes) {
		t.Scopes = append(t.Scopes, Scope(w))
	}
	t.Made, t.Used, t.Ends = db.Time(made), db.Time(used), db.Time(ends)
}

// Tokens returns the tokens of an account, the newest first, also those that have
// ended.
func (s *Store) Tokens(ctx context.Context, account int64) ([]Token, error) {
	rows, err := s.db.Query(ctx, `SELECT id, name, scopes, made, used, ends FROM token WHERE account = $1 ORDER BY id DESC LIMIT $2`, account, mostTokens)
	if err != nil {
		return nil, fmt.Errorf("list the tokens of account %d: %w", account, err)
	}
	defer rows.Close()
	var list []Token
	for rows.Next() {
		var t Token
		var scopes string
		var made, used, ends int64
		if err := rows.Scan(&t.ID, &t.Name, &scopes, &made, &used, &ends); err != nil {
			return nil, err
		}
		t.fill(scopes, made, used, ends)
		list = append(list, t)
	}
	return list, rows.Err()
}

// RevokeToken takes a token of an account away.
func (s *Store) RevokeToken(ctx context.Context, account, token int64) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM token WHERE id = $1 AND account = $2`, token, account)
		if err == nil && n == 0 {
			return fault.NotFound("That token has been revoked already.")
		}
		return err
	})
}

package account

import (
	"context"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"broadsheet/db"
	"broadsheet/fault"
)

// Newcomer is somebody who is about to have an account.
type Newcomer struct {
	Name       string // "" makes one of the handle
	Handle     string // wanted; "" makes one of the address or the name
	Address    string // proved; "" for none
	Role       Role   // Visitor is taken for Reader
	Invitation int64
	Network    string
	Sample     bool
	At         time.Time // when they joined; zero for now
}

// Create makes an account. The handle wanted becomes a free one by a number at its
// end.
func (s *Store) Create(ctx context.Context, tx *db.Tx, n Newcomer) (*Account, error) {
	if n.Role == Visitor {
		n.Role = Reader
	}
	if n.At.IsZero() {
		n.At = s.now()
	}
	if n.Handle == "" {
		n.Handle, _, _ = strings.Cut(n.Address, "@")
	}
	if n.Handle == "" {
		n.Handle = n.Name
	}
	handle, err := freeHandle(ctx, tx, HandleOf(n.Handle))
	if err != nil {
		return nil, err
	}
	if n.Name == "" {
		n.Name = handle
	}
	var address any
	if n.Address != "" {
		address = plainAddress(n.Address)
	}
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO account (handle, name, address, role, granted, password, password_at, by_link, show_votes, followable, listed, keeps_read, sample, joined, invitation, network, version, gone)
		VALUES ($1, $2, $3, $4, '', '', 0, 1, 0, 1, 0, 1, $5, $6, $7, $8, 0, 0) RETURNING id`,
		handle, n.Name, address, n.Role.String(), number(n.Sample), db.Micros(n.At), n.Invitation, n.Network).Scan(&id)
	if err != nil {
		return nil, fmt.Errorf("make an account: %w", err)
	}
	a, err := one(ctx, tx, `a.id = $1`, id)
	if err != nil {
		return nil, err
	}
	return a, s.tellAddress(ctx, tx, a.ID, a.Address)
}

const (
	longestHandle  = 32
	longestName    = 80
	longestAddress = 254 // RFC 5321
)

// HandleOf makes a handle of a text: small Latin letters, digits and hyphens, 2 to
// 32 of them, with a letter at the front.
func HandleOf(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(norm.NFKD.String(text)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case strings.ContainsRune(" ._-+", r) && b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == longestHandle-6 { // room for a number
			break
		}
	}
	h := strings.Trim(b.String(), "-")
	if len(h) < 2 {
		return "reader"
	}
	return h
}

func freeHandle(ctx context.Context, tx *db.Tx, want string) (string, error) {
	taken := map[string]bool{"admin": true, "administrator": true, "desk": true, "broadsheet": true, "moderator": true}
	rows, err := tx.Query(ctx, `SELECT handle FROM account WHERE handle >= $1 AND handle < $2`, want, want+"~")
	if err != nil {
		return "", fmt.Errorf("find a free handle: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var h string
		if err := rows.Scan(&h); err != nil {
			return "", err
		}
		taken[h] = true
	}
	free := want
	for n := 2; taken[free]; n++ {
		free = want + "-" + strconv.Itoa(n)
	}
	return free, rows.Err()
}

// ParseAddress reads a mail address as a person types it and returns it in the form
// in which addresses are compared.
func ParseAddress(text string) (string, error) {
	text = strings.TrimSpace(text)
	name, domain, at := strings.Cut(text, "@")
	switch {
	case text == "":
		return "", fault.Invalid("The address is missing.")
	case len(text) > longestAddress:
		return "", fault.Invalid("That is too long for an address.")
	case !at:
		return "", fault.Invalid("The @ is missing.")
	case name == "":
		return "", fault.Invalid("The part before @ is missing.")
	case domain == "":
		return "", fault.Invalid("The part after @ is missing.")
	}
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || strings.ContainsAny(text, "\r\n\x00<>\" ") {
		return "", fault.Invalid("That is no mail address; it looks like name@example.org.")
	}
	return plainAddress(text), nil
}

// plainAddress is the form in which addresses are compared: of small letters.
func plainAddress(a string) string { return strings.ToLower(strings.TrimSpace(a)) }

// Add makes an account for the operator. An address that has one is a Conflict.
func (s *Store) Add(ctx context.Context, n Newcomer) (*Account, error) {
	var a *Account
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		if held, err := one(ctx, tx, `a.address = $1 AND a.gone = 0`, plainAddress(n.Address)); err == nil {
			return fault.Conflict("That address has an account: @%s.", held.Handle)
		} else if !fault.Is(err, fault.KindMissing) {
			return err
		}
		var err error
		if a, err = s.Create(ctx, tx, n); err != nil {
			return err
		}
		return Audit(ctx, tx, s.now(), Operator, "add an account", fmt.Sprintf("account %d", a.ID), a.Role.String())
	})
	return a, err
}

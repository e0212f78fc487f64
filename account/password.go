package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"broadsheet/db"
	"broadsheet/fault"
)

// The work of a password: argon2id with 19 MiB and two passes, the least that OWASP
// recommends (Password Storage Cheat Sheet, 2024), because it is spent on every
// attempt, whoever makes it. A stronger choice here takes effect for each reader
// when they next sign in.
const (
	argonTime   = 2
	argonMemory = 19 << 10 // KiB
	argonLanes  = 1
	argonKey    = 32
)

// hashPassword returns a password's hash in the PHC string format, which names the
// algorithm and its work.
func hashPassword(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// checkPassword reports whether a password is that of a hash, and whether the hash
// is weaker than those made now.
func checkPassword(hash, password string) (right, weak bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, false
	}
	var version, memory, passes, lanes int
	_, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes)
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || err1 != nil || err2 != nil || version != argon2.Version || memory < 8 || memory > 1<<20 || passes < 1 || passes > 64 || lanes < 1 || lanes > 64 || len(key) < 16 {
		return false, false
	}
	got := argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), uint8(lanes), uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1, memory < argonMemory || passes < argonTime
}

// nobodys is the hash of a password that nobody has: it is checked where there is no
// hash, so that an account without a password takes as long as one with.
const nobodys = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// hash waits for a place among the few passwords that are hashed at once, since
// each takes memory.
func (s *Store) hash(ctx context.Context, f func()) error {
	const patience = 10 * time.Second
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
		f()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return fault.Busy("Many people are signing in. Try again in a minute.")
	}
}

// errMismatch is what a wrong password and an unknown address have in common.
var errMismatch = fault.Invalid("That address and that password do not belong together.")

// SignIn starts a session for whoever knows an address and its password. Whether
// there is such an account shows neither in the answer nor in its time.
func (s *Store) SignIn(ctx context.Context, address, password string, from Place) (secret string, err error) {
	if !s.settings.Password {
		return "", fault.Forbidden("Passwords are switched off here.")
	}
	if len(password) > longestPassword {
		return "", errMismatch
	}
	if err := s.slow(ctx, byNetwork("password", from.Network, 10*time.Second, 30), byAddress("password", address, time.Minute, 10)); err != nil {
		return "", err
	}
	a, err := s.ByAddress(ctx, address)
	if err != nil && !fault.Is(err, fault.KindMissing) {
		return "", err
	}
	held := nobodys
	if a != nil && a.password != "" {
		held = a.password
	}
	var right, weak bool
	if err := s.hash(ctx, func() { right, weak = checkPassword(held, password) }); err != nil {
		return "", err
	}
	if !right || a == nil || a.password == "" {
		return "", errMismatch
	}
	if weak {
		if err := s.renew(ctx, a, password); err != nil {
			return "", err
		}
	}
	return s.StartSession(ctx, a.ID, "password", from)
}

// renew hashes a password anew with the work of today. It is the same password, which may
// be older than the rules for new ones.
func (s *Store) renew(ctx context.Context, a *Account, password string) error {
	var hash string
	if err := s.hash(ctx, func() { hash = hashPassword(password) }); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE account SET password = $2 WHERE id = $1 AND password = $3`, a.ID, hash, a.password)
		return err
	})
}

const longestPassword = 200 // bytes

// ValidPassword says what is wrong with a new password.
func ValidPassword(password string) error {
	const least = 10
	switch {
	case utf8.RuneCountInString(password) < least:
		return fault.Invalid("A password has at least %d letters; four words make a good one.", least)
	case len(password) > longestPassword:
		return fault.Invalid("That password is too long.")
	case len(strings.Trim(password, password[:1])) == 0:
		return fault.Invalid("That password is one letter again and again.")
	}
	return nil
}

// SetPassword gives an account a password and shuts it but for the session called except,
// and, unless tokens are to end as well, for its tokens.
func (s *Store) SetPassword(ctx context.Context, account, except int64, password string, tokens bool) error {
	if err := ValidPassword(password); err != nil {
		return err
	}
	var hash string
	if err := s.hash(ctx, func() { hash = hashPassword(password) }); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		if err := s.setPassword(ctx, tx, account, hash); err != nil {
			return err
		}
		return shut(ctx, tx, account, except, tokens)
	})
}

// shut ends what whoever knew the old password may have opened: the sessions of an account
// but one, letters that would give it another address, and, with tokens, its tokens.
func shut(ctx context.Context, tx *db.Tx, account, except int64, tokens bool) error {
	if err := endSessions(ctx, tx, account, except); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE letter SET state = 'dropped', hash = NULL WHERE account = $1 AND purpose = $2 AND state IN ('waiting', 'sent')`, account, string(ToChange)); err != nil {
		return err
	}
	if !tokens {
		return nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM token WHERE account = $1`, account)
	return err
}

func (s *Store) setPassword(ctx context.Context, tx *db.Tx, account int64, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE account SET password = $2, password_at = $3, version = version + 1 WHERE id = $1`, account, hash, db.Micros(s.now()))
	return err
}

// CheckPassword reports whether the password is that of the account.
func (s *Store) CheckPassword(ctx context.Context, a *Account, password string, from Place) (right bool, err error) {
	if len(password) > longestPassword {
		return false, nil
	}
	if err := s.slow(ctx, byNetwork("password", from.Network, 10*time.Second, 30), byAddress("password", a.Address, time.Minute, 10)); err != nil {
		return false, err
	}
	err = s.hash(ctx, func() { right, _ = checkPassword(a.password, password) })
	return right, err
}

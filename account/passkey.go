package account

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"broadsheet/db"
	"broadsheet/fault"
)

// PasskeysAt reports whether passkeys can be used at a public address: browsers tie
// them to a name, not to a number.
func (s *Store) PasskeysAt(base string) bool {
	u, err := url.Parse(base)
	return s.settings.Passkey && err == nil && u.Hostname() != "" && net.ParseIP(u.Hostname()) == nil
}

func (s *Store) webauthn(base string) (*webauthn.WebAuthn, error) {
	if !s.PasskeysAt(base) {
		return nil, fault.Forbidden("Passkeys are switched off here.")
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Broadsheet", RPOrigins: []string{base},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
		AttestationPreference: protocol.PreferNoAttestation,
	})
}

// holderOf is an account as the library wants it. The user handle is the account's
// number, which says nothing of the person.
type holderOf struct {
	*Account
	keys []webauthn.Credential
}

func (h holderOf) WebAuthnID() []byte                         { return binary.BigEndian.AppendUint64(nil, uint64(h.ID)) }
func (h holderOf) WebAuthnName() string                       { return h.Handle }
func (h holderOf) WebAuthnDisplayName() string                { return h.Name }
func (h holderOf) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (s *Store) holderOf(ctx context.Context, a *Account) (holderOf, error) {
	h := holderOf{Account: a}
	rows, err := s.db.Query(ctx, `SELECT credential FROM passkey WHERE account = $1 LIMIT 100`, a.ID)
	if err != nil {
		return h, fmt.Errorf("read the passkeys of account %d: %w", a.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		var c webauthn.Credential
		if err := rows.Scan(&text); err != nil {
			return h, err
		}
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return h, fmt.Errorf("a passkey of account %d cannot be read: %w", a.ID, err)
		}
		h.keys = append(h.keys, c)
	}
	return h, rows.Err()
}

// BeginPasskey begins to add a passkey to an account. The options go to the browser
// as JSON, the secret into its cookie.
func (s *Store) BeginPasskey(ctx context.Context, a *Account, base string) (options any, secret string, err error) {
	w, err := s.webauthn(base)
	if err != nil {
		return nil, "", err
	}
	h, err := s.holderOf(ctx, a)
	if err != nil {
		return nil, "", err
	}
	const most = 20
	if len(h.keys) >= most {
		return nil, "", fault.Conflict("There are %d passkeys already. Remove one that isn’t used.", len(h.keys))
	}
	options, session, err := w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return nil, "", fmt.Errorf("begin a passkey: %w", err)
	}
	secret, err = s.beginFlow(ctx, "add a passkey", session)
	return options, secret, err
}

// AddPasskey adds the passkey that the browser answers with.
func (s *Store) AddPasskey(ctx context.Context, a *Account, base, secret, name string, answer []byte) error {
	w, err := s.webauthn(base)
	if err != nil {
		return err
	}
	var session webauthn.SessionData
	if err := s.endFlow(ctx, "add a passkey", secret, &session); err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return refused(err)
	}
	h, err := s.holderOf(ctx, a)
	if err != nil {
		return err
	}
	key, err := w.CreateCredential(h, session, parsed)
	if err != nil {
		return refused(err)
	}
	text, err := json.Marshal(key)
	if err != nil {
		return err
	}
	if name = strings.Join(strings.Fields(name), " "); name == "" || len(name) > longestName {
		name = "Passkey"
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO passkey (id, account, name, credential, made, used) VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (id) DO NOTHING`,
			key.ID, a.ID, name, string(text), db.Micros(s.now()))
		if err == nil && n == 0 {
			err = fault.Conflict("That passkey is in use already.")
		}
		return err
	})
}

// refused is what a browser is told whose answer does not hold; why, the library
// knows.
func refused(err error) error {
	var p *protocol.Error
	if errors.As(err, &p) {
		return fault.Invalid("The passkey was refused: %s.", strings.TrimSuffix(p.Details, "."))
	}
	return fault.Invalid("The passkey was refused.")
}

// BeginPasskeySignIn begins to sign in by whichever passkey the browser has.
func (s *Store) BeginPasskeySignIn(ctx context.Context, base string, from Place) (options any, secret string, err error) {
	if err := s.slow(ctx, byNetwork("passkey", from.Network, 2*time.Second, 60)); err != nil {
		return nil, "", err
	}
	w, err := s.webauthn(base)
	if err != nil {
		return nil, "", err
	}
	options, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", fmt.Errorf("begin to sign in by a passkey: %w", err)
	}
	secret, err = s.beginFlow(ctx, "sign in by a passkey", session)
	return options, secret, err
}

// SignInByPasskey starts a session for the holder of the passkey that the browser
// answers with.
func (s *Store) SignInByPasskey(ctx context.Context, base, secret string, answer []byte, from Place) (session string, err error) {
	w, err := s.webauthn(base)
	if err != nil {
		return "", err
	}
	var began webauthn.SessionData
	if err := s.endFlow(ctx, "sign in by a passkey", secret, &began); err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", refused(err)
	}
	var ours error // a failure that is not the browser's
	find := func(rawID, userHandle []byte) (webauthn.User, error) {
		var account int64
		err := s.db.QueryRow(ctx, `SELECT account FROM passkey WHERE id = $1`, rawID).Scan(&account)
		if err != nil {
			if !errors.Is(err, sql.ErrNoRows) {
				ours = err
			}
			return nil, errors.New("that passkey is not known here")
		}
		a, err := one(ctx, s.db, `a.id = $1 AND a.gone = 0`, account)
		if err != nil {
			ours = err
			return nil, err
		}
		h, err := s.holderOf(ctx, a)
		if err != nil {
			ours = err
		}
		return h, err
	}
	user, key, err := w.ValidatePasskeyLogin(find, began, parsed)
	switch {
	case ours != nil:
		return "", ours
	case err != nil:
		return "", refused(err)
	case key.Authenticator.CloneWarning:
		return "", fault.Forbidden("The passkey was refused: it seems to have been copied. Sign in another way and remove it.")
	}
	text, err := json.Marshal(key)
	if err != nil {
		return "", err
	}
	account := user.(holderOf).ID
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE passkey SET credential = $2, used = $3 WHERE id = $1`, key.ID, string(text), db.Micros(s.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Invalid("The passkey %s has been removed.", hex.EncodeToString(key.ID[:min(4, len(key.ID))]))
		}
		session, err = s.startSession(ctx, tx, account, "passkey", from)
		return err
	})
	return session, err
}

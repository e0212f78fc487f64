package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"broadsheet/db"
	"broadsheet/fault"
)

// issuers are the providers that have been discovered, for a day. One that did not
// answer is asked again the next time; whoever comes while it is asked waits for that
// answer, and nobody waits for another provider's.
type issuers struct {
	mu    sync.Mutex
	asked map[string]*issuer
}

type issuer struct {
	done  chan struct{} // closed when the provider has answered, or has not
	found *oidc.Provider
	err   error
	until time.Time
}

func (i *issuers) get(ctx context.Context, address string) (*oidc.Provider, error) {
	held, mine := i.ask(address)
	if mine {
		// The keys are fetched later, under the context given here: one that does not end
		// with this request.
		p, err := oidc.NewProvider(patient(context.WithoutCancel(ctx)), address)
		i.answer(address, held, p, err)
	}
	select {
	case <-held.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if held.err != nil {
		return nil, fmt.Errorf("discover %s: %w", address, held.err)
	}
	return held.found, nil
}

// ask returns what is known of a provider, or is asked just now; mine says that the
// caller is to ask.
func (i *issuers) ask(address string) (held *issuer, mine bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	held = i.asked[address]
	if held != nil && (held.until.IsZero() || time.Now().Before(held.until)) {
		return held, false
	}
	if i.asked == nil {
		i.asked = map[string]*issuer{}
	}
	held = &issuer{done: make(chan struct{})}
	i.asked[address] = held
	return held, true
}

func (i *issuers) answer(address string, held *issuer, p *oidc.Provider, err error) {
	const day = 24 * time.Hour
	i.mu.Lock()
	defer i.mu.Unlock()
	held.found, held.err, held.until = p, err, time.Now().Add(day)
	if err != nil {
		delete(i.asked, address)
	}
	close(held.done)
}

// patience is how long a provider may take for an answer.
const patience = 10 * time.Second

// patient gives the requests to a provider an end.
func patient(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: patience})
}

// Journey is a trip to a provider and back.
type Journey struct {
	Provider   string
	Redirect   string // the address to come back to
	Next       string
	Invitation int64
	Account    int64 // the account that the identity is to be added to, 0 to sign in

	State, Nonce, Verifier string // made by Depart
}

func (s *Store) client(ctx context.Context, j *Journey) (*Provider, *oidc.Provider, *oauth2.Config, error) {
	p := s.settings.Provider(j.Provider)
	if p == nil {
		return nil, nil, nil, fault.NotFound("There is no such way to sign in here.")
	}
	found, err := s.issuers.get(ctx, p.Issuer)
	if err != nil {
		s.log.Error("an OpenID Connect provider does not answer", "provider", p.ID, "error", err)
		return nil, nil, nil, fault.Busy("%s does not answer. Try again in a minute, or sign in another way.", p.Name)
	}
	return p, found, &oauth2.Config{
		ClientID: p.Client, ClientSecret: p.Secret, Endpoint: found.Endpoint(), RedirectURL: j.Redirect, Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
	}, nil
}

// Depart returns the address to send the browser to, and the secret for its cookie.
func (s *Store) Depart(ctx context.Context, j Journey, from Place) (address, secret string, err error) {
	if err := s.slow(ctx, byNetwork("provider", from.Network, 2*time.Second, 60)); err != nil {
		return "", "", err
	}
	_, _, c, err := s.client(ctx, &j)
	if err != nil {
		return "", "", err
	}
	j.State, _ = newSecret()
	j.Nonce, _ = newSecret()
	j.Verifier = oauth2.GenerateVerifier()
	if secret, err = s.beginFlow(ctx, "provider", j); err != nil {
		return "", "", err
	}
	return c.AuthCodeURL(j.State, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)), secret, nil
}

// claims are what a provider says of a person.
type claims struct {
	Email    string         `json:"email"`
	Verified flexibleTruth  `json:"email_verified"`
	Name     string         `json:"name"`
	Username string         `json:"preferred_username"`
	all      map[string]any // for the groups
	subject  string
	issuer   string
}

// flexibleTruth reads true, and "true", which some providers write.
type flexibleTruth bool

func (t *flexibleTruth) UnmarshalJSON(b []byte) error {
	*t = flexibleTruth(string(b) == "true" || string(b) == `"true"`)
	return nil
}

// Arrive ends a journey: it starts a session for the holder of the identity, or adds
// the identity to the account that the journey was for. query is what the provider
// sent the browser back with.
func (s *Store) Arrive(ctx context.Context, provider, secret string, query url.Values, from Place) (session string, j *Journey, err error) {
	j = &Journey{}
	if err := s.endFlow(ctx, "provider", secret, j); err != nil {
		return "", nil, err
	}
	if j.Provider != provider || query.Get("state") != j.State {
		return "", nil, fault.Invalid("The answer is not to what this browser asked. Begin again.")
	}
	p, found, c, err := s.client(ctx, j)
	if err != nil {
		return "", j, err
	}
	if query.Get("error") != "" {
		return "", j, fault.Forbidden("%s did not sign you in.", p.Name)
	}
	who, err := s.redeem(patient(ctx), p, found, c, j, query.Get("code"))
	if err != nil {
		s.log.Warn("an answer of an OpenID Connect provider does not hold", "provider", p.ID, "error", err)
		return "", j, fault.Forbidden("What %s answered does not hold. Begin again.", p.Name)
	}
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		a, err := s.identify(ctx, tx, p, who, j, from)
		if err != nil {
			return err
		}
		if err := s.grant(ctx, tx, p, who, a); err != nil {
			return err
		}
		if j.Account != 0 {
			session = ""
			return nil
		}
		session, err = s.startSession(ctx, tx, a.ID, p.Name, from)
		return err
	})
	return session, j, err
}

// redeem turns a code into what the provider says of the person: in the ID token,
// and where that is silent, as userinfo.
func (s *Store) redeem(ctx context.Context, p *Provider, found *oidc.Provider, c *oauth2.Config, j *Journey, code string) (*claims, error) {
	tokens, err := c.Exchange(ctx, code, oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return nil, err
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("there is no ID token")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.Client}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if id.Nonce != j.Nonce {
		return nil, errors.New("the nonce is another one")
	}
	who := &claims{subject: id.Subject, issuer: id.Issuer}
	if err := errors.Join(id.Claims(who), id.Claims(&who.all)); err != nil {
		return nil, err
	}
	_, groups := who.all[p.GroupsClaim]
	if found.UserInfoEndpoint() == "" || who.Email != "" && who.Name != "" && (p.GroupsClaim == "" || groups) {
		return who, nil
	}
	info, err := found.UserInfo(ctx, c.TokenSource(ctx, tokens))
	if err != nil {
		return nil, err
	}
	if info.Subject != id.Subject {
		return nil, errors.New("userinfo is of another person")
	}
	return who, errors.Join(info.Claims(who), info.Claims(&who.all))
}

// identify returns the account of an identity: the one that has it; else the one
// that it is to be added to; else the one of the same address, when the provider has
// verified it; else a new one. An address that was not verified opens nothing and is
// not kept.
func (s *Store) identify(ctx context.Context, tx *db.Tx, p *Provider, who *claims, j *Journey, from Place) (*Account, error) {
	var held int64
	err := tx.QueryRow(ctx, `UPDATE identity SET used = $3 WHERE issuer = $1 AND subject = $2 RETURNING account`, who.issuer, who.subject, db.Micros(s.now())).Scan(&held)
	switch {
	case err == nil && j.Account != 0 && held != j.Account:
		return nil, fault.Conflict("That identity at %s belongs to another account here.", p.Name)
	case err == nil:
		return one(ctx, tx, `a.id = $1 AND a.gone = 0`, held)
	case !errors.Is(err, sql.ErrNoRows):
		return nil, err
	}
	address := ""
	if who.Verified {
		if address, err = ParseAddress(who.Email); err != nil {
			address = ""
		}
	}
	var a *Account
	switch {
	case j.Account != 0:
		a, err = one(ctx, tx, `a.id = $1 AND a.gone = 0`, j.Account)
	case address != "":
		a, err = one(ctx, tx, `a.address = $1 AND a.gone = 0`, address)
	default:
		err = fault.NotFound("")
	}
	if j.Account == 0 && fault.Is(err, fault.KindMissing) {
		name := strings.Join(strings.Fields(who.Name), " ")
		if len(name) > longestName {
			name = ""
		}
		handle := who.Username
		handle, _, _ = strings.Cut(handle, "@")
		a, err = s.admit(ctx, tx, Newcomer{Name: name, Handle: handle, Address: address, Invitation: j.Invitation, Network: from.Network})
	}
	if err != nil {
		return nil, err
	}
	now := db.Micros(s.now())
	_, err = tx.Exec(ctx, `INSERT INTO identity (issuer, subject, account, made, used) VALUES ($1, $2, $3, $4, $4)`, who.issuer, who.subject, a.ID, now)
	return a, err
}

// IdentityAt returns under which name a provider, by its ID, knows an account; "" when
// it does not.
func (s *Store) IdentityAt(ctx context.Context, account int64, provider string) (subject string, err error) {
	p := s.settings.Provider(provider)
	if p == nil {
		return "", nil
	}
	err = s.db.QueryRow(ctx, `SELECT subject FROM identity WHERE account = $1 AND issuer = $2 ORDER BY made, subject LIMIT 1`, account, p.Issuer).Scan(&subject)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return subject, err
}

// grant gives an account the role that its groups at the provider stand for. A role
// that groups gave goes with them; one that was given here stays.
func (s *Store) grant(ctx context.Context, tx *db.Tx, p *Provider, who *claims, a *Account) error {
	if p.GroupsClaim == "" {
		return nil
	}
	role := p.roleOf(who.all[p.GroupsClaim])
	switch {
	case role > a.Role:
		return s.setRole(ctx, tx, a.ID, a.ID, role, "groups")
	case role < a.Role && a.granted == "groups":
		if err := s.setRole(ctx, tx, a.ID, a.ID, role, "groups"); !fault.Is(err, fault.KindClash) { // the only administrator stays one
			return err
		}
	}
	return nil
}

// roleOf returns the role that a claim of groups stands for: a list, one name, or,
// as some providers have it, an object whose keys are the names.
func (p *Provider) roleOf(claim any) Role {
	var groups []string
	switch c := claim.(type) {
	case string:
		groups = strings.FieldsFunc(c, func(r rune) bool { return r == ',' || r == ' ' })
	case []any:
		for _, g := range c {
			if name, ok := g.(string); ok {
				groups = append(groups, name)
			}
		}
	case map[string]any:
		for name := range c {
			groups = append(groups, name)
		}
	}
	among := func(list []string) bool {
		return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(list, g) })
	}
	switch {
	case among(p.Administrators):
		return Administrator
	case among(p.Desk):
		return Desk
	}
	return Reader
}

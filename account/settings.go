package account

import (
	"net/netip"
	"slices"
	"strings"
)

// Settings say how people join and sign in.
type Settings struct {
	Join    Join
	Domains []string // of mail addresses, when Join is ByDomain

	// The ways to sign in that are on, beside the providers.
	Link, Password, Passkey bool
	Providers               []Provider

	// Proxies are those in front of the server, which are believed about whom they
	// speak for.
	Proxies []netip.Prefix

	Demo bool // anybody on this machine may be a reader or the desk with one click
}

// Join says who may have an account. The operator can always make one, on the
// command line.
type Join string

// Who may join. An invitation also lets in whom ByDomain would not.
const (
	Anyone       Join = "anyone"
	ByInvitation Join = "invitation"
	ByDomain     Join = "domain"
	Nobody       Join = "nobody"
)

// Provider is an OpenID Connect provider by which people sign in.
type Provider struct {
	ID     string // in addresses: oidc, orcid
	Name   string // on the button
	Issuer string
	Client string
	Secret string
	Scopes []string // beside openid

	// The claim that lists a person's groups, and which of these give a role.
	GroupsClaim    string
	Desk           []string
	Administrators []string
}

// Provider returns the provider of an ID, nil for none.
func (s Settings) Provider(id string) *Provider {
	i := slices.IndexFunc(s.Providers, func(p Provider) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Providers[i]
}

// lets reports whether somebody with an address that was proved may join without an
// invitation.
func (s Settings) lets(address string) bool {
	switch s.Join {
	case Anyone:
		return true
	case ByDomain:
		_, domain, _ := strings.Cut(address, "@")
		return slices.ContainsFunc(s.Domains, func(d string) bool { return strings.EqualFold(d, domain) })
	}
	return false
}

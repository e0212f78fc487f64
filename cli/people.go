package cli

import (
	"net/netip"
	"strings"

	"broadsheet/account"
	"broadsheet/fault"
)

// people are the flags that say who may join and how one signs in.
type people struct {
	Join       string   `help:"Who may have an account: anyone, by invitation, by the domain of their mail (--join-domains), nobody but whom the command account adds." enum:"anyone,invitation,domain,nobody" default:"anyone" env:"BROADSHEET_JOIN"`
	JoinDomain []string `name:"join-domains" help:"Domains of mail addresses whose holders may join." placeholder:"DOMAIN" env:"BROADSHEET_JOIN_DOMAINS"`
	SignIn     []string `help:"The ways to sign in that are on, beside OpenID Connect: link, password, passkey; none for none." default:"link,password,passkey" placeholder:"WAY" env:"BROADSHEET_SIGN_IN"`

	Proxies []string `name:"trusted-proxies" help:"The addresses of proxies in front, such as 127.0.0.1 or 10.0.0.0/8: what they say in X-Forwarded-For is believed." placeholder:"ADDRESS" env:"BROADSHEET_TRUSTED_PROXIES"`

	OIDCIssuer        string   `name:"oidc-issuer" help:"An OpenID Connect provider by which one signs in. Its redirect address is BASE-URL/auth/oidc/callback." placeholder:"URL" env:"BROADSHEET_OIDC_ISSUER"`
	OIDCClient        string   `name:"oidc-client-id" help:"The name of this server at the provider." placeholder:"ID" env:"BROADSHEET_OIDC_CLIENT_ID"`
	OIDCSecret        string   `name:"oidc-client-secret" help:"Its secret there; better in the variable than on the command line." placeholder:"SECRET" env:"BROADSHEET_OIDC_CLIENT_SECRET"`
	OIDCName          string   `name:"oidc-name" help:"What the button calls the provider." default:"your organisation" placeholder:"NAME" env:"BROADSHEET_OIDC_NAME"`
	OIDCScopes        []string `name:"oidc-scopes" help:"What to ask the provider for, beside openid." default:"profile,email" placeholder:"SCOPE" env:"BROADSHEET_OIDC_SCOPES"`
	OIDCGroups        string   `name:"oidc-groups-claim" help:"The claim that lists a person's groups; with it groups give roles." placeholder:"CLAIM" env:"BROADSHEET_OIDC_GROUPS_CLAIM"`
	OIDCDesk          []string `name:"oidc-desk-groups" help:"Groups whose members are at the desk." placeholder:"GROUP" env:"BROADSHEET_OIDC_DESK_GROUPS"`
	OIDCAdministrator []string `name:"oidc-administrator-groups" help:"Groups whose members administer." placeholder:"GROUP" env:"BROADSHEET_OIDC_ADMINISTRATOR_GROUPS"`
	ORCIDIssuer       string   `name:"orcid-issuer" help:"Where ORCID is asked." default:"https://orcid.org" placeholder:"URL" env:"BROADSHEET_ORCID_ISSUER"`
	ORCIDClient       string   `name:"orcid-client-id" help:"The name of this server at ORCID; with it one signs in by ORCID, too. The redirect address is BASE-URL/auth/orcid/callback." placeholder:"ID" env:"BROADSHEET_ORCID_CLIENT_ID"`
	ORCIDSecret       string   `name:"orcid-client-secret" help:"Its secret there." placeholder:"SECRET" env:"BROADSHEET_ORCID_CLIENT_SECRET"`
}

// accounts returns what the flags say.
func (p people) accounts() (account.Settings, error) {
	s := account.Settings{Join: account.Join(p.Join), Domains: p.JoinDomain}
	if s.Join == account.ByDomain && len(s.Domains) == 0 {
		return s, fault.Invalid("--join domain needs --join-domains.")
	}
	for _, d := range s.Domains {
		if strings.ContainsAny(d, "@ ") || !strings.Contains(d, ".") {
			return s, fault.Invalid("--join-domains %s: a domain such as example.org is wanted.", d)
		}
	}
	for _, text := range p.Proxies {
		network, err := netip.ParsePrefix(text)
		if a, single := netip.ParseAddr(text); single == nil {
			network, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return s, fault.Invalid("--trusted-proxies %s: an address such as 127.0.0.1 or 10.0.0.0/8 is wanted.", text)
		}
		s.Proxies = append(s.Proxies, network.Masked())
	}
	for _, way := range p.SignIn {
		switch way {
		case "link":
			s.Link = true
		case "password":
			s.Password = true
		case "passkey":
			s.Passkey = true
		case "none":
		default:
			return s, fault.Invalid("--sign-in %s: the ways are link, password and passkey.", way)
		}
	}
	if p.OIDCIssuer != "" {
		if p.OIDCClient == "" {
			return s, fault.Invalid("--oidc-issuer needs --oidc-client-id, and as a rule --oidc-client-secret.")
		}
		s.Providers = append(s.Providers, account.Provider{
			ID: "oidc", Name: p.OIDCName, Issuer: p.OIDCIssuer, Client: p.OIDCClient, Secret: p.OIDCSecret, Scopes: p.OIDCScopes,
			GroupsClaim: p.OIDCGroups, Desk: p.OIDCDesk, Administrators: p.OIDCAdministrator,
		})
	}
	if p.ORCIDClient != "" {
		s.Providers = append(s.Providers, account.Provider{ID: "orcid", Name: "ORCID", Issuer: p.ORCIDIssuer, Client: p.ORCIDClient, Secret: p.ORCIDSecret})
	}
	if !s.Link && !s.Password && !s.Passkey && len(s.Providers) == 0 {
		return s, fault.Invalid("--sign-in none leaves no way to sign in; name a provider with --oidc-issuer.")
	}
	return s, nil
}

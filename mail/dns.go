package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// Resolver is what of the DNS is asked; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Finding is what one look at the DNS found.
type Finding struct {
	Part   string
	OK     bool
	Said   string
	Advice string // what to do, when not OK
}

// Records are what the DNS should say of a sender.
type Records struct {
	From    string     // the domain of the From address
	Host    string     // the domain of return paths
	Sending netip.Addr // from which mail leaves; zero when that is not known
	Signers []*Signer
}

// Examine looks up SPF, DKIM, DMARC, the way back and the name of the sending host.
func Examine(ctx context.Context, r Resolver, want Records) []Finding {
	list := []Finding{spfFinding(ctx, r, want)}
	list = append(list, dkimFindings(ctx, r, want)...)
	list = append(list, dmarcFinding(ctx, r, want), backFinding(ctx, r, want.Host))
	return append(list, nameFinding(ctx, r, want.Sending))
}

// texts looks a TXT up; that there is none is no error.
func texts(ctx context.Context, r Resolver, name, prefix string) ([]string, error) {
	all, err := r.LookupTXT(ctx, name)
	var gone *net.DNSError
	if errors.As(err, &gone) && gone.IsNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []string
	for _, t := range all {
		if strings.HasPrefix(strings.ToLower(t), prefix) {
			list = append(list, t)
		}
	}
	return list, nil
}

func spfFinding(ctx context.Context, r Resolver, want Records) Finding {
	f := Finding{Part: "SPF", Advice: fmt.Sprintf("Put a TXT record at %s that names the servers your mail leaves from, such as: v=spf1 ip4:192.0.2.1 -all", want.Host)}
	records, err := texts(ctx, r, want.Host, "v=spf1")
	switch {
	case err != nil:
		f.Said, f.Advice = err.Error(), "Try again when the DNS answers."
	case len(records) == 0:
		f.Said = fmt.Sprintf("%s has no SPF record.", want.Host)
	case len(records) > 1:
		f.Said, f.Advice = fmt.Sprintf("%s has %d SPF records; receivers then take none.", want.Host, len(records)), "Join them into one."
	case !want.Sending.IsValid():
		f.OK, f.Said = true, fmt.Sprintf("%s says %q; from which address mail leaves is not known here (--sending-ip).", want.Host, records[0])
	default:
		left := mostLookups
		result, err := spf(ctx, r, want.Host, want.Sending, &left)
		f.OK = result == "pass"
		f.Said = fmt.Sprintf("%s for %s: %s.", want.Host, want.Sending, result)
		if err != nil {
			f.Said += " " + err.Error()
		}
	}
	return f
}

// mostLookups is how many records an evaluation may ask for (RFC 7208, 4.6.4).
const mostLookups = 10

// spf evaluates the record of a domain for an address: pass, fail, softfail, neutral,
// none (RFC 7208). Macros are not expanded; a mechanism with one matches nothing.
func spf(ctx context.Context, r Resolver, domain string, ip netip.Addr, left *int) (string, error) {
	if *left--; *left < 0 {
		return "permerror", errors.New("the record leads to more than ten others")
	}
	records, err := texts(ctx, r, domain, "v=spf1")
	if err != nil {
		return "temperror", err
	}
	if len(records) != 1 {
		return "none", nil
	}
	results := map[byte]string{'+': "pass", '-': "fail", '~': "softfail", '?': "neutral"}
	redirect := ""
	for _, term := range strings.Fields(records[0])[1:] {
		result := "pass"
		if q, ok := results[term[0]]; ok {
			result, term = q, term[1:]
		}
		if to, ok := strings.CutPrefix(term, "redirect="); ok {
			redirect = to
			continue
		}
		hit, err := mechanism(ctx, r, term, domain, ip, left)
		if err != nil {
			return "temperror", err
		}
		if hit {
			return result, nil
		}
	}
	if redirect != "" {
		return spf(ctx, r, redirect, ip, left)
	}
	return "neutral", nil
}

func mechanism(ctx context.Context, r Resolver, term, domain string, ip netip.Addr, left *int) (bool, error) {
	kind, value, given := strings.Cut(term, ":")
	if !given {
		value = domain
	}
	switch strings.ToLower(kind) {
	case "all":
		return true, nil
	case "ip4", "ip6":
		if p, err := netip.ParsePrefix(value); err == nil {
			return p.Contains(ip), nil
		}
		a, err := netip.ParseAddr(value)
		return err == nil && a == ip, nil
	case "include":
		result, err := spf(ctx, r, value, ip, left)
		return result == "pass", err
	case "a":
		*left--
		return among(ctx, r, value, ip)
	case "mx":
		*left--
		list, err := r.LookupMX(ctx, value)
		if err != nil {
			return false, nil
		}
		for _, m := range list {
			if hit, err := among(ctx, r, m.Host, ip); hit || err != nil {
				return hit, err
			}
		}
	}
	return false, nil
}

// among reports whether a host has an address.
func among(ctx context.Context, r Resolver, host string, ip netip.Addr) (bool, error) {
	list, err := r.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return false, nil
	}
	for _, a := range list {
		if a.Unmap() == ip.Unmap() {
			return true, nil
		}
	}
	return false, nil
}

func dkimFindings(ctx context.Context, r Resolver, want Records) []Finding {
	if len(want.Signers) == 0 {
		return []Finding{{Part: "DKIM", Said: "Mail is not signed.", Advice: "Make a key with: openssl genpkey -algorithm ed25519 -out dkim.pem (or -algorithm rsa), and name it with --dkim-key."}}
	}
	var list []Finding
	for _, s := range want.Signers {
		f := Finding{Part: "DKIM", Advice: fmt.Sprintf("Put this TXT record at %s: %s", s.Name(), s.Record())}
		records, err := texts(ctx, r, s.Name(), "")
		switch {
		case err != nil:
			f.Said, f.Advice = err.Error(), "Try again when the DNS answers."
		case len(records) == 0:
			f.Said = fmt.Sprintf("%s has no record.", s.Name())
		case publicKey(records[0]) != publicKey(s.Record()):
			f.Said = fmt.Sprintf("%s holds another key than the one that signs.", s.Name())
		default:
			f.OK, f.Said = true, fmt.Sprintf("%s holds the key that signs (%s).", s.Name(), s.algorithm)
		}
		list = append(list, f)
	}
	return list
}

// publicKey returns the p= of a DKIM record.
func publicKey(record string) string {
	for tag := range strings.SplitSeq(record, ";") {
		if p, ok := strings.CutPrefix(strings.TrimSpace(tag), "p="); ok {
			return strings.Join(strings.Fields(p), "")
		}
	}
	return ""
}

func dmarcFinding(ctx context.Context, r Resolver, want Records) Finding {
	f := Finding{Part: "DMARC", Advice: fmt.Sprintf("Put a TXT record at _dmarc.%s, to begin with: v=DMARC1; p=none; rua=mailto:postmaster@%[1]s", want.From)}
	for name := want.From; strings.Contains(name, "."); _, name, _ = strings.Cut(name, ".") {
		records, err := texts(ctx, r, "_dmarc."+name, "v=dmarc1")
		if err != nil {
			f.Said, f.Advice = err.Error(), "Try again when the DNS answers."
			return f
		}
		if len(records) == 1 {
			f.OK, f.Said = true, fmt.Sprintf("_dmarc.%s says %q.", name, records[0])
			return f
		}
	}
	f.Said = fmt.Sprintf("Neither %s nor a domain above it has a DMARC record.", want.From)
	return f
}

func backFinding(ctx context.Context, r Resolver, host string) Finding {
	f := Finding{Part: "way back", Advice: fmt.Sprintf("Give %s an MX record, so that bounces can come back, and name where they arrive with --mail-in.", host)}
	if list, err := r.LookupMX(ctx, host); err == nil && len(list) > 0 {
		f.OK, f.Said = true, fmt.Sprintf("Mail to %s goes to %s.", host, strings.TrimSuffix(list[0].Host, "."))
		return f
	}
	f.Said = fmt.Sprintf("%s has no MX record.", host)
	return f
}

func nameFinding(ctx context.Context, r Resolver, ip netip.Addr) Finding {
	f := Finding{Part: "reverse", Advice: "Ask whoever gave you the address to give it a name that leads back to it: large receivers refuse mail from others."}
	if !ip.IsValid() {
		f.OK, f.Said = true, "From which address mail leaves is not known here (--sending-ip)."
		return f
	}
	names, err := r.LookupAddr(ctx, ip.String())
	if err != nil || len(names) == 0 {
		f.Said = fmt.Sprintf("%s has no name.", ip)
		return f
	}
	if hit, _ := among(ctx, r, names[0], ip); !hit {
		f.Said = fmt.Sprintf("%s is named %s, which does not lead back to it.", ip, names[0])
		return f
	}
	f.OK, f.Said = true, fmt.Sprintf("%s is %s, and back.", ip, strings.TrimSuffix(names[0], "."))
	return f
}

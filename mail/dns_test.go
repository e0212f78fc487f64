package mail_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"

	"broadsheet/mail"
)

// zone is a small DNS.
type zone map[string][]string // "TXT name", "MX name", "A name", "PTR address"

func (z zone) look(kind, name string) ([]string, error) {
	if list := z[kind+" "+strings.TrimSuffix(name, ".")]; list != nil {
		return list, nil
	}
	return nil, &net.DNSError{Name: name, Err: "no such host", IsNotFound: true}
}

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) { return z.look("TXT", name) }

func (z zone) LookupAddr(_ context.Context, a string) ([]string, error) { return z.look("PTR", a) }

func (z zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	list, err := z.look("MX", name)
	var out []*net.MX
	for _, h := range list {
		out = append(out, &net.MX{Host: h})
	}
	return out, err
}

func (z zone) LookupNetIP(_ context.Context, _, name string) ([]netip.Addr, error) {
	list, err := z.look("A", name)
	var out []netip.Addr
	for _, a := range list {
		out = append(out, netip.MustParseAddr(a))
	}
	return out, err
}

func TestExamine(t *testing.T) {
	t.Parallel()
	ed, rs := keys(t)
	one, err := mail.NewSigner("papers.example", "ed", ed)
	if err != nil {
		t.Fatal(err)
	}
	other, err := mail.NewSigner("papers.example", "ed", rs)
	if err != nil {
		t.Fatal(err)
	}
	good := func() zone {
		return zone{
			"TXT papers.example":               {"some=thing", "v=spf1 include:spf.provider.example mx -all"},
			"TXT spf.provider.example":         {"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all"},
			"TXT ed._domainkey.papers.example": {one.Record()},
			"TXT _dmarc.papers.example":        {"v=DMARC1; p=reject"},
			"MX papers.example":                {"mx.papers.example."},
			"A mx.papers.example":              {"198.51.100.9"},
			"PTR 192.0.2.7":                    {"out.provider.example."},
			"A out.provider.example":           {"192.0.2.7"},
		}
	}
	for _, c := range []struct {
		name   string
		change func(zone)
		ip     string
		wrong  string // the parts that are not OK
	}{
		{"all is well", func(zone) {}, "192.0.2.7", ""},
		{"by MX, without a name", func(zone) {}, "198.51.100.9", "reverse"},
		{"from elsewhere", func(zone) {}, "203.0.113.1", "SPF reverse"},
		{"no SPF", func(z zone) { delete(z, "TXT papers.example") }, "192.0.2.7", "SPF"},
		{"two SPF records", func(z zone) { z["TXT papers.example"] = []string{"v=spf1 +all", "v=spf1 -all"} }, "192.0.2.7", "SPF"},
		{"a circle of SPF records", func(z zone) { z["TXT spf.provider.example"] = []string{"v=spf1 include:papers.example"} }, "192.0.2.7", "SPF"},
		{"by redirect", func(z zone) { z["TXT papers.example"] = []string{"v=spf1 redirect=spf.provider.example"} }, "192.0.2.7", ""},
		{"another key", func(z zone) { z["TXT ed._domainkey.papers.example"] = []string{other.Record()} }, "192.0.2.7", "DKIM"},
		{"no key", func(z zone) { delete(z, "TXT ed._domainkey.papers.example") }, "192.0.2.7", "DKIM"},
		{"DMARC of the domain above", func(z zone) { delete(z, "TXT _dmarc.papers.example"); z["TXT _dmarc.example"] = []string{"x"} }, "192.0.2.7", "DMARC"},
		{"no way back", func(z zone) { delete(z, "MX papers.example") }, "192.0.2.7", "way back"},
		{"a name that leads elsewhere", func(z zone) { z["A out.provider.example"] = []string{"192.0.2.8"} }, "192.0.2.7", "reverse"},
		{"an address that is not known", func(z zone) { delete(z, "PTR 192.0.2.7") }, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			z := good()
			c.change(z)
			want := mail.Records{From: "papers.example", Host: "papers.example", Signers: []*mail.Signer{one}}
			if c.ip != "" {
				want.Sending = netip.MustParseAddr(c.ip)
			}
			var wrong []string
			for _, f := range mail.Examine(t.Context(), z, want) {
				if f.Said == "" || !f.OK && f.Advice == "" {
					t.Errorf("%+v says too little", f)
				}
				if !f.OK {
					wrong = append(wrong, f.Part)
				}
			}
			if got := strings.Join(wrong, " "); got != c.wrong {
				t.Errorf("wrong are %q, want %q", got, c.wrong)
			}
		})
	}
}

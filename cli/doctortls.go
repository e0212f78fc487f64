package cli

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// certificates examines what HTTPS is served with: the files, or what was fetched by ACME.
func (c *doctorAllCommand) certificates(now time.Time) (list []finding) {
	if c.Cert != "" {
		const soon = 14 * 24 * time.Hour
		f := certificate(c.Cert, c.Key, "", now, soon)
		f.advice = "Renew it and put it in the same files: serve takes it within seconds."
		list = append(list, f)
	}
	for _, host := range c.ACME {
		const soon = 20 * 24 * time.Hour // it is renewed 30 days before its end
		file := filepath.Join(c.Data, "certificates", host)
		f := certificate(file, file, host, now, soon)
		f.advice = "See that " + host + " leads to this server and that ports 443 and 80 are reached from outside; serve fetches and renews it when somebody asks for a page, and logs why it could not."
		list = append(list, f)
	}
	return list
}

// certificate examines one certificate and its key; host is a name that it must hold for,
// "" for any.
func certificate(cert, key, host string, now time.Time, soon time.Duration) finding {
	f := finding{part: "https"}
	if _, err := os.Stat(cert); err != nil && host != "" {
		f.said = "No certificate for " + host + " has been fetched yet."
		return f
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		f.said = fmt.Sprintf("The certificate %s cannot be used: %s.", cert, strings.TrimPrefix(err.Error(), "tls: "))
		return f
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		f.said = fmt.Sprintf("The certificate %s cannot be read: %s.", cert, err)
		return f
	}
	names := strings.Join(leaf.DNSNames, ", ")
	f.said = fmt.Sprintf("The certificate of %s holds until %s.", names, leaf.NotAfter.UTC().Format("2 January 2006"))
	switch {
	case now.Before(leaf.NotBefore):
		f.said = fmt.Sprintf("The certificate of %s holds only from %s on.", names, leaf.NotBefore.UTC().Format("2 January 2006"))
	case now.After(leaf.NotAfter):
		f.said = fmt.Sprintf("The certificate of %s ended on %s.", names, leaf.NotAfter.UTC().Format("2 January 2006"))
	case host != "" && leaf.VerifyHostname(host) != nil:
		f.said = fmt.Sprintf("The certificate in %s is not one of %s, but of %s.", cert, host, names)
	case open(key):
		f.said += " Everybody on this machine can read its key: chmod 600 " + key
	default:
		f.ok = leaf.NotAfter.Sub(now) > soon
	}
	return f
}

// open reports whether others than its owner and group can read a file.
func open(file string) bool {
	st, err := os.Stat(file)
	return err == nil && st.Mode().Perm()&0o004 != 0
}

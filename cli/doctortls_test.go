package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// issue writes a certificate of a name and its key, as an authority would.
func issue(t *testing.T, name string, from, until time.Time) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

// TestCertificateFindings: what is wrong with a certificate is said, from files and from
// what ACME fetched.
func TestCertificateFindings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)
	days := func(n int) time.Time { return now.AddDate(0, 0, n) }
	dir := t.TempDir()
	put := func(name string, mode os.FileMode, parts ...[]byte) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		var all []byte
		for _, p := range parts {
			all = append(all, p...)
		}
		if err := os.WriteFile(file, all, mode); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good, goodKey := issue(t, "papers.test", days(-30), days(60))
	late, lateKey := issue(t, "papers.test", days(-80), days(10))
	ended, endedKey := issue(t, "papers.test", days(-90), days(-1))
	early, earlyKey := issue(t, "papers.test", days(1), days(90))
	for _, c := range []struct {
		name      string
		cert, key []byte
		mode      os.FileMode
		ok        bool
		says      string
	}{
		{"good", good, goodKey, 0o600, true, "papers.test holds until 13 June 2026"},
		{"ends soon", late, lateKey, 0o600, false, "24 April 2026"},
		{"ended", ended, endedKey, 0o600, false, "ended on 13 April 2026"},
		{"not yet", early, earlyKey, 0o600, false, "only from 15 April 2026"},
		{"another's key", good, lateKey, 0o600, false, "cannot be used"},
		{"no certificate", []byte("hello"), goodKey, 0o600, false, "cannot be used"},
		{"an open key", good, goodKey, 0o644, false, "chmod 600"},
	} {
		d := &doctorAllCommand{}
		d.Cert, d.Key = put(c.name+"/cert.pem", 0o644, c.cert), put(c.name+"/key.pem", c.mode, c.key)
		list := d.certificates(now)
		if len(list) != 1 || list[0].ok != c.ok || !strings.Contains(list[0].said, c.says) || list[0].advice == "" {
			t.Errorf("%s: %+v", c.name, list)
		}
	}
	put("certificates/papers.test", 0o600, goodKey, good)
	put("certificates/other.test", 0o600, goodKey, good)
	d := &doctorAllCommand{}
	d.Data, d.ACME = dir, []string{"papers.test", "other.test", "new.test"}
	list := d.certificates(now)
	if len(list) != 3 || !list[0].ok || list[1].ok || !strings.Contains(list[1].said, "not one of other.test") || list[2].ok || !strings.Contains(list[2].said, "No certificate for new.test") {
		t.Errorf("fetched: %+v", list)
	}
}

package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/fault"
)

// Signer signs messages for a domain (RFC 6376; Ed25519 by RFC 8463). It is safe
// for concurrent use.
type Signer struct {
	domain, selector string
	key              crypto.Signer
	algorithm        string
}

// signed are the fields that a signature covers where a message has them; RFC 8058
// wants both of List-Unsubscribe.
var signed = []string{
	"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
	"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Auto-Submitted",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding",
}

// NewSigner reads a private key in PEM (PKCS #8, or PKCS #1 for RSA). The public
// key stands in the DNS at selector._domainkey.domain (Record).
func NewSigner(domain, selector string, key []byte) (*Signer, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, fault.Invalid("The DKIM key is no PEM file. Make one: openssl genpkey -algorithm ed25519")
	}
	var parsed any
	var err error
	if block.Type == "RSA PRIVATE KEY" {
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, fault.Invalid("The DKIM key cannot be read: %s.", err)
	}
	s := &Signer{domain: domain, selector: selector}
	switch k := parsed.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < 1024 {
			return nil, fault.Invalid("The DKIM key has %d bits; receivers refuse fewer than 1,024.", k.N.BitLen())
		}
		s.key, s.algorithm = k, "rsa-sha256"
	case ed25519.PrivateKey:
		s.key, s.algorithm = k, "ed25519-sha256"
	default:
		return nil, fault.Invalid("The DKIM key is neither Ed25519 nor RSA.")
	}
	return s, nil
}

// Name returns the name in the DNS at which the public key must stand.
func (s *Signer) Name() string { return s.selector + "._domainkey." + s.domain }

// Record returns the TXT record that must stand there.
func (s *Signer) Record() string {
	if public, ok := s.key.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	}
	der, err := x509.MarshalPKIXPublicKey(s.key.Public())
	if err != nil {
		panic(err) // an RSA key that was parsed
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

// Sign returns the message with a DKIM-Signature of each signer before it.
func Sign(message []byte, now time.Time, signers ...*Signer) ([]byte, error) {
	if len(signers) == 0 {
		return message, nil
	}
	head, body, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	fields := splitFields(string(head))
	digest := base64.StdEncoding.EncodeToString(bodyHash(body))
	var out bytes.Buffer
	out.Grow(len(message) + 1024*len(signers))
	for _, s := range signers {
		field, err := s.field(fields, digest, now)
		if err != nil {
			return nil, fmt.Errorf("sign for %s: %w", s.Name(), err)
		}
		out.WriteString(field)
	}
	out.Write(message)
	return out.Bytes(), nil
}

// field returns the DKIM-Signature field, relaxed in headers and body. From is
// named twice, so that none can be added in front.
func (s *Signer) field(fields []string, digest string, now time.Time) (string, error) {
	hash := sha256.New()
	var names []string
	for _, name := range signed {
		i := slices.IndexFunc(fields, func(f string) bool {
			return len(f) > len(name) && f[len(name)] == ':' && strings.EqualFold(f[:len(name)], name)
		})
		if i >= 0 {
			names = append(names, name)
			hash.Write([]byte(relaxField(fields[i]) + "\r\n"))
		}
	}
	names = append(names, "From") // there is no second one: it counts as empty
	var b strings.Builder
	fmt.Fprintf(&b, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed; d=%s;\r\n s=%s; t=%d; bh=%s;\r\n h=", s.algorithm, s.domain, s.selector, now.Unix(), digest)
	column := 3
	for i, name := range names { // folded between names and never inside one
		if i > 0 {
			b.WriteByte(':')
			if column++; column+len(name) > 70 {
				b.WriteString("\r\n ")
				column = 1
			}
		}
		b.WriteString(name)
		column += len(name)
	}
	b.WriteString(";\r\n b=")
	hash.Write([]byte(relaxField(b.String())))
	options := crypto.SignerOpts(crypto.SHA256)
	if s.algorithm == "ed25519-sha256" {
		options = crypto.Hash(0) // RFC 8463 signs the hash as a message
	}
	signature, err := s.key.Sign(nil, hash.Sum(nil), options)
	if err != nil {
		return "", err
	}
	encoded := base64.StdEncoding.EncodeToString(signature)
	for len(encoded) > 70 {
		b.WriteString(encoded[:70] + "\r\n ")
		encoded = encoded[70:]
	}
	b.WriteString(encoded + "\r\n")
	return b.String(), nil
}

// splitFields parts a head into its fields, folds and all, without the last CRLF.
func splitFields(head string) []string {
	var fields []string
	for line := range strings.SplitSeq(head, "\r\n") {
		if n := len(fields); n > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			fields[n-1] += "\r\n" + line
			continue
		}
		fields = append(fields, line)
	}
	return fields
}

// relaxField is the relaxed form of a field (RFC 6376, 3.4.2).
func relaxField(f string) string {
	name, value, _ := strings.Cut(f, ":")
	return strings.ToLower(strings.TrimSpace(name)) + ":" + strings.Join(strings.Fields(value), " ")
}

// bodyHash hashes the relaxed form of a body (RFC 6376, 3.4.4): spaces at the end of
// lines go, runs of them become one, empty lines at the end go.
func bodyHash(body []byte) []byte {
	hash := sha256.New()
	empty := 0
	var relaxed []byte
	for len(body) > 0 {
		line := body
		if i := bytes.Index(body, []byte("\r\n")); i >= 0 {
			line, body = body[:i], body[i+2:]
		} else {
			body = nil
		}
		if line = bytes.TrimRight(line, " \t"); len(line) == 0 {
			empty++
			continue
		}
		for ; empty > 0; empty-- {
			hash.Write([]byte("\r\n"))
		}
		relaxed = relaxed[:0]
		space := false
		for _, c := range line {
			if c == ' ' || c == '\t' {
				space = true
				continue
			}
			if space {
				relaxed, space = append(relaxed, ' '), false
			}
			relaxed = append(relaxed, c)
		}
		hash.Write(append(relaxed, '\r', '\n'))
	}
	return hash.Sum(nil)
}

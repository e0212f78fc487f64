package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

// Key is a secret from which others are derived, one a purpose.
type Key []byte

// Derive returns the key for a purpose.
func (k Key) Derive(purpose string) Key { return k.sum(purpose) }

// Sum returns a keyed hash of text, as text in lower case that is safe in addresses
// of both kinds; n letters of it, at most 52, hold five bits each.
func (k Key) Sum(text string, n int) string { return small.EncodeToString(k.sum(text))[:n] }

func (k Key) sum(text string) []byte {
	h := hmac.New(sha256.New, k)
	h.Write([]byte(text))
	return h.Sum(nil)
}

var small = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// A variable envelope return path names the letter that comes back, and is signed,
// so that nobody can make up bounces: prefix+number-signature@domain. Both parts
// are in lower case, because some servers make everything so.

// verpLength is the letters of the signature: 60 bits.
const verpLength = 12

// VERP returns the return path of letter id: the local part, to stand before the
// domain that takes the reports.
func VERP(key Key, prefix string, id int64) string {
	number := strconv.FormatInt(id, 36)
	return prefix + "+" + number + "-" + key.Sum(prefix+" "+number, verpLength)
}

// ParseVERP reads an address that VERP made, and reports whether it is one.
func ParseVERP(key Key, prefix, address string) (id int64, ok bool) {
	local, _, _ := strings.Cut(strings.ToLower(strings.Trim(address, "<> ")), "@")
	rest, ok := strings.CutPrefix(local, prefix+"+")
	if !ok {
		return 0, false
	}
	number, signature, ok := strings.Cut(rest, "-")
	if !ok || !hmac.Equal([]byte(signature), []byte(key.Sum(prefix+" "+number, verpLength))) {
		return 0, false
	}
	id, err := strconv.ParseInt(number, 36, 64)
	return id, err == nil && id > 0
}

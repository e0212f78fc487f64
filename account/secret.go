package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// newSecret returns a value of 256 random bits that can stand in an address or a
// cookie, and the sum under which it is held.
func newSecret() (secret string, sum []byte) {
	var b [32]byte
	rand.Read(b[:]) // never fails
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, sumOf(secret)
}

// sumOf returns the sum under which a secret is held. Looking a sum up in an index
// tells nothing of the secret by its timing, because nobody can choose the sum.
func sumOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

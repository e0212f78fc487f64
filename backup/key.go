package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"filippo.io/age"

	"broadsheet/fault"
)

// Key locks backups and opens them. This file is the one door to its library; backups
// are ordinary age files, which the program age opens too.
type Key struct {
	identities []age.Identity
	recipient  age.Recipient
}

// NewKey returns the text of a new key, for a file that is kept apart from the backups.
func NewKey(now time.Time) (string, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("# made: %s\n# Who has this key can read the backups; without it nobody can.\n%s\n", now.UTC().Format(time.RFC3339), id), nil
}

// ReadKey reads the key in a file: an age identity, as NewKey and age-keygen make them.
func ReadKey(file string) (*Key, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fault.Invalid("The key of the backups cannot be read: %s.", err)
	}
	defer f.Close()
	list, err := age.ParseIdentities(io.LimitReader(f, 64<<10))
	if err != nil {
		return nil, fault.Invalid("%s holds no key of backups (make one with broadsheet backup key): %s.", file, err)
	}
	k := &Key{identities: list}
	switch id := list[0].(type) {
	case *age.X25519Identity:
		k.recipient = id.Recipient()
	case *age.HybridIdentity:
		k.recipient = id.Recipient()
	default:
		return nil, fault.Invalid("%s holds a key of a kind that cannot lock backups: make one with broadsheet backup key.", file)
	}
	return k, nil
}

// lock encrypts body; a nil key leaves it as it is.
func (k *Key) lock(body []byte) ([]byte, error) {
	if k == nil {
		return body, nil
	}
	var out bytes.Buffer
	out.Grow(len(body) + len(body)/1000 + 1024)
	w, err := age.Encrypt(&out, k.recipient)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(body)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// open decrypts what lock made.
func (k *Key) open(body []byte) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte("age-encryption.org/")) {
		return body, nil
	}
	if k == nil {
		return nil, fault.Invalid("These backups are encrypted: name the file with their key, --key FILE.")
	}
	r, err := age.Decrypt(bytes.NewReader(body), k.identities...)
	if err != nil {
		return nil, fault.Invalid("The key does not open these backups: %s.", err)
	}
	return io.ReadAll(r)
}

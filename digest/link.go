package digest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"broadsheet/fault"
	"broadsheet/mail"
)

// Act is what a signed link is good for. A link for one act opens no other.
type Act byte

// The acts.
const (
	ActConfirm Act = 'c' // of a subscription that was asked for
	ActChange  Act = 'm' // change, pause, end
	ActStop    Act = 's' // end: what stands in the headers of mails
	ActRead    Act = 'r' // read a mail on the web; the number is that of the letter
)

// Links that are mailed because somebody typed an address hold for a week; those in
// the mails of a subscription for as long as there is one.
const linkLife = 7 * 24 * time.Hour

var encoding = base64.RawURLEncoding.Strict()

// macLength is the bytes of the signature: 128 bits.
const macLength = 16

// Token returns a signed token for an act on something; ends is the zero time for one
// that holds for ever.
func (s *Store) Token(a Act, id int64, ends time.Time) string {
	b := binary.AppendUvarint([]byte{byte(a)}, uint64(id))
	if !ends.IsZero() {
		b = binary.AppendUvarint(b, uint64(ends.Unix()))
	}
	return encoding.EncodeToString(append(b, s.mac(b)...))
}

func (s *Store) mac(b []byte) []byte {
	h := hmac.New(sha256.New, s.links)
	h.Write(b)
	return h.Sum(nil)[:macLength]
}

// Open reads a token of one of the acts. Whatever is wrong with it, the fault says
// the same but for one that is too old.
func (s *Store) Open(token string, acts ...Act) (id int64, err error) {
	wrong := fault.Invalid("This link is not whole, or not one of ours. Copy it from the mail to its very end.")
	if len(token) > 100 {
		return 0, wrong
	}
	b, err := encoding.DecodeString(token)
	if err != nil || len(b) < macLength+2 {
		return 0, wrong
	}
	said, mac := b[:len(b)-macLength], b[len(b)-macLength:]
	if !hmac.Equal(mac, s.mac(said)) {
		return 0, wrong
	}
	fits := false
	for _, a := range acts {
		fits = fits || said[0] == byte(a)
	}
	number, n := binary.Uvarint(said[1:])
	if !fits || n <= 0 {
		return 0, wrong
	}
	if rest := said[1+n:]; len(rest) > 0 {
		if ends, _ := binary.Uvarint(rest); s.Now().Unix() > int64(ends) {
			return 0, fault.Invalid("This link is more than a week old. Ask for a new one on the page Subscribe.")
		}
	}
	return int64(number), nil
}

// address returns the address of a page of ours with a token.
func (s *Store) address(path string, a Act, id int64) string {
	ends := time.Time{}
	if a == ActConfirm {
		ends = s.Now().Add(linkLife)
	}
	return s.Base + path + "?t=" + s.Token(a, id, ends)
}

// replyTo returns the address under which a subscription takes answers; outbox.Leave
// or outbox.Reply stands before the plus.
func (s *Store) replyTo(prefix string, id int64) mail.Address {
	return mail.Address{Local: mail.VERP(s.links, prefix, id), Domain: s.Outbox.Host}
}

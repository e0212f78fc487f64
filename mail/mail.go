// Package mail says what a message is and how it travels: composing it (RFC 5322,
// MIME), signing it (DKIM, RFC 6376 and RFC 8463), handing it to a mail server
// (SMTP, RFC 5321) or into a Maildir, and reading what comes back: reports of
// delivery (RFC 3464, RFC 6533) and complaints (RFC 5965).
//
// It stores nothing and knows nothing of papers. Who gets which message, and that
// each goes out once, is the outbox's concern.
//
// Whatever a message is made of may come from outside, so no value can break out
// of its header: control characters are dropped where headers are written, and
// addresses are parsed into their parts and never pasted.
package mail

import (
	"strings"
	"time"
	"unicode/utf8"

	netmail "net/mail"

	"golang.org/x/net/idna"

	"broadsheet/fault"
)

// Address is one mailbox. The zero Address is none.
type Address struct {
	Name   string // as people read it; may be empty
	Local  string // before the @, as given
	Domain string // after it, in lower case ASCII (xn--… for international domains)
}

// Lengths that RFC 5321 allows, in octets.
const (
	longestLocal   = 64
	longestAddress = 254
)

// ParseAddress reads "name@example.org" or "A Name <name@example.org>". The local
// part may be international (RFC 6531); the domain is turned into its ASCII form.
// The error is a fault.Invalid that says what is wrong.
func ParseAddress(s string) (Address, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Address{}, fault.Invalid("An address is wanted, such as name@example.org.")
	}
	if len(s) > 600 || !utf8.ValidString(s) || strings.ContainsFunc(s, isControl) {
		return Address{}, fault.Invalid("That is no e-mail address; write it as name@example.org.")
	}
	bare, name := s, ""
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") {
		bare, name = s[i+1:len(s)-1], strings.Trim(strings.TrimSpace(s[:i]), `"`)
	}
	at := strings.LastIndexByte(bare, '@')
	switch {
	case at < 0:
		return Address{}, fault.Invalid("%q has no @; write the address as name@example.org.", s)
	case at == 0:
		return Address{}, fault.Invalid("The part before @ is missing.")
	case at == len(bare)-1:
		return Address{}, fault.Invalid("The part after @ is missing.")
	}
	parsed, err := netmail.ParseAddress(bare)
	if err != nil {
		return Address{}, fault.Invalid("%q is no e-mail address; write it as name@example.org.", s)
	}
	at = strings.LastIndexByte(parsed.Address, '@')
	a := Address{Name: name, Local: parsed.Address[:at]}
	if a.Domain, err = domain(parsed.Address[at+1:]); err != nil {
		return Address{}, err
	}
	if len(a.Local) > longestLocal || len(a.Bare()) > longestAddress || strings.ContainsFunc(a.Local, isControl) {
		return Address{}, fault.Invalid("%q is longer than an address may be.", s)
	}
	return a, nil
}

// domain returns the ASCII form of a domain that mail can be sent to.
func domain(s string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || !strings.Contains(ascii, ".") || strings.HasPrefix(ascii, ".") || strings.HasSuffix(ascii, ".") || strings.Contains(ascii, "..") {
		return "", fault.Invalid("The part after @, %q, is no domain such as example.org.", s)
	}
	return strings.ToLower(ascii), nil
}

// Bare returns the address as it stands in an envelope: name@example.org.
func (a Address) Bare() string {
	if a == (Address{}) {
		return ""
	}
	return quoteLocal(a.Local) + "@" + a.Domain
}

// Key returns the form under which two spellings of one mailbox are the same.
func (a Address) Key() string { return strings.ToLower(a.Local) + "@" + a.Domain }

// International reports whether the address can only go to servers that know
// SMTPUTF8.
func (a Address) International() bool { return !isASCII(a.Local) }

// String returns the address as people write it, with the domain in their letters.
func (a Address) String() string {
	if shown, err := idna.Display.ToUnicode(a.Domain); err == nil {
		return quoteLocal(a.Local) + "@" + shown
	}
	return a.Bare()
}

// header returns the address as it stands in a header.
func (a Address) header() string {
	if a.Name == "" {
		return "<" + a.Bare() + ">"
	}
	return phrase(a.Name) + " <" + a.Bare() + ">"
}

// quoteLocal puts quotes around a local part that is no dot-atom.
func quoteLocal(s string) string {
	plain := s != "" && !strings.HasPrefix(s, ".") && !strings.HasSuffix(s, ".") && !strings.Contains(s, "..")
	for _, r := range s {
		if !(r >= utf8.RuneSelf || isAtom(byte(r)) || r == '.') {
			plain = false
		}
	}
	if plain {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func isAtom(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Message is one message to one recipient.
type Message struct {
	From, To Address
	ReplyTo  Address // none for the sender
	Subject  string
	Text     string // plain text, in lines that the writer has broken (Wrap)
	HTML     string // the same as HTML; "" for text alone
	Date     time.Time
	ID       string // of the message, left@right, without brackets
	InReply  string // the ID of the message that this one answers

	List        string   // the name of the list for List-Id, name.example.org; "" for none
	ListName    string   // what people call the list
	Unsubscribe []string // addresses, https: before mailto:; a https one makes it one-click (RFC 8058)
	Feedback    string   // Feedback-ID: campaign:kind:list:sender
}

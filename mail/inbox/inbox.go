// Package inbox takes in mail: bounces, complaints, answers. It comes through a
// listener of its own (SMTP from anywhere, LMTP from a mail server), from a Maildir
// into which a mail server delivers, or from a mailbox at a provider (POP3, IMAP).
//
// Each message is handed to one function, and put away once that has returned without
// an error; it may be handed over again after a crash, so that function must know what
// it has seen. It stores nothing.
package inbox

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"

	"broadsheet/fault"
	"broadsheet/mail"
)

// Handle takes a message that came to some addresses. An error leaves the message
// where it is, for another time.
type Handle func(ctx context.Context, m *mail.Received, to []string) error

// Source is a place where mail comes in.
type Source interface {
	// Run takes in mail until ctx ends; log is told of what goes wrong, and then it is
	// tried again.
	Run(ctx context.Context, handle Handle, log func(error))
}

// Shared reports whether several processes that are given the same place find the same
// mail there: one of them should look.
func Shared(s Source) bool {
	switch s.(type) {
	case *pop3, *imap:
		return true
	}
	return false
}

// most is the largest message that is taken in. Reports hold the mail that came back,
// which is ours and small.
const most = 2 << 20

// Parse reads where mail comes in: listen:HOST:PORT (SMTP), lmtp:HOST:PORT or
// lmtp:/path/of/a/socket, maildir:FOLDER, pop3s://user:password@host,
// imaps://user:password@host/FOLDER; pop3:// and imap:// go without encryption.
// expects says whether a listener takes mail to an address.
func Parse(s string, expects func(to string) bool) (Source, error) {
	kind, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" {
		return nil, fault.Invalid("%q is no place where mail comes in; there are listen:HOST:PORT, lmtp:HOST:PORT, maildir:FOLDER, pop3s://…, imaps://….", s)
	}
	switch kind {
	case "listen":
		return &listener{address: rest, expects: expects}, nil
	case "lmtp":
		return &listener{address: rest, expects: expects, lmtp: true}, nil
	case "maildir":
		return maildir(rest), nil
	case "pop3s", "pop3", "imaps", "imap":
		u, err := url.Parse(s)
		if err != nil || u.Hostname() == "" || u.User == nil {
			return nil, fault.Invalid("A mailbox is written as %s://user:password@host.", kind)
		}
		b := box{host: u.Hostname(), port: u.Port(), user: u.User.Username(), tls: strings.HasSuffix(kind, "s")}
		b.pass, _ = u.User.Password()
		if strings.HasPrefix(kind, "pop3") {
			return &pop3{b}, nil
		}
		folder := strings.Trim(u.Path, "/")
		if folder == "" {
			folder = "INBOX"
		}
		return &imap{b, folder}, nil
	}
	return nil, fault.Invalid("%s: is no place where mail comes in; there are listen, lmtp, maildir, pop3s and imaps.", kind)
}

// box is a mailbox at a provider.
type box struct {
	host, port, user, pass string
	tls                    bool
}

// hand reads a message and hands it over with the addresses that it came to: those of
// the envelope, else those that servers write down. What is no mail is passed over.
func hand(ctx context.Context, handle Handle, raw []byte, envelope ...string) error {
	m, err := mail.Read(bytes.NewReader(raw))
	if fault.Is(err, fault.KindInvalid) {
		return nil
	}
	if err != nil {
		return err
	}
	to := envelope
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		for _, value := range m.Header[name] {
			for part := range strings.SplitSeq(value, ",") {
				if i := strings.LastIndexByte(part, '<'); i >= 0 {
					part, _, _ = strings.Cut(part[i+1:], ">")
				}
				if part = strings.TrimSpace(part); part != "" && len(to) < 20 {
					to = append(to, part)
				}
			}
		}
	}
	return handle(ctx, m, to)
}

var errTooLong = errors.New("a message is longer than any report")

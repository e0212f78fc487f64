package server

import (
	"context"
	"fmt"
	"io"
	"net"

	"broadsheet/account"
	"broadsheet/db"
)

// letter posts what the accounts write. Where no mail is set up it is shown in the
// log, so that somebody who runs this for themselves can sign in.
func (h *House) letter(ctx context.Context, tx *db.Tx, to, subject, text string) error {
	if h.Config.Mail.Dial == nil {
		tx.After(func() {
			h.log.Warn("no mail is set up (--mail-from), so a letter stands here", "to", to, "subject", subject, "text", text)
		})
		return nil
	}
	return h.Mail(ctx, tx, "sign-in", "", to, subject, text, true)
}

// welcome prints the link by which the first administrator comes in, as long as
// there is none.
func (h *House) welcome(ctx context.Context, at net.Addr, out io.Writer) error {
	if h.Config.Account.Demo {
		return nil
	}
	if has, err := h.Accounts.HasAdministrator(ctx); err != nil || has {
		return err
	}
	link, err := h.Accounts.Print(ctx, account.ToBegin, 0, h.baseAt(at))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "nobody administers this server yet; whoever follows this link within a day does:\n  %s\n", link)
	return err
}

// baseAt returns the public address, or one that leads to the listener from here.
func (h *House) baseAt(at net.Addr) string {
	if h.Config.Base != "" {
		return h.Config.Base
	}
	host, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return "http://" + at.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || ip.IsLoopback() {
		host = "localhost" // a name, which passkeys want
	}
	return "http://" + net.JoinHostPort(host, port)
}

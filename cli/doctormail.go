package cli

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"broadsheet/fault"
	"broadsheet/mail"
)

type doctorMailCommand struct {
	post
	SendingIP string `name:"sending-ip" help:"The address from which your mail leaves, to examine SPF and its name." placeholder:"IP"`
	To        string `help:"Send a test to this address." placeholder:"ADDRESS"`
}

func (doctorMailCommand) Help() string {
	return `Looks up the SPF, DKIM and DMARC records, where bounces come back to, and the name of the
sending host, and says what to do about what is missing. With --to it signs a message and
hands it to the mail server. It exits with 1 when something is wrong.

Example:
  broadsheet doctor mail --mail-from 'Broadsheet <news@papers.example.org>' --dkim-key 2026:dkim.pem \
    --sending-ip 192.0.2.1 --to you@example.org`
}

func (c *doctorMailCommand) Run(ctx context.Context, w World) error {
	if c.MailFrom == "" {
		return fault.Invalid("--mail-from says whose mail to examine.")
	}
	set, err := c.outbox()
	if err != nil {
		return err
	}
	want := mail.Records{From: set.From.Domain, Host: set.Host, Signers: set.Signers}
	if c.SendingIP != "" {
		if want.Sending, err = netip.ParseAddr(c.SendingIP); err != nil {
			return fault.Invalid("--sending-ip %s: an address such as 192.0.2.1 is wanted.", c.SendingIP)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	list := mail.Examine(ctx, net.DefaultResolver, want)
	if c.To != "" {
		list = append(list, c.test(ctx))
	}
	wrong := 0
	for _, f := range list {
		show(w, finding{part: f.Part, ok: f.OK, said: f.Said, advice: f.Advice})
		if !f.OK {
			wrong++
		}
	}
	if wrong > 0 {
		return fault.Conflict("%d of %d examinations found something wrong", wrong, len(list))
	}
	return nil
}

// test hands a signed message to the mail server.
func (c *doctorMailCommand) test(ctx context.Context) mail.Finding {
	f := mail.Finding{Part: "test", Advice: "Check --mail-server, and its log."}
	err := c.send(ctx)
	if err != nil {
		f.Said = err.Error()
		return f
	}
	f.OK, f.Said = true, fmt.Sprintf("The mail server took a message to %s. Look there whether it came, and what its headers say of SPF, DKIM and DMARC.", c.To)
	return f
}

func (c *doctorMailCommand) send(ctx context.Context) error {
	set, err := c.outbox()
	if err != nil {
		return err
	}
	to, err := mail.ParseAddress(c.To)
	if err != nil {
		return err
	}
	now := time.Now()
	m := mail.Message{
		From: set.From, To: to, Subject: "Broadsheet: a test", Date: now, ID: fmt.Sprintf("test.%d@%s", now.UnixNano(), set.Host),
		Text: "This is a test of the settings of Broadsheet's mail.\n",
	}
	raw, err := mail.Sign(m.Bytes(), now, set.Signers...)
	if err != nil {
		return err
	}
	session, err := set.Dial(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	return session.Send(ctx, mail.Envelope{From: mail.Address{Local: "postmaster", Domain: set.Host}, To: to}, raw, func() (*mail.Envelope, error) { return nil, nil })
}

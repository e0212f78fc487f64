package cli

import (
	"os"
	"strings"

	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/outbox"
)

// post are the flags that say how mail is sent.
type post struct {
	MailFrom        string   `help:"Who mail is from, such as 'Broadsheet <news@papers.example.org>'. Without it no mail is sent." placeholder:"ADDRESS" env:"BROADSHEET_MAIL_FROM"`
	MailServer      string   `help:"The mail server: smtp://user:password@host:587, smtps://host, smtp+plain://127.0.0.1:25, or maildir:FOLDER to keep what would be sent." default:"smtp://127.0.0.1:25" placeholder:"URL" env:"BROADSHEET_MAIL_SERVER"`
	MailHost        string   `help:"The domain of return paths and message IDs; without it that of --mail-from." placeholder:"DOMAIN" env:"BROADSHEET_MAIL_HOST"`
	MailPostal      string   `help:"Your name and postal address, for the foot of every digest: the law of many countries wants it." placeholder:"TEXT" env:"BROADSHEET_MAIL_POSTAL"`
	MailConnections int      `help:"Connections to the mail server at once." default:"4" env:"BROADSHEET_MAIL_CONNECTIONS"`
	MailPerMinute   int      `help:"Mails a minute to one receiving domain; 0 for no limit." default:"0" env:"BROADSHEET_MAIL_PER_MINUTE"`
	MailIn          []string `help:"Where bounces, complaints and answers come in: listen:HOST:PORT, lmtp:HOST:PORT, maildir:FOLDER, pop3s://user:password@host, imaps://user:password@host/FOLDER." placeholder:"PLACE" env:"BROADSHEET_MAIL_IN"`
	DKIMKey         []string `name:"dkim-key" help:"A key to sign with, as selector:FILE (PEM, Ed25519 or RSA); several sign each." placeholder:"SELECTOR:FILE" env:"BROADSHEET_DKIM_KEY"`
}

// outbox returns how the outbox sends; nothing is sent without a sender.
func (p post) outbox() (outbox.Config, error) {
	c := outbox.Config{Host: p.MailHost, Postal: p.MailPostal, Connections: p.MailConnections, PerMinute: p.MailPerMinute}
	if p.MailFrom == "" {
		return c, nil
	}
	var err error
	if c.From, err = mail.ParseAddress(p.MailFrom); err != nil {
		return c, fault.Invalid("--mail-from: %s", err)
	}
	if c.Host == "" {
		c.Host = c.From.Domain
	}
	if c.Connections < 1 || c.Connections > 100 {
		return c, fault.Invalid("--mail-connections %d: from 1 to 100 make sense.", c.Connections)
	}
	if p.MailPerMinute < 0 {
		return c, fault.Invalid("--mail-per-minute %d: a number from 0 is wanted.", p.MailPerMinute)
	}
	if folder, ok := strings.CutPrefix(p.MailServer, "maildir:"); ok {
		c.Dial = mail.Maildir(folder).Dial
	} else {
		s, err := mail.ParseServer(p.MailServer)
		if err != nil {
			return c, fault.Invalid("--mail-server: %s", err)
		}
		s.Hello = c.Host
		c.Dial = s.Dial
	}
	c.Signers, err = p.signers(c.From.Domain)
	return c, err
}

func (p post) signers(domain string) ([]*mail.Signer, error) {
	var list []*mail.Signer
	for _, k := range p.DKIMKey {
		selector, file, ok := strings.Cut(k, ":")
		if !ok || selector == "" {
			return nil, fault.Invalid("--dkim-key %s: write it as selector:FILE.", k)
		}
		key, err := os.ReadFile(file)
		if err != nil {
			return nil, fault.Invalid("--dkim-key: %s.", err)
		}
		s, err := mail.NewSigner(domain, selector, key)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

package cli

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/server"
)

type digestCommand struct {
	Preview digestPreview `cmd:"" help:"Print the mail that an address would get on a day. Nothing is sent."`
	Run     digestRun     `cmd:"" help:"Compose and send what is due now, as serve does by itself."`
}

// letters are the flags of commands that open the mails.
type letters struct {
	store
	site
	post
	Base string `name:"base-url" help:"The public address, for links." default:"http://127.0.0.1:8080" placeholder:"URL" env:"BROADSHEET_BASE_URL"`
}

func (l *letters) open(ctx context.Context, log *slog.Logger) (*server.House, error) {
	dsn, err := l.held()
	if err != nil {
		return nil, err
	}
	settings, err := l.settings()
	if err != nil {
		return nil, err
	}
	mail, err := l.outbox()
	if err != nil {
		return nil, err
	}
	h, err := server.Open(ctx, server.Config{DSN: dsn, Edition: settings, Mail: mail, Base: l.Base}, log)
	if err != nil {
		return nil, err
	}
	return h, h.CatchUp(ctx)
}

type digestPreview struct {
	letters
	To   string `help:"The address. One that has not subscribed gets the standard choice." required:"" placeholder:"ADDRESS"`
	Date string `help:"The day, as 2026-04-14; without it the mail that would go out now." placeholder:"DAY"`
	HTML bool   `name:"html" help:"Print the HTML in place of the plain text."`
}

func (c *digestPreview) Run(ctx context.Context, w World, log *slog.Logger) error {
	to, err := mail.ParseAddress(c.To)
	if err != nil {
		return err
	}
	h, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer h.Close()
	held, err := h.Digests.Find(ctx, to)
	if err != nil {
		return err
	}
	known := held != nil
	if !known {
		held = h.Digests.Sample(digest.Standard())
		held.Address = to
	}
	p, err := c.preview(ctx, h.Digests, held, known)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "Subject: %s\n\n", p.Subject)
	if !c.HTML {
		fmt.Fprint(w.Out, p.Text())
		return nil
	}
	body, err := p.HTML()
	fmt.Fprint(w.Out, body)
	return err
}

func (c *digestPreview) preview(ctx context.Context, s *digest.Store, held *digest.Subscription, known bool) (*digest.Preview, error) {
	if c.Date == "" && known {
		return s.Next(ctx, held)
	}
	date := c.Date
	if date == "" {
		date = time.Now().UTC().Format(time.DateOnly)
	}
	day, err := edition.ParseDay(date)
	if err != nil {
		return nil, err
	}
	return s.On(ctx, held, day)
}

type digestRun struct {
	letters
	DryRun bool `help:"Say what would be done, and do nothing."`
}

func (c *digestRun) Run(ctx context.Context, w World, log *slog.Logger) error {
	h, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer h.Close()
	due, err := h.Digests.Waiting(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "%s due now", mailsAre(due.Readers))
	if !due.Next.IsZero() {
		fmt.Fprintf(w.Out, "; the next on %s", due.Next.Format("Monday 2 January 2006, 15:04 UTC"))
	}
	fmt.Fprintln(w.Out, ".")
	if c.DryRun {
		return nil
	}
	if h.Config.Mail.Dial == nil {
		return fault.Invalid("Nothing can be sent without --mail-from.")
	}
	did, err := h.Digests.Run(ctx)
	if err != nil {
		return err
	}
	sent, err := h.Outbox.Flush(ctx)
	fmt.Fprintf(w.Out, "%d composed, nothing for %d readers, %d letters sent.\n", did.Mails, did.Quiet, sent)
	return err
}

func mailsAre(n int) string {
	if n == 1 {
		return "1 mail is"
	}
	return edition.Thousands(n) + " mails are"
}

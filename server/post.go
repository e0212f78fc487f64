package server

import (
	"context"
	"fmt"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/mail/inbox"
	"broadsheet/outbox"
)

// Mail puts a short letter in plain text to one reader into the outbox, as part of
// tx. asked says that the reader asked for it this minute, as for a sign-in link: it
// goes before others. once keeps a second one away; "" does not.
func (h *House) Mail(ctx context.Context, tx *db.Tx, kind, once, to, subject, text string, asked bool) error {
	a, err := mail.ParseAddress(to)
	if err != nil {
		return err
	}
	_, err = h.Outbox.Enqueue(ctx, tx, outbox.Letter{Kind: kind, Once: once, To: a, Asked: asked, Message: &mail.Message{Subject: subject, Text: text}})
	return err
}

// openPost opens the outbox and the digests.
func (h *House) openPost(ctx context.Context) error {
	c := h.Config.Mail
	c.Now, c.Log, c.Event = h.Config.Now, h.log, h.metrics.mail
	var err error
	if h.Outbox, err = outbox.Open(ctx, h.DB, c); err != nil {
		return err
	}
	h.metrics.watch(h.Outbox)
	told := &report{House: h}
	h.Digests = digest.New(digest.Config{
		Papers: h.Papers, Editions: h.Editions, Feeds: h.Feeds, Outbox: h.Outbox, Base: h.Config.Base, Now: h.Config.Now, Log: h.log,
		Trending: h.trends, AccountOf: h.accountOf, Follows: h.Library.Followed,
		Ledger: func(ctx context.Context, day string) (string, error) {
			l, err := told.Ledger(ctx, edition.DaySpan(day))
			if err != nil || l == nil || l.Total.Announced == 0 {
				return "", err
			}
			return fmt.Sprintf("arXiv announced %s papers in the chosen categories; %s held.", edition.Thousands(l.Total.Announced), edition.Thousands(l.Total.Held)), nil
		},
	})
	h.Accounts.Register(subscriptions{h.Digests})
	h.Accounts.OnAddress(h.adopt)
	if h.Search != nil {
		h.Digests.Search = h.Search.Matching
	}
	h.Digests.Ready = h.publishDue
	if h.Config.Morning {
		h.Digests.Forecast = h.Feeds.Forecast
	}
	for _, from := range h.Config.MailIn {
		in, err := inbox.Parse(from, h.expects)
		if err != nil {
			return err
		}
		h.inboxes = append(h.inboxes, in)
	}
	return nil
}

// publishDue publishes the editions whose hour had come at a moment, and has the mails
// know of them.
func (h *House) publishDue(ctx context.Context, now time.Time) error {
	if _, err := h.Editions.PublishDue(ctx, now); err != nil {
		return err
	}
	return h.CatchUp(ctx)
}

// accountOf returns the account whose proved address this is, 0 for none.
func (h *House) accountOf(ctx context.Context, a mail.Address) (int64, error) {
	held, err := h.Accounts.ByAddress(ctx, a.Bare())
	if fault.Is(err, fault.KindMissing) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return held.ID, nil
}

// adopt gives an account the subscription of an address that its holder has proved.
func (h *House) adopt(ctx context.Context, tx *db.Tx, account int64, address string) error {
	a, err := mail.ParseAddress(address)
	if err != nil {
		return nil // what is no address has no subscription
	}
	return h.Digests.Adopt(ctx, tx, a, account)
}

// subscriptions are what the digests hold of an account.
type subscriptions struct{ digests *digest.Store }

// Export implements account.Room.
func (s subscriptions) Export(ctx context.Context, account int64, add func(name string, part any) error) error {
	list, err := s.digests.Of(ctx, account)
	if err != nil || len(list) == 0 {
		return err
	}
	return add("subscriptions", list)
}

// Leave implements account.Room: whoever leaves gets no more mail.
func (s subscriptions) Leave(ctx context.Context, tx *db.Tx, account int64, _ bool) error {
	return s.digests.Part(ctx, tx, account)
}

// expects reports whether mail to an address is for us: a report about a letter, a
// farewell, an answer, or a complaint.
func (h *House) expects(to string) bool {
	local, _, _ := strings.Cut(strings.ToLower(to), "@")
	return local == "abuse" || local == "postmaster" || h.Outbox.Expects(to) || h.Digests.Expects(to)
}

// heard takes a mail that came in.
func (h *House) heard(ctx context.Context, m *mail.Received, to []string) error {
	for _, a := range to {
		if left, err := h.Digests.Heard(ctx, a, m.Subject(), m.Text); err != nil || left {
			return err
		}
	}
	ours, err := h.Outbox.Returned(ctx, m, to)
	if err == nil && !ours {
		h.log.Debug("a mail that came in was about nothing here", "subject", m.Subject())
	}
	return err
}

// listen takes in mail from one place until ctx ends. Of several replicas one looks
// into a mailbox that all can reach.
func (h *House) listen(in inbox.Source, place string) func(context.Context) {
	run := func(ctx context.Context) {
		in.Run(ctx, h.heard, func(err error) { h.log.Error("mail could not be taken in; it will be tried again", "error", err) })
	}
	if !inbox.Shared(in) {
		return run
	}
	return func(ctx context.Context) { h.alone(ctx, "inbox "+h.Outbox.Key("inbox").Sum(place, 20), run) }
}

// post composes the mails that are due, and forgets what is too old to keep, until
// ctx ends. The outbox sends them.
func (h *House) post(ctx context.Context) {
	const often, seldom = 5 * time.Second, time.Hour
	var swept time.Time
	for ctx.Err() == nil {
		if _, err := h.Digests.Run(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("the digests could not be composed; it will be tried again", "error", err)
		}
		if now := time.Now(); now.Sub(swept) >= seldom {
			swept = now
			if err := h.sweepPost(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("old mail could not be forgotten; it will be tried again", "error", err)
			}
		}
		sleep(ctx, often)
	}
}

func (h *House) sweepPost(ctx context.Context) error {
	if err := h.Digests.Sweep(ctx); err != nil {
		return err
	}
	for {
		n, err := h.Outbox.Prune(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

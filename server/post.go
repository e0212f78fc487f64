package server

import (
	"context"

	"broadsheet/db"
	"broadsheet/mail"
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

// openOutbox opens the outbox by the settings.
func (h *House) openOutbox(ctx context.Context) error {
	c := h.Config.Mail
	c.Now, c.Log = h.Config.Now, h.log
	var err error
	h.Outbox, err = outbox.Open(ctx, h.DB, c)
	return err
}

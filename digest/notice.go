package digest

import (
	"context"
	"fmt"

	"broadsheet/db"
	"broadsheet/mail"
	"broadsheet/outbox"
)

// mailConfirm asks the owner of an address whether they want the mails.
func (s *Store) mailConfirm(ctx context.Context, tx *db.Tx, id int64, a mail.Address, c Choice) error {
	text := mail.Wrap(fmt.Sprintf("Somebody, we hope you, asked for Broadsheet by mail to %s: %s, %s.", a, c.Cadence.String(), c.String()), "") +
		"\nTo begin, open this page and press its button:\n\n" +
		s.address("/mail/confirm", ActConfirm, id) + "\n\n" +
		mail.Wrap("The link holds for a week. If it was not you, do nothing: nothing is sent, and the address is forgotten.", "") +
		"\n-- \nBroadsheet, " + s.Base + "\n"
	_, err := s.Outbox.Enqueue(ctx, tx, outbox.Letter{Kind: "confirm", To: a, Asked: true, Message: &mail.Message{Subject: "Broadsheet by mail: confirm your address", Text: text}})
	return err
}

// mailKnown tells the owner of a subscription that somebody asked for it again.
func (s *Store) mailKnown(ctx context.Context, tx *db.Tx, held *Subscription) error {
	text := mail.Wrap(fmt.Sprintf("Somebody, perhaps you, asked for Broadsheet by mail to %s. You have it already: %s, %s. Nothing was changed.", held.Address, held.Choice.Cadence.String(), held.Choice.String()), "") +
		"\nTo change what you get:\n\n" + s.address("/mail", ActChange, held.ID) +
		"\n\nTo unsubscribe:\n\n" + s.address("/mail/stop", ActStop, held.ID) +
		"\n\n-- \nBroadsheet, " + s.Base + "\n"
	_, err := s.Outbox.Enqueue(ctx, tx, outbox.Letter{Kind: "confirm", To: held.Address, Asked: true, Message: &mail.Message{Subject: "Broadsheet by mail: you have it already", Text: text}})
	return err
}

// Heard takes a mail that came to one of the addresses of subscriptions: a farewell
// (any mail to leave+…), or an answer whose first words are one. It reports whether it
// was.
func (s *Store) Heard(ctx context.Context, to, subject, text string) (bool, error) {
	if id, ok := mail.ParseVERP(s.links, outbox.Leave, to); ok {
		return true, s.Leave(ctx, id)
	}
	if id, ok := mail.ParseVERP(s.links, outbox.Reply, to); ok && isFarewell(subject, text) {
		return true, s.Leave(ctx, id)
	}
	return false, nil
}

// Expects reports whether mail to an address is for a subscription.
func (s *Store) Expects(to string) bool {
	_, leave := mail.ParseVERP(s.links, outbox.Leave, to)
	_, reply := mail.ParseVERP(s.links, outbox.Reply, to)
	return leave || reply
}

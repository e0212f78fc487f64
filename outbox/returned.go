package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"broadsheet/db"
	"broadsheet/mail"
)

// Returned takes a mail that came to one of some addresses and reports whether it was
// about a letter of ours: found by the signed return path, else by the signed
// Message-ID of the mail that came back with it, so nobody can make up a bounce. It
// counts once, however often it is read.
func (o *Outbox) Returned(ctx context.Context, m *mail.Received, to []string) (bool, error) {
	report := mail.ReadReport(m)
	id := o.letterOf(report, to)
	if id == 0 {
		return false, nil
	}
	if report.Class == mail.NotABounce || report.Class == mail.Delayed {
		return true, nil
	}
	said := strings.TrimSpace(string(report.Class) + " " + report.Status + " " + report.Text)
	event := map[mail.Class]string{mail.Hard: "bounced", mail.Soft: "soft", mail.Complaint: "complained"}[report.Class]
	return true, o.db.Transact(ctx, func(tx *db.Tx) error {
		var text, kind string
		err := tx.QueryRow(ctx, `UPDATE outbox SET returned = $2 WHERE id = $1 AND (returned = '' OR $3 = 'complaint' AND returned NOT LIKE 'complaint%') RETURNING recipient, kind`,
			id, said, string(report.Class)).Scan(&text, &kind)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // not kept any more, or counted before
		}
		if err != nil {
			return fmt.Errorf("note what came back about letter %d: %w", id, err)
		}
		a, err := recipient(text)
		if err != nil {
			return err
		}
		tx.After(func() { o.Event(kind, event) })
		switch report.Class {
		case mail.Complaint:
			return o.Suppress(ctx, tx, a, Complained)
		case mail.Hard:
			return o.bounced(ctx, tx, a, hardBounce, said)
		}
		return o.bounced(ctx, tx, a, softBounce, said)
	})
}

// letterOf returns the number of the letter that a report is about, 0 for none of ours.
func (o *Outbox) letterOf(r mail.Report, to []string) int64 {
	for _, a := range to {
		if id, ok := mail.ParseVERP(o.derived.returns, Bounces, a); ok {
			return id
		}
	}
	number, _, ok := strings.Cut(r.OriginalID, ".")
	if !ok {
		return 0
	}
	id, err := strconv.ParseInt(number, 36, 64)
	if err != nil || o.messageID(id) != r.OriginalID {
		return 0
	}
	return id
}

// Expects reports whether mail to an address is for us: a signed return path. Others
// know of others.
func (o *Outbox) Expects(to string) bool {
	_, ok := mail.ParseVERP(o.derived.returns, Bounces, to)
	return ok
}

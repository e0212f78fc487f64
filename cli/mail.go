package cli

import (
	"context"
	"fmt"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/outbox"
)

// mailCommand holds the mail of an instance back, and lets it go.
type mailCommand struct {
	Pause  mailPause  `cmd:"" help:"Hold back digests and notices, in every process; sign-in links and confirmations still go."`
	Resume mailResume `cmd:"" help:"Let them go again."`
}

type mailPause struct{ store }

func (c *mailPause) Run(ctx context.Context, w World) error {
	if err := c.audited(ctx, "pause mail", func(tx *db.Tx, d *db.DB) error { return outbox.Pause(ctx, tx, d.Now()) }); err != nil {
		return err
	}
	fmt.Fprintln(w.Out, "Mail is paused: digests and notices wait. Sign-in links and confirmations still go.")
	return nil
}

type mailResume struct{ store }

func (c *mailResume) Run(ctx context.Context, w World) error {
	if err := c.audited(ctx, "resume mail", func(tx *db.Tx, _ *db.DB) error { return outbox.Resume(ctx, tx) }); err != nil {
		return err
	}
	fmt.Fprintln(w.Out, "Mail goes again, what waited first.")
	return nil
}

// audited does something that is written down as the operator's act.
func (s store) audited(ctx context.Context, act string, do func(*db.Tx, *db.DB) error) error {
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Transact(ctx, func(tx *db.Tx) error {
		if err := do(tx, d); err != nil {
			return err
		}
		return account.Audit(ctx, tx, d.Now(), account.Operator, act, "", "")
	})
}

// heldBack examines whether mail is held back.
func heldBack(ctx context.Context, d *db.DB) ([]finding, error) {
	since, err := outbox.Paused(ctx, d)
	if err != nil || since.IsZero() {
		return nil, err
	}
	return []finding{{
		part: "mail", said: fmt.Sprintf("Digests and notices have been held back since %s.", since.UTC().Format("15:04 UTC on 2 January")),
		advice: "Say broadsheet mail resume, or press the button at /instance, when they shall go again.",
	}}, nil
}

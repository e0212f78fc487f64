package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/move"
)

type moveCommand struct {
	store
	To      string `help:"Where to: an empty PostgreSQL database, postgres://…, or a folder for a SQLite file." placeholder:"DSN|DIR"`
	Prepare bool   `help:"Copy and compare everything, and stop before the switch."`
	Undo    bool   `help:"Let the database be written to again, and forget the move."`
}

func (moveCommand) Help() string {
	return `Carries a whole instance from SQLite to PostgreSQL or back while it goes on serving: rows
with their numbers, sessions, votes, what was mailed to whom. Every row is compared with its
copy. It may be interrupted at any moment; run again, it goes on.

For the switch, which takes seconds, the old database refuses to be written to: readers go
on reading, and whoever writes is told to try again in a minute. Then stop the servers and
start them with the new database. The old one goes on refusing, so that nothing is written
there by mistake; --undo ends that.

Examples:
  broadsheet move --data ./data --to postgres://user:password@host/name --prepare
  broadsheet move --data ./data --to postgres://user:password@host/name
  broadsheet move --db postgres://user:password@host/name --to ./data2
  broadsheet move --data ./data --undo`
}

func (c *moveCommand) Run(ctx context.Context, w World) error {
	dsn, err := c.held()
	if err != nil {
		return err
	}
	from, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer from.Close()
	if c.Undo {
		if err := move.Undo(ctx, from); err != nil {
			return err
		}
		fmt.Fprintf(w.Out, "%s may be written to.\n", db.Redact(dsn))
		return nil
	}
	target, flag := c.To, "--db "+db.Redact(c.To)
	if !strings.HasPrefix(target, "postgres://") && !strings.HasPrefix(target, "postgresql://") {
		target, flag = filepath.Join(c.To, "broadsheet.db"), "--data "+c.To
	}
	if c.To == "" || target == dsn {
		return fault.Invalid("--to names the database to move to: postgres://…, or another folder.")
	}
	to, err := db.Open(ctx, target)
	if err != nil {
		return err
	}
	defer to.Close()
	return c.move(ctx, w, move.Move{From: from, To: to, Prepare: c.Prepare}, flag)
}

func (c *moveCommand) move(ctx context.Context, w World, m move.Move, flag string) error {
	var bar *progress
	title := ""
	done := func() {
		if bar != nil {
			bar.done()
		}
	}
	m.Tell = func(s move.Step) {
		if next := s.Deed + " " + s.Table; next != title {
			done()
			title, bar = next, newProgress(w, "rows of "+s.Table+" "+s.Deed)
		}
		if s.Table != "" {
			bar.show(int(s.Rows), -1)
		}
	}
	r, err := m.Run(ctx)
	done()
	if err != nil {
		return err
	}
	n := func(i int64) string { return edition.Thousands(int(i)) }
	if c.Prepare {
		fmt.Fprintf(w.Out, "%d tables are copied and compared. Run the same without --prepare for the switch.\n", r.Tables)
		return nil
	}
	fmt.Fprintf(w.Out, "%s rows of %d tables are moved and compared; %s changed meanwhile. For %s nothing could be written so far.\nNow stop the servers and start them with %s\n",
		n(r.Rows), r.Tables, n(r.Late), r.Closed.Round(10*time.Millisecond), flag)
	return nil
}

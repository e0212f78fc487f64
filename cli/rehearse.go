package cli

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"broadsheet/backup"
	"broadsheet/server"
)

type backupRehearseCommand struct {
	store
	vault
	moment
}

func (backupRehearseCommand) Help() string {
	return `A backup that was never restored is a hope. This restores one into a folder inside the data folder,
opens it as a server would, though it mails and tells nobody, asks it for its front page, its
archive, its newest edition and the papers in that, and removes it. The instance goes on
serving; that it was rehearsed, and how that went, stands on /instance and in doctor. It needs as much disk as
the database.

Examples:
  broadsheet backup rehearse /mnt/backups
  broadsheet backup rehearse --at 2026-04-14 /mnt/backups`
}

func (c *backupRehearseCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	v, err := c.vault.open()
	if err != nil {
		return err
	}
	at, err := c.time()
	if err != nil {
		return err
	}
	d, err := c.store.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	began := time.Now()
	bar := newProgress(w, "MB")
	at, err = v.Rehearse(ctx, d, backup.Rehearsal{Now: began, At: at, Folder: c.Data, Look: looking(log), Progress: megabytes(bar)})
	bar.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "%s: restored, and it answered, in %.1f s.\n", at.Format(time.RFC3339Nano), time.Since(began).Seconds())
	return nil
}

// looking looks at what a rehearsal restored.
func looking(log *slog.Logger) backup.Look {
	return func(ctx context.Context, dsn string) error { return server.Rehearse(ctx, dsn, log) }
}

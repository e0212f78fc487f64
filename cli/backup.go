package cli

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"time"

	"broadsheet/backup"
	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/hook"
	"broadsheet/server"
)

type backupCommand struct {
	Take     backupTakeCommand     `cmd:"" default:"withargs" help:"Take a backup now."`
	List     backupListCommand     `cmd:"" help:"Name the moments to which there is a way back."`
	Check    backupCheckCommand    `cmd:"" help:"Read a whole backup and compare it with its sums."`
	Rehearse backupRehearseCommand `cmd:"" help:"Restore a backup beside the instance, ask it for its pages, and remove it."`
	Prune    backupPruneCommand    `cmd:"" help:"Remove old backups."`
	Key      backupKeyCommand      `cmd:"" help:"Make a key that encrypts backups."`
}

// vault are the flags that say where backups lie.
type vault struct {
	Place string `arg:"" help:"A folder, or s3://host/bucket/prefix." placeholder:"PLACE"`
	Key   string `help:"A file with the key that encrypts the backups (broadsheet backup key)." placeholder:"FILE" env:"BROADSHEET_BACKUP_KEY" type:"path"`
}

func (v vault) open() (*backup.Vault, error) { return openVault(v.Place, v.Key) }

func openVault(place, key string) (*backup.Vault, error) {
	if key == "" {
		return backup.Open(place, nil)
	}
	k, err := backup.ReadKey(key)
	if err != nil {
		return nil, err
	}
	return backup.Open(place, k)
}

type backupTakeCommand struct {
	store
	vault
}

func (backupTakeCommand) Help() string {
	return `Copies the instance, while it goes on serving, as it is at this moment: to a folder, or to a bucket of an
S3-compatible server, whose keys are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. What
lies there from the backup before is not written again, and what is written is read back and compared.

Examples:
  broadsheet backup /mnt/backups
  broadsheet backup key > broadsheet.key
  broadsheet backup --key broadsheet.key s3://s3.example.org/papers/main
  broadsheet restore --data new /mnt/backups
  broadsheet restore --data new --at 2026-04-14T12:00:00Z /mnt/backups`
}

func (c *backupTakeCommand) Run(ctx context.Context, w World) error {
	v, err := c.vault.open()
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
	taken, err := v.Run(ctx, d, backup.Taking{
		Now: began, Program: Version(), Settings: filepath.Join(c.Data, "broadsheet.toml"), Workers: runtime.GOMAXPROCS(0), Progress: megabytes(bar),
	})
	bar.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "%s: %s MB in %s, %s MB of it new there, in %.1f s. It was read back and compared.\n",
		taken.At.Format(time.RFC3339Nano), mega(taken.Bytes()), v.Place(), mega(taken.Written), time.Since(began).Seconds())
	return nil
}

// megabytes shows on a bar how many bytes of all are done, in kB where there are few.
func megabytes(bar *progress) func(done, all int64) {
	return func(done, all int64) {
		unit := 1_000_000
		if bar.what = "MB"; all >= 0 && all < 20e6 {
			unit, bar.what = 1000, "kB"
		}
		part := -1.0
		if all > 0 {
			part = float64(done) / float64(all)
		}
		bar.show(int(done)/unit, part)
	}
}

func mega(bytes int64) string {
	if bytes < 100e6 {
		return fmt.Sprintf("%.1f", float64(bytes)/1e6)
	}
	return edition.Thousands(int(bytes / 1e6))
}

type backupListCommand struct{ vault }

func (c *backupListCommand) Run(ctx context.Context, w World) error {
	v, err := c.open()
	if err != nil {
		return err
	}
	times, err := v.Times(ctx)
	if err != nil {
		return err
	}
	for _, at := range times {
		fmt.Fprintln(w.Out, at.Format(time.RFC3339Nano))
	}
	if len(times) == 0 {
		return fault.NotFound("There is no backup in %s.", v.Place())
	}
	return nil
}

// moment is the flag that says which backup is meant.
type moment struct {
	At string `help:"A moment, such as 2026-04-14T12:00:00Z, or a day; the backup that is meant is the newest of that time or before. Without it the newest of all." placeholder:"TIME"`
}

// time returns the moment, the zero time for none.
func (m moment) time() (at time.Time, err error) {
	if m.At == "" {
		return at, nil
	}
	if at, err = time.Parse(time.RFC3339Nano, m.At); err == nil {
		return at, nil
	}
	if at, err = time.Parse(time.DateOnly, m.At); err != nil {
		return at, fault.Invalid("--at %s: write a moment as 2026-04-14T12:00:00Z, or a day as 2026-04-14.", m.At)
	}
	return at.AddDate(0, 0, 1).Add(-1), nil // to its end
}

func (m moment) point(ctx context.Context, v *backup.Vault) (*backup.Point, error) {
	at, err := m.time()
	if err != nil {
		return nil, err
	}
	return v.Point(ctx, at)
}

type backupCheckCommand struct {
	vault
	moment
}

func (c *backupCheckCommand) Run(ctx context.Context, w World) error {
	v, err := c.open()
	if err != nil {
		return err
	}
	p, err := c.point(ctx, v)
	if err != nil {
		return err
	}
	bar := newProgress(w, "MB")
	err = v.Check(ctx, p, megabytes(bar))
	bar.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "%s: %s MB, every chunk is there and as it was.\n", p.At.Format(time.RFC3339Nano), mega(p.Bytes()))
	return nil
}

type backupPruneCommand struct{ vault }

func (backupPruneCommand) Help() string {
	return `What stays: every backup of the last two days, then the last one of each day for sixty days, then the
last one of each month. A server with --backup does so after each of its backups.`
}

func (c *backupPruneCommand) Run(ctx context.Context, w World) error {
	v, err := c.open()
	if err != nil {
		return err
	}
	points, packs, err := v.Prune(ctx, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "%d old backups and %d packs that no other needs were removed.\n", points, packs)
	return nil
}

type backupKeyCommand struct{}

func (backupKeyCommand) Run(w World) error {
	text, err := backup.NewKey(time.Now())
	if err == nil {
		fmt.Fprint(w.Out, text)
	}
	return err
}

type restoreCommand struct {
	store
	vault
	moment
}

func (restoreCommand) Help() string {
	return `Brings an instance back as it was at the moment of a backup: into the data folder, or with --db into
an empty PostgreSQL database, from whichever engine the backup was taken. What is there already is
left as it is. The search index is not part of a backup: it is built anew when the instance is served.
Served, what is back mails its readers; a copy is served with --still. Its hooks are paused:
broadsheet hook resume has them told again, when it takes the place of its original.

Examples:
  broadsheet backup list /mnt/backups
  broadsheet restore --data new /mnt/backups
  broadsheet restore --data new --at 2026-04-14 --key broadsheet.key s3://s3.example.org/papers/main`
}

func (c *restoreCommand) Run(ctx context.Context, w World) error {
	v, err := c.vault.open()
	if err != nil {
		return err
	}
	if _, err := c.dsn(); err != nil {
		return err
	}
	p, err := c.point(ctx, v)
	if err != nil {
		return err
	}
	began := time.Now()
	bar := newProgress(w, "MB")
	var paused []int64
	err = v.Restore(ctx, p, backup.Target{Data: c.Data, DSN: c.DB, Progress: megabytes(bar), Ready: func(ctx context.Context, d *db.DB) (err error) {
		paused, err = ofACopy(ctx, d)
		return err
	}})
	bar.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "The instance of %s is back in %s: %s MB in %.1f s.\n", p.At.Format(time.RFC3339Nano), cmp.Or(db.Redact(c.DB), c.Data), mega(p.Bytes()), time.Since(began).Seconds())
	sayPaused(w, paused)
	return nil
}

// ofACopy makes what came out of a backup or an export an instance of its own: its changes
// go their own way, and its hooks, whose numbers it returns, are paused.
func ofACopy(ctx context.Context, d *db.DB) (paused []int64, err error) {
	if err := d.NewStream(ctx); err != nil {
		return nil, err
	}
	return hook.Pause(ctx, d)
}

// backups are the flags by which a server takes backups of itself.
type backups struct {
	Backup      string        `help:"Take backups there: a folder, or s3://host/bucket/prefix." placeholder:"PLACE" env:"BROADSHEET_BACKUP"`
	BackupEvery time.Duration `help:"How often." default:"24h" env:"BROADSHEET_BACKUP_EVERY"`
	BackupKey   string        `help:"A file with the key that encrypts them (broadsheet backup key)." placeholder:"FILE" env:"BROADSHEET_BACKUP_KEY" type:"path"`
}

// keeper returns what takes backups while the program serves, nil when nothing does.
func (b backups) keeper(h *server.House, data string, log *slog.Logger) (func(context.Context), error) {
	if b.Backup == "" {
		return nil, nil
	}
	if b.BackupEvery < time.Minute {
		return nil, fault.Invalid("--backup-every %s: a minute is the least.", b.BackupEvery)
	}
	v, err := openVault(b.Backup, b.BackupKey)
	if err != nil {
		return nil, err
	}
	k := &backup.Keeper{Vault: v, DB: h.DB, Every: b.BackupEvery, Program: Version(), Settings: filepath.Join(data, "broadsheet.toml"), Look: looking(log), Now: h.Config.Now, Log: log}
	h.BacksUpTo = v.Place()
	return k.Keep, nil
}

// backedUp says how the last backups went.
func backedUp(ctx context.Context, d *db.DB, now time.Time) ([]finding, error) {
	list, err := backup.Last(ctx, d)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return []finding{{part: "backup", ok: true, said: "None was ever taken by this program: broadsheet backup PLACE takes one."}}, nil
	}
	var found []finding
	for _, r := range list {
		const old = 72 * time.Hour
		f := finding{part: "backup", ok: r.Failed == "" && now.Sub(r.Point) < old, said: fmt.Sprintf("The last good one in %s is of %s.", r.Place, r.Point.Format("2 January 2006, 15:04 UTC")), advice: "Take one now: broadsheet backup " + r.Place + "; or let the server do so, with --backup."}
		if r.Point.IsZero() {
			f.said = fmt.Sprintf("There is no good one in %s.", r.Place)
		}
		if r.Failed != "" {
			f.said += " The last one failed: " + r.Failed
		}
		if r.Rehearsal != "" {
			f.ok, f.advice = false, "broadsheet backup rehearse "+r.Place+" tries again; broadsheet backup check reads what lies there."
			f.said += " Restoring it failed when that was rehearsed: " + r.Rehearsal
		}
		found = append(found, f)
	}
	return found, nil
}

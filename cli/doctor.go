package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/mirror"
	"broadsheet/paper"
)

type doctorCommand struct {
	All  doctorAllCommand  `cmd:"" default:"withargs" help:"Examine database, disk, clock, search, certificates, ledger, backups and hooks."`
	Mail doctorMailCommand `cmd:"" help:"Examine what the DNS says of your mail, and send a test."`
}

type doctorAllCommand struct {
	store
	standby
	engine
	secured
	site
	sources
}

func (doctorAllCommand) Help() string {
	return `Examines the database, the disk, the clock, the search, certificates, the ledger, backups
and hooks, says what it found, and what
to do about each finding. It changes nothing. It exits with 1 when something is wrong.`
}

// finding is what one examination says.
type finding struct {
	part   string
	ok     bool
	said   string
	names  []string
	advice string // what to do, when not ok
}

func (c *doctorAllCommand) Run(ctx context.Context, w World) error {
	dsn, err := c.held()
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, dsn)
	if err != nil {
		show(w, finding{part: "database", said: err.Error(), advice: "Check --data or --db, and that the disk is not full or the server down."})
		return fault.Conflict("1 finding")
	}
	defer d.Close()
	list, err := c.all(ctx, d)
	if err != nil {
		return err
	}
	wrong := 0
	for _, f := range list {
		show(w, f)
		if !f.ok {
			wrong++
		}
	}
	if wrong > 0 {
		return fault.Conflict("%d of %d examinations found something wrong", wrong, len(list))
	}
	return nil
}

// all makes every examination.
func (c *doctorAllCommand) all(ctx context.Context, d *db.DB) ([]finding, error) {
	list := []finding{c.database(ctx, d), c.clock()}
	list = append(list, c.server(ctx, d)...)
	if d.Dialect == db.SQLite {
		list = append(list, c.disk())
	}
	index := c.index
	if len(c.Nodes) > 0 {
		index = c.examine
	}
	f, err := index(ctx, d)
	if err != nil {
		return nil, err
	}
	list = append(list, f)
	list = append(list, c.certificates(time.Now())...)
	for _, examine := range []func(context.Context, *db.DB) ([]finding, error){
		c.ledger,
		func(ctx context.Context, d *db.DB) ([]finding, error) { return backedUp(ctx, d, time.Now()) },
		told, followed, heldBack,
	} {
		more, err := examine(ctx, d)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

func show(w World, f finding) {
	mark := "ok  "
	if !f.ok {
		mark = "look"
	}
	fmt.Fprintf(w.Out, "%s  %-10s %s\n", mark, f.part, f.said)
	for _, name := range f.names {
		fmt.Fprintf(w.Out, "      %-10s   %s\n", "", name)
	}
	if !f.ok {
		fmt.Fprintf(w.Out, "      %-10s %s\n", "", f.advice)
	}
}

func (c *doctorAllCommand) database(ctx context.Context, d *db.DB) finding {
	f := finding{part: "database", advice: "Restore the last backup, or export what can still be read."}
	if d.Dialect == db.SQLite {
		var verdict string
		if err := d.QueryRow(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil || verdict != "ok" {
			f.said = fmt.Sprintf("The file is damaged: %s %v", verdict, err)
			return f
		}
	}
	n, err := paper.NewStore(d).Count(ctx)
	if err != nil {
		f.said = err.Error()
		return f
	}
	size, err := d.Size(ctx)
	if err != nil {
		f.said = err.Error()
		return f
	}
	f.ok = true
	f.said = fmt.Sprintf("%s, %d papers, %d MB.", d.Dialect, n, size>>20)
	return f
}

// clock finds a clock that is plainly wrong: one before the program was written.
func (c *doctorAllCommand) clock() finding {
	now := time.Now()
	return finding{
		part: "clock", ok: now.Year() >= 2026, said: now.UTC().Format("2 January 2006, 15:04:05 UTC."),
		advice: "Set the clock, or let NTP set it: editions are dated by it.",
	}
}

func (c *doctorAllCommand) disk() finding {
	var st syscall.Statfs_t
	dir, err := filepath.Abs(c.Data)
	if err == nil {
		err = syscall.Statfs(dir, &st)
	}
	if err != nil {
		return finding{part: "disk", said: err.Error(), advice: "Check --data."}
	}
	free := st.Bavail * uint64(st.Bsize) >> 20
	const least = 1024
	return finding{
		part: "disk", ok: free >= least, said: fmt.Sprintf("%d MB free in %s.", free, dir),
		advice: fmt.Sprintf("Make room: a day of papers with its raw answers takes a few MB, a merge of the database as much as it is large. %d MB is little.", free),
	}
}

// followed examines the instances that are followed.
func followed(ctx context.Context, d *db.DB) (list []finding, err error) {
	states, err := mirror.States(ctx, d)
	for _, s := range states {
		f := finding{
			part: "mirror", ok: s.Failed == "", said: fmt.Sprintf("%s has been read up to change %d of %d, last at %s.", s.Name, s.Seq, s.Latest, s.Asked.UTC().Format("15:04 UTC on 2 January")),
			advice: "What came from it stays. Look at its address in a browser, and at --mirror. If it is gone for good, take --mirror away and say broadsheet harvest --stop-mirror.",
		}
		if s.Refused > 0 {
			f.said += fmt.Sprintf(" %s of its records could not be used; the log says which.", edition.Thousands(int(s.Refused)))
		}
		if anew := s.AnewSince(d.Now().Add(-mirror.Remembered)); anew != "" {
			f.said += " " + anew
		}
		if !f.ok {
			f.said += " " + s.Failed
		}
		list = append(list, f)
	}
	return list, err
}

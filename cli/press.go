package cli

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/press"
	"broadsheet/server"
)

type pressCommand struct {
	store
	site

	To   string `arg:"" help:"The folder to print to: an empty one, or that of the last printing." type:"path"`
	Base string `name:"base-url" help:"Where the site will stand, for its feeds and its sitemap." placeholder:"URL" env:"BROADSHEET_BASE_URL" required:""`
	From string `help:"The first day to print." placeholder:"DAY" default:"0000-01-01"`
	Till string `help:"The last day to print." placeholder:"DAY" default:"9999-12-31"`
	All  bool   `help:"Make every page, and not only those that differ from the last printing."`
}

func (pressCommand) Help() string {
	return `Prints editions, weeks, months, papers, discussions, feeds and the archive as files, with a search
that runs in the browser. The site needs no server of its own: copy the folder to any that serves
files, or open its index.html. Printing again writes only what has changed.

Examples:
  broadsheet press site --base-url https://papers.example.org
  broadsheet press site --base-url https://papers.example.org --from 2025-01-01 --till 2025-12-31`
}

func (c *pressCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	dsn, err := c.held()
	if err != nil {
		return err
	}
	settings, err := c.settings()
	if err != nil {
		return err
	}
	base, err := press.ParseBase(c.Base)
	if err != nil {
		return err
	}
	for _, day := range []string{c.From, c.Till} {
		if _, err := edition.ParseDay(day); err != nil {
			return err
		}
	}
	if c.From > c.Till {
		return fault.Invalid("--from %s is after --till %s.", c.From, c.Till)
	}
	now := time.Now() // of every page
	h, err := server.Open(ctx, server.Config{
		DSN: dsn, Index: filepath.Join(c.Data, "index"), Base: base, Edition: settings, Pressed: true, Version: Version(), Now: func() time.Time { return now },
	}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.CatchUp(ctx); err != nil {
		return err
	}
	bar := newProgress(w, "pages")
	did, err := h.Press(ctx, press.Config{
		Folder: c.To, Span: edition.Span{From: c.From, To: c.Till}, All: c.All,
		Progress: func(done, all int) { bar.show(done, float64(done)/float64(all)) },
	})
	bar.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "%s editions and %s papers on %s pages: %s made, %s files written, %s removed, in %.1f s.\n",
		edition.Thousands(did.Editions), edition.Thousands(did.Papers), edition.Thousands(did.Pages),
		edition.Thousands(did.Made), edition.Thousands(did.Written), edition.Thousands(did.Removed), time.Since(now).Seconds())
	return nil
}

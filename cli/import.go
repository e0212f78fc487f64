package cli

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"time"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/harvest"
	"broadsheet/server"
)

type importCommand struct {
	store
	site

	Source string   `help:"The name of the upstream whose items these are." default:"huggingface" env:"BROADSHEET_SOURCE"`
	Files  []string `arg:"" name:"file" help:"Files to take in; - is standard input." type:"path"`
}

func (importCommand) Help() string {
	return `What a file is, and whether it is packed (gzip, Zstandard), is found out from its content:
  items of a daily-papers API, one a line or as the array that the API gives
  lines of arXiv's metadata snapshot
  lines such as {"id": "2604.11666", "title": …, "abstract": …, "authors": […], "categories": […]}
  what broadsheet export wrote, which goes into an empty instance

Examples:
  broadsheet import 2025-11.jsonl.zst
  curl -s https://…/api/daily_papers?date=2026-04-14 | broadsheet import -

A line that cannot be used goes to the quarantine with its number and the reason, and the
rest goes on. An import that was interrupted continues when it is run again.`
}

func (c *importCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	if len(c.Files) == 0 {
		return fault.Invalid("Name at least one file, or - for standard input.")
	}
	dsn, err := c.dsn()
	if err != nil {
		return err
	}
	settings, err := c.settings()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(w.In, 1<<16)
	var files []string
	for _, file := range c.Files {
		taken, err := c.takeExport(ctx, w, in, file)
		if err != nil {
			return err
		}
		if !taken {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		return nil
	}
	h, err := server.Open(ctx, server.Config{DSN: dsn, Edition: settings}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	began := time.Now()
	bar := newProgress(w, "lines")
	im := harvest.Importing{Papers: h.Papers, Source: c.Source, Progress: func(p harvest.Progress) { bar.show(p.Totals.Lines, p.Part) }}
	t, err := im.Import(ctx, in, files...)
	bar.done()
	if err != nil {
		return err
	}
	if err := h.CatchUp(ctx); err != nil {
		return err
	}
	n := edition.Thousands
	seconds := time.Since(began).Seconds()
	fmt.Fprintf(w.Out, "%s lines in %.1f s, %s a second: %s papers new, %s changed, %s the same, %s lines in quarantine.\n",
		n(t.Lines), seconds, n(int(float64(t.Lines)/max(seconds, 0.001))), n(t.Made), n(t.Changed), n(t.Same), n(t.Quarantined))
	if t.Skipped > 0 {
		fmt.Fprintf(w.Out, "%s lines had been done before the interruption.\n", n(t.Skipped))
	}
	if t.Quarantined == 0 {
		return nil
	}
	bad, _, err := harvest.Quarantine(ctx, h.DB, 5)
	for _, q := range bad {
		fmt.Fprintf(w.Out, "  %s line %d: %s\n", q.File, q.Line, q.Reason)
	}
	if err == nil && t.Quarantined == t.Lines {
		return fault.Conflict("no line was a paper; broadsheet import --help names what can be read")
	}
	return err
}

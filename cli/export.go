package cli

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"broadsheet/edition"
	"broadsheet/export"
)

type exportCommand struct {
	store

	Output  string `short:"o" help:"The file to write; without it standard output. Its ending says whether it is packed: .zst, .gz." placeholder:"FILE" type:"path"`
	Private bool   `help:"Also what readers keep for themselves and what only the desk sees."`
	Secrets bool   `help:"Also what opens something: sums of passwords and tokens, keys, subscriptions. Implies --private."`
}

func (exportCommand) Help() string {
	return `Writes the whole instance as JSON Lines, from SQLite and PostgreSQL alike; broadsheet import reads
it into either. What the lines hold stands in doc/export.md. Without flags it is what a visitor
can see, and nothing else. The instance may go on serving.

Examples:
  broadsheet export > public.jsonl
  broadsheet export --secrets -o everything.jsonl.zst
  broadsheet import --db postgres://user:password@host/name everything.jsonl.zst`
}

func (c *exportCommand) Run(ctx context.Context, w World) error {
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	o := export.Options{Program: Version(), At: time.Now()}
	switch {
	case c.Secrets:
		o.Level = export.Secret
	case c.Private:
		o.Level = export.Private
	}
	if c.Output == "" {
		_, err := export.Write(ctx, d, w.Out, o)
		return err
	}
	bar := newProgress(w, "rows")
	o.Progress = func(rows int) { bar.show(rows, -1) }
	var rows int
	err = writeFile(c.Output, func(to io.Writer) (err error) {
		rows, err = export.Write(ctx, d, to, o)
		return err
	})
	bar.done()
	if err != nil {
		return err
	}
	st, err := os.Stat(c.Output)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "%s rows, %s, in %s (%.1f MB).\n", edition.Thousands(rows), o.Level, c.Output, float64(st.Size())/1e6)
	return nil
}

// writeFile writes a file that only its owner may read, packed as its name says. It
// stands under its name once it is whole and on disk.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".broadsheet-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // it has its own name by then, if all went well
	var to io.WriteCloser
	switch filepath.Ext(name) {
	case ".zst":
		to, err = zstd.NewWriter(f)
	case ".gz":
		to = gzip.NewWriter(f)
	default:
		err = write(f)
	}
	if to != nil && err == nil {
		err = errors.Join(write(to), to.Close())
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// takeExport takes the file in if it is an export of an instance, and reports whether
// it was one. in is standard input, for the file "-".
func (c *importCommand) takeExport(ctx context.Context, w World, in *bufio.Reader, file string) (bool, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return false, nil // whoever takes it in says so
		}
		defer f.Close()
		in = bufio.NewReaderSize(f, 1<<16)
	}
	if !export.Recognise(in) {
		return false, nil
	}
	d, err := c.create(ctx)
	if err != nil {
		return true, err
	}
	defer d.Close()
	began := time.Now()
	bar := newProgress(w, "rows")
	rows, err := export.Read(ctx, d, in, func(rows int) { bar.show(rows, -1) })
	bar.done()
	if err != nil {
		return true, fmt.Errorf("%s: %w", file, err)
	}
	paused, err := ofACopy(ctx, d)
	if err != nil {
		return true, err
	}
	fmt.Fprintf(w.Out, "%s rows of an export in %.1f s.\n", edition.Thousands(rows), time.Since(began).Seconds())
	sayPaused(w, paused)
	return true, nil
}

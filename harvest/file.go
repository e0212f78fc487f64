package harvest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Importing takes papers in from files.
type Importing struct {
	Papers   *paper.Store
	Source   string           // the name under which figures and items are kept; "" is "huggingface"
	Now      func() time.Time // nil is time.Now
	Progress func(Progress)   // nil for none; called after every batch
}

// Progress is how far an import has come.
type Progress struct {
	File   string
	Lines  int     // read of this file
	Part   float64 // of its bytes, 0 to 1; negative when its size is not known
	Totals Totals
}

// Totals count what became of the lines.
type Totals struct {
	Lines       int // read
	Made        int // papers not held before
	Changed     int // papers about which something was new
	Same        int // papers about which nothing was
	Quarantined int // lines that could not be used
	Skipped     int // lines that an interrupted import had done already
}

// So many lines are stored in one transaction, or so many bytes of them.
const (
	batchLines = 1000
	batchBytes = 4 << 20
)

// Import takes in the papers of the named files, "-" for in. What a file is, and
// whether it is packed (gzip, Zstandard), is found out from its content: items of
// a daily-papers API, a line each or as one array; lines of arXiv's metadata
// snapshot; lines of ours, as in the built-in sample. A line that cannot be used
// goes to the quarantine with its file, number and reason and stops nothing. An
// import that was interrupted continues where it was when it is run again.
func (im *Importing) Import(ctx context.Context, in io.Reader, files ...string) (Totals, error) {
	var t Totals
	for _, name := range files {
		if err := im.file(ctx, in, name, &t); err != nil {
			return t, fmt.Errorf("import %s: %w", name, err)
		}
	}
	return t, nil
}

func (im *Importing) file(ctx context.Context, in io.Reader, name string, t *Totals) error {
	f, err := openFile(in, name)
	if err != nil {
		return err
	}
	defer f.close()
	done, err := im.done(ctx, f.key)
	if err != nil {
		return err
	}
	// Parsing goes on while the batch before is stored.
	inner, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan *parsedBatch, 2)
	failed := make(chan error, 1)
	go func() {
		defer close(batches)
		failed <- im.parse(inner, f, done, batches)
	}()
	t.Skipped += done
	for b := range batches {
		if err := im.store(ctx, f, b, t); err != nil {
			return err
		}
		if im.Progress != nil {
			im.Progress(Progress{name, b.last, b.part, *t})
		}
	}
	if err := <-failed; err != nil {
		return err
	}
	return im.forget(ctx, f.key)
}

// parsedBatch is some lines, ready to be stored.
type parsedBatch struct {
	papers []*paper.Paper
	bodies [][]byte // beside papers: the item as received, nil for lines that are no items
	bad    []badLine
	last   int // the number of the last line
	part   float64
	bytes  int
}

func (im *Importing) parse(ctx context.Context, f *fileReader, done int, to chan<- *parsedBatch) error {
	b := &parsedBatch{}
	send := func() error {
		b.last, b.part = f.number, f.part()
		select {
		case to <- b:
			b = &parsedBatch{}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	now := im.now()
	for {
		line, err := f.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && fault.KindOf(err) != fault.KindInvalid {
			return errors.Join(send(), err) // what came before it stands
		}
		if f.number <= done {
			continue
		}
		im.take(b, f.number, line, err, now)
		if len(b.papers)+len(b.bad) >= batchLines || b.bytes >= batchBytes {
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

// take puts a line into a batch, or the reason why it cannot be used.
func (im *Importing) take(b *parsedBatch, number int, line []byte, err error, now time.Time) {
	var p *paper.Paper
	var body []byte
	if err == nil {
		if p, body, err = im.line(line, now); p == nil && err == nil {
			return // an empty line
		}
	}
	b.bytes += len(line)
	if err != nil {
		b.bad = append(b.bad, badLine{number, reasonOf(err), bytes.Clone(line)})
		return
	}
	b.papers, b.bodies = append(b.papers, p), append(b.bodies, body)
}

func reasonOf(err error) string {
	if says := fault.Message(err); says != "" {
		return says
	}
	return err.Error()
}

func (im *Importing) store(ctx context.Context, f *fileReader, b *parsedBatch, t *Totals) error {
	now := im.now()
	var outcomes []paper.Outcome
	err := im.Papers.DB().Transact(ctx, func(tx *db.Tx) (err error) {
		if outcomes, err = im.Papers.Put(ctx, tx, im.source(), now, b.papers...); err != nil {
			return err
		}
		for i, p := range b.papers {
			if b.bodies[i] == nil {
				continue
			}
			if err := im.Papers.KeepReceived(ctx, tx, p.ID, im.source(), db.Micros(now), b.bodies[i]); err != nil {
				return err
			}
		}
		for _, bad := range b.bad {
			if err := quarantine(ctx, tx, now, f.name, bad); err != nil {
				return err
			}
		}
		if f.key == "" {
			return nil
		}
		_, err = tx.Exec(ctx, `INSERT INTO import_file (key, name, line, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key) DO UPDATE SET line = excluded.line, at = excluded.at`, f.key, f.name, b.last, db.Micros(now))
		return err
	})
	if err != nil {
		return err
	}
	t.Lines += len(b.papers) + len(b.bad)
	t.Quarantined += len(b.bad)
	for _, o := range outcomes {
		switch o {
		case paper.Made:
			t.Made++
		case paper.Changed:
			t.Changed++
		case paper.Same:
			t.Same++
		}
	}
	return nil
}

func (im *Importing) done(ctx context.Context, key string) (int, error) {
	var line int
	err := im.Papers.DB().QueryRow(ctx, `SELECT coalesce(max(line), 0) FROM import_file WHERE key = $1`, key).Scan(&line)
	return line, err
}

func (im *Importing) forget(ctx context.Context, key string) error {
	return im.Papers.DB().Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM import_file WHERE key = $1`, key)
		return err
	})
}

func (im *Importing) now() time.Time {
	if im.Now != nil {
		return im.Now()
	}
	return time.Now()
}

func (im *Importing) source() string {
	if im.Source != "" {
		return im.Source
	}
	return "huggingface"
}

// line returns the paper that a line tells of, and the line itself when it is an
// item that should be kept as received; nothing for an empty line.
func (im *Importing) line(line []byte, now time.Time) (*paper.Paper, []byte, error) {
	if len(line) == 0 {
		return nil, nil, nil
	}
	if bytes.Contains(line, []byte(`"paper"`)) {
		var it item
		if err := json.Unmarshal(line, &it); err != nil {
			return nil, nil, notJSON(err)
		}
		if it.Paper.ID != "" {
			p, err := it.paper(im.source(), now, "")
			return p, bytes.Clone(line), err
		}
	}
	p, err := parseRecord(line)
	return p, nil, err
}

func notJSON(err error) error {
	if fault.KindOf(err) == fault.KindInvalid { // a field of ours says more
		return err
	}
	var at *json.SyntaxError
	if errors.As(err, &at) {
		return fault.Invalid("It is not JSON: %s at byte %d.", strings.TrimPrefix(err.Error(), "json: "), at.Offset)
	}
	return fault.Invalid("It has not the shape of a paper: %s.", strings.TrimPrefix(err.Error(), "json: "))
}

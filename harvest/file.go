package harvest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

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

// batch is the number of lines that are stored in one transaction.
const batch = 1000

// longest is the most bytes that a line may have. The longest real one, of a paper
// with 3,303 authors, has a twentieth of it.
const longest = 4 << 20

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
}

type badLine struct {
	number int
	reason string
	body   []byte
}

func (im *Importing) parse(ctx context.Context, f *fileReader, done int, to chan<- *parsedBatch) error {
	b := &parsedBatch{}
	send := func() bool {
		b.last, b.part = f.number, f.part()
		select {
		case to <- b:
			b = &parsedBatch{}
			return true
		case <-ctx.Done():
			return false
		}
	}
	now := im.now()
	for {
		line, err := f.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if f.number <= done {
			continue
		}
		var p *paper.Paper
		var body []byte
		if err == nil {
			if p, body, err = im.line(line, now); p == nil && err == nil {
				continue // an empty line
			}
		}
		if err != nil {
			if fault.KindOf(err) != fault.KindInvalid {
				return err
			}
			b.bad = append(b.bad, badLine{f.number, fault.Message(err), bytes.Clone(line)})
		} else {
			b.papers, b.bodies = append(b.papers, p), append(b.bodies, body)
		}
		if len(b.papers)+len(b.bad) == batch && !send() {
			return ctx.Err()
		}
	}
	if len(b.papers)+len(b.bad) > 0 && !send() {
		return ctx.Err()
	}
	return nil
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

func quarantine(ctx context.Context, tx *db.Tx, now time.Time, file string, bad badLine) error {
	const kept = 64 << 10 // of a line's bytes
	_, err := tx.Exec(ctx, `INSERT INTO quarantine (file, line, reason, body, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (file, line) DO UPDATE SET reason = excluded.reason, body = excluded.body, at = excluded.at`,
		file, bad.number, bad.reason, bad.body[:min(len(bad.body), kept)], db.Micros(now))
	return err
}

// Quarantined is a line that could not be used.
type Quarantined struct {
	File   string
	Line   int
	Reason string
}

// Quarantine returns the lines in quarantine, the newest first, and how many
// there are.
func Quarantine(ctx context.Context, d *db.DB, limit int) ([]Quarantined, int, error) {
	var total int
	if err := d.QueryRow(ctx, `SELECT count(*) FROM quarantine`).Scan(&total); err != nil {
		return nil, 0, err
	}
	rows, err := d.Query(ctx, `SELECT file, line, reason FROM quarantine ORDER BY at DESC, file, line LIMIT $1`, limit)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var list []Quarantined
	for rows.Next() {
		var q Quarantined
		if err := rows.Scan(&q.File, &q.Line, &q.Reason); err != nil {
			return nil, 0, err
		}
		list = append(list, q)
	}
	return list, total, rows.Err()
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

// fileKey tells one file from another: its place, its size and its beginning.
func fileKey(f *os.File, name string, size int64) (string, error) {
	full, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n", full, size)
	if _, err := io.CopyN(h, f, 64<<10); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fileReader hands out the lines of a file, or the elements of the array that it
// is, unpacked.
type fileReader struct {
	name    string
	key     string // "" for standard input
	size    int64  // -1 when unknown
	read    counter
	lines   *bufio.Reader
	array   *json.Decoder
	number  int
	buffer  []byte
	closers []func()
}

// openFile opens a file by its name, "-" for in. The caller closes it.
func openFile(in io.Reader, name string) (*fileReader, error) {
	f := &fileReader{name: name, size: -1}
	raw := in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fault.Invalid("The file cannot be read: %s.", errors.Unwrap(err))
		}
		f.closers = append(f.closers, func() { file.Close() })
		raw = file
		st, err := file.Stat()
		if err != nil || st.IsDir() {
			f.close()
			return nil, fault.Invalid("It is a folder; name the files in it.")
		}
		f.size = st.Size()
		if f.key, err = fileKey(file, name, st.Size()); err != nil {
			f.close()
			return nil, err
		}
	}
	if err := f.open(raw); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (f *fileReader) open(raw io.Reader) error {
	f.read.r = raw
	var r io.Reader = &f.read
	f.lines = bufio.NewReaderSize(r, 256<<10)
	for range 2 { // a file may be packed twice, by a download and by its owner
		head, _ := f.lines.Peek(4)
		switch {
		case bytes.HasPrefix(head, []byte{0x1f, 0x8b}): // RFC 1952
			z, err := gzip.NewReader(f.lines)
			if err != nil {
				return fault.Invalid("It begins as a gzip file and is none: %s.", err)
			}
			f.lines = bufio.NewReaderSize(z, 256<<10)
		case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}): // RFC 8878
			z, err := zstd.NewReader(f.lines, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20), zstd.WithDecoderLowmem(true))
			if err != nil {
				return fault.Invalid("It begins as a Zstandard file and is none: %s.", err)
			}
			f.closers = append(f.closers, z.Close)
			f.lines = bufio.NewReaderSize(z, 256<<10)
		}
	}
	if head, _ := f.lines.Peek(64); bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\ufeff"), []byte("[")) {
		f.array = json.NewDecoder(f.lines)
		if _, err := f.array.Token(); err != nil {
			return fault.Invalid("It begins as a JSON array and is none: %s.", err)
		}
	}
	return nil
}

func (f *fileReader) close() {
	for _, c := range f.closers {
		c()
	}
}

// part returns how much of the file has been read, negative when unknown.
func (f *fileReader) part() float64 {
	if f.size <= 0 {
		return -1
	}
	return float64(f.read.n) / float64(f.size)
}

// next returns the next line, which holds until the next call. A line that is too
// long is a fault, and the next call goes on behind it; io.EOF is the end.
func (f *fileReader) next() ([]byte, error) {
	if f.array != nil {
		return f.element()
	}
	f.buffer = f.buffer[:0]
	f.number++
	tooLong := false
	for {
		part, err := f.lines.ReadSlice('\n')
		if len(f.buffer)+len(part) <= longest {
			f.buffer = append(f.buffer, part...)
		} else {
			tooLong = true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(f.buffer) == 0:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("it cannot be read beyond line %d: %w", f.number-1, err)
		case tooLong:
			return f.buffer, fault.Invalid("The line has more than %d bytes.", longest)
		}
		return bytes.TrimSpace(f.buffer), nil
	}
}

func (f *fileReader) element() ([]byte, error) {
	if !f.array.More() {
		return nil, io.EOF
	}
	f.number++
	var e json.RawMessage
	if err := f.array.Decode(&e); err != nil {
		return nil, fmt.Errorf("it cannot be read beyond element %d: %w", f.number-1, err)
	}
	return e, nil
}

// line returns the paper that a line tells of, and the line itself when it is an
// item that should be kept as received; nothing for an empty line.
func (im *Importing) line(line []byte, now time.Time) (*paper.Paper, []byte, error) {
	if len(line) == 0 {
		return nil, nil, nil
	}
	if bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line[:min(len(line), 4096)], []byte(`"paper"`)) {
		var it item
		if err := json.Unmarshal(line, &it); err != nil {
			return nil, nil, notJSON(err)
		}
		p, err := it.paper(im.source(), now, "")
		return p, bytes.Clone(line), err
	}
	p, err := parseRecord(line)
	return p, nil, err
}

func notJSON(err error) error {
	var at *json.SyntaxError
	if errors.As(err, &at) {
		return fault.Invalid("It is not JSON: %s at byte %d.", strings.TrimPrefix(err.Error(), "json: "), at.Offset)
	}
	return fault.Invalid("It has not the shape of a paper: %s.", strings.TrimPrefix(err.Error(), "json: "))
}

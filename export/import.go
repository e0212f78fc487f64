package export

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"broadsheet/db"
	"broadsheet/fault"
)

// longest is the most bytes that a line may have: a row with an answer as received, of
// some megabytes, in base64.
const longest = 64 << 20

// So many rows are written at once, or so many bytes of them.
const (
	batchRows  = 1000
	batchBytes = 4 << 20
)

// beginning is how every export begins, once unpacked.
const beginning = `{"broadsheet":{"format":`

// Recognise reports whether what comes from r is an export, packed (gzip, Zstandard) or
// not, and consumes nothing of it.
func Recognise(r *bufio.Reader) bool {
	head, _ := r.Peek(r.Size()) // what there is of it is enough
	in, err := unpack(bytes.NewReader(head), head)
	if err != nil {
		return false
	}
	first := make([]byte, len(beginning))
	n, _ := io.ReadFull(in, first) // the packed head ends somewhere
	return string(first[:n]) == beginning
}

// unpack returns what lies packed in r, whose first bytes are head.
func unpack(r io.Reader, head []byte) (io.Reader, error) {
	switch {
	case bytes.HasPrefix(head, []byte{0x28, 0xB5, 0x2F, 0xFD}):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return nil, err
		}
		return z, nil
	case bytes.HasPrefix(head, []byte{0x1F, 0x8B}):
		return gzip.NewReader(r)
	}
	return r, nil
}

// Read fills the empty instance in d with an export, packed or not, in one transaction:
// whatever goes wrong, nothing of it stays. Every row keeps its numbers. An instance that
// holds something is a fault.Conflict that says what.
func Read(ctx context.Context, d *db.DB, from io.Reader, progress func(rows int)) (rows int, err error) {
	buffered := bufio.NewReaderSize(from, 1<<16)
	head, _ := buffered.Peek(4) // what is shorter is no export, as its first line will show
	in, err := unpack(buffered, head)
	if err != nil {
		return 0, fault.Invalid("It cannot be unpacked: %s.", err)
	}
	begun := false
	err = d.Transact(ctx, func(tx *db.Tx) error {
		if begun {
			return errors.New("the database gave the transaction up; import the export again")
		}
		begun = true
		r, err := newReader(ctx, tx, progress)
		if err != nil {
			return err
		}
		err = r.read(ctx, in)
		rows = r.rows
		return err
	})
	return rows, err
}

// Empty returns a fault.Conflict that says what the database holds, nil when it is that
// of a new instance.
func Empty(ctx context.Context, tx *db.Tx) error {
	tables, err := tx.Tables(ctx)
	if err != nil {
		return err
	}
	var held []string
	for _, t := range tables {
		s, err := shapeOf(t)
		if err == nil && s.level == Whole || slices.Contains(furniture, t.Name) {
			continue
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM "`+t.Name+`"`).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			held = append(held, fmt.Sprintf("%d of %s", n, t.Name))
		}
	}
	if len(held) > 0 {
		return fault.Conflict("It goes into an empty instance only, and this one holds rows already: %s. Name another folder with --data, or another database with --db.", strings.Join(held, ", "))
	}
	return nil
}

// furniture are the tables that a new instance fills by itself when it is first served.
var furniture = []string{"change_number", "watcher", "instance", "mail_key"}

// reader fills a database from lines.
type reader struct {
	tx       *db.Tx
	tables   map[string]*db.Table
	progress func(rows int)

	number int // of the line
	rows   int
	counts map[string]int
	head   *header
	ended  bool

	table *db.Table // of the rows that wait to be written
	batch [][]any
	bytes int
	later map[*db.Table][][]any // rows that point at rows of their own table
}

func newReader(ctx context.Context, tx *db.Tx, progress func(rows int)) (*reader, error) {
	if err := Empty(ctx, tx); err != nil {
		return nil, err
	}
	tables, err := tx.Tables(ctx)
	if err != nil {
		return nil, err
	}
	r := &reader{tx: tx, tables: map[string]*db.Table{}, progress: progress, counts: map[string]int{}, later: map[*db.Table][][]any{}}
	for _, t := range tables {
		r.tables[t.Name] = t
	}
	return r, nil
}

func (r *reader) read(ctx context.Context, in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<16), longest)
	for lines.Scan() {
		r.number++
		if err := r.line(ctx, lines.Bytes()); err != nil {
			if says := fault.Message(err); says != "" {
				return fault.Invalid("Line %d: %s", r.number, says)
			}
			return fmt.Errorf("line %d: %w", r.number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fault.Invalid("Behind line %d it cannot be read: %s.", r.number, err)
	}
	if !r.ended {
		return fault.Invalid("It is only a part of an export: it has %d lines, and none that says it is the end. Nothing was taken in.", r.number)
	}
	for table, rows := range r.later {
		if err := r.tx.Point(ctx, table, rows); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) line(ctx context.Context, text []byte) error {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) != 1 {
		return fault.Invalid("It is not one JSON object with one name in it.")
	}
	for name, body := range parts {
		switch {
		case r.ended:
			return fault.Invalid("Something follows the end.")
		case name == "broadsheet":
			return r.begin(body)
		case r.head == nil:
			return fault.Invalid("It does not begin as an export of Broadsheet does.")
		case name == "counter":
			return r.counter(ctx, body)
		case name == "end":
			return r.end(ctx, body)
		default:
			return r.row(ctx, name, body)
		}
	}
	return nil
}

func (r *reader) begin(body []byte) error {
	if r.head != nil {
		return fault.Invalid("A second export begins.")
	}
	var h header
	if err := json.Unmarshal(body, &h); err != nil || h.Format < 1 {
		return fault.Invalid("The head of the export makes no sense.")
	}
	if h.Format > Format {
		return fault.Invalid("The export has format %d, and this program reads formats up to %d: use a newer program.", h.Format, Format)
	}
	r.head = &h
	return nil
}

func (r *reader) row(ctx context.Context, name string, body []byte) error {
	t := r.tables[name]
	if t == nil {
		return fault.Invalid("There is no table %q here: the export was made by a newer program, so use that.", name)
	}
	if r.table != t || len(r.batch) >= batchRows || r.bytes >= batchBytes {
		if err := r.flush(ctx); err != nil {
			return err
		}
	}
	row, err := rowOf(t, body)
	if err != nil {
		return err
	}
	r.table, r.batch, r.bytes = t, append(r.batch, row), r.bytes+len(body)
	r.counts[name]++
	r.rows++
	if r.progress != nil && r.rows%batchRows == 0 {
		r.progress(r.rows)
	}
	return nil
}

func rowOf(t *db.Table, body []byte) ([]any, error) {
	var said map[string]json.RawMessage
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, fault.Invalid("A row of %s is not an object.", t.Name)
	}
	row := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		text, ok := said[c.Name]
		if !ok {
			if slices.Contains(t.Key, c.Name) {
				return nil, fault.Invalid("A row of %s has no %s.", t.Name, c.Name)
			}
			row[i] = unsaid(c)
			continue
		}
		delete(said, c.Name)
		var err error
		if row[i], err = scalar(c, text); err != nil {
			return nil, fault.Invalid("A row of %s makes no sense: %s.", t.Name, err)
		}
	}
	for name := range said {
		return nil, fault.Invalid("Table %s has no column %q here: the export was made by a newer program, so use that.", t.Name, name)
	}
	return row, nil
}

// flush writes the rows that wait.
func (r *reader) flush(ctx context.Context) error {
	if len(r.batch) == 0 {
		return nil
	}
	if err := r.tx.Fill(ctx, r.table, r.batch); err != nil {
		return err
	}
	if self := slices.Index(r.table.Names(), r.table.Self); self >= 0 {
		for _, row := range r.batch {
			if row[self] != nil {
				r.later[r.table] = append(r.later[r.table], row)
			}
		}
	}
	r.batch, r.bytes = r.batch[:0], 0
	return nil
}

// counter sets the counter of a table, where the engine keeps one.
func (r *reader) counter(ctx context.Context, body []byte) error {
	var c counter
	if err := json.Unmarshal(body, &c); err != nil {
		return fault.Invalid("A counter makes no sense.")
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	t := r.tables[c.Table]
	if t == nil {
		return fault.Invalid("There is no table %q here: the export was made by a newer program, so use that.", c.Table)
	}
	if t.Counter == "" {
		return nil
	}
	return r.tx.CountFrom(ctx, t, c.Value)
}

// end compares what was said with what came, and has the engine count on behind the rows.
func (r *reader) end(ctx context.Context, body []byte) error {
	var e end
	if err := json.Unmarshal(body, &e); err != nil {
		return fault.Invalid("The end makes no sense.")
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	for name, n := range e.Rows {
		if r.counts[name] != n {
			return fault.Invalid("The export says that it holds %d rows of %s, and it holds %d. Nothing was taken in.", n, name, r.counts[name])
		}
	}
	for _, t := range r.tables {
		if t.Counter == "" {
			continue
		}
		n, err := r.tx.Counted(ctx, t)
		if err != nil {
			return err
		}
		if err := r.tx.CountFrom(ctx, t, n); err != nil {
			return err
		}
	}
	r.ended = true
	return nil
}

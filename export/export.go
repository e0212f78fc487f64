// Package export writes a whole instance as JSON Lines and reads it back, from any
// engine into any other. doc/export.md describes the format, table by table.
//
// What it promises: an export is of one moment; it names what it holds and says at its
// end how many rows there were, so a part of one is never taken for the whole; a table
// that nobody has decided about is an error and never left out in silence; and without
// being asked it holds nothing that a visitor could not see.
package export

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"broadsheet/db"
)

// Format is the version of the format that is written. Its history: 1, the first.
const Format = 1

// Options say what is exported.
type Options struct {
	Level    Level
	Program  string    // its version, for whoever reads the export
	At       time.Time // of the export
	Progress func(rows int)
}

// header is the first line of an export.
type header struct {
	Format  int       `json:"format"`
	Program string    `json:"program"`
	At      time.Time `json:"at"`
	Level   string    `json:"level"`
}

// end is the last line of an export.
type end struct {
	Rows map[string]int `json:"rows"`
}

// Write writes what d holds at this moment. It returns the number of rows.
func Write(ctx context.Context, d *db.DB, to io.Writer, o Options) (int, error) {
	out := bufio.NewWriterSize(to, 1<<16)
	rows := 0
	err := d.Snapshot(ctx, func(tx *db.Tx) error {
		return Lines(ctx, tx, o, func(line []byte, _ bool) error {
			rows++
			if o.Progress != nil && rows%1000 == 0 {
				o.Progress(rows)
			}
			_, err := out.Write(line)
			return err
		})
	})
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	return rows, out.Flush()
}

// Lines hands over the lines of an export, each with its end, and with it whether it is
// the first of a table. A line is valid until the next.
func Lines(ctx context.Context, tx *db.Tx, o Options, give func(line []byte, first bool) error) error {
	tables, err := tx.Tables(ctx)
	if err != nil {
		return err
	}
	var line []byte
	say := func(name string, v any) error {
		if line, err = appendValue(line[:0], name, v); err != nil {
			return err
		}
		return give(line, true)
	}
	if err := say("broadsheet", header{Format, o.Program, o.At.UTC(), o.Level.String()}); err != nil {
		return err
	}
	counts := map[string]int{}
	for _, t := range tables {
		w, err := newTableWriter(t, o.Level)
		if err != nil {
			return err
		}
		if w == nil {
			continue
		}
		n := 0
		for row, err := range tx.Rows(ctx, t, w.where, nil) {
			if err != nil {
				return err
			}
			line = w.append(line[:0], row)
			if err := give(line, n == 0); err != nil {
				return err
			}
			n++
		}
		counts[t.Name] = n
		if t.Counter == "" {
			continue
		}
		c := counter{Table: t.Name}
		top, err := tx.Top(ctx, t)
		if err == nil {
			c.Value, err = tx.Counted(ctx, t)
		}
		if err != nil {
			return err
		}
		if c.Value <= top {
			continue // its rows say so, on whichever engine
		}
		if err := say("counter", c); err != nil {
			return err
		}
	}
	return say("end", end{counts})
}

// counter is a line that says how far the numbers of a table have been given out. There is
// one where that is further than the rows say.
type counter struct {
	Table string `json:"table"`
	Value int64  `json:"value"`
}

// tableWriter writes the rows of a table at a level.
type tableWriter struct {
	head    []byte // {"paper":{
	where   string
	columns []columnWriter
}

type columnWriter struct {
	place int
	name  []byte // "title":
	only  int    // the column that must be is, -1 for none
	is    string
}

// newTableWriter returns nil for a table that is not exported at the level. At level
// Whole it takes tables of which it knows nothing, of a newer program, as well.
func newTableWriter(t *db.Table, level Level) (*tableWriter, error) {
	s, err := shapeOf(t)
	if err != nil && level < Whole {
		return nil, err
	}
	if err != nil {
		s = &shape{level: Whole}
	}
	if s.level > level {
		return nil, nil
	}
	w := &tableWriter{head: []byte(`{"` + t.Name + `":{`)}
	if level == Public {
		w.where = s.where
	}
	for i, c := range t.Columns {
		f := s.field(c.Name)
		if f != nil && f.level > level {
			continue
		}
		column := columnWriter{place: i, name: []byte(`"` + c.Name + `":`), only: -1}
		if f != nil && f.only != "" && level == Public {
			column.only, column.is = slices.Index(t.Names(), f.only), f.is
		}
		w.columns = append(w.columns, column)
	}
	return w, nil
}

func (w *tableWriter) append(line []byte, row []any) []byte {
	line = append(line, w.head...)
	for i, c := range w.columns {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, c.name...)
		if c.only >= 0 && row[c.only] != c.is {
			line = append(line, `""`...)
			continue
		}
		line = appendScalar(line, row[c.place])
	}
	return append(line, "}}\n"...)
}

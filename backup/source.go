package backup

import (
	"context"
	"errors"
	"hash/fnv"
	"io/fs"
	"os"

	"broadsheet/db"
	"broadsheet/export"
)

// chunkPlain is how large a chunk is: a change of one byte writes one of them anew.
const chunkPlain = 64 << 10

// settings backs up the file of settings, if there is one.
func (w *writer) settings(path string) error {
	text, err := os.ReadFile(path)
	if path == "" || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	w.begin(settingsFile)
	return w.give(text)
}

// pages backs up a SQLite database as the transaction sees it: groups of its pages.
// What changes changes in its place, so the groups begin at fixed places.
func (w *writer) pages(ctx context.Context, tx *db.Tx, progress func(done, all int64)) error {
	var all int64
	if err := tx.QueryRow(ctx, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&all); err != nil {
		return err
	}
	w.begin(pagesFile)
	group := make([]byte, 0, chunkPlain)
	var done int64
	for page, err := range tx.Pages(ctx) {
		if err != nil {
			return err
		}
		if group = append(group, page...); len(group) < chunkPlain {
			continue
		}
		if err := w.give(group); err != nil {
			return err
		}
		done += int64(len(group))
		if group = make([]byte, 0, chunkPlain); progress != nil {
			progress(done, all)
		}
	}
	if len(group) > 0 {
		return w.give(group)
	}
	return nil
}

// lines backs up the database behind the transaction as an export of everything. Where a
// chunk ends depends on the lines at its end alone, so that a row that comes or goes
// changes the chunks around it and none behind.
func (w *writer) lines(ctx context.Context, tx *db.Tx, t Taking) error {
	w.begin(linesFile)
	group := make([]byte, 0, 2*chunkPlain)
	var done int64
	end := func() error {
		if len(group) == 0 {
			return nil
		}
		whole := group
		group = make([]byte, 0, 2*chunkPlain)
		done += int64(len(whole))
		if t.Progress != nil {
			t.Progress(done, -1)
		}
		return w.give(whole)
	}
	err := export.Lines(ctx, tx, export.Options{Level: export.Whole, Program: t.Program, At: t.Now}, func(line []byte, first bool) error {
		if first {
			if err := end(); err != nil {
				return err
			}
		}
		if len(group)+len(line) > mostPlain {
			return errTooLarge
		}
		if group = append(group, line...); cut(len(group), line) {
			return end()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return end()
}

// cut reports whether a chunk of so many bytes ends behind the line.
func cut(size int, line []byte) bool {
	const least, most = chunkPlain / 4, 4 * chunkPlain
	if size < least || size >= most {
		return size >= most
	}
	h := fnv.New32a()
	h.Write(line[:min(len(line), 64)])
	return uint64(h.Sum32())*chunkPlain < uint64(len(line))<<32
}

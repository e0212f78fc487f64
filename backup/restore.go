package backup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/s2"

	"broadsheet/db"
	"broadsheet/export"
	"broadsheet/fault"
	"broadsheet/job"
)

// Check reads everything that a point needs and compares it with its sums.
func (v *Vault) Check(ctx context.Context, p *Point, progress func(done, all int64)) error {
	for i := range p.Files {
		if err := v.unpack(ctx, p, i, nowhere{}, progress); err != nil {
			return fmt.Errorf("the backup of %s: %w", p.At.Format("2 January 2006, 15:04 UTC"), err)
		}
	}
	return nil
}

type nowhere struct{}

func (nowhere) WriteAt(b []byte, _ int64) (int, error) { return len(b), nil }

// unpack writes the i-th file of a point, pack by pack.
func (v *Vault) unpack(ctx context.Context, p *Point, i int, to io.WriterAt, progress func(done, all int64)) error {
	chunks := p.chunksOf(i)
	slices.SortFunc(chunks, func(a, b chunk) int { return cmp.Or(cmp.Compare(a.pack, b.pack), cmp.Compare(a.from, b.from)) })
	var body, plain []byte
	var done int64
	var err error
	for n, c := range chunks {
		if n == 0 || chunks[n-1].pack != c.pack {
			if body, err = v.getPack(ctx, p.Packs[c.pack]); err != nil {
				return err
			}
		}
		if uint64(c.from)+uint64(c.size) > uint64(len(body)) {
			return fault.Invalid("%s is shorter than the point says.", p.Packs[c.pack].name())
		}
		if plain, err = unpackChunk(plain, body[c.from:][:c.size], c.plain); err != nil || sha256.Sum256(plain) != c.sum {
			return fault.Invalid("A chunk in %s is damaged. Restore another point.", p.Packs[c.pack].name())
		}
		if _, err := to.WriteAt(plain, c.at); err != nil {
			return err
		}
		if done += int64(len(plain)); progress != nil {
			progress(done, p.Files[i].Size)
		}
	}
	return ctx.Err()
}

// unpackChunk unpacks a chunk of so many bytes into dst, and none that claims to have more.
func unpackChunk(dst, packed []byte, size uint32) ([]byte, error) {
	if n, err := s2.DecodedLen(packed); err != nil || n != int(size) {
		return nil, s2.ErrCorrupt
	}
	return s2.Decode(dst[:cap(dst)], packed)
}

// Target is where a point is restored to: a data folder, or with a DSN a PostgreSQL
// database beside it.
type Target struct {
	Data     string
	DSN      string // "" for the SQLite file in Data
	Progress func(done, all int64)

	// Ready makes the database, which may have a schema of long ago, ready for its place;
	// nil when nothing is to be made.
	Ready func(context.Context, *db.DB) error
}

// ready ends the leases of a copy, and makes it ready.
func (t *Target) ready(ctx context.Context, d *db.DB) error {
	err := job.Free(ctx, d)
	if err == nil && t.Ready != nil {
		err = t.Ready(ctx, d)
	}
	return err
}

// Restore brings back what a point holds, on whichever engine the target has. A target
// that holds something is a fault.Conflict, and is left as it is.
func (v *Vault) Restore(ctx context.Context, p *Point, t Target) error {
	i := slices.IndexFunc(p.Files, func(f file) bool { return f.Name == pagesFile || f.Name == linesFile })
	if i < 0 {
		return fault.Invalid("The backup of %s holds no database.", p.At)
	}
	if err := os.MkdirAll(t.Data, 0o750); err != nil {
		return err
	}
	place := filepath.Join(t.Data, pagesFile)
	if _, err := os.Stat(place); t.DSN == "" && err == nil {
		return fault.Conflict("There is a database in %s already. Name another folder with --data, or move that one away.", t.Data)
	}
	tmp, err := os.CreateTemp(t.Data, ".restoring-*")
	if err != nil {
		return err
	}
	defer func() {
		for _, suffix := range []string{"", "-wal", "-shm", ".db", ".db-wal", ".db-shm"} {
			os.Remove(tmp.Name() + suffix) // it has its own name by then, if it was needed
		}
	}()
	err = v.unpack(ctx, p, i, tmp, t.Progress)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	switch {
	case p.Files[i].Name == pagesFile && t.DSN == "":
		err = t.settle(ctx, tmp.Name(), place)
	case p.Files[i].Name == pagesFile:
		err = t.cross(ctx, tmp.Name())
	case t.DSN != "":
		err = t.fillFrom(ctx, tmp.Name(), t.DSN)
	default: // under another name until it is whole
		if err = t.fillFrom(ctx, tmp.Name(), tmp.Name()+".db"); err == nil {
			err = t.settle(ctx, tmp.Name()+".db", place)
		}
	}
	if err != nil {
		return err
	}
	return v.restoreSettings(ctx, p, t.Data)
}

// settle gives a restored SQLite file its name. What is left of the journal of a file
// that is gone must not be taken for its own.
func (t *Target) settle(ctx context.Context, tmp, place string) error {
	d, err := db.Connect(ctx, tmp)
	if err != nil {
		return err
	}
	if err := errors.Join(t.ready(ctx, d), d.Close()); err != nil {
		return err
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(place + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Chmod(tmp, 0o640); err != nil {
		return err
	}
	if err := os.Rename(tmp, place); err != nil {
		return err
	}
	return syncDir(filepath.Dir(place))
}

// fillFrom fills an empty database from an export.
func (t *Target) fillFrom(ctx context.Context, lines, dsn string) error {
	f, err := os.Open(lines)
	if err != nil {
		return err
	}
	defer f.Close()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := export.Read(ctx, d, f, nil); err != nil || t.DSN == "" { // else it has a place to go to
		return err
	}
	return t.ready(ctx, d)
}

// cross fills an empty database from a restored SQLite file.
func (t *Target) cross(ctx context.Context, file string) error {
	from, err := db.Open(ctx, file)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := db.Open(ctx, t.DSN)
	if err != nil {
		return err
	}
	defer to.Close()
	r, w := io.Pipe()
	go func() {
		_, err := export.Write(ctx, from, w, export.Options{Level: export.Whole})
		w.CloseWithError(err)
	}()
	_, err = export.Read(ctx, to, r, nil)
	r.CloseWithError(err) // the writer ends, if it has not
	if err != nil {
		return err
	}
	return t.ready(ctx, to)
}

// restoreSettings brings the file of settings back, unless there is one.
func (v *Vault) restoreSettings(ctx context.Context, p *Point, data string) error {
	i := slices.IndexFunc(p.Files, func(f file) bool { return f.Name == settingsFile })
	if i < 0 {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(data, settingsFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(v.unpack(ctx, p, i, f, nil), f.Sync(), f.Close())
}

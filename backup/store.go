package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"broadsheet/fault"
)

// store is a place for objects that are written once: a folder, or a bucket.
type store interface {
	// put writes an object; it stands under its name once it is whole.
	put(ctx context.Context, name string, body []byte) error
	// get returns an object of at most so many bytes; one that is not there is a
	// fault.NotFound, a larger one a fault.Invalid.
	get(ctx context.Context, name string, most int64) ([]byte, error)
	// list returns the objects whose names begin with prefix, in no order.
	list(ctx context.Context, prefix string) ([]object, error)
	remove(ctx context.Context, name string) error
}

type object struct {
	name string
	size int64
	at   time.Time // when it was written
}

// openStore opens the place that address names: s3://… or a folder.
func openStore(address string) (store, error) {
	if strings.HasPrefix(address, "s3://") || strings.HasPrefix(address, "s3+http://") {
		return openBucket(address)
	}
	if address == "" || strings.Contains(address, "://") {
		return nil, fault.Invalid("%q is no place for backups: name a folder, or s3://host/bucket/prefix.", address)
	}
	return folder(address), nil
}

// folder is a store in a folder.
type folder string

func (f folder) put(_ context.Context, name string, body []byte) error {
	path := filepath.Join(string(f), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	t, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(t.Name()) // it has its own name by then, if all went well
	_, err = t.Write(body)
	if err == nil {
		err = t.Sync()
	}
	if err = errors.Join(err, t.Close()); err != nil {
		return err
	}
	if err := os.Rename(t.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir puts the names in a folder on disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f folder) get(_ context.Context, name string, most int64) ([]byte, error) {
	o, err := os.Open(filepath.Join(string(f), filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.NotFound("%s is not in %s.", name, f)
	}
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return readMost(o, name, most)
}

// readMost reads an object that must not have more than so many bytes.
func readMost(r io.Reader, name string, most int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(body)) > most {
		return nil, fault.Invalid("%s is damaged: it has more than the %d bytes that it should have. Restore another point.", name, most)
	}
	return body, err
}

func (f folder) list(_ context.Context, prefix string) (list []object, err error) {
	err = filepath.WalkDir(string(f), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(string(f), path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if !strings.HasPrefix(name, prefix) || strings.HasPrefix(filepath.Base(name), ".new-") {
			return nil
		}
		st, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // somebody removed it just now
		}
		if err == nil {
			list = append(list, object{name, st.Size(), st.ModTime()})
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", f, err)
	}
	return list, nil
}

func (f folder) remove(_ context.Context, name string) error {
	return os.Remove(filepath.Join(string(f), filepath.FromSlash(name)))
}

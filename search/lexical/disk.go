package lexical

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// disk is the folder of an index. Tests put one in its place that fails and
// forgets what was not synced.
type disk interface {
	create(name string) (file, error)
	appendTo(name string) (file, error)
	read(name string) ([]byte, error)
	tail(name string, from int64) ([]byte, error)
	mmap(name string) (data []byte, unmap func(), err error)
	rename(from, to string) error
	remove(name string) error
	list() ([]string, error)
	has(name string) bool
	sync() error // of the folder itself
}

type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

type folder string

func (d folder) path(name string) string { return filepath.Join(string(d), name) }

func (d folder) create(name string) (file, error) {
	return os.OpenFile(d.path(name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
}

func (d folder) appendTo(name string) (file, error) {
	return os.OpenFile(d.path(name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
}

func (d folder) read(name string) ([]byte, error) { return os.ReadFile(d.path(name)) }
func (d folder) tail(name string, from int64) ([]byte, error) {
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(f)
}

func (d folder) mmap(name string) ([]byte, func(), error) { return mmap(d.path(name)) }
func (d folder) rename(from, to string) error             { return os.Rename(d.path(from), d.path(to)) }
func (d folder) remove(name string) error                 { return os.Remove(d.path(name)) }

func (d folder) has(name string) bool { _, err := os.Stat(d.path(name)); return err == nil }

func (d folder) list() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (d folder) sync() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// writeFile makes a file whole: under a temporary name, synced, renamed, the
// folder synced.
func writeFile(d disk, name string, fill func(io.Writer) error) error {
	part := name + ".part"
	f, err := d.create(part)
	if err != nil {
		return err
	}
	if err := fill(f); err != nil {
		return errors.Join(err, f.Close(), d.remove(part))
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := d.rename(part, name); err != nil {
		return err
	}
	return d.sync()
}

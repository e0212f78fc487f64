package lexical

import (
	"errors"
	"os"
	"sync"
	"time"
)

// follower keeps a reader abreast of the writer.
type follower struct {
	mu      sync.Mutex
	checked time.Time
	last    string // the manifest as read
	wal     int
	offset  int
	err     error
}

// followEvery is how long a reader takes what it saw last for the present.
const followEvery = 20 * time.Millisecond

// OpenReader opens an index that another process may be writing. Its snapshots
// show what the writer has made durable. Refresh says whether following failed.
func OpenReader(dir string, s Schema) (*Index, error) { return openReaderOn(folder(dir), s) }

func openReaderOn(d disk, s Schema) (*Index, error) {
	lay, err := newLayout(s)
	if err != nil {
		return nil, err
	}
	x := &Index{lay: lay, disk: d, unlock: func() error { return nil }, quit: make(chan struct{}), follow: &follower{}}
	x.now.Store(&view{})
	return x, x.Refresh()
}

// Refresh brings a reader up to date; Snapshot does so by itself every 20 ms. On
// an index open for writing it does nothing.
func (x *Index) Refresh() error {
	f := x.follow
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	const tries = 5 // the writer may remove a file between our reading its name and opening it
	for range tries {
		if f.err = x.catchUp(f); f.err == nil {
			break
		}
	}
	f.checked = time.Now()
	return f.err
}

func (x *Index) refreshIfOld() {
	f := x.follow
	if f == nil || !f.mu.TryLock() {
		return
	}
	old := time.Since(f.checked) > followEvery
	f.mu.Unlock()
	if old {
		_ = x.Refresh() // what was seen last stays in use; Refresh tells whoever asks
	}
}

// catchUp reads the manifest when it changed, and what is new in the logs.
func (x *Index) catchUp(f *follower) error {
	p, err := x.disk.read(manifestName)
	if err != nil && !isMissing(err) {
		return err
	}
	v := x.now.Load()
	if f.wal == 0 || string(p) != f.last {
		if v, err = x.load(); err != nil {
			return err
		}
		f.last, f.wal, f.offset = string(p), x.man.WAL, 0
	}
	for more := true; more; {
		more = x.disk.has(walName(f.wal + 1)) // asked first: then this log is at its end
		log, err := x.disk.tail(walName(f.wal), int64(f.offset))
		if isMissing(err) {
			break
		}
		if err != nil {
			return err
		}
		batches, rest, _ := readLog(log)
		if err := x.checkAll(batches); err != nil {
			return err
		}
		if len(batches) > 0 {
			if v, err = x.apply(v, batches); err != nil {
				return err
			}
			if v, err = x.settle(v); err != nil {
				return err
			}
		}
		f.offset += len(log) - len(rest)
		if more {
			f.wal, f.offset = f.wal+1, 0
		}
	}
	x.now.Store(v)
	return nil
}

func isMissing(err error) bool { return errors.Is(err, os.ErrNotExist) }

package lexical

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// ErrBusy says that another process writes to an index. It can be opened for reading.
var ErrBusy = errors.New("another process writes this index; end it, or open the index for reading")

// Index is an open index. Its methods may be called from any goroutine.
type Index struct {
	lay    *layout
	disk   disk
	unlock func() error

	now atomic.Pointer[view]

	merging  sync.Mutex // one merge of segments on disk at a time
	flushing sync.Mutex // one flush or bulk write at a time; taken before writing
	writing  sync.Mutex // holds what follows, and changes of now

	wal     file
	walNo   int
	walSize int64
	man     manifest
	frozen  []*part // in memory, being flushed
	failed  error   // no more writes until the index is opened anew

	damage atomic.Pointer[Damage] // what was found damaged

	queueing sync.Mutex
	queue    []*write

	next    atomic.Int64 // the last file number given out
	wake    chan struct{}
	quit    chan struct{}
	done    sync.WaitGroup
	closing sync.Once
	tendErr error     // of the last turn; read after done
	follow  *follower // of a reader
}

// view is what an index holds at one moment. It never changes.
type view struct {
	parts []*part
	seq   int64
}

// part is a segment and what was deleted from it.
type part struct {
	*segment
	dead    bitmap
	deleted int
	number  int // of the file; 0 in memory
	gen     int // of the file of deleted documents
	saved   int // how many deleted documents that file has
}

func (p *part) live() int { return p.docs - p.deleted }

func (p *part) size() int { return len(p.data) }

// Open opens the index in a folder for writing, and makes it when it is not
// there. Until Close no other process can. It starts one goroutine, which flushes and merges.
func Open(dir string, s Schema) (*Index, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lock(filepath.Join(dir, "LOCK"))
	if err != nil {
		return nil, err
	}
	x, err := openOn(folder(dir), s)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	x.unlock = unlock
	x.done.Add(1)
	go x.tend()
	return x, nil
}

// openOn opens an index for writing without its goroutine.
func openOn(d disk, s Schema) (*Index, error) {
	lay, err := newLayout(s)
	if err != nil {
		return nil, err
	}
	x := &Index{lay: lay, disk: d, unlock: func() error { return nil }, wake: make(chan struct{}, 1), quit: make(chan struct{})}
	v, err := x.load()
	if err != nil {
		return nil, err
	}
	x.man.clean(d)
	if v, err = x.replay(v); err != nil {
		return nil, err
	}
	x.now.Store(v)
	return x, nil
}

// load reads the manifest and opens what it names.
func (x *Index) load() (*view, error) {
	p, err := x.disk.read(manifestName)
	if errors.Is(err, os.ErrNotExist) {
		x.man = manifest{Version: version, WAL: 1, Schema: x.lay.sum()}
		return &view{}, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := parseManifest(p)
	if err != nil {
		return nil, err
	}
	if m.Schema != x.lay.sum() {
		return nil, &Damage{manifestName, "schema", "the index was made with another schema"}
	}
	v := &view{seq: m.Seq}
	held := map[int]*part{}
	if now := x.now.Load(); now != nil && int64(m.Next) >= x.next.Load() { // else another index was put in its place
		for _, p := range now.parts {
			held[p.number] = p
		}
	}
	for _, row := range m.Segments {
		p, err := x.openPart(row, held[row.Number])
		if err != nil {
			return nil, err
		}
		v.parts = append(v.parts, p)
	}
	x.man = *m
	x.next.Store(int64(m.Next))
	return v, nil
}

// openPart opens a segment of the manifest, or takes over that of held.
func (x *Index) openPart(row manifestRow, held *part) (*part, error) {
	p := &part{number: row.Number, gen: row.Gen}
	if held != nil && row.Number != 0 {
		p.segment = held.segment
	} else {
		data, unmap, err := x.disk.mmap(segName(row.Number))
		if err != nil {
			return nil, &Damage{segName(row.Number), "all", err.Error()}
		}
		if p.segment, err = openSegment(segName(row.Number), data, x.lay); err != nil {
			unmap()
			return nil, err
		}
		p.unmap = unmap
		p.releaseWhenUnused()
	}
	if row.Gen == 0 {
		return p, nil
	}
	dead, err := readDeleted(x.disk, delName(row.Number, row.Gen), p.docs)
	if err != nil {
		return nil, err
	}
	p.dead, p.deleted, p.saved = dead, dead.count(), dead.count()
	if p.deleted != row.Deleted {
		return nil, &Damage{delName(row.Number, row.Gen), "all", "another number of documents than the manifest says"}
	}
	return p, nil
}

// Seq returns the sequence number of the last batch that is durable, 0 of a new index.
func (x *Index) Seq() int64 { return x.now.Load().seq }

// Docs returns how many documents the index holds.
func (x *Index) Docs() int {
	n := 0
	for _, p := range x.now.Load().parts {
		n += p.live()
	}
	return n
}

// Verify reads every segment whole and compares it with its checksums. It returns
// a Damage for the first section that is not as it was written.
func (x *Index) Verify() error {
	if d := x.now.Load().damage(); d != nil {
		x.damage.Store(d)
	}
	return x.Err()
}

// Close waits for what runs in the background, writes what is in memory to
// segments, and lets another process write. Snapshots stay good.
func (x *Index) Close() error {
	var err error
	x.closing.Do(func() {
		close(x.quit)
		x.done.Wait()
		if x.follow == nil {
			err = errors.Join(x.tendErr, x.flush())
			x.writing.Lock()
			defer x.writing.Unlock()
			if x.wal != nil {
				err = errors.Join(err, x.wal.Close())
			}
			x.failed = errors.New("the index is closed")
		}
		err = errors.Join(err, x.unlock())
	})
	return err
}

func (x *Index) String() string {
	v := x.now.Load()
	s := fmt.Sprintf("seq %d", v.seq)
	for _, p := range v.parts {
		s += fmt.Sprintf(", %s %d−%d", p.name, p.docs, p.deleted)
	}
	return s
}

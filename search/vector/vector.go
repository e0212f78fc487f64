// Package vector keeps vectors of length 1 on disk and finds those nearest to a
// question by looking at all of them: rows of int8 with a scale each, mapped into
// memory and multiplied by kernels in assembly. There is no graph to build, so a
// change costs nothing and the answer is exact but for the rounding.
//
// A row belongs to the caller's number of a document. Changes come in batches, each
// with the caller's sequence number; a batch is durable when Apply returns, and
// after a crash Seq is that of the last batch that is whole. So a store follows a
// change log, and can be rebuilt by deleting its folder. One process may write;
// several may read meanwhile.
//
// The folder holds immutable segments, sorted by document (segment.go), a log of
// what came since (log.go), and a manifest that names both and is the only point of
// commit (manifest.go). The package imports nothing of ours.
package vector

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Row is the vector of a document.
type Row struct {
	ID     int64
	Vector []float32 // of the store's dimension, finite; best of length 1
	Tag    uint32    // the caller's: a checksum of what the vector was made from, say
}

// scale is what a row has beside its numbers.
type scale struct {
	by  float32 // by what each number is multiplied
	tag uint32
}

// Hit is a document that was found, with its product with the question: the cosine
// when both have length 1.
type Hit struct {
	ID    int64
	Score float32
}

// ErrOther says that a folder holds vectors of another model or dimension. They are
// of no use to this one: give each model a folder of its own.
var ErrOther = errors.New("the folder holds vectors of another model")

// ErrDamaged says that a file is not as it was written, or of another version: the
// folder must be deleted and filled anew.
var ErrDamaged = errors.New("the folder is damaged; delete it to build it again")

// ErrBusy says that another process writes to the folder.
var ErrBusy = errors.New("another process writes to the folder")

// Store is an open folder. It is safe for concurrent use.
type Store struct {
	dir   string
	dim   int
	model string
	k     *kernel
	state atomic.Pointer[state]

	estimates sync.Pool // of *[]float32, for skim

	mu     sync.Mutex // of whoever writes or refreshes
	lock   *os.File   // nil in a store that only reads
	log    *os.File
	broken error // why no more can be written
	stamp  stamp // of the folder when a reader last looked
}

// state is what the store holds at a moment. It never changes.
type state struct {
	seq      int64
	manifest manifest
	segments []*segment
	dead     []bitmap // of the rows of each segment
	tail     *tail
	rows     int // of the tail that belong to this state
	gone     bitmap
	live     int
}

// Open opens the folder for writing, and makes it when it is missing.
func Open(dir string, dim int, model string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	s, err := newStore(dir, dim, model)
	if err != nil {
		return nil, err
	}
	if s.lock, err = lockFile(filepath.Join(dir, "lock")); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if err := s.recover(); err != nil {
		s.lock.Close()
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return s, nil
}

// OpenReader opens the folder as it is, for reading alone. Refresh shows what has
// been written since.
func OpenReader(dir string, dim int, model string) (*Store, error) {
	s, err := newStore(dir, dim, model)
	if err != nil {
		return nil, err
	}
	return s, s.Refresh()
}

func newStore(dir string, dim int, model string) (*Store, error) {
	if dim <= 0 || dim > mostDim || dim%lane != 0 {
		return nil, fmt.Errorf("vectors of %d numbers cannot be kept: from %d to %d in steps of %d can", dim, lane, mostDim, lane)
	}
	return &Store{dir: dir, dim: dim, model: model, k: kernels()[0]}, nil
}

// The bounds of what a store takes.
const (
	lane      = 64
	mostDim   = 4096
	mostBatch = 1 << 16 // rows and deletes in a batch
	flushRows = 1 << 14 // rows of the tail that become a segment
)

// Seq returns the sequence number of the last batch, 0 in an empty store.
func (s *Store) Seq() int64 { return s.state.Load().seq }

// Len returns how many documents have a vector.
func (s *Store) Len() int { return s.state.Load().live }

// Close lets go of the folder. Searches that run may end.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = errors.New("the store is closed")
	var err error
	if s.log != nil {
		err = s.log.Close()
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	s.log, s.lock = nil, nil
	return err
}

// Apply removes the documents of deletes, then puts the rows, replacing those of the
// same documents; of two rows of one document in a batch the later stays. All of it
// is on disk when Apply returns nil, with seq, which must not be less than Seq.
// After an error the store holds what it held, on disk and for its readers.
func (s *Store) Apply(seq int64, puts []Row, deletes []int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.state.Load()
	switch {
	case s.lock == nil:
		return errors.New("the store was opened for reading alone")
	case s.broken != nil:
		return s.broken
	case seq < now.seq:
		return fmt.Errorf("batch %d comes after batch %d", seq, now.seq)
	case len(puts)+len(deletes) > mostBatch:
		return fmt.Errorf("a batch of %d changes is more than %d", len(puts)+len(deletes), mostBatch)
	}
	b := batch{seq: seq, deletes: deletes}
	for _, r := range puts {
		by, q, err := round(r.Vector, s.dim)
		if err != nil {
			return fmt.Errorf("document %d: %w", r.ID, err)
		}
		b.ids = append(b.ids, r.ID)
		b.scales = append(b.scales, scale{by, r.Tag})
		b.vectors = append(b.vectors, q...)
	}
	if err := s.append(b); err != nil {
		return err
	}
	next := now.with(b, s.dim)
	s.state.Store(next)
	if next.rows >= flushRows || next.tail.bytes >= flushRows*(s.dim+24) {
		if err := s.flush(next, false); err != nil {
			s.breaks(err) // this batch is in the log; the next is refused
		}
	}
	return nil
}

// Compact writes all that is live into one segment.
func (s *Store) Compact() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.lock == nil:
		return errors.New("the store was opened for reading alone")
	case s.broken != nil:
		return s.broken
	}
	if err := s.flush(s.state.Load(), true); err != nil {
		return s.breaks(err)
	}
	return nil
}

// with returns the state after a batch.
func (st *state) with(b batch, dim int) *state {
	next := *st
	next.seq = b.seq
	next.dead = slices.Clone(st.dead)
	next.gone = slices.Clone(st.gone)
	copied := make([]bool, len(st.dead))
	remove := func(id int64) {
		at, ok := next.find(id)
		switch {
		case !ok:
			return
		case at.segment < 0:
			next.gone.set(at.row)
		default:
			if !copied[at.segment] {
				next.dead[at.segment] = slices.Clone(next.dead[at.segment])
				copied[at.segment] = true
			}
			next.dead[at.segment].set(at.row)
		}
		next.live--
	}
	for _, id := range b.deletes {
		remove(id)
	}
	for i, id := range b.ids {
		remove(id)
		next.tail.add(id, b.scales[i], b.vectors[i*dim:][:dim])
		next.rows++
		next.live++
		next.gone = next.gone.grown(next.rows)
	}
	next.tail.bytes += b.size(dim)
	return &next
}

// place is where a row stands: in a segment, or, with segment −1, in the tail.
type place struct{ segment, row int }

// find returns where the live row of a document stands.
func (st *state) find(id int64) (place, bool) {
	if row, ok := st.tail.find(id, st.rows); ok && !st.gone.has(row) {
		return place{-1, row}, true
	}
	for i, g := range st.segments {
		if row, ok := slices.BinarySearch(g.ids, id); ok && !st.dead[i].has(row) {
			return place{i, row}, true
		}
	}
	return place{}, false
}

// row returns the scale and the bytes at a place.
func (st *state) row(p place, dim int) (float32, []uint8) {
	if p.segment < 0 {
		_, scales, vectors := st.tail.view(st.rows, dim)
		return scales[p.row].by, vectors[p.row*dim:][:dim]
	}
	g := st.segments[p.segment]
	return g.scales[p.row].by, g.vectors[p.row*dim:][:dim]
}

// Tag returns the tag of a document's row; false when it has none.
func (s *Store) Tag(id int64) (uint32, bool) {
	st := s.state.Load()
	defer runtime.KeepAlive(st)
	p, ok := st.find(id)
	if !ok {
		return 0, false
	}
	if p.segment < 0 {
		_, scales, _ := st.tail.view(st.rows, s.dim)
		return scales[p.row].tag, true
	}
	return st.segments[p.segment].scales[p.row].tag, true
}

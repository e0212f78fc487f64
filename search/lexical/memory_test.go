package lexical

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
)

// memory is a disk in memory. It counts its operations, can fail at one of them,
// and knows what a loss of power would leave.
type memory struct {
	mu    sync.Mutex
	files map[string]*memoryFile
	safe  map[string]*memoryFile // the folder when it was last synced
	ops   int
	// At operation failAt, counted from 1, the disk fails: once, or from then on if dead.
	failAt int
	dead   bool
}

type memoryFile struct {
	data   []byte
	synced int
}

var errDisk = errors.New("the disk fails")

func newMemory() *memory {
	return &memory{files: map[string]*memoryFile{}, safe: map[string]*memoryFile{}}
}

// op counts an operation that changes something; mu is held.
func (m *memory) op() error {
	m.ops++
	if m.failAt > 0 && (m.ops == m.failAt || m.dead && m.ops > m.failAt) {
		return errDisk
	}
	return nil
}

// killed returns the disk as it is after the process was killed.
func (m *memory) killed() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := newMemory()
	for n, f := range m.files {
		after.files[n] = &memoryFile{bytes.Clone(f.data), len(f.data)}
	}
	return after
}

// unplugged returns the disk as it may be after a loss of power: of each name the
// old or the new state, of each file what was synced and some of the rest, perhaps
// with rubbish at its end.
func (m *memory) unplugged(r *rand.Rand) *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := newMemory()
	keep := func(n string, f *memoryFile) {
		if f == nil {
			return
		}
		data := bytes.Clone(f.data[:f.synced+r.IntN(len(f.data)-f.synced+1)])
		if len(data) > f.synced && r.IntN(2) == 0 {
			data[len(data)-1] ^= 0x55
		}
		after.files[n] = &memoryFile{data, len(data)}
	}
	for n, f := range m.files {
		if old := m.safe[n]; old != f && r.IntN(2) == 0 {
			f = old
		}
		keep(n, f)
	}
	for n, f := range m.safe {
		if m.files[n] == nil && r.IntN(2) == 0 {
			keep(n, f)
		}
	}
	return after
}

func (m *memory) open(name string, fresh bool) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.op(); err != nil {
		return nil, err
	}
	f := m.files[name]
	if f == nil || fresh {
		f = &memoryFile{}
		m.files[name] = f
	}
	return &memoryHandle{m, f}, nil
}

func (m *memory) create(name string) (file, error)   { return m.open(name, true) }
func (m *memory) appendTo(name string) (file, error) { return m.open(name, false) }

func (m *memory) read(name string) ([]byte, error) { return m.tail(name, 0) }

func (m *memory) tail(name string, from int64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.files[name]
	if f == nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: os.ErrNotExist}
	}
	return bytes.Clone(f.data[min(int(from), len(f.data)):]), nil
}

func (m *memory) mmap(name string) ([]byte, func(), error) {
	p, err := m.read(name)
	return aligned(p), func() {}, err
}

func (m *memory) rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.op(); err != nil {
		return err
	}
	m.files[to] = m.files[from]
	delete(m.files, from)
	return nil
}

func (m *memory) remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.op(); err != nil {
		return err
	}
	if m.files[name] == nil {
		return os.ErrNotExist
	}
	delete(m.files, name)
	return nil
}

func (m *memory) has(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.files[name] != nil
}

func (m *memory) list() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for n := range m.files {
		names = append(names, n)
	}
	slices.Sort(names)
	return names, nil
}

func (m *memory) sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.op(); err != nil {
		return err
	}
	m.safe = maps.Clone(m.files)
	return nil
}

type memoryHandle struct {
	m *memory
	f *memoryFile
}

func (h *memoryHandle) Write(p []byte) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.m.op(); err != nil {
		h.f.data = append(h.f.data, p[:len(p)/2]...)
		return len(p) / 2, err
	}
	h.f.data = append(h.f.data, p...)
	return len(p), nil
}

func (h *memoryHandle) Sync() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.m.op(); err != nil {
		return err
	}
	h.f.synced = len(h.f.data)
	return nil
}

func (h *memoryHandle) Truncate(size int64) error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.m.op(); err != nil {
		return err
	}
	h.f.data, h.f.synced = h.f.data[:size], min(h.f.synced, int(size))
	return nil
}

func (h *memoryHandle) Close() error { return nil }

package lexical

import (
	"bytes"
	"os"
	"slices"
	"sync"
)

// memory is a disk in memory.
type memory struct {
	mu    sync.Mutex
	files map[string]*memoryFile
}

type memoryFile struct {
	data   []byte
	synced int
}

func newMemory() *memory { return &memory{files: map[string]*memoryFile{}} }

func (m *memory) open(name string, fresh bool) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
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
	m.files[to] = m.files[from]
	delete(m.files, from)
	return nil
}

func (m *memory) remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
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

func (m *memory) sync() error { return nil }

type memoryHandle struct {
	m *memory
	f *memoryFile
}

func (h *memoryHandle) Write(p []byte) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	h.f.data = append(h.f.data, p...)
	return len(p), nil
}

func (h *memoryHandle) Sync() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	h.f.synced = len(h.f.data)
	return nil
}

func (h *memoryHandle) Truncate(size int64) error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	h.f.data = h.f.data[:size]
	return nil
}

func (h *memoryHandle) Close() error { return nil }

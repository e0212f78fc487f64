package vector

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// stamp tells one content of a folder from another.
type stamp struct {
	manifest time.Time
	size     int64
	log      int64
	name     string
}

// Refresh shows a store that only reads what has been written since. It costs two
// looks at the folder when that is nothing. A store that writes is always fresh.
func (s *Store) Refresh() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock != nil {
		return nil
	}
	var err error
	for range 5 { // a file may go between its being named and its being opened
		if err = s.refresh(); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.dir, err)
	}
	return nil
}

func (s *Store) refresh() error {
	now := s.look()
	if s.state.Load() != nil && now == s.stamp && now.name != "" {
		return nil
	}
	st, err := s.load()
	if err != nil {
		return err
	}
	now.name = st.manifest.Log
	if now.name != "" {
		var whole int64
		if st, whole, err = st.replay(filepath.Join(s.dir, now.name), s.dim); err != nil {
			return err
		}
		now.log = whole
	}
	s.stamp = now
	s.state.Store(st)
	return nil
}

// look returns the stamp of the folder as it is now, with the log that was last known.
func (s *Store) look() stamp {
	now := stamp{name: s.stamp.name}
	if i, err := os.Stat(filepath.Join(s.dir, manifestName)); err == nil {
		now.manifest, now.size = i.ModTime(), i.Size()
	}
	if i, err := os.Stat(filepath.Join(s.dir, now.name)); err == nil && now.name != "" {
		now.log = i.Size()
	}
	return now
}

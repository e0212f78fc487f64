package vector

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The manifest names all that belongs to the folder; a file that it does not name is
// what a crash left over. It is replaced as a whole, by a rename:
//
//	0   8 bytes  "BSVECMAN"
//	8   uint32   version, 1
//	12  uint32   length of the text
//	16  uint32   CRC-32C of all that follows
//	20  uint32   0
//	24  text     JSON: the fields of manifest
//	then for each segment one bit a row, in uint64: the rows that are gone
type manifest struct {
	Model    string        `json:"model"`
	Dim      int           `json:"dim"`
	Seq      int64         `json:"seq"`  // of the last batch in the segments
	Next     int           `json:"next"` // the number of the next file
	Log      string        `json:"log"`
	Segments []segmentName `json:"segments"`
}

type segmentName struct {
	File string `json:"file"`
	Rows int    `json:"rows"`
}

const (
	manifestName    = "manifest"
	manifestMagic   = "BSVECMAN"
	manifestVersion = 1
)

func (m manifest) encode(dead []bitmap) ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	buf := append(make([]byte, 24), text...)
	for _, b := range dead {
		for _, w := range b {
			buf = le.AppendUint64(buf, w)
		}
	}
	copy(buf, manifestMagic)
	le.PutUint32(buf[8:], manifestVersion)
	le.PutUint32(buf[12:], uint32(len(text)))
	le.PutUint32(buf[16:], crc32.Checksum(buf[24:], castagnoli))
	return buf, nil
}

func decodeManifest(buf []byte) (m manifest, dead []bitmap, err error) {
	le := binary.LittleEndian
	if len(buf) < 24 || string(buf[:8]) != manifestMagic {
		return m, nil, fmt.Errorf("%w: the manifest does not begin with %s", ErrDamaged, manifestMagic)
	}
	if v := le.Uint32(buf[8:]); v != manifestVersion {
		return m, nil, fmt.Errorf("%w: it has version %d, and this program reads version %d", ErrDamaged, v, manifestVersion)
	}
	n := int(le.Uint32(buf[12:]))
	if n > len(buf)-24 || crc32.Checksum(buf[24:], castagnoli) != le.Uint32(buf[16:]) {
		return m, nil, fmt.Errorf("%w: the manifest has another checksum", ErrDamaged)
	}
	if err := json.Unmarshal(buf[24:24+n], &m); err != nil {
		return m, nil, fmt.Errorf("%w: the manifest: %w", ErrDamaged, err)
	}
	buf = buf[24+n:]
	for _, g := range m.Segments {
		if g.Rows < 0 || (g.Rows+63)/64 > len(buf)/8 {
			return m, nil, fmt.Errorf("%w: the manifest is too short", ErrDamaged)
		}
		b := newBitmap(g.Rows)
		for i := range b {
			b[i] = le.Uint64(buf[8*i:])
		}
		dead, buf = append(dead, b), buf[8*len(b):]
	}
	return m, dead, nil
}

// load reads the manifest and opens what it names. A folder without one is empty.
func (s *Store) load() (*state, error) {
	st := &state{tail: newTail(), manifest: manifest{Model: s.model, Dim: s.dim, Next: 1}}
	buf, err := os.ReadFile(filepath.Join(s.dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return nil, err
	}
	if st.manifest, st.dead, err = decodeManifest(buf); err != nil {
		return nil, err
	}
	if m := st.manifest; m.Model != s.model || m.Dim != s.dim {
		return nil, fmt.Errorf("%w: %s with %d numbers, and not %s with %d", ErrOther, m.Model, m.Dim, s.model, s.dim)
	}
	held := map[string]*segment{}
	if now := s.state.Load(); now != nil {
		for _, g := range now.segments {
			held[g.name] = g
		}
	}
	st.seq = st.manifest.Seq
	for i, n := range st.manifest.Segments {
		g := held[n.File]
		if g == nil {
			if g, err = openSegment(filepath.Join(s.dir, filepath.Base(n.File)), s.dim, n.Rows); err != nil {
				return nil, err
			}
		}
		st.segments = append(st.segments, g)
		st.live += n.Rows - st.dead[i].count()
	}
	return st, nil
}

// recover brings the folder to the last acknowledged batch and makes it ready for
// the next: torn batches are cut off, files that nobody names are removed.
func (s *Store) recover() error {
	st, err := s.load()
	if err != nil {
		return err
	}
	if st.manifest.Log == "" {
		if st, err = s.commit(st); err != nil {
			return err
		}
	}
	path := filepath.Join(s.dir, st.manifest.Log)
	st, whole, err := st.replay(path, s.dim)
	if err != nil {
		return err
	}
	if s.log, err = openLog(path, whole); err != nil {
		return err
	}
	s.state.Store(st)
	s.sweep(st.manifest)
	return nil
}

// commit gives st a new, empty log and makes its manifest that of the folder.
func (s *Store) commit(st *state) (*state, error) {
	next := *st
	m := &next.manifest
	m.Seq, m.Log = st.seq, fmt.Sprintf("%08d.log", m.Next)
	m.Next++
	buf, err := m.encode(st.dead)
	if err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(s.dir, m.Log), nil); err != nil {
		return nil, err
	}
	return &next, writeFile(filepath.Join(s.dir, manifestName), buf)
}

// sweep removes files of ours that the manifest does not name.
func (s *Store) sweep(m manifest) {
	names := map[string]bool{m.Log: true}
	for _, g := range m.Segments {
		names[g.File] = true
	}
	entries, _ := os.ReadDir(s.dir)
	for _, e := range entries {
		switch ext := filepath.Ext(e.Name()); {
		case names[e.Name()], ext != ".log" && ext != ".seg" && !strings.HasSuffix(e.Name(), ".tmp"):
		default:
			os.Remove(filepath.Join(s.dir, e.Name())) // what stays is removed next time
		}
	}
}

// writeFile puts a file in its place in one step, on disk when it returns.
func writeFile(path string, data []byte) error {
	f, err := os.Create(path + ".tmp")
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return install(f, path)
}

// install syncs a file that was written under a temporary name, and renames it.
func install(f *os.File, path string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

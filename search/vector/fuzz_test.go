package vector

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// FuzzLog holds that any bytes behind a log's batches are read without a crash, and
// that what is read is whole.
func FuzzLog(f *testing.F) {
	v := unit(rand.New(rand.NewPCG(8, 8)), dim)
	by, q, err := round(v, dim)
	if err != nil {
		f.Fatal(err)
	}
	b := batch{seq: 7, ids: []int64{3}, scales: []scale{{by, 9}}, vectors: q, deletes: []int64{1, 2}}
	f.Add(b.encode(dim))
	f.Add(append(b.encode(dim), 1, 2, 3))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		b, n, err := decodeBatch(data, dim)
		if err != nil {
			return
		}
		if n > len(data) || len(b.vectors) != dim*len(b.ids) || len(b.scales) != len(b.ids) {
			t.Fatalf("a batch of %d bytes out of %d has %d rows and %d bytes of them", n, len(data), len(b.ids), len(b.vectors))
		}
		if string(b.encode(dim)) != string(data[:n]) {
			t.Fatal("the batch is written otherwise than it was read")
		}
	})
}

// FuzzManifest holds that no manifest crashes an opening.
func FuzzManifest(f *testing.F) {
	m := manifest{Model: "model", Dim: dim, Log: "00000001.log", Segments: []segmentName{{"00000002.seg", 3}}}
	whole, err := m.encode([]bitmap{newBitmap(3)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:20])
	f.Fuzz(func(t *testing.T, data []byte) {
		m, dead, err := decodeManifest(data)
		if err != nil {
			return
		}
		for i, g := range m.Segments {
			if len(dead[i])*64 < g.Rows {
				t.Fatalf("segment %d of %d rows has %d bits", i, g.Rows, 64*len(dead[i]))
			}
		}
	})
}

// FuzzSegment holds that no segment crashes an opening or a search.
func FuzzSegment(f *testing.F) {
	dir := f.TempDir()
	s := open(f, dir)
	r := rand.New(rand.NewPCG(9, 9))
	apply(f, s, 1, []Row{{ID: 1, Vector: unit(r, dim)}, {ID: 2, Vector: unit(r, dim)}})
	if err := s.Compact(); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, s.state.Load().segments[0].name))
	if err != nil {
		f.Fatal(err)
	}
	q := unit(r, dim)
	f.Add(whole)
	f.Add(whole[:page])
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := readSegment(data, dim, 2)
		if err != nil {
			return
		}
		x, err := s.question(q)
		if err != nil {
			t.Fatal(err)
		}
		all := &top{question: x, k: 2}
		s.scan([]*top{all}, g.ids, g.scales, g.vectors, newBitmap(2))
		s.skim([]*top{all}, g, newBitmap(2))
	})
}

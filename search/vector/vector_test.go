package vector

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const dim = 64

// unit returns a vector of length 1.
func unit(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	var square float64
	for i := range v {
		x := r.NormFloat64()
		v[i] = float32(x)
		square += x * x
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(square))
	}
	return v
}

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, dim, "model")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func apply(t testing.TB, s *Store, seq int64, puts []Row, deletes ...int64) {
	t.Helper()
	for i := range puts {
		puts[i].Tag = tagOf(puts[i].Vector)
	}
	if err := s.Apply(seq, puts, deletes); err != nil {
		t.Fatal(err)
	}
}

// holds fails unless the store holds exactly those vectors, finds them as an
// exhaustive search by definition does, and scores them alike.
func holds(t *testing.T, s *Store, want map[int64][]float32, r *rand.Rand) {
	t.Helper()
	if s.Len() != len(want) {
		t.Fatalf("the store has %d vectors and not %d", s.Len(), len(want))
	}
	q := unit(r, dim)
	keep := func(id int64) bool { return id%3 != 0 }
	var all []Hit
	var ids []int64
	for id, v := range want {
		rs, row, _ := round(v, dim)
		got, ok := s.Vector(nil, id)
		if tag, tagged := s.Tag(id); !tagged || tag != tagOf(v) {
			t.Fatalf("document %d has the tag %d (%v)", id, tag, tagged)
		}
		var p float64
		for k := range row {
			p += float64(q[k]) * float64(int32(row[k])-128) * float64(rs)
			if !ok || got[k] != float32(int32(row[k])-128)*rs {
				t.Fatalf("document %d has another vector (%v)", id, ok)
			}
		}
		if keep(id) {
			all = append(all, Hit{id, float32(p)})
			ids = append(ids, id)
		}
	}
	slices.SortFunc(all, compare)
	for _, k := range []int{0, 1, 10, len(all) + 5} {
		hits, err := s.Search([][]float32{unit(r, dim), q}, k, keep)
		if err != nil {
			t.Fatal(err)
		}
		want := all[:min(k, len(all))]
		if len(hits[1]) != len(want) {
			t.Fatalf("of the best %d, %d are found", k, len(hits[1]))
		}
		for i, h := range hits[1] {
			if w := want[i]; !near(h.Score, w.Score) || h.ID != w.ID && !near(h.Score, score(all, h.ID)) {
				t.Fatalf("number %d of the best %d is %v and not %v", i, k, h, w)
			}
		}
	}
	scores, err := s.Score(nil, q, append(ids, -77))
	if err != nil || !math.IsNaN(float64(scores[len(ids)])) {
		t.Fatalf("a document that is not there scores %v (%v)", scores[len(ids)], err)
	}
	for _, h := range all {
		if got := scores[slices.Index(ids, h.ID)]; !near(got, h.Score) {
			t.Fatalf("document %d scores %v and not %v", h.ID, got, h.Score)
		}
	}
}

func near(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-5 }

func score(hits []Hit, id int64) float32 {
	return hits[slices.IndexFunc(hits, func(h Hit) bool { return h.ID == id })].Score
}

// tagOf is the tag that these tests give a vector.
func tagOf(v []float32) uint32 { return math.Float32bits(v[0]) }

// TestHolds runs random batches beside a map, with flushes, compactions, new opens
// and a reader between them.
func TestHolds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	dir := t.TempDir()
	s := open(t, dir)
	reader, err := OpenReader(dir, dim, "model")
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64][]float32{}
	for seq := int64(1); seq <= 120; seq++ {
		var puts []Row
		var deletes []int64
		for range r.IntN(12) {
			id := int64(r.IntN(300)) - 20
			delete(want, id)
			deletes = append(deletes, id)
		}
		for range r.IntN(25) {
			row := Row{ID: int64(r.IntN(300)) - 20, Vector: unit(r, dim)}
			want[row.ID] = row.Vector
			puts = append(puts, row)
		}
		apply(t, s, seq, puts, deletes...)
		switch r.IntN(8) {
		case 0:
			if err := s.flush(s.state.Load(), false); err != nil {
				t.Fatal(err)
			}
		case 1:
			s.Close()
			s = open(t, dir)
		case 2:
			if seq%3 == 0 {
				if err := s.Compact(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if s.Seq() != seq {
			t.Fatalf("after batch %d the store says %d", seq, s.Seq())
		}
		if seq%10 == 0 {
			holds(t, s, want, r)
			if err := reader.Refresh(); err != nil || reader.Seq() != seq {
				t.Fatalf("the reader is at %d and not at %d (%v)", reader.Seq(), seq, err)
			}
			holds(t, reader, want, r)
			if err := s.Verify(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(s.state.Load().segments); n == 0 || n > 8 {
		t.Errorf("%d segments are left", n)
	}
}

// TestSegmentsStayFew holds that flushes leave few segments and rewrite a row seldom.
func TestSegmentsStayFew(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(12, 12))
	s := open(t, t.TempDir())
	written, most := 0, 0
	const flushes = 128
	for seq := int64(1); seq <= flushes; seq++ {
		apply(t, s, seq, []Row{{ID: seq, Vector: unit(r, dim)}})
		if err := s.flush(s.state.Load(), false); err != nil {
			t.Fatal(err)
		}
		list := s.state.Load().segments
		written += len(list[len(list)-1].ids)
		most = max(most, len(list))
	}
	if most > 8 || written > 8*flushes {
		t.Errorf("%d flushes of a row leave up to %d segments and write %d rows", flushes, most, written)
	}
}

// TestTornLog cuts the log after each of its bytes, and flips each byte of the last
// batch: what was acknowledged before stays, what is torn is gone, and writing goes on.
func TestTornLog(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	dir := t.TempDir()
	s := open(t, dir)
	want := map[int64][]float32{}
	var ends []int
	for seq := int64(1); seq <= 3; seq++ {
		v := unit(r, dim)
		want[seq] = v
		apply(t, s, seq, []Row{{ID: seq, Vector: v}}, seq-5)
		end, _ := s.log.Seek(0, 1)
		ends = append(ends, int(end))
	}
	log := s.log.Name()
	s.Close()
	whole, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	try := func(data []byte, seq int64) {
		if err := os.WriteFile(log, data, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir, dim, "model")
		if err != nil {
			t.Fatal(err)
		}
		if s.Seq() != seq || s.Len() != int(seq) {
			t.Fatalf("%d bytes open as batch %d with %d vectors and not %d", len(data), s.Seq(), s.Len(), seq)
		}
		apply(t, s, 9, []Row{{ID: 9, Vector: want[1]}})
		s.Close()
		if s, err = Open(dir, dim, "model"); err != nil || s.Seq() != 9 {
			t.Fatalf("what was written behind a torn log is lost: %v", err)
		}
		s.Close()
	}
	for cut := range len(whole) {
		seq := int64(0)
		for _, end := range ends {
			if cut >= end {
				seq++
			}
		}
		try(whole[:cut], seq)
	}
	for i := ends[1]; i < len(whole); i++ {
		data := slices.Clone(whole)
		data[i] ^= 1 << (i % 8)
		try(data, 2)
	}
}

// TestDamage flips bytes all over a segment and the manifest: either opening fails
// with a sentence, or Verify does, or the byte was one that nothing reads.
func TestDamage(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	dir := t.TempDir()
	s := open(t, dir)
	var puts []Row
	for id := range int64(50) {
		puts = append(puts, Row{ID: id, Vector: unit(r, dim)})
	}
	apply(t, s, 1, puts)
	if err := s.Compact(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, s.state.Load().segments[0].name)
	s.Close()
	at, size, _ := layout(50, dim)
	for _, c := range []struct {
		file string
		at   []int
	}{
		{filepath.Join(dir, manifestName), []int{0, 9, 13, 17, 24, 60}},
		{name, append([]int{0, 8, 12, 16, 25, 29, 33, 37, 41, 45, at[0] + size[0] - 1, at[2] + size[2] - 1, at[4] + size[4] - 1}, at[:]...)},
	} {
		whole, err := os.ReadFile(c.file)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range c.at {
			data := slices.Clone(whole)
			data[at] ^= 4
			if err := os.WriteFile(c.file, data, 0o644); err != nil {
				t.Fatal(err)
			}
			s, err := OpenReader(dir, dim, "model")
			if err == nil {
				err = s.Verify()
			}
			if err == nil {
				t.Errorf("%s: a flipped bit at %d is not seen", c.file, at)
			}
		}
		if err := os.WriteFile(c.file, whole, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	v := unit(rand.New(rand.NewPCG(4, 4)), dim)
	apply(t, s, 5, []Row{{ID: 1, Vector: v}})
	if _, err := Open(dir, dim, "model"); !errors.Is(err, ErrBusy) {
		t.Errorf("a second writer: %v", err)
	}
	if _, err := OpenReader(dir, dim, "another"); !errors.Is(err, ErrOther) {
		t.Errorf("another model: %v", err)
	}
	if _, err := OpenReader(dir, 2*dim, "model"); !errors.Is(err, ErrOther) {
		t.Errorf("another dimension: %v", err)
	}
	bad := slices.Clone(v)
	bad[3] = float32(math.NaN())
	for name, err := range map[string]error{
		"an older batch": s.Apply(4, nil, nil),
		"a short vector": s.Apply(6, []Row{{ID: 2, Vector: v[1:]}}, nil),
		"not a number":   s.Apply(6, []Row{{ID: 2, Vector: bad}}, nil),
	} {
		if err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if s.Seq() != 5 || s.Len() != 1 {
		t.Errorf("a refused batch changed the store: %d, %d", s.Seq(), s.Len())
	}
}

// TestKernels holds each kernel to the one in Go, on every number of rows and at the
// ends of what bytes can say.
func TestKernels(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	list := kernels()
	t.Logf("this machine runs %d kernels, %s first", len(list), list[0].name)
	for _, k := range list[:len(list)-1] {
		for _, n := range []int{64, 384, 4096} {
			for count := range 12 {
				rows, q := make([]uint8, count*n), make([]int8, n)
				for i := range rows {
					rows[i] = [...]uint8{0, 255, uint8(r.IntN(256))}[r.IntN(3)]
				}
				for i := range q {
					q[i] = [...]int8{-128, 127, int8(r.IntN(256) - 128)}[r.IntN(3)]
				}
				got, want := make([]int32, count), make([]int32, count)
				k.dots(got, rows, q)
				dots(want, rows, q)
				if !slices.Equal(got, want) {
					t.Fatalf("%s: %d rows of %d give %v and not %v", k.name, count, n, got, want)
				}
				k.signs(got, rows[:count*n/8], q)
				signs(want, rows[:count*n/8], q)
				if !slices.Equal(got, want) {
					t.Fatalf("%s: %d sketches of %d give %v and not %v", k.name, count, n, got, want)
				}
			}
		}
	}
}

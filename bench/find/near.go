package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"broadsheet/search"
	"broadsheet/search/vector"
)

// measureNear holds the scan of vectors against the bandwidth of memory, and what it
// finds against all vectors in float32.
func measureNear(ctx context.Context, m drawn, asked []string, o options) error {
	const many = 300
	dir := filepath.Join(o.out, "meaning", m.Name())
	s, err := vector.OpenReader(dir, m.Dim(), m.Name())
	if err != nil {
		return err
	}
	defer s.Close()
	var questions [][]float32
	for i := range min(many, len(asked)) {
		questions = append(questions, m.EncodeQuery(nil, search.Parse(asked[i*len(asked)/many]).Meaning))
	}
	depths := []int{10, search.Deepest}
	found := make([][][]vector.Hit, len(depths))
	fastest := make([]time.Duration, len(depths))
	for at, k := range depths {
		var took []time.Duration
		for _, q := range questions {
			began := time.Now()
			hits, err := s.Search([][]float32{q}, k, nil)
			if err != nil {
				return err
			}
			took, found[at] = append(took, time.Since(began)), append(found[at], hits[0])
		}
		fastest[at] = slices.Min(took)
		say(fmt.Sprintf("the scan, %d best", k), took)
	}
	if err := bandwidth(dir, s.Len()*m.Dim(), depths, fastest); err != nil {
		return err
	}
	fmt.Println(memory())
	best, err := nearest(ctx, m, questions, o)
	if err != nil {
		return err
	}
	for at, k := range depths {
		share, least := recall(found[at], best, k)
		fmt.Printf("recall@%d %.4f of an exact search in float32, %.4f of the worst of %d questions\n", k, share, least, len(questions))
	}
	return nil
}

func recall(found, best [][]vector.Hit, k int) (share, least float64) {
	least = 1
	for i := range found {
		want := map[int64]bool{}
		for _, h := range best[i][:k] {
			want[h.ID] = true
		}
		n := 0
		for _, h := range found[i] {
			if want[h.ID] {
				n++
			}
		}
		one := float64(n) / float64(k)
		share, least = share+one/float64(len(found)), min(least, one)
	}
	return share, least
}

// bandwidth reads the largest file of a folder, which is mapped into memory, as fast as one
// core can and as all together can, and prints what scans took beside that.
func bandwidth(dir string, size int, depths []int, took []time.Duration) error {
	data, err := largest(dir)
	if err != nil {
		return err
	}
	defer unix.Munmap(data)
	words := unsafe.Slice((*uint64)(unsafe.Pointer(&data[0])), len(data)/8)
	for _, cores := range slices.Compact([]int{1, runtime.GOMAXPROCS(0)}) {
		fastest := time.Duration(math.MaxInt64)
		for range 5 {
			var all sync.WaitGroup
			began := time.Now()
			for part := range slices.Chunk(words, (len(words)+cores-1)/cores) {
				all.Go(func() { read(part) })
			}
			all.Wait()
			fastest = min(fastest, time.Since(began))
		}
		rate := float64(len(data)) / fastest.Seconds()
		fmt.Printf("read by %d: %.1f GB/s", cores, rate/1e9)
		for i, k := range depths {
			fmt.Printf("; %d best %.1f ms, %.2f times as fast as all numbers could be read", k, ms(took[i]), float64(size)/rate/took[i].Seconds())
		}
		fmt.Println()
	}
	return nil
}

// largest maps the largest file of a folder.
func largest(dir string) ([]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var path string
	size := int64(-1)
	for _, e := range entries {
		if i, err := e.Info(); err == nil && i.Size() > size {
			path, size = filepath.Join(dir, e.Name()), i.Size()
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
}

// read adds words up as fast as one core can.
func read(x []uint64) (sum uint64) {
	var a, b, c, d uint64
	for p := 0; p+16 <= len(x); p += 16 {
		y := (*[16]uint64)(unsafe.Pointer(&x[p]))
		a += y[0] + y[1] + y[2] + y[3]
		b += y[4] + y[5] + y[6] + y[7]
		c += y[8] + y[9] + y[10] + y[11]
		d += y[12] + y[13] + y[14] + y[15]
	}
	return a + b + c + d
}

// nearest returns the Deepest documents nearest to each question, the nearest first. The
// product with a vector that was drawn is made of those with its parents.
func nearest(ctx context.Context, m drawn, questions [][]float32, o options) ([][]vector.Hit, error) {
	held := *m.held
	with := make([][]float64, len(held)) // the products of each with all questions
	for i, v := range held {
		for _, q := range questions {
			with[i] = append(with[i], product(v, q))
		}
	}
	lists := make([]nearestOf, len(questions))
	for i := range lists {
		lists[i].least = math.Inf(-1)
	}
	err := eachOf(o.corpus, o.n, func(d search.Document) error {
		a, b, by := parents(d.Title+". "+d.Abstract, len(held))
		length := math.Sqrt(product(held[a], held[a]) + 2*by*product(held[a], held[b]) + by*by*product(held[b], held[b]))
		others := with[b]
		for i, p := range with[a] {
			if p = (p + by*others[i]) / length; p >= lists[i].least {
				lists[i].see(d.ID, p)
			}
		}
		return ctx.Err()
	})
	best := make([][]vector.Hit, len(lists))
	for i := range lists {
		lists[i].cut()
		best[i] = lists[i].hits
	}
	return best, err
}

// nearestOf holds the best that one question has seen.
type nearestOf struct {
	hits  []vector.Hit
	least float64
}

func (n *nearestOf) see(id int64, p float64) {
	if n.hits = append(n.hits, vector.Hit{ID: id, Score: float32(p)}); len(n.hits) == 4*search.Deepest {
		n.cut()
		n.least = float64(n.hits[search.Deepest-1].Score)
	}
}

func (n *nearestOf) cut() {
	slices.SortFunc(n.hits, func(a, b vector.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	n.hits = n.hits[:min(search.Deepest, len(n.hits))]
}

func product(a, b []float32) float64 {
	var s, t float64
	for i := 0; i+1 < len(a); i += 2 {
		s += float64(a[i]) * float64(b[i])
		t += float64(a[i+1]) * float64(b[i+1])
	}
	return s + t
}

// first gives m the vectors of the first papers of -papers, which it keeps in a file.
func first(m drawn, o options) error {
	const many = 3000
	path := filepath.Join(o.out, "first")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if data, err = encodeFirst(m, o.papers, many); err == nil {
			err = cmp.Or(os.MkdirAll(o.out, 0o755), os.WriteFile(path, data, 0o600))
		}
	}
	if err != nil {
		return err
	}
	if len(data) != 4*many*m.Dim() {
		return fmt.Errorf("%s holds no %d vectors; delete the folder", path, many)
	}
	for v := range slices.Chunk(data, 4*m.Dim()) {
		one := make([]float32, m.Dim())
		if _, err := binary.Decode(v, binary.LittleEndian, one); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		*m.held = append(*m.held, one)
	}
	return nil
}

// encodeFirst encodes some papers of a folder, drawn from all of them.
func encodeFirst(m drawn, papers string, many int) (data []byte, err error) {
	items, err := readPapers(papers)
	if err != nil {
		return nil, err
	}
	if len(items) < many {
		return nil, fmt.Errorf("%s has %d papers, not %d", papers, len(items), many)
	}
	r := rand.New(rand.NewPCG(3, 3))
	for range many {
		x := items[r.IntN(len(items))]
		v := m.Encoder.EncodeAll(nil, []string{x.Title + ". " + x.Abstract})
		if data, err = binary.Append(data, binary.LittleEndian, v); err != nil {
			return nil, err
		}
	}
	return data, nil
}

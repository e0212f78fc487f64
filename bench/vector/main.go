// Command vector holds the scan of vectors against the bandwidth of memory, and its
// answers against an exact search in float32, in one run. Vectors are drawn around
// centres, or read from a file of float32 (-vectors).
//
//	cd bench && go run ./vector -n 1000000
//
// A read of all rows by a loop that only adds words is the measure of the scan.
package main

import (
	"cmp"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"time"
	"unsafe"

	"broadsheet/search/vector"
)

func main() {
	n := flag.Int("n", 300000, "vectors")
	dim := flag.Int("dim", 384, "numbers in a vector")
	questions := flag.Int("q", 100, "questions")
	file := flag.String("vectors", "", "file of float32, one vector behind the other")
	flag.Parse()
	if err := run(*n, *dim, *questions, *file); err != nil {
		fmt.Fprintln(os.Stderr, "vector:", err)
		os.Exit(1)
	}
}

func run(n, dim, questions int, file string) error {
	dir, err := os.MkdirTemp("", "vector")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	draw, err := source(dim, file)
	if err != nil {
		return err
	}
	s, err := vector.Open(dir, dim, "bench")
	if err != nil {
		return err
	}
	asked := make([][]float32, questions)
	for i := range asked {
		asked[i] = draw()
	}
	truth := make([]best, questions)
	start := time.Now()
	for at := 0; at < n; at += 4096 {
		var rows []vector.Row
		for id := at; id < min(n, at+4096); id++ {
			v := draw()
			rows = append(rows, vector.Row{ID: int64(id), Vector: v})
			for i := range min(questions, 30) { // the exact search takes its time
				truth[i].see(int64(id), dot(asked[i], v))
			}
		}
		if err := s.Apply(int64(at+1), rows, nil); err != nil {
			return err
		}
	}
	fmt.Printf("%d vectors of %d in %.1f s, with the exact search beside\n", n, dim, time.Since(start).Seconds())
	if err := s.Compact(); err != nil {
		return err
	}
	if err := recall(s, asked, truth[:min(questions, 30)]); err != nil {
		return err
	}
	if err := speed(s, asked, n, dim); err != nil {
		return err
	}
	return changes(s, dir, dim, draw)
}

// source returns what draws the next vector.
func source(dim int, file string) (func() []float32, error) {
	r := rand.New(rand.NewPCG(1, 2))
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		rows := len(b) / 4 / dim
		order := r.Perm(rows)
		next := 0
		return func() []float32 {
			v := make([]float32, dim)
			at := order[next%rows]
			for i := range v {
				v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*(at*dim+i):]))
			}
			if next++; next > rows { // more are wanted than there are: near copies
				blur(r, v, 0.3)
			}
			return v
		}, nil
	}
	centres := make([][]float32, 2000)
	for i := range centres {
		centres[i] = make([]float32, dim)
		blur(r, centres[i], 1)
	}
	return func() []float32 {
		v := slices.Clone(centres[r.IntN(len(centres))])
		blur(r, v, 0.9)
		return v
	}, nil
}

// blur adds noise of that length and makes the length 1.
func blur(r *rand.Rand, v []float32, by float64) {
	square := 0.0
	for i := range v {
		x := float64(v[i]) + by*r.NormFloat64()/math.Sqrt(float64(len(v)))
		v[i] = float32(x)
		square += x * x
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(square))
	}
}

func dot(a, b []float32) float32 {
	var s, t float32
	for i := 0; i+1 < len(a); i += 2 {
		s += a[i] * b[i]
		t += a[i+1] * b[i+1]
	}
	return s + t
}

// best holds the ten best of a question.
type best []vector.Hit

func (b *best) see(id int64, score float32) {
	if len(*b) == 10 && score <= (*b)[9].Score {
		return
	}
	*b = append(*b, vector.Hit{ID: id, Score: score})
	slices.SortFunc(*b, func(x, y vector.Hit) int { return cmp.Compare(y.Score, x.Score) })
	*b = (*b)[:min(10, len(*b))]
}

func recall(s *vector.Store, asked [][]float32, truth []best) error {
	found, total := 0, 0
	for i, t := range truth {
		hits, err := s.Search(asked[i:i+1], 10, nil)
		if err != nil {
			return err
		}
		for _, h := range hits[0] {
			if slices.ContainsFunc(t, func(x vector.Hit) bool { return x.ID == h.ID }) {
				found++
			}
		}
		total += len(t)
	}
	fmt.Printf("recall@10 %.4f of the exact search, %d questions\n", float64(found)/float64(total), len(truth))
	return nil
}

// speed prints what a scan takes beside a mere read of as many bytes, in turns, the
// least of each.
func speed(s *vector.Store, asked [][]float32, n, dim int) error {
	memory := make([]uint64, n*dim/8)
	for i := range memory {
		memory[i] = uint64(i)
	}
	read, ways := math.Inf(1), []int{1, 4, 16}
	took := slices.Repeat([]float64{math.Inf(1)}, len(ways))
	var all []float64
	for i := range asked {
		start := time.Now()
		sink += sum(memory)
		read = min(read, time.Since(start).Seconds())
		for w, many := range ways {
			if w > 0 && i >= 10 {
				continue
			}
			qs := make([][]float32, many)
			for k := range qs {
				qs[k] = asked[(i+k)%len(asked)]
			}
			start = time.Now()
			if _, err := s.Search(qs, 10, nil); err != nil {
				return err
			}
			t := time.Since(start).Seconds()
			took[w] = min(took[w], t)
			if w == 0 {
				all = append(all, t)
			}
		}
	}
	slices.Sort(all)
	bytes := float64(n * dim)
	fmt.Printf("read      %7.2f ms, %.1f GB/s\n", 1e3*read, bytes/read/1e9)
	for w, many := range ways {
		fmt.Printf("search %2d %7.2f ms, as if %.1f GB/s were read: %.2f of the bandwidth\n", many, 1e3*took[w], bytes/took[w]/1e9, read/took[w])
	}
	fmt.Printf("one question: p50 %.2f ms, p95 %.2f ms\n", 1e3*all[len(all)/2], 1e3*all[len(all)*95/100])
	return nil
}

var sink uint64

// sum reads memory as fast as one core can.
func sum(x []uint64) uint64 {
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

// changes prints what a change and an opening take.
func changes(s *vector.Store, dir string, dim int, draw func() []float32) error {
	start := time.Now()
	const batches = 20
	for i := range batches {
		var rows []vector.Row
		for k := range 16 {
			rows = append(rows, vector.Row{ID: int64(1000*i + k), Vector: draw()})
		}
		if err := s.Apply(s.Seq()+1, rows, nil); err != nil {
			return err
		}
	}
	fmt.Printf("a batch of 16, on disk: %.2f ms\n", 1e3*time.Since(start).Seconds()/batches)
	if err := s.Close(); err != nil {
		return err
	}
	start = time.Now()
	s, err := vector.Open(dir, dim, "bench")
	if err != nil {
		return err
	}
	fmt.Printf("open: %.1f ms\n", 1e3*time.Since(start).Seconds())
	return s.Close()
}

package vector

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSkim holds the search of a large segment to the scan of all of its rows, on
// vectors around centres, as those of texts are, with rows gone and a filter.
func TestSkim(t *testing.T) {
	t.Parallel()
	const dim, n = 128, sketchRows + 100
	r := rand.New(rand.NewPCG(6, 6))
	s, err := Open(t.TempDir(), dim, "model")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	centres := make([][]float32, 500)
	for i := range centres {
		centres[i] = unit(r, dim)
	}
	around := func() []float32 {
		v := unit(r, dim)
		for i, c := range centres[r.IntN(len(centres))] {
			v[i] = (v[i] + c) / math.Sqrt2
		}
		return v
	}
	for id := int64(0); id < n; {
		var rows []Row
		for range min(8192, n-id) {
			rows = append(rows, Row{ID: id, Vector: around()})
			id++
		}
		apply(t, s, id, rows)
	}
	if err := s.Compact(); err != nil {
		t.Fatal(err)
	}
	var gone []int64
	for id := int64(0); id < n; id += 5 {
		gone = append(gone, id)
	}
	apply(t, s, n+1, nil, gone...)
	exact := func(q []float32, keep func(int64) bool) []Hit {
		st := s.state.Load()
		x, err := s.question(q)
		if err != nil {
			t.Fatal(err)
		}
		var hits []Hit
		for row, id := range st.segments[0].ids {
			if id%5 != 0 && (keep == nil || keep(id)) {
				hits = append(hits, Hit{id, x.exact(st.row(place{0, row}, dim))})
			}
		}
		slices.SortFunc(hits, compare)
		return hits
	}
	found, total, missed := 0, 0, 0
	for i := range 60 {
		keep := func(id int64) bool { return id%7 != 0 }
		if i%2 == 0 {
			keep = nil
		}
		q := around()
		hits, err := s.Search([][]float32{q}, 10, keep)
		if err != nil {
			t.Fatal(err)
		}
		all := exact(q, keep)
		for _, h := range hits[0] {
			if h.ID%5 == 0 || keep != nil && !keep(h.ID) {
				t.Fatalf("document %d is found, which is gone or filtered", h.ID)
			}
			if slices.Contains(all[:10], h) {
				found++
			}
		}
		total += 10
		deep, err := s.Search([][]float32{q}, 600, keep)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range all[:60] {
			if !slices.Contains(deep[0], h) {
				missed++
			}
		}
	}
	if missed > 4 {
		t.Errorf("of the best 60 of 600 %d of 3,600 are missed", missed)
	}
	if total != 600 || found < 598 {
		t.Errorf("%d of the best %d are found", found, total)
	}
}

// TestSketch holds the parts of the estimate to their definition.
func TestSketch(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	v := unit(r, 64)
	by, row, err := round(v, 64)
	if err != nil {
		t.Fatal(err)
	}
	signs := appendSketch(nil, row)
	var square, sum float64
	for i, b := range row {
		x := float64(int(b)-128) * float64(by)
		if set := signs[i/8]>>(i%8)&1 == 1; set != (x >= 0) {
			t.Errorf("number %d is %v and its bit %v", i, x, set)
		}
		square += x * x
		sum += math.Abs(x)
	}
	if got := float64(spread(by, row)); math.Abs(got-square/sum) > 1e-6 {
		t.Errorf("the spread is %v and not %v", got, square/sum)
	}
}

package vector

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
)

// question is a vector to compare rows with: int8 and a scale, like a row, and what
// the 128 that stand in every byte of a row add to a product.
type question struct {
	v      []float32
	q      []int8
	scale  float32
	bias   int32
	length float32
}

func (s *Store) question(v []float32) (question, error) {
	scale, u, err := round(v, s.dim)
	if err != nil {
		return question{}, err
	}
	x := question{v: v, q: make([]int8, len(u)), scale: scale}
	var square float64
	for i, b := range u {
		x.q[i] = int8(b ^ 128)
		x.bias += 128 * int32(x.q[i])
		square += float64(v[i]) * float64(v[i])
	}
	x.length = float32(math.Sqrt(square))
	return x, nil
}

// round returns v as bytes, int8 plus 128, on a scale that reaches to its greatest.
func round(v []float32, dim int) (scale float32, q []uint8, err error) {
	if len(v) != dim {
		return 0, nil, fmt.Errorf("a vector of %d numbers came where %d are kept", len(v), dim)
	}
	var most float32
	for _, x := range v {
		if !(x > -math.MaxFloat32 && x < math.MaxFloat32) {
			return 0, nil, errors.New("a number of the vector is not finite")
		}
		most = max(most, x, -x)
	}
	scale = most / 127
	q = make([]uint8, dim)
	for i, x := range v {
		n := 0.0
		if scale > 0 {
			n = math.RoundToEven(float64(x) / float64(scale))
		}
		q[i] = uint8(int(n) + 128)
	}
	return scale, q, nil
}

// Search returns for each question the k documents with the greatest products, the
// greatest first and of equals the least document, in one pass over all rows. keep,
// unless it is nil, says which documents may be found; it is asked only of those
// that may be among the best, by several goroutines at once.
//
// Rows are looked at with the question rounded to int8; the best of them, and some
// more, are then multiplied with the question as it came. Where a segment is large, a
// look at the sketches of its rows (sketch.go) decides whose products are made: one of
// the best is missed less than once in a thousand, of 500 and more one of the best tenth.
func (s *Store) Search(questions [][]float32, k int, keep func(id int64) bool) ([][]Hit, error) {
	st := s.state.Load()
	tops := make([]*top, len(questions))
	for i, v := range questions {
		q, err := s.question(v)
		if err != nil {
			return nil, err
		}
		tops[i] = &top{question: q, margin: marginFor(k), k: min(k+k/8+spare, st.live), keep: keep, least: float32(math.Inf(-1))}
	}
	if k > 0 && st.live > 0 {
		ids, scales, vectors := st.tail.view(st.rows, s.dim)
		s.scan(tops, ids, scales, vectors, st.gone)
		for i := len(st.segments) - 1; i >= 0; i-- { // the small ones first: what they hold raises the bar
			g := st.segments[i]
			if len(g.ids) >= sketchRows {
				s.skim(tops, g, st.dead[i])
			} else {
				s.scan(tops, g.ids, g.scales, g.vectors, st.dead[i])
			}
		}
	}
	hits := make([][]Hit, len(tops))
	for i, t := range tops {
		for k, h := range t.hits {
			at, _ := st.find(h.ID)
			t.hits[k].Score = t.question.exact(st.row(at, s.dim))
		}
		slices.SortFunc(t.hits, compare)
		hits[i] = t.hits[:max(0, min(k, len(t.hits)))]
	}
	runtime.KeepAlive(st)
	return hits, nil
}

// spare is how many more than an eighth as many again as are wanted are found by the
// rounded question, before the question as it came picks the best of them.
const spare = 20

// exact returns the product of the question as it came with a row.
func (q *question) exact(by float32, row []uint8) float32 {
	var a, b, c, d float32
	for k := 0; k+4 <= len(row); k += 4 {
		a += q.v[k] * float32(int(row[k])-128)
		b += q.v[k+1] * float32(int(row[k+1])-128)
		c += q.v[k+2] * float32(int(row[k+2])-128)
		d += q.v[k+3] * float32(int(row[k+3])-128)
	}
	return (a + b + c + d) * by
}

// blockRows is how many rows are multiplied before their products are looked at: few
// enough to stay in the nearest cache while each question takes its turn.
const blockRows = 64

func (s *Store) scan(tops []*top, ids []int64, scales []scale, vectors []uint8, dead bitmap) {
	var products [blockRows]int32
	for at := 0; at < len(ids); at += blockRows {
		n := min(blockRows, len(ids)-at)
		for _, t := range tops {
			s.k.dots(products[:n], vectors[at*s.dim:][:n*s.dim], t.question.q)
			t.take(products[:n], ids[at:], scales[at:], dead[at/64])
		}
	}
}

// top holds the best of one question: a heap with the worst on top.
type top struct {
	question question
	margin   float32
	k        int
	keep     func(int64) bool
	least    float32 // what a product must reach
	hits     []Hit
}

// take looks at the products of a block. dead is one word of the bitmap.
func (t *top) take(products []int32, ids []int64, scales []scale, dead uint64) {
	bias, by, least := t.question.bias, t.question.scale, t.least
	for i, p := range products {
		v := float32(p-bias) * scales[i].by * by
		if v >= least && dead>>i&1 == 0 && t.admits(ids[i]) {
			t.offer(Hit{ids[i], v})
			least = t.least
		}
	}
}

func (t *top) admits(id int64) bool { return t.keep == nil || t.keep(id) }

// offer takes a hit that keep admits, if it is good enough.
func (t *top) offer(h Hit) {
	switch {
	case len(t.hits) < t.k:
		t.hits = append(t.hits, h)
		t.rise(len(t.hits) - 1)
	case better(h, t.hits[0]):
		t.hits[0] = h
		t.sink()
	}
	if len(t.hits) == t.k {
		t.least = t.hits[0].Score
	}
}

// better orders hits.
func better(a, b Hit) bool {
	return a.Score > b.Score || a.Score == b.Score && a.ID < b.ID
}

// compare orders hits, the best first.
func compare(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
}

// rise moves a hit up the heap, whose worst is on top, to where it belongs.
func (t *top) rise(i int) {
	for i > 0 {
		up := (i - 1) / 2
		if !better(t.hits[up], t.hits[i]) {
			return
		}
		t.hits[i], t.hits[up] = t.hits[up], t.hits[i]
		i = up
	}
}

// sink moves the hit on top of the heap down to where it belongs.
func (t *top) sink() {
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(t.hits) {
			return
		}
		if other := down + 1; other < len(t.hits) && better(t.hits[down], t.hits[other]) {
			down = other
		}
		if !better(t.hits[i], t.hits[down]) {
			return
		}
		t.hits[i], t.hits[down] = t.hits[down], t.hits[i]
		i = down
	}
}

// Score appends to dst the product of the question with each of the documents, NaN
// where a document has no vector. The products are those of Search.
func (s *Store) Score(dst, q []float32, ids []int64) ([]float32, error) {
	x, err := s.question(q)
	if err != nil {
		return dst, err
	}
	st := s.state.Load()
	for _, id := range ids {
		at, ok := st.find(id)
		if !ok {
			dst = append(dst, float32(math.NaN()))
			continue
		}
		dst = append(dst, x.exact(st.row(at, s.dim)))
	}
	runtime.KeepAlive(st)
	return dst, nil
}

// Vector appends the vector of a document to dst, as it was rounded, and reports
// whether there is one.
func (s *Store) Vector(dst []float32, id int64) ([]float32, bool) {
	st := s.state.Load()
	at, ok := st.find(id)
	if !ok {
		return dst, false
	}
	scale, row := st.row(at, s.dim)
	for _, b := range row {
		dst = append(dst, float32(int(b)-128)*scale)
	}
	runtime.KeepAlive(st)
	return dst, true
}

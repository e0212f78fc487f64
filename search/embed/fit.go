package embed

import (
	"fmt"
	"math"
	"slices"
)

// Rounding to the nearest int8 makes the error of each weight least. What counts is
// the error of the products, and where inputs go together the error of one weight
// can be made good by the next. This is the method of Frantar et al., "GPTQ" (2022):
// weights are rounded one column after the other, and what a rounding did is taken
// off those to come by the inverse of the inputs' second moments, which a pass over
// some texts with the plainly rounded model shows.

// moments are Σ x xᵀ over the rows x that a linear multiplied.
type moments struct {
	n   int
	sum []float64
	buf []float32 // one block of rows, turned
}

const momentRows = 64 // rows that are summed in float32

func newMoments(n int) *moments {
	return &moments{n: n, sum: make([]float64, n*n), buf: make([]float32, n*momentRows+tileRows*momentRows)}
}

// add adds rows of x.
func (m *moments) add(k *kernel, x []float32) {
	var c [tileRows * wide]float32
	for rows := range slices.Chunk(x, momentRows*m.n) {
		depth := len(rows) / m.n
		for r := range depth {
			for i, v := range rows[r*m.n:][:m.n] {
				m.buf[i*depth+r] = v
			}
		}
		t := tile32{c: &c[0], cRow: 4 * wide, aRow: 4 * depth, bRow: 4 * m.n}
		for i := 0; i < m.n; i += tileRows {
			t.a = &m.buf[i*depth]
			for j := i / wide * wide; j < m.n; j += wide {
				t.b = &rows[j]
				k.dot32(&t, depth)
				for r := range min(tileRows, m.n-i) {
					for q, v := range c[r*wide:][:wide] {
						m.sum[(i+r)*m.n+j+q] += float64(v)
					}
				}
			}
		}
	}
}

// watchMoments runs the texts through m and returns the moments of what each of its
// linears multiplied, by the name that the linear has in the file.
func watchMoments(m *Model, texts []string) map[string]*moments {
	names := map[*linear]string{}
	for i, l := range m.layers {
		for name, l := range map[string]*linear{"qkv": l.qkv, "merge": l.merge, "up": l.up, "down": l.down} {
			names[l] = fmt.Sprintf("layer %d %s", i, name)
		}
	}
	all := map[string]*moments{}
	m.watch = func(l *linear, x []float32) {
		if all[names[l]] == nil {
			all[names[l]] = newMoments(l.in)
		}
		all[names[l]].add(m.k, x)
	}
	for _, text := range texts {
		m.Encode(nil, text)
	}
	return all
}

// upper returns the upper triangular U with UᵀU the inverse of the moments, to whose
// diagonal a tenth of its mean was added. The moments are overwritten.
func (m *moments) upper() []float64 {
	n, h := m.n, m.sum
	var trace float64
	for i := range n {
		trace += h[i*n+i]
		for j := range i {
			h[i*n+j] = h[j*n+i] // add fills the half above the diagonal
		}
	}
	for i := range n {
		h[i*n+i] += 0.1*trace/float64(n) + 1e-9
	}
	// h = R Rᵀ with R upper triangular, from the last row to the first; its inverse is U.
	for j := n - 1; j >= 0; j-- {
		row := h[j*n:][:n]
		for i := j; i >= 0; i-- {
			v := h[i*n+j]
			other := h[i*n:][:n]
			for k := j + 1; k < n; k++ {
				v -= other[k] * row[k]
			}
			if i == j {
				row[j] = math.Sqrt(max(v, 1e-12))
			} else {
				other[j] = v / row[j]
			}
		}
	}
	u := make([]float64, n*n)
	for j := range n { // row by row of U from R U = 1, bottom up for each row's tail
		u[j*n+j] = 1 / h[j*n+j]
	}
	for i := n - 2; i >= 0; i-- {
		to := u[i*n:][:n]
		for k := i + 1; k < n; k++ {
			f := -h[i*n+k] / h[i*n+i]
			for j, v := range u[k*n+k : k*n+n] {
				to[k+j] += f * v
			}
		}
	}
	return u
}

// roundFitted rounds each row of x like roundRows, so that the products with inputs of
// such moments change least.
func roundFitted(x []float32, cols int, m *moments) (scale []float32, q []int8) {
	u := m.upper()
	w := make([]float64, cols)
	for row := range slices.Chunk(x, cols) {
		var most float64
		for i, v := range row {
			w[i] = float64(v)
			most = max(most, math.Abs(w[i]))
		}
		s := float64(float32(most / 127))
		scale = append(scale, float32(s))
		for j := range cols {
			n := 0.0
			if s > 0 {
				n = min(max(math.RoundToEven(w[j]/s), -127), 127)
			}
			q = append(q, int8(n))
			f := (w[j] - n*s) / u[j*cols+j]
			for k, v := range u[j*cols+j+1 : (j+1)*cols] {
				w[j+1+k] -= f * v
			}
		}
	}
	return scale, q
}

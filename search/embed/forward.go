package embed

import "math"

// layer is one layer of the transformer (Vaswani et al. 2017; Devlin et al. 2018,
// with the norms behind the sums).
type layer struct {
	qkv, merge, up, down *linear
	mid, end             norms
}

type norms struct{ gamma, beta []float32 }

// scratch is the memory of one pass over a block of rows, each the state of one
// token. Texts lie in it one behind the other.
type scratch struct {
	rows    int // that it has room for, a block's more than may be used
	x       []float32
	wide    []float32 // queries, keys and values, then what grows from them
	mixed   []float32 // values mixed by attention, then sums to add
	keys    []float32 // of one head, transposed in panels of 32
	weights []float32 // of one block of queries
	a, rest *activations
	ids     []int32
	ends    []int // where each text ends in ids
}

func (m *Model) newScratch() *scratch {
	most := m.s.MaxTokens
	rows := (most+tileRows-1)/tileRows*tileRows + tileRows
	columns := (most + wide - 1) / wide * wide
	big := max(m.s.Inner, 3*m.s.Hidden)
	return &scratch{
		rows: rows, x: make([]float32, rows*m.s.Hidden), wide: make([]float32, rows*big),
		mixed: make([]float32, rows*m.s.Hidden), keys: make([]float32, columns*m.s.Hidden/m.s.Heads),
		weights: make([]float32, tileRows*columns),
		a:       newActivations(rows, big), rest: newActivations(rows, m.s.Hidden),
	}
}

// forward runs the texts of s and appends their vectors to dst.
func (m *Model) forward(dst []float32, s *scratch) []float32 {
	n, h := len(s.ids), m.s.Hidden
	m.lookUp(s)
	x, mixed := s.x[:n*h], s.mixed[:n*h]
	for _, l := range m.layers {
		m.seen(l.qkv, x)
		s.a.round(m.k, x, n, h)
		s.rest.rest(m.k, s.a, x, n)
		l.qkv.multiply(m.k, s.wide, s.a, n, false)
		l.qkv.multiply(m.k, s.wide, s.rest, n, true)
		start := 0
		for _, end := range s.ends {
			m.attend(s, start, end)
			start = end
		}
		m.seen(l.merge, mixed)
		s.a.round(m.k, mixed, n, h)
		l.merge.multiply(m.k, s.mixed, s.a, n, false)
		m.normRows(x, mixed, l.mid)

		m.seen(l.up, x)
		s.a.round(m.k, x, n, h)
		l.up.multiply(m.k, s.wide, s.a, n, false)
		grown := s.wide[:n*m.s.Inner]
		m.k.gelu(grown)
		m.seen(l.down, grown)
		s.a.round(m.k, grown, n, m.s.Inner)
		l.down.multiply(m.k, s.mixed, s.a, n, false)
		m.normRows(x, mixed, l.end)
	}
	start := 0
	for _, end := range s.ends {
		dst = m.pool(dst, x[start*h:end*h])
		start = end
	}
	return dst
}

// seen shows what a linear is about to multiply to whoever watches.
func (m *Model) seen(l *linear, x []float32) {
	if m.watch != nil {
		m.watch(l, x)
	}
}

// lookUp fills x with the words' vectors, and adds and norms those of their places.
func (m *Model) lookUp(s *scratch) {
	h, start, text := m.s.Hidden, 0, 0
	for i, id := range s.ids {
		if i == s.ends[text] {
			start = i
			text++
		}
		row, word, scale := s.x[i*h:][:h], m.word[int(id)*h:][:h], m.wordScale[id]
		for k, v := range word {
			row[k] = float32(v) * scale
		}
		m.k.norm(row, m.place[(i-start)*h:][:h], m.first.gamma, m.first.beta, m.s.Epsilon)
	}
}

func (m *Model) normRows(x, y []float32, n norms) {
	h := m.s.Hidden
	for at := 0; at < len(x); at += h {
		m.k.norm(x[at:][:h], y[at:][:h], n.gamma, n.beta, m.s.Epsilon)
	}
}

// attend mixes the values of one text, head after head, into mixed. A block of
// queries at a time: its products with all keys, their softmax, and their product
// with the values stay in the cache.
func (m *Model) attend(s *scratch, start, end int) {
	h, n := m.s.Hidden, end-start
	size, columns := h/m.s.Heads, (n+wide-1)/wide*wide
	scale := float32(1 / math.Sqrt(float64(size)))
	qk := tile32{aRow: 12 * h, bRow: 4 * wide, cRow: 4 * columns}
	pv := tile32{aRow: 4 * columns, bRow: 12 * h, cRow: 4 * h}
	for head := range m.s.Heads {
		first := start*3*h + head*size
		transpose(s.keys, s.wide[first+h:], n, size, 3*h)
		for r := 0; r < n; r += tileRows {
			qk.a = &s.wide[first+r*3*h]
			for j := 0; j < columns; j += wide {
				qk.b, qk.c = &s.keys[j*size], &s.weights[j]
				m.k.dot32(&qk, size)
			}
			var sums [tileRows]float32
			for i := range min(tileRows, n-r) {
				row := s.weights[i*columns:][:columns]
				for j := n; j < columns; j++ {
					row[j] = float32(math.Inf(-1))
				}
				sums[i] = m.k.softmax(row, scale)
			}
			for j := 0; j < size; j += wide {
				pv.a, pv.b = &s.weights[0], &s.wide[first+2*h+j]
				pv.c = &s.mixed[(start+r)*h+head*size+j]
				m.k.dot32(&pv, n)
			}
			for i := range min(tileRows, n-r) {
				f := 1 / sums[i]
				for j, row := 0, s.mixed[(start+r+i)*h+head*size:][:size]; j < size; j++ {
					row[j] *= f
				}
			}
		}
	}
}

// transpose writes n rows of size numbers as panels of 32 rows, each turned.
func transpose(dst, src []float32, n, size, stride int) {
	for r := range n {
		to := dst[r/wide*wide*size+r%wide:]
		for k, v := range src[r*stride:][:size] {
			to[k*wide] = v
		}
	}
}

// pool appends the vector of a text to dst: the mean of its rows, or the first, with
// length 1.
func (m *Model) pool(dst, x []float32) []float32 {
	h, at := m.s.Hidden, len(dst)
	dst = append(dst, x[:h]...)
	v := dst[at:]
	if m.s.Pooling == poolMean {
		for r := h; r < len(x); r += h {
			for k, y := range x[r:][:h] {
				v[k] += y
			}
		}
	}
	var square float64
	for _, y := range v {
		square += float64(y) * float64(y)
	}
	f := float32(1 / math.Sqrt(max(square, 1e-24)))
	for k := range v {
		v[k] *= f
	}
	return dst
}

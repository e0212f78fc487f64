package embed

// linear is one matrix of weights with its bias, packed for the kernels.
type linear struct {
	in, out int
	panels  []int8    // out / tileCols panels as dot8 reads them
	sum     []int32   // of the int8 of each column
	scale   []float32 // of each column
	bias    []float32
}

// newLinear packs a matrix of out rows and in columns.
func newLinear(in, out int, scale []float32, w []int8, bias []float32) *linear {
	l := &linear{in: in, out: out, panels: make([]int8, in*out), sum: make([]int32, out), scale: scale, bias: bias}
	for j := range out {
		panel := l.panels[j/tileCols*tileCols*in:][:tileCols*in]
		at := j % tileCols * 4
		for k, row := 0, w[j*in:][:in]; k < in; k += 4 {
			a, b, c, d := row[k], row[k+1], row[k+2], row[k+3]
			p := panel[at:][:4]
			p[0], p[1], p[2], p[3] = a, b, c, d
			l.sum[j] += int32(a) + int32(b) + int32(c) + int32(d)
			at += tileCols * 4
		}
	}
	return l
}

// activations are the rows that a linear multiplies, rounded to uint8.
type activations struct {
	width int
	q     []uint8
	scale []float32
	zero  []int32
}

func newActivations(rows, width int) *activations {
	return &activations{q: make([]uint8, rows*width), scale: make([]float32, rows), zero: make([]int32, rows)}
}

// round rounds rows of x, each on a scale of its own that reaches from its least to
// its greatest value.
func (a *activations) round(k *kernel, x []float32, rows, width int) {
	a.width = width
	for r := range rows {
		row := x[r*width:][:width]
		inverse, zero, scale := rowScale(k, row)
		a.scale[r], a.zero[r] = scale, int32(zero)
		k.round8(a.q[r*width:][:width], row, inverse, zero)
	}
}

// rest rounds what the rounding of x to a left over: the second half of 16 bits.
func (a *activations) rest(k *kernel, first *activations, x []float32, rows int) {
	a.width = first.width
	for r := range rows {
		row := x[r*a.width:][:a.width]
		inverse, zero, scale := rowScale(k, row)
		a.scale[r], a.zero[r] = scale/255, 128
		k.rest8(a.q[r*a.width:][:a.width], first.q[r*a.width:][:a.width], row, inverse, zero)
	}
}

func rowScale(k *kernel, row []float32) (inverse, zero, scale float32) {
	low, high := k.span(row)
	if high == low { // all are zero
		return 0, 0, 0
	}
	inverse = 255 / (high - low)
	return inverse, roundEven(-low * inverse), (high - low) / 255
}

// multiply writes a × l plus the bias to c, and with add it adds a × l to c. It works
// on whole blocks: up to tileRows − 1 rows behind the last are overwritten.
func (l *linear) multiply(k *kernel, c []float32, a *activations, rows int, add bool) {
	t := tile8{cRow: 4 * l.out, aRow: a.width}
	for j := 0; j < l.out; j += tileCols {
		t.w, t.sum, t.wscale = &l.panels[j*l.in], &l.sum[j], &l.scale[j]
		for r := 0; r < rows; r += tileRows {
			t.c, t.a, t.zero, t.scale = &c[r*l.out+j], &a.q[r*a.width], &a.zero[r], &a.scale[r]
			if add {
				t.bias, t.addRow = t.c, t.cRow
			} else {
				t.bias = &l.bias[j]
			}
			k.dot8(&t, l.in/4)
		}
	}
}

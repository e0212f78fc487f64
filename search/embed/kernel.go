package embed

import "math"

// A kernel is one way to do the arithmetic. All of them give the same integers
// from the same integers; what is float32 may differ in its last bits.
type kernel struct {
	name string

	// dot8 multiplies a block of tileRows rows with a panel of tileCols columns.
	dot8 func(t *tile8, steps int)
	// span returns the least and the greatest of x and zero.
	span func(x []float32) (low, high float32)
	// round8 writes round(x × inverse) + zero, held to 0…255.
	round8 func(q []uint8, x []float32, inverse, zero float32)
	// rest8 is like round8 for what a first rounding left over: it writes
	// round((x × inverse − (q − zero)) × 255) + 128 into rest.
	rest8 func(rest, q []uint8, x []float32, inverse, zero float32)
	// gelu replaces x by x × Φ(x).
	gelu func(x []float32)
	// norm adds y to x and normalises x to mean 0 and variance 1, times gamma, plus beta.
	norm func(x, y, gamma, beta []float32, epsilon float32)
	// softmax replaces x by exp((x − max x) × scale) and returns their sum.
	softmax func(x []float32, scale float32) float32
	// dot32 multiplies a block of tileRows rows with 32 columns.
	dot32 func(t *tile32, depth int)
}

// The sizes of a block of an output, and of what lies in memory for it.
const (
	tileRows = 6
	tileCols = 64
	wide     = 32 // columns of a float32 block
	lane     = 16 // every row of numbers is a multiple of it long
)

// tile8 is one block of a product of activations and weights. A row of activations
// is a × scale, where a is a uint8 less the row's zero; a column of weights is an
// int8 times its scale. The product is
//
//	c[r][j] = float32(Σ_k a[r][k] × w[k][j] − zero[r] × sum[j]) × scale[j] × scale[r] + bias[r][j]
//
// with sums in int32. The panel holds for each four k, column after column, the
// four weights of a column.
type tile8 struct {
	c      *float32 // the first row of the block
	cRow   int      // bytes from one row to the next
	a      *uint8
	aRow   int // bytes
	w      *int8
	zero   *int32   // tileRows of them
	scale  *float32 // tileRows of them
	sum    *int32   // tileCols of them
	wscale *float32 // tileCols of them
	bias   *float32 // what to add: tileCols of them for each row
	addRow int      // bytes from one row of bias to the next, 0 when all rows have the same
}

// tile32 is one block of a float32 product: c[r][j] = Σ_k a[r][k] × b[k][j] for 32 j.
type tile32 struct {
	c    *float32
	cRow int // bytes from one row to the next
	a    *float32
	aRow int
	b    *float32
	bRow int
}

// The coefficients of the approximations. erf(x) ≈ x P(x²) / Q(x²) for |x| ≤ 3.9, fitted
// for this program, is within 4e-7; 2^f for |f| ≤ ½ is its Taylor series.
var (
	erfP = [...]float32{1.1283791065216064, 0.1896669715642929, 0.05266810208559036, 0.003738352097570896, 0.0002850622986443341, 2.0664717794716125e-06}
	erfQ = [...]float32{1, 0.5014207363128662, 0.11381901800632477, 0.014914289116859436, 0.0011573776137083769, 3.827001273748465e-05}
	exp2 = [...]float32{1, 0.6931472, 0.2402265, 0.05550411, 0.009618129, 0.0013333558, 0.00015403530}
)

const erfMost = 3.9

// plain is every kernel in Go: the oracle of the others, and what machines run
// that have none of their own.
var plain = kernel{
	name: "go", dot8: dot8, span: span, round8: round8, rest8: rest8,
	gelu: gelu, norm: normRow, softmax: softmax, dot32: dot32,
}

func span(x []float32) (low, high float32) {
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

func round8(q []uint8, x []float32, inverse, zero float32) {
	for i, v := range x {
		q[i] = held(roundEven(v*inverse) + zero)
	}
}

func rest8(rest, q []uint8, x []float32, inverse, zero float32) {
	for i, v := range x {
		t := float32(v*inverse) - (float32(q[i]) - zero)
		rest[i] = held(roundEven(t*255) + 128)
	}
}

// held holds a whole number to what a uint8 can say.
func held(v float32) uint8 { return uint8(min(max(v, 0), 255)) }

func roundEven(v float32) float32 { return float32(math.RoundToEven(float64(v))) }

func gelu(x []float32) {
	for i, v := range x {
		z := min(max(v*(1/math.Sqrt2), -erfMost), erfMost)
		t := z * z
		p, q := erfP[5], erfQ[5]
		for k := 4; k >= 0; k-- {
			p, q = p*t+erfP[k], q*t+erfQ[k]
		}
		x[i] = v * 0.5 * (1 + z*p/q)
	}
}

func normRow(x, y, gamma, beta []float32, epsilon float32) {
	var sum, square float32
	for i := range x {
		x[i] += y[i]
		sum += x[i]
	}
	mean := sum / float32(len(x))
	for i := range x {
		x[i] -= mean
		square += x[i] * x[i]
	}
	f := float32(1 / math.Sqrt(float64(square/float32(len(x))+epsilon)))
	for i := range x {
		x[i] = x[i]*f*gamma[i] + beta[i]
	}
}

func softmax(x []float32, scale float32) (sum float32) {
	most := x[0]
	for _, v := range x {
		most = max(most, v)
	}
	scale *= math.Log2E
	for i, v := range x {
		t := max((v-most)*scale, -125)
		whole := roundEven(t)
		f := t - whole
		p := exp2[6]
		for k := 5; k >= 0; k-- {
			p = p*f + exp2[k]
		}
		x[i] = math.Float32frombits(math.Float32bits(p) + uint32(int32(whole))<<23)
		sum += x[i]
	}
	return sum
}

package embed

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// rowsOf returns n numbers of both signs with a few that are large.
func rowsOf(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
		if r.IntN(50) == 0 {
			x[i] *= 12
		}
	}
	return x
}

// others returns the kernels that must agree with the one in Go.
func others(t *testing.T) []*kernel {
	list := kernels()
	t.Logf("this machine runs %d kernels, %s first", len(list), list[0].name)
	return list[:len(list)-1]
}

func near(a, b, tolerance float32) bool {
	return float32(math.Abs(float64(a-b))) <= tolerance*max(1, float32(math.Abs(float64(a))))
}

func nearAll(t *testing.T, what string, got, want []float32, tolerance float32) {
	t.Helper()
	for i := range want {
		if !near(want[i], got[i], tolerance) {
			t.Fatalf("%s: number %d is %v and %v in Go", what, i, got[i], want[i])
		}
	}
}

// TestProductsOfBytes compares whole products, where every kernel must give the
// same bits: the integers are exact, and what follows is done in one order.
func TestProductsOfBytes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range others(t) {
		for _, shape := range [][3]int{{1, 64, 64}, {6, 384, 128}, {7, 384, 1152}, {13, 1536, 384}} {
			rows, in, out := shape[0], shape[1], shape[2]
			w := make([]int8, in*out)
			for i := range w {
				w[i] = int8(r.IntN(256) - 128)
			}
			scale, bias := rowsOf(r, out), rowsOf(r, out)
			l := newLinear(in, out, scale, w, bias)
			room := rows + tileRows
			a := newActivations(room, in)
			a.width = in
			for i := range a.q {
				a.q[i] = uint8(r.IntN(256))
			}
			for i := range room {
				a.scale[i], a.zero[i] = r.Float32(), int32(r.IntN(256))
			}
			for _, add := range []bool{false, true} {
				got := rowsOf(r, room*out)
				want := slices.Clone(got)
				l.multiply(k, got, a, rows, add)
				l.multiply(&plain, want, a, rows, add)
				if !slices.Equal(got, want) {
					t.Errorf("%s: %v with add %v differs", k.name, shape, add)
				}
			}
		}
	}
}

// TestProductInGo holds the product in Go to its definition.
func TestProductInGo(t *testing.T) {
	t.Parallel()
	const in, out = 32, 128
	r := rand.New(rand.NewPCG(9, 10))
	w := make([]int8, in*out)
	for i := range w {
		w[i] = int8(r.IntN(256) - 128)
	}
	l := newLinear(in, out, rowsOf(r, out), w, rowsOf(r, out))
	a := newActivations(2*tileRows, in)
	x := rowsOf(r, tileRows*in)
	a.round(&plain, x, tileRows, in)
	c := make([]float32, 2*tileRows*out)
	l.multiply(&plain, c, a, tileRows, false)
	for i := range tileRows {
		for j := range out {
			want := float64(l.bias[j])
			for k := range in {
				want += float64(a.scale[i]) * float64(int32(a.q[i*in+k])-a.zero[i]) * float64(w[j*in+k]) * float64(l.scale[j])
			}
			if !near(float32(want), c[i*out+j], 1e-4) {
				t.Fatalf("row %d, column %d is %v and not %v", i, j, c[i*out+j], want)
			}
		}
	}
}

func TestRoundings(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for _, k := range others(t) {
		for _, n := range []int{16, 64, 384, 1536} {
			x := rowsOf(r, n)
			x[0], x[n-1] = -0.5, 0.5 // halves round to even
			low, high := k.span(x)
			if l, h := span(x); l != low || h != high {
				t.Errorf("%s: the span is %v to %v and not %v to %v", k.name, low, high, l, h)
			}
			inverse, zero, _ := rowScale(&plain, x)
			got, want := make([]uint8, n), make([]uint8, n)
			k.round8(got, x, inverse, zero)
			round8(want, x, inverse, zero)
			if !slices.Equal(got, want) {
				t.Errorf("%s: rounding %d numbers differs", k.name, n)
			}
			q := slices.Clone(want)
			k.rest8(got, q, x, inverse, zero)
			rest8(want, q, x, inverse, zero)
			if !slices.Equal(got, want) {
				t.Errorf("%s: the rest of %d numbers differs", k.name, n)
			}
		}
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for _, k := range others(t) {
		for _, n := range []int{32, 64, 384, 1536} {
			x, y, gamma, beta := rowsOf(r, n), rowsOf(r, n), rowsOf(r, n), rowsOf(r, n)
			got, want := slices.Clone(x), slices.Clone(x)
			k.gelu(got)
			gelu(want)
			nearAll(t, k.name+" gelu", got, want, 2e-6)

			got, want = slices.Clone(x), slices.Clone(x)
			k.norm(got, y, gamma, beta, 1e-12)
			normRow(want, y, gamma, beta, 1e-12)
			nearAll(t, k.name+" norm", got, want, 2e-5)

			got, want = slices.Clone(x), slices.Clone(x)
			got[n-1], want[n-1] = float32(math.Inf(-1)), float32(math.Inf(-1))
			a, b := k.softmax(got, 0.3), softmax(want, 0.3)
			nearAll(t, k.name+" softmax", append(got, a), append(want, b), 2e-6)
		}
	}
}

func TestProductsOfFloats(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for _, k := range others(t) {
		for _, depth := range []int{1, 32, 64, 201} {
			a, b := rowsOf(r, tileRows*depth), rowsOf(r, depth*3*wide)
			got, want := make([]float32, tileRows*wide*2), make([]float32, tileRows*wide*2)
			tile := tile32{a: &a[0], aRow: 4 * depth, b: &b[wide], bRow: 12 * wide, c: &got[wide], cRow: 8 * wide}
			k.dot32(&tile, depth)
			tile.c = &want[wide]
			dot32(&tile, depth)
			nearAll(t, k.name+" floats", got, want, 1e-4)
		}
	}
}

// TestFunctions holds the approximations against the functions that they stand for.
func TestFunctions(t *testing.T) {
	t.Parallel()
	for v := -12.0; v < 12; v += 1.0 / 64 {
		x := []float32{float32(v)}
		gelu(x)
		if want := v * 0.5 * (1 + math.Erf(v/math.Sqrt2)); math.Abs(float64(x[0])-want) > 4e-6 {
			t.Errorf("gelu(%v) is %v and not %v", v, x[0], want)
		}
		y := []float32{0, float32(-math.Abs(v))}
		softmax(y, 1)
		if want := math.Exp(-math.Abs(v)); math.Abs(float64(y[1])/want-1) > 1e-6 {
			t.Errorf("exp(%v) is %v and not %v", -math.Abs(v), y[1], want)
		}
	}
}

package embed

import (
	"math"

	"golang.org/x/sys/cpu"
)

//go:noescape
func dot8VNNI(t *tile8, steps int)

//go:noescape
func dot32AVX512(t *tile32, depth int)

//go:noescape
func dot8AVX2(t *tile8, steps int)

//go:noescape
func dot32AVX2(t *tile32, depth int)

//go:noescape
func spanAVX2(x *float32, n int) (low, high float32)

//go:noescape
func round8AVX2(q *uint8, x *float32, n int, inverse, zero float32)

//go:noescape
func rest8AVX2(rest, q *uint8, x *float32, n int, inverse, zero float32)

//go:noescape
func geluAVX2(x *float32, n int)

//go:noescape
func normAVX2(x, y, gamma, beta *float32, n int, share, epsilon float32)

//go:noescape
func softmaxAVX2(x *float32, n int, scale float32) (sum float32)

var avx2 = kernel{
	name:  "avx2",
	dot8:  dot8AVX2,
	dot32: dot32AVX2,
	span:  func(x []float32) (low, high float32) { return spanAVX2(&x[0], len(x)) },
	round8: func(q []uint8, x []float32, inverse, zero float32) {
		round8AVX2(&q[0], &x[0], len(x), inverse, zero)
	},
	rest8: func(rest, q []uint8, x []float32, inverse, zero float32) {
		rest8AVX2(&rest[0], &q[0], &x[0], len(x), inverse, zero)
	},
	gelu: func(x []float32) { geluAVX2(&x[0], len(x)) },
	norm: func(x, y, gamma, beta []float32, epsilon float32) {
		normAVX2(&x[0], &y[0], &gamma[0], &beta[0], len(x), 1/float32(len(x)), epsilon)
	},
	softmax: func(x []float32, scale float32) float32 { return softmaxAVX2(&x[0], len(x), scale*math.Log2E) },
}

var vnni = withVNNI(avx2)

// withVNNI returns k with the products of AVX-512; a row is done as well by AVX2.
func withVNNI(k kernel) kernel {
	k.name, k.dot8, k.dot32 = "avx512vnni", dot8VNNI, dot32AVX512
	return k
}

// kernels returns those that this machine can run, the fastest first.
func kernels() []*kernel {
	var list []*kernel
	x := cpu.X86
	if x.HasAVX2 && x.HasFMA {
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512VNNI {
			list = append(list, &vnni)
		}
		list = append(list, &avx2)
	}
	return append(list, &plain)
}

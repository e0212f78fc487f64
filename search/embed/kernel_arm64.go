package embed

import (
	"math"

	"golang.org/x/sys/cpu"
)

//go:noescape
func dot8NEON(t *tile8, steps int)

//go:noescape
func dot32NEON(t *tile32, depth int)

//go:noescape
func spanNEON(x *float32, n int) (low, high float32)

//go:noescape
func round8NEON(q *uint8, x *float32, n int, inverse, zero float32)

//go:noescape
func rest8NEON(rest, q *uint8, x *float32, n int, inverse, zero float32)

//go:noescape
func geluNEON(x *float32, n int, c *[16]float32)

//go:noescape
func normNEON(x, y, gamma, beta *float32, n int, share, epsilon float32)

//go:noescape
func softmaxNEON(x *float32, n int, scale float32, c *[8]float32) (sum float32)

// The constants as the assembly reads them.
var (
	gelus = [16]float32{
		1 / math.Sqrt2, -erfMost, erfMost, 0.5,
		erfP[5], erfP[4], erfP[3], erfP[2], erfP[1], erfP[0],
		erfQ[5], erfQ[4], erfQ[3], erfQ[2], erfQ[1], erfQ[0],
	}
	exps = [8]float32{-125, exp2[6], exp2[5], exp2[4], exp2[3], exp2[2], exp2[1], exp2[0]}
)

var neon = kernel{
	name:  "neon",
	dot8:  dot8NEON,
	dot32: dot32NEON,
	span:  func(x []float32) (low, high float32) { return spanNEON(&x[0], len(x)) },
	round8: func(q []uint8, x []float32, inverse, zero float32) {
		round8NEON(&q[0], &x[0], len(x), inverse, zero)
	},
	rest8: func(rest, q []uint8, x []float32, inverse, zero float32) {
		rest8NEON(&rest[0], &q[0], &x[0], len(x), inverse, zero)
	},
	gelu: func(x []float32) { geluNEON(&x[0], len(x), &gelus) },
	norm: func(x, y, gamma, beta []float32, epsilon float32) {
		normNEON(&x[0], &y[0], &gamma[0], &beta[0], len(x), 1/float32(len(x)), epsilon)
	},
	softmax: func(x []float32, scale float32) float32 {
		return softmaxNEON(&x[0], len(x), scale*math.Log2E, &exps)
	},
}

// kernels returns those that this machine can run, the fastest first.
func kernels() []*kernel {
	if cpu.ARM64.HasASIMDDP {
		return []*kernel{&neon, &plain}
	}
	return []*kernel{&plain}
}

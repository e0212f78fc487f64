package vector

import "golang.org/x/sys/cpu"

//go:noescape
func dotsNEON(products *int32, n int, rows *uint8, q *int8, dim int)

var neon = kernel{name: "neon", dots: func(products []int32, rows []uint8, q []int8) {
	if len(products) > 0 {
		dotsNEON(&products[0], len(products), &rows[0], &q[0], len(q))
	}
}}

// kernels returns those that this machine can run, the fastest first.
func kernels() []*kernel {
	if cpu.ARM64.HasASIMDDP {
		return []*kernel{&neon, &plain}
	}
	return []*kernel{&plain}
}

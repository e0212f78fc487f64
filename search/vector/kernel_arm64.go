package vector

import "golang.org/x/sys/cpu"

//go:noescape
func dotsNEON(products *int32, n int, rows *uint8, q *int8, dim int)

//go:noescape
func signsNEON(products *int32, n int, sketches *uint8, q *int8, dim int)

// over makes of a routine in assembly one on slices.
func over(f func(products *int32, n int, rows *uint8, q *int8, dim int)) func([]int32, []uint8, []int8) {
	return func(products []int32, rows []uint8, q []int8) {
		if len(products) > 0 {
			f(&products[0], len(products), &rows[0], &q[0], len(q))
		}
	}
}

var neon = kernel{name: "neon", dots: over(dotsNEON), signs: over(signsNEON)}

// kernels returns those that this machine can run, the fastest first.
func kernels() []*kernel {
	if cpu.ARM64.HasASIMDDP {
		return []*kernel{&neon, &plain}
	}
	return []*kernel{&plain}
}

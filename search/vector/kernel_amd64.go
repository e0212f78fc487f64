package vector

import "golang.org/x/sys/cpu"

//go:noescape
func dotsVNNI(products *int32, n int, rows *uint8, q *int8, dim int)

//go:noescape
func dotsAVX2(products *int32, n int, rows *uint8, q *int8, dim int)

//go:noescape
func signsAVX512(products *int32, n int, sketches *uint8, q *int8, dim int)

//go:noescape
func signsAVX2(products *int32, n int, sketches *uint8, q *int8, dim int)

// over makes of a routine in assembly one on slices.
func over(f func(products *int32, n int, rows *uint8, q *int8, dim int)) func([]int32, []uint8, []int8) {
	return func(products []int32, rows []uint8, q []int8) {
		if len(products) > 0 {
			f(&products[0], len(products), &rows[0], &q[0], len(q))
		}
	}
}

var (
	vnni = kernel{name: "avx512vnni", dots: over(dotsVNNI), signs: over(signsAVX512)}
	avx2 = kernel{name: "avx2", dots: over(dotsAVX2), signs: over(signsAVX2)}
)

// kernels returns those that this machine can run, the fastest first.
func kernels() []*kernel {
	var list []*kernel
	x := cpu.X86
	if x.HasAVX2 {
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512VNNI {
			list = append(list, &vnni)
		}
		list = append(list, &avx2)
	}
	return append(list, &plain)
}

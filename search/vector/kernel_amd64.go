package vector

import "golang.org/x/sys/cpu"

//go:noescape
func dotsVNNI(products *int32, n int, rows *uint8, q *int8, dim int)

//go:noescape
func dotsAVX2(products *int32, n int, rows *uint8, q *int8, dim int)

var vnni = kernel{name: "avx512vnni", dots: func(products []int32, rows []uint8, q []int8) {
	if len(products) > 0 {
		dotsVNNI(&products[0], len(products), &rows[0], &q[0], len(q))
	}
}}

var avx2 = kernel{name: "avx2", dots: func(products []int32, rows []uint8, q []int8) {
	if len(products) > 0 {
		dotsAVX2(&products[0], len(products), &rows[0], &q[0], len(q))
	}
}}

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

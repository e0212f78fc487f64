package embed

import "unsafe"

// dot8 and dot32 in Go.

func dot8(t *tile8, steps int) {
	zero, scale := unsafe.Slice(t.zero, tileRows), unsafe.Slice(t.scale, tileRows)
	sum, wscale := unsafe.Slice(t.sum, tileCols), unsafe.Slice(t.wscale, tileCols)
	w := unsafe.Slice(t.w, steps*tileCols*4)
	for r := range tileRows {
		a := unsafe.Slice((*uint8)(unsafe.Add(unsafe.Pointer(t.a), r*t.aRow)), steps*4)
		c := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(t.c), r*t.cRow)), tileCols)
		bias := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(t.bias), r*t.addRow)), tileCols)
		var acc [tileCols]int32
		for k := range steps {
			a0, a1, a2, a3 := int32(a[4*k]), int32(a[4*k+1]), int32(a[4*k+2]), int32(a[4*k+3])
			w := w[k*tileCols*4:][:tileCols*4]
			for j := range acc {
				q := w[4*j:][:4]
				acc[j] += a0*int32(q[0]) + a1*int32(q[1]) + a2*int32(q[2]) + a3*int32(q[3])
			}
		}
		for j, s := range acc {
			v := float32(s-zero[r]*sum[j]) * wscale[j]
			v = float32(v * scale[r])
			c[j] = v + bias[j]
		}
	}
}

func dot32(t *tile32, depth int) {
	for r := range tileRows {
		a := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(t.a), r*t.aRow)), depth)
		c := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(t.c), r*t.cRow)), wide)
		var acc [wide]float32
		for k, v := range a {
			b := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(t.b), k*t.bRow)), wide)
			for j := range acc {
				acc[j] += v * b[j]
			}
		}
		copy(c, acc[:])
	}
}

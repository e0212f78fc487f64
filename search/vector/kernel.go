package vector

// A kernel is one way to multiply rows. All give the same numbers.
type kernel struct {
	name string
	// dots writes Σ_k rows[i][k] × q[k] for each row; rows lie one behind the other,
	// and q is a multiple of lane long.
	dots func(products []int32, rows []uint8, q []int8)
	// signs writes Σ q[k] over the set bits k of each sketch of len(q)/8 bytes.
	signs func(products []int32, sketches []uint8, q []int8)
}

var plain = kernel{name: "go", dots: dots, signs: signs}

func dots(products []int32, rows []uint8, q []int8) {
	for i := range products {
		var a, b int32
		row := rows[i*len(q):][:len(q)]
		for k := 0; k+1 < len(q); k += 2 {
			a += int32(row[k]) * int32(q[k])
			b += int32(row[k+1]) * int32(q[k+1])
		}
		products[i] = a + b
	}
}

func signs(products []int32, sketches []uint8, q []int8) {
	width := len(q) / 8
	for i := range products {
		var sum int32
		for k, b := range sketches[i*width:][:width] {
			for j, v := range q[8*k:][:8] {
				sum += int32(v) & -int32(b>>j&1)
			}
		}
		products[i] = sum
	}
}

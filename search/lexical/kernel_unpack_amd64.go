package lexical

//go:noescape
func gapsAVX512(out *[blockSize]uint32, src *byte, turns, width int, last uint32, spread *gapSpread)

//go:noescape
func symbolsAVX512(out *[blockSize]byte, src *byte, turns, width int, spread *symbolSpread, table *symbolTable)

// gapSpread says which four bytes of 64 the numbers of a width begin in, and at which bit.
type gapSpread struct {
	bytes  [64]byte
	shifts [16]uint32
}

// symbolSpread says which bytes eight codes stand in, and at which bit of these each begins.
type symbolSpread struct{ bytes, shifts [64]byte }

// gapBitsMost is how wide numbers may be so that each is in four bytes.
const gapBitsMost = 25

var gapSpreads = func() (of [gapBitsMost + 1]gapSpread) {
	for width := range of {
		s := &of[width]
		for i := range s.bytes {
			s.bytes[i] = byte(i/4*width/8 + i%4)
		}
		for i := range s.shifts {
			s.shifts[i] = uint32(i * width % 8)
		}
	}
	return of
}()

var symbolSpreads = func() (of [symbolBitsMost + 1]symbolSpread) {
	for width := range of {
		s := &of[width]
		for i := range s.bytes {
			s.bytes[i], s.shifts[i] = byte(i/8*width+i%8), byte(i%8*width)
		}
	}
	return of
}()

// gaps is gapsGo. At least slack bytes must be readable behind the numbers; what stands in out
// behind the documents means nothing.
func gaps(out *[blockSize]uint32, src []byte, n, width int, last uint32) {
	if !hasAVX512 || n == 0 || width > gapBitsMost {
		gapsGo(out, src, n, width, last)
		return
	}
	_ = src[(n*width+7)/8+slack-1]
	gapsAVX512(out, &src[0], (n+15)/16, width, last, &gapSpreads[width])
}

// unpackSymbols is symbolsGo, under the same terms.
func unpackSymbols(out *[blockSize]byte, src []byte, n, width int, table *symbolTable) {
	if !hasAVX512 || n == 0 {
		symbolsGo(out, src, n, width, table)
		return
	}
	_ = src[(n*width+7)/8+slack-1]
	symbolsAVX512(out, &src[0], (n+63)/64, width, &symbolSpreads[width], table)
}

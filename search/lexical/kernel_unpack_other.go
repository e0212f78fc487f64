//go:build !amd64

package lexical

func gaps(out *[blockSize]uint32, src []byte, n, width int, last uint32) {
	gapsGo(out, src, n, width, last)
}

func unpackSymbols(out *[blockSize]byte, src []byte, n, width int, table *symbolTable) {
	symbolsGo(out, src, n, width, table)
}

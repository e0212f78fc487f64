package lexical

import "encoding/binary"

// The loops that unpack a block, in Go, as those of kernel.go.

// gapsGo sets out to n documents from the numbers of those between each and the one before it,
// which for the first is last.
func gapsGo(out *[blockSize]uint32, src []byte, n, width int, last uint32) {
	apart(out[:n], last, src, width)
}

// apart is gapsGo for any number of documents.
func apart(docs []uint32, d uint32, src []byte, width int) {
	mask, at := uint64(1)<<width-1, 0
	for i := range docs {
		d += 1 + uint32(binary.LittleEndian.Uint64(src[at>>3:])>>(at&7)&mask)
		docs[i] = d
		at += width
	}
}

// symbolTable is the symbols of the first codes of a segment.
type symbolTable [1 << symbolBitsMost]byte

// symbolBitsMost is how wide the codes are at most whose symbols a kernel looks up.
const symbolBitsMost = 7

// symbolsGo sets out to the symbols of n codes, which are at most symbolBitsMost wide.
func symbolsGo(out *[blockSize]byte, src []byte, n, width int, table *symbolTable) {
	mask, at := uint64(1)<<width-1, 0
	for i := range out[:n] {
		out[i] = table[binary.LittleEndian.Uint64(src[at>>3:])>>(at&7)&mask]
		at += width
	}
}

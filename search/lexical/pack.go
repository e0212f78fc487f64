package lexical

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// slack is how many bytes stand behind what is packed, so that eight may be read wherever
// a number begins, and more by the kernels.
const slack = 64

// pack appends values of width bits each, the first in the lowest bits.
func pack(dst []byte, values []uint32, width int) []byte {
	var word uint64
	have := 0
	for _, v := range values {
		word |= uint64(v) << have
		have += width
		for have >= 8 {
			dst = append(dst, byte(word))
			word >>= 8
			have -= 8
		}
	}
	if have > 0 {
		dst = append(dst, byte(word))
	}
	return dst
}

// unpack reads value i of those that pack wrote.
func unpack(src []byte, width, i int) uint32 {
	at := i * width
	word := binary.LittleEndian.Uint64(src[at>>3:])
	return uint32(word >> (at & 7) & (1<<width - 1))
}

// widest returns how many bits the largest of the values needs.
func widest(values []uint32) int {
	var all uint32
	for _, v := range values {
		all |= v
	}
	return bits.Len32(all)
}

// column is a list of whole numbers: the least of them, and the distance of each
// from it in as few bytes as the largest needs.
type column struct {
	least int64
	width int
	data  []byte
}

func appendColumn(dst []byte, values []int64) []byte {
	var least, most int64
	for i, v := range values {
		if i == 0 {
			least, most = v, v
		}
		least, most = min(least, v), max(most, v)
	}
	width := (bits.Len64(uint64(most)-uint64(least)) + 7) / 8
	dst = binary.LittleEndian.AppendUint64(dst, uint64(least))
	dst = append(dst, byte(width))
	var word [8]byte
	for _, v := range values {
		binary.LittleEndian.PutUint64(word[:], uint64(v)-uint64(least))
		dst = append(dst, word[:width]...)
	}
	return append(dst, make([]byte, slack)...)
}

// readColumn takes a column of n values off the front of src; ok is false when
// src is too short.
func readColumn(src []byte, n int) (c column, rest []byte, ok bool) {
	if len(src) < 9 {
		return c, nil, false
	}
	c.least, c.width = int64(binary.LittleEndian.Uint64(src)), int(src[8])
	size := n*c.width + slack
	if c.width > 8 || len(src)-9 < size {
		return c, nil, false
	}
	c.data = src[9 : 9+size]
	return c, src[9+size:], true
}

func (c *column) at(i int) int64 {
	v := binary.LittleEndian.Uint64(c.data[i*c.width:])
	if c.width < 8 {
		v &= 1<<(8*c.width) - 1
	}
	return int64(uint64(c.least) + v)
}

// numbers reads bytes as little-endian numbers in place. The bytes must be aligned.
func numbers[T uint16 | uint32 | uint64](src []byte) []T {
	var zero T
	n := len(src) / int(unsafe.Sizeof(zero))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(src))), n)
}

func bytesOf[T uint16 | uint32 | uint64](src []T) []byte {
	if len(src) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(src))), len(src)*int(unsafe.Sizeof(src[0])))
}

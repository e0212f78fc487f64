package vector

import "math/bits"

// bitmap says of rows whether they are gone.
type bitmap []uint64

func newBitmap(n int) bitmap { return make(bitmap, (n+63)/64) }

func (b bitmap) has(i int) bool { return b[i>>6]>>(i&63)&1 != 0 }

func (b bitmap) set(i int) { b[i>>6] |= 1 << (i & 63) }

func (b bitmap) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// grown returns b with room for n rows.
func (b bitmap) grown(n int) bitmap {
	for len(b)*64 < n {
		b = append(b, 0)
	}
	return b
}

//go:build amd64 || arm64

package lexical

// spread[m] says for each bit of m which of the next bytes it takes, 0x80 for none.
var spread = func() (t [256]uint64) {
	for m := range t {
		next := uint64(0)
		for b := range 8 {
			take := uint64(0x80)
			if m>>b&1 == 1 {
				take = next
				next++
			}
			t[m] |= take << (8 * b)
		}
	}
	return t
}()

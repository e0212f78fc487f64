//go:build !amd64 && !arm64

package lexical

func addDense(acc []uint16, words []uint64, class []byte, p *planes, at int, weight uint16, table *impacts) {
	addDenseGo(acc, words, class, p, at, weight, table)
}

func atLeast(out []uint64, acc []uint16, need uint16) { atLeastGo(out, acc, need) }

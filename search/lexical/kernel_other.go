//go:build !amd64 && !arm64

package lexical

func addDense(acc []uint16, words []uint64, imps []byte, weight uint16) {
	addDenseGo(acc, words, imps, weight)
}

func atLeast(out []uint64, acc []uint16, need uint16) { atLeastGo(out, acc, need) }

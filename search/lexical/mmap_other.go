//go:build !unix

package lexical

import "os"

// mmap reads a file whole, where no mapping is written for the system.
func mmap(path string) (data []byte, unmap func(), err error) {
	p, err := os.ReadFile(path)
	return aligned(p), func() {}, err
}

// lock does nothing where the system's locks are not known: start one writer only.
func lock(string) (unlock func() error, err error) { return func() error { return nil }, nil }

//go:build !unix

package vector

import "os"

// mapFile reads a file, where there is no mapping.
func mapFile(path string) (data []byte, unmap func(), err error) {
	data, err = os.ReadFile(path)
	return data, func() {}, err
}

// lockFile opens the lock. That only one process writes is left to the operator.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
}

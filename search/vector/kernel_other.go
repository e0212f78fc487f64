//go:build !amd64 && !arm64

package vector

// kernels returns those that this machine can run, the fastest first.
func kernels() []*kernel { return []*kernel{&plain} }

package embed

// kernels returns those that this machine can run, the fastest first.
func kernels() []*kernel { return []*kernel{&plain} }

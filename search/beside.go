package search

// beside runs f beside its caller, where that is worth it and a processor is free, and returns
// what waits for the end of f and breaks as f broke. Else f runs when it is waited for.
//
// Goroutines are started in the server elsewhere; this one never outlives the call that began
// it: whoever calls beside waits, on every way out.
func beside(apart bool, f func()) (wait func()) {
	if !apart {
		return f
	}
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		f()
	}()
	return func() {
		if broke := <-done; broke != nil {
			panic(broke)
		}
	}
}

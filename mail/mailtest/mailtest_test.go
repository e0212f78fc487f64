package mailtest

import "testing"

// TestAServerThatIsClosedAtOnceEnds: a test may be over before the server's goroutine
// has begun.
func TestAServerThatIsClosedAtOnceEnds(t *testing.T) {
	t.Parallel()
	for range 300 {
		s, err := Listen("127.0.0.1:0", nil)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

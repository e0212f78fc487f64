package mail

import (
	"strings"
	"testing"
)

// TestPrintable puts every byte at every place of lines of several lengths.
func TestPrintable(t *testing.T) {
	t.Parallel()
	for length := 1; length <= 20; length++ {
		for at := range length {
			for c := range 256 {
				line := []byte(strings.Repeat("~", length))
				line[at] = byte(c)
				want := c >= ' ' && c < 0x7f || c == '\t'
				if got := printable(string(line)); got != want {
					t.Fatalf("%q: %v", line, got)
				}
			}
		}
	}
}

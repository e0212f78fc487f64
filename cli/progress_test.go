package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestABackupOfLittleShowsProgress: what is smaller than a megabyte is not shown as none.
func TestABackupOfLittleShowsProgress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		done, all int64
		want      string
	}{
		{310_000, 620_000, "50%  310 kB"},
		{21_000_000, 42_000_000, "50%  21 MB"},
		{5_000_000, -1, "5 MB"},
	} {
		var said bytes.Buffer
		megabytes(newProgress(World{Err: &said}, "MB"))(c.done, c.all)
		if !strings.Contains(said.String(), c.want) {
			t.Errorf("%d of %d bytes: %q, want %q", c.done, c.all, said.String(), c.want)
		}
	}
}

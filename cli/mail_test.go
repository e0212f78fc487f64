package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"broadsheet/db"
)

// TestMailIsPausedByCommand: what the commands do, doctor says.
func TestMailIsPausedByCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if status, says := command(t, "account", "add", "ada@readers.test", "--data", dir); status != 0 {
		t.Fatal(says)
	}
	for _, c := range []struct {
		do, says string
		paused   bool
	}{{"pause", "Mail is paused", true}, {"pause", "Mail is paused", true}, {"resume", "Mail goes again", false}, {"resume", "Mail goes again", false}} {
		if status, says := command(t, "mail", c.do, "--data", dir); status != 0 || !strings.Contains(says, c.says) {
			t.Errorf("mail %s: %d %s", c.do, status, says)
		}
		d, err := db.Open(t.Context(), filepath.Join(dir, "broadsheet.db"))
		if err != nil {
			t.Fatal(err)
		}
		list, err := heldBack(t.Context(), d)
		d.Close()
		if err != nil || (len(list) == 1 && !list[0].ok) != c.paused {
			t.Errorf("after mail %s doctor says %+v, %v", c.do, list, err)
		}
	}
}

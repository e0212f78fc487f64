package cli

import (
	"strings"
	"testing"

	"broadsheet/db"
)

// TestServerFindings: what is wrong with a server is said, and what is right too.
func TestServerFindings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		got  finding
		ok   bool
		says string
	}{
		{"old", version(&db.Server{Version: "14.2", Number: 140002}), false, "14.2"},
		{"new", version(&db.Server{Version: "17.1", Number: 170001}), true, "17.1"},
		{"alone", followers(&db.Server{}), true, "No standby"},
		{"asynchronous", followers(&db.Server{Followers: 2}), false, "2 standbys follow the server, but commits wait for none"},
		{"synchronous", followers(&db.Server{Followers: 2, Synchronous: 1, Waits: true}), true, "wait for 1"},
		{"hidden", followers(&db.Server{Waits: true}), true, "sees none"},
		{"straight", pooler(&db.Server{}), true, "straight"},
		{"a pooler", pooler(&db.Server{Between: true}), false, "stands between"},
		{"a pooler that is known", pooler(&db.Server{Between: true, Pooled: true}), true, "stands between"},
	} {
		if c.got.ok != c.ok || !strings.Contains(c.got.said, c.says) || !c.got.ok && c.got.advice == "" {
			t.Errorf("%s: %+v", c.name, c.got)
		}
	}
}

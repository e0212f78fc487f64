package web

import "testing"

// TestOwnActsNeedNoQuestion: a mark is set without asking only when the act is sure to be
// all that happened since.
func TestOwnActsNeedNoQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after, paper int64
		on, want             bool // want: the mark is set and the version moved on
	}{
		"one act, that changed something":        {4, 5, 1, true, true},
		"something else happened, too":           {4, 6, 1, true, false},
		"what was held is older":                 {3, 4, 1, true, false},
		"the mark stood so already":              {4, 5, 2, true, false},
		"it was taken back":                      {4, 5, 2, false, true},
		"a paper of which nothing has been read": {4, 5, 9, true, false},
		"nothing happened":                       {4, 4, 1, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			was := &marked{4, map[int64]bool{1: true, 2: true}, map[int64]bool{}, map[int64]bool{2: true}, map[int64]bool{1: true}}
			m := marks{held: map[int64]*marked{7: was}}
			m.acted(7, c.before, c.after, c.paper, savedOf, c.on)
			got := m.held[7]
			if (got.version == 5 && got.saved[c.paper] == c.on) != c.want || !c.want && got != was {
				t.Errorf("held is %+v", got)
			}
			if !got.read[1] || !was.saved[2] || was.saved[1] {
				t.Error("other marks, or those that others look at, have changed")
			}
		})
	}
}

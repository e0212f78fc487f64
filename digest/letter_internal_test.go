package digest

import (
	"testing"

	"broadsheet/edition"
	"broadsheet/paper"
)

// TestAMailCountsWhatIsSaidHere: a mail shows the sums by which its papers are chosen,
// and which stand on the page.
func TestAMailCountsWhatIsSaidHere(t *testing.T) {
	t.Parallel()
	p := &paper.Paper{
		Key: "2604.00001", Title: "A title", Form: paper.Plain,
		Figures: paper.Figures{Votes: 112, Comments: 5}, Here: paper.Tally{Votes: 2, Comments: 3},
	}
	if it := itemOf(p, edition.Place{}, "", false); it.Votes != 114 || it.Talk != 8 {
		t.Errorf("the mail says %d votes and %d comments; there are 114 and 8", it.Votes, it.Talk)
	}
}

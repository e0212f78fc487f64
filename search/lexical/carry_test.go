package lexical

import (
	"strings"
	"testing"
)

// meddling is a disk on which something happens while the next segment is begun.
type meddling struct {
	disk
	during func()
}

func (m *meddling) create(name string) (file, error) {
	if during := m.during; during != nil && strings.Contains(name, ".seg") {
		m.during = nil
		during()
	}
	return m.disk.create(name)
}

// TestDeletedDuringAMerge deletes and replaces documents of segments that are being merged:
// the merged one must not bring them back, neither now nor when it is opened anew.
func TestDeletedDuringAMerge(t *testing.T) {
	t.Parallel()
	d := &meddling{disk: newMemory()}
	x, err := openOn(d, testSchema)
	must(t, err)
	doc := func(id int64, word string) Document {
		return Document{ID: id, Text: []string{word, "", ""}, Numbers: []int64{0, 0}}
	}
	for seq := range int64(3) {
		b := Batch{Seq: seq + 1}
		for i := range int64(10) {
			b.Put = append(b.Put, doc(10*seq+i, "old"))
		}
		must(t, x.Apply(b))
		must(t, x.flush())
	}
	must(t, x.Apply(Batch{Seq: 4, Delete: []int64{0}}))
	d.during = func() {
		must(t, x.Apply(Batch{Seq: 5, Delete: []int64{3, 17}, Put: []Document{doc(25, "new")}}))
	}
	must(t, x.Merge())
	if d.during != nil {
		t.Fatal("nothing was merged")
	}
	check := func(x *Index) {
		t.Helper()
		s := x.Snapshot()
		old := s.Search(Term{Word: "old"}, 100, Options{Count: true})
		if old.Total != 26 || len(old.Hits) != 26 || x.Docs() != 27 {
			t.Errorf("%d documents, %d of them old ones; want 27 and 26: %s", x.Docs(), old.Total, x)
		}
		for _, id := range []int64{0, 3, 17} {
			if s.Has(id) {
				t.Errorf("document %d, which was deleted, is there: %s", id, x)
			}
		}
		if hits := s.Search(Term{Word: "new"}, 10, Options{}).Hits; len(hits) != 1 || hits[0].ID != 25 {
			t.Errorf("what was replaced is found as %v", hits)
		}
	}
	check(x)
	must(t, x.Close())
	again, err := openOn(d, testSchema)
	must(t, err)
	check(again)
	must(t, again.Merge())
	check(again)
}

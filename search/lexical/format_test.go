package lexical

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata of the present version of the format")

// goldenSchema and goldenDocument make the index of the golden files. They must not
// change: a new version of the format gets a folder of its own beside the old ones.
var goldenSchema = Schema{
	Fields:  []Field{{Name: "title", Default: true, Weight: 1, Boost: .4}, {Name: "abstract", Default: true, Weight: 1}, {Name: "authors", Weight: 1, Plain: true}},
	Numbers: []string{"day"},
}

const goldenDocs = 4300

func goldenDocument(i int) Document {
	d := Document{ID: int64(i * 3), Text: []string{"Paper", "", ""}, Numbers: []int64{int64(i - 100)}}
	if i%40 == 0 {
		d.Text = []string{fmt.Sprintf("Graph%d models", i%7), "a model of graphs, a k-NN", "Ada Love\x1fKurt Gödel"}
		d.Keys = []string{"cat:a"}
	}
	if i == 777 {
		d.Text[0] = "hapax legomenon"
	}
	return d
}

// oldest is the first version that this program still reads; files of those before it are
// refused, so that the index is built anew.
const oldest = 4

// TestOldFilesOpen searches the files of the versions of the format that can be read.
func TestOldFilesOpen(t *testing.T) {
	t.Parallel()
	if *update {
		writeGolden(t)
	}
	for v := 1; v < oldest; v++ {
		var d *Damage
		if _, err := OpenReader(filepath.Join("testdata", fmt.Sprintf("v%d", v)), goldenSchema); !errors.As(err, &d) || !strings.Contains(err.Error(), "version") {
			t.Errorf("version %d, which is to be built anew, opens with %v", v, err)
		}
	}
	for v := oldest; v <= version; v++ {
		x, err := OpenReader(filepath.Join("testdata", fmt.Sprintf("v%d", v)), goldenSchema)
		must(t, err)
		must(t, x.Verify())
		if x.Seq() != 5 || x.Docs() != goldenDocs {
			t.Fatalf("version %d: %d documents at %d", v, x.Docs(), x.Seq())
		}
		s := x.Snapshot()
		for _, c := range []struct {
			q    Query
			want int
		}{
			{Term{Word: "paper"}, goldenDocs - 108 - 1},
			{Term{Word: "modeling"}, 108},
			{Term{Word: "models", Exact: true}, 108},
			{Phrase{Words: []string{"model", "of", "graphs"}}, 108},
			{Phrase{Words: []string{"love", "kurt"}, Field: "authors"}, 0},
			{Term{Word: "godel", Field: "authors"}, 108},
			{Key("cat:a"), 108},
			{Prefix{Word: "hap"}, 1},
			{Range{"day", -100, -91}, 10},
			{Term{Word: "late"}, 1},
			{And(Words("kNN", "")), 108},
		} {
			if r := s.Search(c.q, 1, Options{Count: true}); r.Total != c.want {
				t.Errorf("version %d: %#v finds %d, want %d", v, c.q, r.Total, c.want)
			}
		}
	}
}

func writeGolden(t *testing.T) {
	dir := filepath.Join("testdata", fmt.Sprintf("v%d", version))
	must(t, os.RemoveAll(dir))
	must(t, os.MkdirAll(dir, 0o755))
	x, err := openOn(folder(dir), goldenSchema)
	must(t, err)
	b := Batch{Seq: 4}
	for i := range goldenDocs {
		b.Put = append(b.Put, goldenDocument(i))
	}
	must(t, x.Apply(b))
	must(t, x.flush())
	d := goldenDocument(1) // leaves a deleted document and a log behind
	d.Text[1] = "late"
	must(t, x.Apply(Batch{Seq: 5, Delete: []int64{3}, Put: []Document{d}}))
}

// FuzzOpenSegment opens damaged segments: an error or a segment, never a crash.
func FuzzOpenSegment(f *testing.F) {
	lay, err := newLayout(testSchema)
	must(f, err)
	bd := newBuilder(lay)
	for i := range 5 {
		d := step(int64(i + 1)).Put[0]
		d.ID = int64(i)
		bd.add(&d)
	}
	data, err := bd.image()
	must(f, err)
	f.Add(data, uint16(0), byte(0))
	f.Add(data, uint16(len(data)-20), byte(1))
	f.Fuzz(func(t *testing.T, data []byte, at uint16, flip byte) {
		data = aligned(bytes.Clone(data))
		if len(data) > 0 {
			data[int(at)%len(data)] ^= flip
		}
		if s, err := openSegment("fuzz", data, lay); err == nil {
			_ = s.verify()
		}
	})
}

// FuzzReadLog reads logs that nobody wrote.
func FuzzReadLog(f *testing.F) {
	one, two := step(1), step(2)
	f.Add(appendRecord(nil, []*Batch{&one, &two}))
	f.Add(appendRecord(appendRecord(nil, []*Batch{&one}), []*Batch{&two})[:60])
	f.Add([]byte(walMark))
	f.Fuzz(func(t *testing.T, p []byte) {
		batches, rest, _ := readLog(p)
		if len(rest) > len(p) || len(batches) > 0 && len(rest) == len(p) {
			t.Fatal("records out of nothing")
		}
		_, _ = readBatches(p)
		_, _ = parseManifest(p)
	})
}

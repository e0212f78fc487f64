package lexical

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestDamageMeetsAReader garbles files whose large sections nobody has compared with
// their checksums yet, and asks queries of every kind: they answer, or say what is
// damaged. Reset makes the index one that can be filled anew.
func TestDamageMeetsAReader(t *testing.T) {
	t.Parallel()
	m := newMemory()
	x, err := openOn(m, testSchema)
	must(t, err)
	b := Batch{Seq: 1}
	for i := range int64(9000) {
		d := step(i).Put[0]
		d.ID = i
		d.Text[1] += strings.Repeat(" graph model", int(i%5)) + " of deep learning"
		b.Put = append(b.Put, d)
	}
	must(t, x.Apply(b))
	must(t, x.Merge())
	r := rand.New(rand.NewPCG(11, 11))
	stumbled := 0
	for range 150 {
		after := m.killed()
		for name, f := range after.files {
			if strings.HasSuffix(name, ".seg") && len(f.data) > 0 {
				const run = 5000
				for at, end := r.IntN(len(f.data)-run), run; end > 0; at, end = at+1, end-1 {
					f.data[at] = byte(r.Uint32())
				}
			}
		}
		x, err := openOn(after, testSchema)
		var d *Damage
		if errors.As(err, &d) {
			continue
		}
		must(t, err)
		s := x.Snapshot()
		word, graph := Term{Word: "n7"}, Term{Word: "graph"}
		for _, q := range []Query{
			word,
			Or{graph, word, Term{Word: "model"}},
			And{graph, Term{Word: "learning", Exact: true}},
			Phrase{Words: []string{"graph", "model"}},
			Prefix{Word: "n1"},
			And{graph, Not{Phrase{Words: []string{"deep", "learning"}}}},
			Key("cat:a"),
			Range{Number: "day", Min: 3, Max: 9},
		} {
			s.Search(q, 10, Options{Filter: Key("cat:a")})
			for id := range s.Match(q).All() {
				s.Explain(q, id)
				break
			}
			s.Scores(q, []int64{1, 2, 3})
			s.Facets(q, 3, "cat:")
		}
		s.Words("g", "", 5)
		s.Near("grahp", "", 3)
		if err := s.Err(); err == nil {
			continue
		} else if !errors.As(err, &d) || x.Err() == nil {
			t.Fatalf("the error is no damage: %v, %v", err, x.Err())
		}
		stumbled++
		if err := x.Apply(step(1)); !errors.As(err, &d) {
			t.Fatalf("a batch was taken into a damaged index: %v", err)
		}
		must(t, x.Reset())
		if x.Err() != nil || x.Seq() != 0 || x.Docs() != 0 {
			t.Fatalf("after Reset: %v, %s", x.Err(), x)
		}
		must(t, x.Apply(step(1)))
		agree(t, x, 1, "filled anew")
		again, err := openOn(after, testSchema)
		must(t, err)
		agree(t, again, 1, "opened after Reset")
	}
	if stumbled < 10 {
		t.Errorf("only %d readers stumbled over damage", stumbled)
	}
}

// TestAPanicOverSoundFilesIsNoDamage: a fault of the program must not delete an index.
func TestAPanicOverSoundFilesIsNoDamage(t *testing.T) {
	t.Parallel()
	x, err := openOn(newMemory(), testSchema)
	must(t, err)
	must(t, x.Apply(step(1)))
	defer func() {
		if recover() == nil || x.Err() != nil {
			t.Errorf("the panic was taken for damage: %v", x.Err())
		}
	}()
	_ = x.guarded(func() error { panic("a fault") })
}

// TestAReaderSeesReset: another process that reads goes on with what the writer has
// begun anew, under numbers that are not taken for those of old files.
func TestAReaderSeesReset(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	x, err := Open(dir, testSchema)
	must(t, err)
	for seq := range int64(5) {
		must(t, x.Apply(step(seq+1)))
		must(t, x.flush())
	}
	reader, err := OpenReader(dir, testSchema)
	must(t, err)
	agree(t, reader, 5, "reader")
	must(t, x.Reset())
	must(t, x.Apply(step(1)))
	must(t, x.flush())
	must(t, reader.Refresh())
	agree(t, reader, 1, "reader after Reset")
	if reader.Seq() != 1 {
		t.Errorf("the reader is at %d", reader.Seq())
	}
	must(t, x.Close())
}

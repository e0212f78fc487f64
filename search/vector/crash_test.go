package vector

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"
)

// TestKill kills a process that writes, again and again, and holds that what it had
// acknowledged is there, and nothing of a batch that is not whole.
func TestKill(t *testing.T) {
	if dir := os.Getenv("VECTOR_TEST_WRITER"); dir != "" {
		writer(t, dir)
		return
	}
	// Not beside others: a child holds their locks between its fork and its exec.
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(10, 10))
	acknowledged := int64(0)
	for range 8 {
		c := exec.Command(os.Args[0], "-test.run=^TestKill$")
		c.Env = append(os.Environ(), "VECTOR_TEST_WRITER="+dir)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(150+r.IntN(350))*time.Millisecond, func() { c.Process.Kill() })
		for in := bufio.NewScanner(out); in.Scan(); {
			if seq, err := strconv.ParseInt(in.Text(), 10, 64); err == nil {
				acknowledged = seq
			}
		}
		c.Wait()
		timer.Stop()
		s, err := Open(dir, dim, "model")
		if err != nil {
			t.Fatal(err)
		}
		if s.Seq() < acknowledged || s.Seq() > acknowledged+1 {
			t.Fatalf("batch %d was acknowledged, and the store is at %d", acknowledged, s.Seq())
		}
		for id, seq := int64(0), s.Seq(); id < writerRows; id++ {
			last := seq - (seq-id%7)%7 // the newest batch that wrote id
			got, ok := s.Vector(nil, id)
			by, row, _ := round(written(id, last), dim)
			for k := range got {
				got[k] -= float32(int(row[k])-128) * by
			}
			if ok != (last > 0) || ok && slices.ContainsFunc(got, func(x float32) bool { return x != 0 }) {
				t.Fatalf("at batch %d, document %d is not as batch %d wrote it", seq, id, last)
			}
		}
		if err := s.Verify(); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	if acknowledged == 0 {
		t.Error("no batch was written before the kills")
	}
}

const writerRows = 700

// written is the vector that batch seq gives a document.
func written(id, seq int64) []float32 {
	return unit(rand.New(rand.NewPCG(uint64(id), uint64(seq))), dim)
}

// writer writes until it is killed: batch n puts the documents that are n modulo 7,
// and often makes segments of what there is.
func writer(t *testing.T, dir string) {
	s := open(t, dir)
	for seq := s.Seq() + 1; seq < 1e6; seq++ {
		var rows []Row
		for id := seq % 7; id < writerRows; id += 7 {
			rows = append(rows, Row{ID: id, Vector: written(id, seq)})
		}
		apply(t, s, seq, rows)
		fmt.Println(seq)
		if seq%5 == 0 {
			if err := s.flush(s.state.Load(), seq%15 == 0); err != nil {
				t.Fatal(err)
			}
		}
	}
}

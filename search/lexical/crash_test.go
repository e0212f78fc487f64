package lexical

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// script applies batches with flushes and merges between them, and calls done
// with each sequence number that was acknowledged. It goes on after errors, as a
// caller does that tries again.
func script(x *Index, r *rand.Rand, steps int, done func(seq int64)) {
	for range steps {
		switch r.IntN(6) {
		case 0:
			_ = x.flush()
		case 1:
			_ = x.Merge()
		default:
			seq := x.Seq() + 1
			if x.Apply(step(seq)) == nil {
				done(seq)
			}
		}
	}
}

// step is the batch of a sequence number: it replaces some documents, deletes some,
// and writes its number into those it puts.
func step(seq int64) Batch {
	b := Batch{Seq: seq, Delete: []int64{seq % 7, 100 + seq%3}}
	for i := range seq%4 + 1 {
		b.Put = append(b.Put, Document{
			ID: (seq*5 + i*3) % 40, Text: []string{"title word", fmt.Sprintf("number n%d of the model", seq), "Ada"},
			Keys: []string{"cat:a"}, Numbers: []int64{seq, 0},
		})
	}
	return b
}

// state is what an index holds after the batches up to seq: each ID's number.
func state(seq int64) map[int64]int64 {
	m := map[int64]int64{}
	for s := int64(1); s <= seq; s++ {
		b := step(s)
		for _, id := range b.Delete {
			delete(m, id)
		}
		for _, d := range b.Put {
			m[d.ID] = s
		}
	}
	return m
}

// agree fails unless the index holds the state of its sequence number, and
// that is at least the last acknowledged one.
func agree(t *testing.T, x *Index, acked int64, when string) {
	t.Helper()
	s := x.Snapshot()
	if x.Seq() < acked {
		t.Fatalf("%s: opened at %d, but %d was acknowledged", when, x.Seq(), acked)
	}
	got := map[int64]int64{}
	for id := range s.Match(All{}).All() {
		got[id] = s.Number(id, "day")
		word := Term{Word: fmt.Sprintf("n%d", got[id])}
		if r := s.Search(word, 40, Options{}); len(r.Hits) == 0 {
			t.Fatalf("%s: the word of document %d is lost", when, id)
		}
	}
	if want := state(x.Seq()); !maps.Equal(got, want) {
		t.Fatalf("%s: at %d the index holds\n%v, want\n%v", when, x.Seq(), got, want)
	}
	if err := x.Verify(); err != nil {
		t.Fatalf("%s: %v", when, err)
	}
}

// TestCrashAnywhere ends the process, or the power, at every operation on the disk.
func TestCrashAnywhere(t *testing.T) {
	t.Parallel()
	for failAt := 1; ; failAt++ {
		r := rand.New(rand.NewPCG(uint64(failAt), 1))
		m := newMemory()
		m.failAt, m.dead = failAt, true
		acked := int64(0)
		if x, err := openOn(m, testSchema); err == nil {
			script(x, rand.New(rand.NewPCG(7, 7)), 30, func(seq int64) { acked = seq })
		}
		for how, after := range map[string]*memory{"killed": m.killed(), "unplugged": m.unplugged(r)} {
			x, err := openOn(after, testSchema)
			if err != nil {
				t.Fatalf("%s at operation %d: %v", how, failAt, err)
			}
			agree(t, x, acked, fmt.Sprintf("%s at operation %d", how, failAt))
			must(t, x.Apply(step(x.Seq()+1)))
			must(t, x.Merge())
			agree(t, x, acked+1, fmt.Sprintf("gone on after %s at operation %d", how, failAt))
		}
		if m.ops < failAt {
			if failAt < 100 {
				t.Fatalf("the script has %d operations only", failAt)
			}
			return
		}
	}
}

// TestDiskFailsOnce lets one operation fail, as on a full disk, and goes on.
func TestDiskFailsOnce(t *testing.T) {
	t.Parallel()
	for failAt := 1; ; failAt++ {
		m := newMemory()
		m.failAt = failAt
		acked := int64(0)
		if x, err := openOn(m, testSchema); err == nil {
			checked := false
			script(x, rand.New(rand.NewPCG(7, 7)), 30, func(seq int64) {
				if acked = seq; m.ops > failAt && !checked {
					checked = true
					y, err := openOn(m.killed(), testSchema)
					must(t, err)
					agree(t, y, acked, fmt.Sprintf("at the first success after operation %d failed", failAt))
				}
			})
			if x.failed == nil {
				agree(t, x, acked, fmt.Sprintf("still open after operation %d failed", failAt))
			}
		}
		x, err := openOn(m.killed(), testSchema)
		if err != nil {
			t.Fatalf("operation %d failed: %v", failAt, err)
		}
		agree(t, x, acked, fmt.Sprintf("opened after operation %d failed", failAt))
		if m.ops < failAt {
			return
		}
	}
}

// TestFlippedBits changes one bit of each file at many places: the index must say
// what is damaged, or hold an acknowledged state all the same.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	m := newMemory()
	x, err := openOn(m, testSchema)
	must(t, err)
	script(x, rand.New(rand.NewPCG(3, 3)), 50, func(int64) {})
	must(t, x.flush())
	must(t, x.Apply(step(x.Seq()+1)))
	must(t, x.Apply(step(x.Seq()+1)))
	last := x.Seq()
	r := rand.New(rand.NewPCG(5, 5))
	named := 0
	for name := range m.files {
		for range 100 {
			after := m.killed()
			f := after.files[name].data
			if len(f) == 0 {
				continue
			}
			f[r.IntN(len(f))] ^= 1 << r.IntN(8)
			y, err := openOn(after, testSchema)
			if err == nil {
				err = y.Verify()
			}
			var d *Damage
			switch {
			case errors.As(err, &d):
				named++
				if !strings.Contains(err.Error(), d.File) || d.File == "" {
					t.Fatalf("damage is not named: %v", err)
				}
			case err != nil:
				t.Fatalf("%s: %v", name, err)
			default:
				// the end of the log counts as never written
				agree(t, y, last-1, "a bit flipped in "+name)
			}
		}
	}
	if named < 100 {
		t.Fatalf("only %d damages were named", named)
	}
}

// TestKilledWriter kills a real process that writes, and reads beside it.
func TestKilledWriter(t *testing.T) {
	if dir := os.Getenv("LEXICAL_WRITER"); dir != "" {
		write4ever(dir)
	}
	t.Parallel()
	dir := t.TempDir()
	acked := int64(0)
	for round := range 6 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
		cmd.Env = append(os.Environ(), "LEXICAL_WRITER="+dir)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		stop := time.AfterFunc(time.Duration(100+40*round)*time.Millisecond, func() { _ = cmd.Process.Kill() })
		for lines.Scan() {
			_, _ = fmt.Sscan(lines.Text(), &acked)
		}
		stop.Stop()
		_ = cmd.Wait() // it was killed
		reader, err := OpenReader(dir, testSchema)
		must(t, err)
		agree(t, reader, acked, "reader")
		x, err := Open(dir, testSchema)
		must(t, err)
		agree(t, x, acked, "writer")
		if _, err := Open(dir, testSchema); err == nil {
			t.Fatal("two writers at once")
		}
		must(t, x.Apply(step(x.Seq()+1)))
		acked = x.Seq()
		must(t, reader.Refresh())
		agree(t, reader, acked, "reader that follows")
		must(t, x.Close())
		must(t, reader.Refresh())
		agree(t, reader, acked, "reader after the writer closed")
	}
	if acked < 6 {
		t.Fatalf("only %d batches were written", acked)
	}
}

func write4ever(dir string) {
	x, err := Open(dir, testSchema)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		seq := x.Seq() + 1
		if err := x.Apply(step(seq)); err != nil {
			os.Exit(1)
		}
		fmt.Println(seq)
		if seq%5 == 0 {
			_ = x.flush()
		}
	}
}

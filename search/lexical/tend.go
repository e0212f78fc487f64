package lexical

import (
	"bytes"
	"cmp"
	"io"
	"math/bits"
	"slices"
)

// Sizes, in bytes of segments unless said.
const (
	flushSize = 16 << 20 // in memory: then to disk
	fanIn     = 8        // segments of about one size that are merged to one
)

// level puts segments of about one size together.
func (p *part) level() int { return bits.Len(uint(p.live())) / 3 }

func (x *Index) inMemory(v *view) int {
	n := 0
	for _, p := range v.parts {
		if p.number == 0 {
			n += p.size()
		}
	}
	return n
}

// takeNumber returns the number for a new file.
func (x *Index) takeNumber() int { return int(x.next.Add(1)) }

func (x *Index) nudge() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// tend compares what was opened with its checksums, then flushes and merges until
// Close. Once it has found damage, Err and Apply return it. After a failure, such as a full disk, the
// next turn tries again; Close reports the last.
func (x *Index) tend() {
	defer x.done.Done()
	_ = x.Verify()
	for {
		select {
		case <-x.quit:
			return
		case <-x.wake:
		}
		x.tendErr = x.guarded(x.tendOnce)
	}
}

func (x *Index) tendOnce() error {
	if x.inMemory(x.now.Load()) > flushSize || x.logSize() > 4*flushSize {
		if err := x.flush(); err != nil {
			return err
		}
	}
	for {
		select {
		case <-x.quit:
			return nil
		default:
		}
		more, err := x.mergeCrowd()
		if !more || err != nil {
			return err
		}
	}
}

// mergeCrowd merges segments on disk if some should be one.
func (x *Index) mergeCrowd() (more bool, err error) {
	x.merging.Lock()
	defer x.merging.Unlock()
	some := crowd(x.now.Load().parts, func(p *part) bool { return p.number != 0 })
	if some == nil {
		return false, nil
	}
	return true, x.mergeParts(some)
}

func (x *Index) logSize() int64 {
	x.writing.Lock()
	defer x.writing.Unlock()
	return x.walSize
}

// crowd returns parts that should be one: enough of about one size, or a single one of
// which more than a fifth is deleted.
func crowd(parts []*part, of func(*part) bool) []*part {
	levels := map[int][]*part{}
	for _, p := range parts {
		if !of(p) {
			continue
		}
		if p.number != 0 && p.deleted*5 > p.docs {
			return []*part{p}
		}
		l := p.level()
		if levels[l] = append(levels[l], p); len(levels[l]) == fanIn {
			return levels[l]
		}
	}
	return nil
}

// settle merges small segments in memory.
func (x *Index) settle(v *view) (*view, error) {
	for {
		some := crowd(v.parts, func(p *part) bool {
			return p.number == 0 && !slices.ContainsFunc(x.frozen, func(f *part) bool { return f.segment == p.segment })
		})
		if some == nil {
			return v, nil
		}
		sources := sourcesOf(some)
		var buf bytes.Buffer
		if err := mergeSegments(&buf, x.lay, sources); err != nil {
			return nil, err
		}
		merged, err := x.memoryPart(aligned(buf.Bytes()))
		if err != nil {
			return nil, err
		}
		v = &view{parts: replace(v.parts, some, sources, merged), seq: v.seq}
	}
}

func sourcesOf(parts []*part) []*mergeSource {
	var out []*mergeSource
	for _, p := range parts {
		out = append(out, &mergeSource{seg: p.segment, dead: p.dead})
	}
	return out
}

// replace puts the merged part in the place of some, and deletes from it what was
// deleted from them since the merge began.
func replace(parts, some []*part, sources []*mergeSource, merged *part) []*part {
	var out []*part
	for _, p := range parts {
		i := slices.IndexFunc(some, func(s *part) bool { return s.segment == p.segment })
		if i < 0 {
			out = append(out, p)
			continue
		}
		if p.deleted == some[i].deleted {
			continue
		}
		for d, to := range sources[i].to {
			if to != gone && p.dead.has(uint32(d)) {
				if merged.dead == nil {
					merged.dead = newBitmap(merged.docs)
				}
				merged.dead.set(to)
				merged.deleted++
			}
		}
	}
	if merged.docs == 0 {
		return out
	}
	return append(out, merged)
}

// mergeParts merges segments on disk into one. The caller holds x.merging.
func (x *Index) mergeParts(some []*part) error {
	sources := sourcesOf(some)
	merged, err := x.writePart(func(w io.Writer) error { return mergeSegments(w, x.lay, sources) })
	if err != nil {
		return err
	}
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := x.broken(); err != nil {
		return err
	}
	now := x.now.Load()
	next := &view{parts: replace(now.parts, some, sources, merged), seq: now.seq}
	durable := *next
	durable.seq = x.man.Seq
	if err := x.commitManifest(&durable, x.man.WAL); err != nil {
		return err
	}
	next.parts = durable.parts
	x.now.Store(next)
	return nil
}

// flush writes what is in memory as a segment, and begins a new log.
func (x *Index) flush() error {
	x.flushing.Lock()
	defer x.flushing.Unlock()
	x.writing.Lock()
	defer x.writing.Unlock()
	return x.flushHeld(func(work func()) {
		x.writing.Unlock()
		defer x.writing.Lock()
		work()
	})
}

// flushHeld is flush for a caller that holds both locks. The long work is done by
// aside, which may let go of x.writing meanwhile.
func (x *Index) flushHeld(aside func(work func())) error {
	now := x.now.Load()
	wal, err := x.rotate()
	if err != nil || wal == 0 {
		return err
	}
	some := slices.DeleteFunc(slices.Clone(now.parts), func(p *part) bool { return p.number != 0 })
	sources := sourcesOf(some)
	var merged *part
	x.frozen = some
	aside(func() {
		if len(some) > 0 {
			merged, err = x.writePart(func(w io.Writer) error { return mergeSegments(w, x.lay, sources) })
		}
	})
	x.frozen = nil
	if err != nil {
		return err
	}
	return x.flushed(some, sources, merged, now.seq, wal)
}

// flushed commits that some parts of memory are on disk as merged and that the
// logs before number wal are not needed.
func (x *Index) flushed(some []*part, sources []*mergeSource, merged *part, seq int64, wal int) error {
	if err := x.broken(); err != nil {
		return err
	}
	now := x.now.Load()
	next := &view{parts: now.parts, seq: now.seq}
	if merged != nil {
		next.parts = replace(now.parts, some, sources, merged)
	}
	durable := &view{parts: slices.Clone(next.parts), seq: seq}
	if err := x.commitManifest(durable, wal); err != nil {
		return err
	}
	next.parts = durable.parts
	x.now.Store(next)
	return nil
}

// rotate begins a new log and returns its number, 0 when the old one is empty.
func (x *Index) rotate() (int, error) {
	if err := x.broken(); err != nil {
		return 0, err
	}
	if x.walSize == 0 && x.walNo == x.man.WAL {
		return 0, nil
	}
	old := x.wal
	if err := x.openLog(x.walNo + 1); err != nil {
		return 0, err
	}
	x.walSize = 0
	if old != nil {
		_ = old.Close() // it was synced
	}
	return x.walNo, nil
}

// Merge joins all segments into one, which takes the time of writing the index
// anew and makes searches fastest and statistics exact. Nobody needs to call it.
func (x *Index) Merge() error { return x.guarded(x.merge) }

func (x *Index) merge() error {
	if err := x.flush(); err != nil {
		return err
	}
	x.merging.Lock()
	defer x.merging.Unlock()
	parts := slices.DeleteFunc(slices.Clone(x.now.Load().parts), func(p *part) bool { return p.number == 0 })
	if len(parts) == 0 || len(parts) == 1 && parts[0].deleted == 0 {
		return nil
	}
	slices.SortStableFunc(parts, func(a, b *part) int { return cmp.Compare(a.number, b.number) })
	return x.mergeParts(parts)
}

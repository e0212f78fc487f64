package lexical

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"slices"
)

// write is a batch on its way.
type write struct {
	batch Batch
	done  bool
	err   error
}

// bulk is the size of a batch that is written as a segment straight away instead
// of to the log.
const bulk = 8 << 20

// Apply makes a batch durable and visible. Batches that several goroutines apply
// at the same time share one sync of the log. After an error the batch may or may not
// be there when the index is next opened; Seq tells.
func (x *Index) Apply(batch Batch) error {
	if x.follow != nil {
		return errors.New("the index is open for reading only")
	}
	for i := range batch.Put {
		if err := x.lay.check(&batch.Put[i]); err != nil {
			return err
		}
	}
	if batch.size() > bulk {
		return x.guarded(func() error { return x.applyBulk(&batch) })
	}
	w := &write{batch: batch}
	x.queueing.Lock()
	x.queue = append(x.queue, w)
	x.queueing.Unlock()

	x.writing.Lock()
	defer x.writing.Unlock()
	if w.done {
		return w.err
	}
	x.queueing.Lock()
	all := x.queue
	x.queue = nil
	x.queueing.Unlock()
	err := x.guarded(func() error { return x.commit(all) })
	for _, w := range all {
		w.done, w.err = true, err
	}
	return err
}

func (b *Batch) size() int {
	n := 0
	for i := range b.Put {
		n += b.Put[i].size()
	}
	return n
}

func (d *Document) size() int {
	n := 0
	for _, t := range d.Text {
		n += len(t)
	}
	return n
}

// commit writes batches to the log and shows them.
func (x *Index) commit(all []*write) error {
	if err := x.broken(); err != nil {
		return err
	}
	batches := make([]*Batch, len(all))
	for i, w := range all {
		batches[i] = &w.batch
	}
	if err := x.log(batches); err != nil {
		return err
	}
	v, err := x.apply(x.now.Load(), batches)
	if err != nil {
		x.failed = err
		return err
	}
	if v, err = x.settle(v); err != nil {
		x.failed = err
		return err
	}
	x.now.Store(v)
	if x.inMemory(v) > flushSize || x.walSize > 4*flushSize {
		x.nudge()
	}
	return nil
}

// log appends batches to the write-ahead log and syncs it.
func (x *Index) log(batches []*Batch) error {
	if x.wal == nil {
		if err := x.openLog(x.walNo); err != nil {
			return err
		}
	}
	record := appendRecord(nil, batches)
	if _, err := x.wal.Write(record); err != nil {
		// part of a record may stand there: cut it off, or write no more behind it
		if cut := errors.Join(x.wal.Truncate(x.walSize), x.wal.Sync()); cut != nil {
			x.failed = fmt.Errorf("the log of the index is broken, open it anew: %w", errors.Join(err, cut))
		}
		return err
	}
	if err := x.wal.Sync(); err != nil {
		x.failed = fmt.Errorf("the log of the index is not safe on disk, open it anew: %w", err)
		return x.failed
	}
	x.walSize += int64(len(record))
	return nil
}

func (x *Index) openLog(number int) error {
	f, err := x.disk.appendTo(walName(number))
	if err != nil {
		return err
	}
	if err := x.disk.sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	x.wal, x.walNo = f, number
	return nil
}

// final is what batches amount to: the documents that stay and the IDs whose
// older versions go.
func final(batches []*Batch) (put []*Document, replaced []int64) {
	at := map[int64]int{}
	for _, b := range batches {
		for _, id := range b.Delete {
			if i, ok := at[id]; ok {
				put[i] = nil
				delete(at, id)
			}
			replaced = append(replaced, id)
		}
		for i := range b.Put {
			d := &b.Put[i]
			if j, ok := at[d.ID]; ok {
				put[j] = nil
			}
			at[d.ID] = len(put)
			put = append(put, d)
			replaced = append(replaced, d.ID)
		}
	}
	return slices.DeleteFunc(put, func(d *Document) bool { return d == nil }), replaced
}

// apply returns the view after batches, with what they put in new segments in memory.
func (x *Index) apply(v *view, batches []*Batch) (*view, error) {
	put, replaced := final(batches)
	next := &view{parts: bury(v.parts, replaced), seq: v.seq}
	if len(batches) > 0 {
		next.seq = batches[len(batches)-1].Seq
	}
	err := x.build(put, func(bd *builder) error {
		data, err := bd.image()
		if err != nil {
			return err
		}
		p, err := x.memoryPart(data)
		next.parts = append(next.parts, p)
		return err
	})
	return next, err
}

func (x *Index) memoryPart(data []byte) (*part, error) {
	seg, err := openSegment("(memory)", data, x.lay)
	return &part{segment: seg}, err
}

// build fills builders and hands each over.
func (x *Index) build(put []*Document, ready func(*builder) error) error {
	bd := newBuilder(x.lay)
	size := 0
	for _, d := range put {
		size += d.size()
	}
	bd.expect(size)
	for _, d := range put {
		bd.add(d)
		if bd.full() {
			if err := ready(bd); err != nil {
				return err
			}
			bd = newBuilder(x.lay)
		}
	}
	if len(bd.docs.ids) == 0 {
		return nil
	}
	return ready(bd)
}

// bury returns parts without the documents of the IDs.
func bury(parts []*part, ids []int64) []*part {
	out := slices.Clone(parts)
	for i, p := range out {
		copied := false
		for _, id := range ids {
			d, ok := p.find(id)
			if !ok || p.dead.has(d) {
				continue
			}
			if !copied {
				q := *p
				q.dead = newBitmap(p.docs)
				copy(q.dead, p.dead)
				p, out[i], copied = &q, &q, true
			}
			p.dead.set(d)
			p.deleted++
		}
	}
	return out
}

// applyBulk writes a batch as segments on disk, together with what was in memory:
// that is older, and must not be replayed after it.
func (x *Index) applyBulk(batch *Batch) error {
	x.flushing.Lock()
	defer x.flushing.Unlock()
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := x.broken(); err != nil {
		return err
	}
	if err := x.flushHeld(func(work func()) { work() }); err != nil {
		return err
	}
	put, replaced := final([]*Batch{batch})
	next := &view{parts: bury(x.now.Load().parts, replaced), seq: batch.Seq}
	err := x.build(put, func(bd *builder) error {
		p, err := x.writePart(bd.write)
		if err == nil {
			next.parts = append(next.parts, p)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := x.commitManifest(next, x.man.WAL); err != nil {
		return err
	}
	x.now.Store(next)
	x.nudge()
	return nil
}

// writePart writes a segment file and opens it.
func (x *Index) writePart(fill func(io.Writer) error) (*part, error) {
	number := x.takeNumber()
	if err := writeFile(x.disk, segName(number), fill); err != nil {
		return nil, err
	}
	return x.openPart(manifestRow{Number: number}, nil)
}

// commitManifest makes a view of segments on disk the state of the index.
// Parts in memory are left out: the log from number wal on has them.
func (x *Index) commitManifest(v *view, wal int) error {
	m := manifest{Version: version, Seq: v.seq, WAL: wal, Next: int(x.next.Load()), Schema: x.lay.sum()}
	var old []string
	for i, p := range v.parts {
		if p.number == 0 {
			continue
		}
		if p.deleted != p.saved {
			q := *p
			q.gen, q.saved = p.gen+1, p.deleted
			if err := writeDeleted(x.disk, delName(q.number, q.gen), q.dead); err != nil {
				return err
			}
			old = append(old, delName(p.number, p.gen))
			v.parts[i] = &q
			p = &q
		}
		m.Segments = append(m.Segments, manifestRow{p.number, p.saved, p.gen})
	}
	for _, s := range x.man.Segments {
		if !slices.ContainsFunc(m.Segments, func(r manifestRow) bool { return r.Number == s.Number }) {
			old = append(old, segName(s.Number), delName(s.Number, s.Gen))
		}
	}
	for n := x.man.WAL; n < wal; n++ {
		old = append(old, walName(n))
	}
	if err := m.write(x.disk); err != nil {
		x.failed = fmt.Errorf("the manifest of the index may not be safe on disk, open it anew: %w", err)
		return x.failed
	}
	x.man = m
	for _, n := range old {
		_ = x.disk.remove(n) // else the next opening does
	}
	return nil
}

func writeDeleted(d disk, name string, dead bitmap) error {
	return writeFile(d, name, func(w io.Writer) error {
		p := bytesOf(dead)
		_, err := w.Write(binary.LittleEndian.AppendUint32(bytes.Clone(p), crc32.Checksum(p, castagnoli)))
		return err
	})
}

func readDeleted(d disk, name string, docs int) (bitmap, error) {
	p, err := d.read(name)
	if err != nil {
		return nil, &Damage{name, "all", err.Error()}
	}
	n := windows(docs) * winWords * 8
	if len(p) != n+4 || crc32.Checksum(p[:n], castagnoli) != binary.LittleEndian.Uint32(p[n:]) {
		return nil, &Damage{name, "all", "wrong checksum"}
	}
	dead := newBitmap(docs)
	copy(bytesOf(dead), p)
	return dead, nil
}

// replay reads the logs and continues behind the last whole record.
func (x *Index) replay(v *view) (*view, error) {
	var batches []*Batch
	x.walNo = x.man.WAL
	for n := x.man.WAL; ; n++ {
		p, err := x.disk.read(walName(n))
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			return nil, err
		}
		some, rest, damaged := readLog(p)
		if damaged {
			return nil, &Damage{walName(n), "record", fmt.Sprintf("at byte %d", len(p)-len(rest))}
		}
		batches = append(batches, some...)
		if x.wal != nil {
			_ = x.wal.Close() // it was read whole
		}
		if err := x.openLog(n); err != nil {
			return nil, err
		}
		x.walSize = int64(len(p) - len(rest))
		if len(rest) > 0 {
			if err := errors.Join(x.wal.Truncate(x.walSize), x.wal.Sync()); err != nil {
				return nil, err
			}
		}
	}
	if err := x.checkAll(batches); err != nil {
		return nil, err
	}
	return x.apply(v, batches)
}

func (x *Index) checkAll(batches []*Batch) error {
	for _, b := range batches {
		for i := range b.Put {
			if err := x.lay.check(&b.Put[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// releaseWhenUnused unmaps the file once nobody holds the segment any more.
func (s *segment) releaseWhenUnused() {
	runtime.AddCleanup(s, func(unmap func()) { unmap() }, s.unmap)
}

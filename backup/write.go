package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/s2"

	"broadsheet/db"
)

const (
	packBytes = 16 << 20  // packs are about as large
	mostPlain = 128 << 20 // no chunk is larger
)

// writer writes the chunks of a point: sources hand over pieces, workers sum and
// compress those that are new, and one goroutine packs and stores them, each while the
// others go on.
type writer struct {
	vault *Vault
	point *Point
	known map[[sha256.Size]byte]stored // chunks that lie in the place already
	fresh map[[sha256.Size]byte]stored // chunks that this backup has written

	ctx    context.Context
	cancel context.CancelCauseFunc

	pieces  chan piece
	done    chan piece
	packs   chan *fill
	chunks  []chunk
	names   []pack // of the packs, in the order in which the point names them
	open    *fill
	written int64

	workers, storing sync.WaitGroup
}

// stored is where a chunk lies.
type stored struct {
	pack       pack
	from, size uint32
}

// piece is a chunk on its way.
type piece struct {
	number int
	plain  []byte
	sum    [sha256.Size]byte
	packed []byte // nil for one that was known
}

// fill is a pack that is being filled.
type fill struct {
	number int // its place among the names
	body   []byte
}

func newWriter(ctx context.Context, v *Vault, p, before *Point, held map[string]int64) *writer {
	w := &writer{
		vault: v, point: p, known: known(before, held), fresh: map[[sha256.Size]byte]stored{},
		pieces: make(chan piece, 8), done: make(chan piece, 8), packs: make(chan *fill, 1),
	}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	return w
}

// known returns the chunks of the point before that need not be written again. Those of
// a pack of which less than a half is still in use are, so that old packs become free.
func known(before *Point, held map[string]int64) map[[sha256.Size]byte]stored {
	used := make([]int64, len(before.Packs))
	all := map[[sha256.Size]byte]stored{}
	for i := range before.Files {
		for _, c := range before.chunksOf(i) {
			if _, counted := all[c.sum]; !counted {
				used[c.pack] += int64(c.size)
			}
			all[c.sum] = stored{before.Packs[c.pack], c.from, c.size}
		}
	}
	keep := map[string]bool{}
	for i, k := range before.Packs {
		keep[k.Sum] = held[k.name()] == k.Size && 2*used[i] >= k.Size
	}
	for sum, s := range all {
		if !keep[s.pack.Sum] {
			delete(all, sum)
		}
	}
	return all
}

// run takes everything in and returns when it is stored.
func (w *writer) run(ctx context.Context, d *db.DB, t Taking) error {
	for range max(1, t.Workers) {
		w.workers.Go(w.work)
	}
	w.storing.Go(w.store)
	var gathering sync.WaitGroup
	gathering.Go(w.gather)
	err := w.sources(w.ctx, d, t)
	if err != nil {
		w.cancel(err)
	}
	close(w.pieces)
	w.workers.Wait()
	close(w.done)
	gathering.Wait()
	close(w.packs)
	w.storing.Wait()
	if cause := context.Cause(w.ctx); cause != nil {
		return cause
	}
	w.finish()
	return nil
}

func (w *writer) stop() { w.cancel(nil) }

// give hands a piece to the workers.
func (w *writer) give(plain []byte) error {
	select {
	case w.pieces <- piece{number: len(w.chunks), plain: plain}:
		w.chunks = append(w.chunks, chunk{plain: uint32(len(plain))})
		w.point.Files[len(w.point.Files)-1].Chunks++
		w.point.Files[len(w.point.Files)-1].Size += int64(len(plain))
		return nil
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
}

// work sums pieces and compresses those that are new.
func (w *writer) work() {
	for p := range w.pieces {
		if w.ctx.Err() != nil {
			continue // what waits is let go
		}
		p.sum = sha256.Sum256(p.plain)
		if _, known := w.known[p.sum]; !known {
			p.packed = s2.Encode(nil, p.plain)
		}
		p.plain = nil
		w.done <- p
	}
}

// gather puts the pieces that are new into packs.
func (w *writer) gather() {
	sums := map[int][sha256.Size]byte{}
	for p := range w.done {
		sums[p.number] = p.sum
		if _, twice := w.fresh[p.sum]; p.packed == nil || twice {
			continue
		}
		if w.open == nil {
			w.open = &fill{number: len(w.names), body: make([]byte, 0, packBytes+packBytes/4)}
			w.names = append(w.names, pack{})
		}
		w.fresh[p.sum] = stored{pack{Size: int64(w.open.number)}, uint32(len(w.open.body)), uint32(len(p.packed))}
		if w.open.body = append(w.open.body, p.packed...); len(w.open.body) >= packBytes {
			w.packs <- w.open
			w.open = nil
		}
	}
	if w.open != nil {
		w.packs <- w.open
	}
	for i := range w.chunks {
		w.chunks[i].sum = sums[i]
	}
}

// store encrypts packs and puts them in their place.
func (w *writer) store() {
	for f := range w.packs {
		if w.ctx.Err() != nil {
			continue
		}
		body, err := w.vault.key.lock(f.body)
		if err == nil {
			sum := sha256.Sum256(body)
			k := pack{hex.EncodeToString(sum[:]), int64(len(body))}
			w.names[f.number] = k
			w.written += k.Size
			err = w.vault.putVerified(w.ctx, k.name(), body)
		}
		if err != nil {
			w.cancel(err)
		}
	}
}

// finish says in the point where each chunk lies.
func (w *writer) finish() {
	places := map[string]uint32{}
	place := func(k pack) uint32 {
		n, named := places[k.Sum]
		if !named {
			n = uint32(len(w.point.Packs))
			places[k.Sum] = n
			w.point.Packs = append(w.point.Packs, k)
		}
		return n
	}
	for _, c := range w.chunks {
		s, old := w.known[c.sum]
		if !old {
			s = w.fresh[c.sum]
			s.pack = w.names[s.pack.Size]
		}
		c.pack, c.from, c.size = place(s.pack), s.from, s.size
		w.point.add(c)
	}
}

// errTooLarge says that a row cannot be backed up.
var errTooLarge = errors.New("a row is larger than 128 MB")

// begin begins a file of the point.
func (w *writer) begin(name string) { w.point.Files = append(w.point.Files, file{Name: name}) }

func (w *writer) sources(ctx context.Context, d *db.DB, t Taking) error {
	if err := w.settings(t.Settings); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	return d.Snapshot(ctx, func(tx *db.Tx) error {
		if d.Dialect == db.SQLite {
			return w.pages(ctx, tx, t.Progress)
		}
		return w.lines(ctx, tx, t)
	})
}

package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"broadsheet/fault"
)

// format is the version of the format of points and packs. Its history: 1, the first.
const format = 1

// Point is what was backed up at one moment: the way back to it.
//
// It lies under points/ as one Zstandard frame of JSON, encrypted as a whole if there
// is a key. Chunks are described by 48 bytes each: the SHA-256 sum of what is in it,
// then as unsigned 32-bit big-endian numbers the pack (its place in Packs), where the
// chunk begins in it, how many bytes it takes there, and how many it has unpacked. In a
// pack a chunk is one block of S2 (https://github.com/klauspost/compress/tree/master/s2),
// which takes a third of the time of Zstandard for a third more bytes; a pack is encrypted as a whole, and its name is
// the SHA-256 sum of the bytes that lie there.
type Point struct {
	Format   int       `json:"format"`
	At       time.Time `json:"at"`
	Program  string    `json:"program"`
	Instance string    `json:"instance"` // db.Identity
	Engine   string    `json:"engine"`
	Locked   bool      `json:"locked"` // its packs are encrypted
	Files    []file    `json:"files"`
	Packs    []pack    `json:"packs"`
	Chunks   []byte    `json:"chunks"` // of the files, one after the other
}

// The names of files in a point.
const (
	pagesFile    = "broadsheet.db"   // the pages of SQLite
	linesFile    = "instance.jsonl"  // an export of everything, from PostgreSQL
	settingsFile = "broadsheet.toml" // as it lies in the data folder
)

type file struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Chunks int    `json:"chunks"`
}

type pack struct {
	Sum  string `json:"sum"`
	Size int64  `json:"size"`
}

func (p pack) name() string { return "packs/" + p.Sum[:2] + "/" + p.Sum }

// chunk is a piece of a file.
type chunk struct {
	sum        [sha256.Size]byte
	pack       uint32
	from, size uint32 // in the pack
	plain      uint32 // bytes unpacked
	at         int64  // where it stands in its file; not written down
}

const chunkBytes = sha256.Size + 4*4

// Bytes returns how many bytes the point restores.
func (p *Point) Bytes() (sum int64) {
	for _, f := range p.Files {
		sum += f.Size
	}
	return sum
}

func (p *Point) add(c chunk) {
	p.Chunks = append(p.Chunks, c.sum[:]...)
	for _, n := range []uint32{c.pack, c.from, c.size, c.plain} {
		p.Chunks = binary.BigEndian.AppendUint32(p.Chunks, n)
	}
}

// chunksOf returns the chunks of the i-th file.
func (p *Point) chunksOf(i int) []chunk {
	before := 0
	for _, f := range p.Files[:i] {
		before += f.Chunks
	}
	list := make([]chunk, p.Files[i].Chunks)
	var at int64
	for j := range list {
		raw := p.Chunks[(before+j)*chunkBytes:][:chunkBytes]
		c := &list[j]
		copy(c.sum[:], raw)
		for k, n := range []*uint32{&c.pack, &c.from, &c.size, &c.plain} {
			*n = binary.BigEndian.Uint32(raw[sha256.Size+4*k:])
		}
		c.at = at
		at += int64(c.plain)
	}
	return list
}

// mostPoint is the most bytes that a point may take where it lies: 48 of each chunk of
// 64 kB are a GB for more than a TB.
const mostPoint = 1 << 30

// check finds what makes no sense in a point that was read.
func (p *Point) check() error {
	if p.Format < 1 || len(p.Chunks)%chunkBytes != 0 {
		return fault.Invalid("A point in this place is damaged.")
	}
	if p.Format > format {
		return fault.Invalid("The backup has format %d, and this program reads formats up to %d: use a newer program.", p.Format, format)
	}
	left := len(p.Chunks) / chunkBytes
	for _, f := range p.Files {
		if left -= f.Chunks; f.Chunks < 0 || left < 0 || strings.ContainsAny(f.Name, `/\`) {
			return fault.Invalid("A point in this place is damaged.")
		}
	}
	for _, k := range p.Packs {
		if sum, err := hex.DecodeString(k.Sum); err != nil || len(sum) != sha256.Size {
			return fault.Invalid("A point in this place is damaged.")
		}
	}
	for i, f := range p.Files {
		var size int64
		for _, c := range p.chunksOf(i) {
			size += int64(c.plain)
			if int(c.pack) >= len(p.Packs) || c.plain > mostPlain {
				return fault.Invalid("A point in this place is damaged.")
			}
		}
		if size != f.Size {
			return fault.Invalid("A point in this place is damaged.")
		}
	}
	return nil
}

const (
	pointPrefix = "points/"
	pointTime   = "20060102T150405.000000Z"
)

func pointName(at time.Time) string { return pointPrefix + at.UTC().Format(pointTime) }

// encode returns the point as it lies in its place, before encryption.
func (p *Point) encode() ([]byte, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		return nil, err
	}
	return z.EncodeAll(text, nil), nil
}

func decodePoint(body []byte) (*Point, error) {
	z, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	const most = 2 << 30
	p := &Point{}
	if err := json.NewDecoder(io.LimitReader(z, most)).Decode(p); err != nil {
		return nil, fault.Invalid("A point in this place is damaged: %s.", err)
	}
	return p, p.check()
}

// Times returns the moments to which there is a way back, the newest first.
func (v *Vault) Times(ctx context.Context) ([]time.Time, error) {
	list, err := v.store.list(ctx, pointPrefix)
	if err != nil {
		return nil, err
	}
	var times []time.Time
	for _, o := range list {
		if at, err := time.Parse(pointTime, strings.TrimPrefix(o.name, pointPrefix)); err == nil {
			times = append(times, at)
		}
	}
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	return times, nil
}

// Point returns the newest point at a moment or before it; the zero time is now. The
// error is a fault.NotFound when there is none.
func (v *Vault) Point(ctx context.Context, at time.Time) (*Point, error) {
	times, err := v.Times(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range times {
		if at.IsZero() || !t.After(at) {
			return v.read(ctx, t)
		}
	}
	if len(times) == 0 {
		return nil, fault.NotFound("There is no backup in %s.", v.Place())
	}
	return nil, fault.NotFound("The oldest backup in %s is of %s.", v.Place(), times[len(times)-1].Format(time.RFC3339))
}

func (v *Vault) read(ctx context.Context, at time.Time) (*Point, error) {
	body, err := v.store.get(ctx, pointName(at), mostPoint)
	if err != nil {
		return nil, err
	}
	if body, err = v.key.open(body); err != nil {
		return nil, err
	}
	p, err := decodePoint(body)
	if err != nil {
		return nil, fmt.Errorf("the backup of %s: %w", at.Format(time.RFC3339), err)
	}
	return p, nil
}

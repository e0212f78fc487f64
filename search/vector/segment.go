package vector

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"unsafe"
)

// A segment holds rows in the order of their documents. It is never changed.
//
//	0     8 bytes  "BSVECSEG"
//	8     uint32   version, 1
//	12    uint32   dim
//	16    uint64   rows
//	24    uint32   CRC-32C of each of the five parts
//	44    uint32   CRC-32C of the 44 bytes before
//	4096  int64    the documents, ascending
//	then, each at a multiple of 4096:
//	      float32, uint32  the scale and the tag of each row
//	      bytes    the vectors, dim bytes a row: int8 plus 128. A number is its int8 times the scale
//	      float32  the spread of each row (sketch.go)
//	      bytes    the sketches, dim/8 bytes a row
//
// All numbers are little endian. The documents and the scales are checked when a
// segment is opened, and everything by Verify.
type segment struct {
	name     string
	ids      []int64
	scales   []scale
	vectors  []uint8
	spreads  []float32
	sketches []uint8
	parts    [parts][]byte
	sums     [parts]uint32
}

const (
	segmentMagic   = "BSVECSEG"
	segmentVersion = 1
	page           = 4096
)

// The parts of a segment.
const (
	partIDs = iota
	partScales
	partVectors
	partSpreads
	partSketches
	parts
)

var partNames = [parts]string{"documents", "scales", "vectors", "spreads", "sketches"}

// layout returns where each part of a segment begins, its length, and where all ends.
func layout(rows, dim int) (at, size [parts]int, end int) {
	size = [parts]int{8 * rows, 8 * rows, rows * dim, 4 * rows, rows * dim / 8}
	end = page
	for i, n := range size {
		at[i] = (end + page - 1) / page * page
		end = at[i] + n
	}
	return at, size, end
}

// openSegment maps a segment. It is unmapped when nobody can reach it any more.
func openSegment(path string, dim, rows int) (*segment, error) {
	data, unmap, err := mapFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err != nil {
		return nil, err
	}
	g, err := readSegment(data, dim, rows)
	if err != nil {
		unmap()
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	}
	g.name = filepath.Base(path)
	runtime.AddCleanup(g, func(unmap func()) { unmap() }, unmap)
	return g, nil
}

func readSegment(data []byte, dim, rows int) (*segment, error) {
	le := binary.LittleEndian
	if len(data) < page || string(data[:8]) != segmentMagic || le.Uint32(data[8:]) != segmentVersion {
		return nil, errors.New("this is no segment of this version")
	}
	if crc32.Checksum(data[:44], castagnoli) != le.Uint32(data[44:]) {
		return nil, errors.New("the head of the segment is damaged")
	}
	if int(le.Uint32(data[12:])) != dim || le.Uint64(data[16:]) != uint64(rows) || rows > math.MaxInt32 {
		return nil, errors.New("the segment is not the one that the manifest means")
	}
	at, size, end := layout(rows, dim)
	if len(data) < end {
		return nil, errors.New("the segment is cut off")
	}
	g := &segment{}
	for i := range parts {
		g.parts[i], g.sums[i] = data[at[i]:][:size[i]], le.Uint32(data[24+4*i:])
	}
	if err := g.check(partIDs, partScales); err != nil {
		return nil, err
	}
	g.vectors, g.sketches = g.parts[partVectors], g.parts[partSketches]
	if rows > 0 {
		g.ids = unsafe.Slice((*int64)(unsafe.Pointer(&data[at[partIDs]])), rows)
		g.scales = unsafe.Slice((*scale)(unsafe.Pointer(&data[at[partScales]])), rows)
		g.spreads = unsafe.Slice((*float32)(unsafe.Pointer(&data[at[partSpreads]])), rows)
	}
	if !slices.IsSorted(g.ids) {
		return nil, errors.New("the documents of the segment are out of order")
	}
	return g, nil
}

// check reads some parts and names the first that is damaged.
func (g *segment) check(which ...int) error {
	for _, i := range which {
		if crc32.Checksum(g.parts[i], castagnoli) != g.sums[i] {
			return fmt.Errorf("the %s of the segment are damaged", partNames[i])
		}
	}
	return nil
}

// Verify reads everything and names what is damaged.
func (s *Store) Verify() error {
	for _, g := range s.state.Load().segments {
		if err := g.check(partIDs, partScales, partVectors, partSpreads, partSketches); err != nil {
			return fmt.Errorf("%w: %s, segment %s: %w", ErrDamaged, s.dir, g.name, err)
		}
		runtime.KeepAlive(g)
	}
	return nil
}

// source is one of the places from which a segment is put together, with the rows
// to take, in the order of their documents.
type source struct {
	ids     []int64
	scales  []scale
	vectors []uint8
	rows    []int32
}

// writeSegment merges the sources into one segment. No document is in two of them.
func writeSegment(path string, dim int, sources []source) (rows int, err error) {
	for _, s := range sources {
		rows += len(s.rows)
	}
	f, err := os.Create(path + ".tmp")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	at, _, _ := layout(rows, dim)
	head := make([]byte, page)
	le := binary.LittleEndian
	copy(head, segmentMagic)
	le.PutUint32(head[8:], segmentVersion)
	le.PutUint32(head[12:], uint32(dim))
	le.PutUint64(head[16:], uint64(rows))
	for i := range parts {
		sum, err := writePart(f, at[i], sources, func(b []byte, s *source, row int32) []byte {
			return s.appendPart(b, i, int(row), dim)
		})
		if err != nil {
			return 0, err
		}
		le.PutUint32(head[24+4*i:], sum)
	}
	le.PutUint32(head[44:], crc32.Checksum(head[:44], castagnoli))
	if _, err := f.WriteAt(head, 0); err != nil {
		return 0, err
	}
	return rows, install(f, path)
}

// appendPart appends what a part of a segment holds of a row.
func (s *source) appendPart(b []byte, part, row, dim int) []byte {
	le := binary.LittleEndian
	switch part {
	case partIDs:
		return le.AppendUint64(b, uint64(s.ids[row]))
	case partScales:
		b = le.AppendUint32(b, math.Float32bits(s.scales[row].by))
		return le.AppendUint32(b, s.scales[row].tag)
	case partVectors:
		return append(b, s.vectors[row*dim:][:dim]...)
	case partSpreads:
		return le.AppendUint32(b, math.Float32bits(spread(s.scales[row].by, s.vectors[row*dim:][:dim])))
	}
	return appendSketch(b, s.vectors[row*dim:][:dim])
}

// writePart writes one part of a segment at its place and returns its checksum.
func writePart(f *os.File, at int, sources []source, emit func([]byte, *source, int32) []byte) (uint32, error) {
	if _, err := f.Seek(int64(at), io.SeekStart); err != nil {
		return 0, err
	}
	sum := crc32.New(castagnoli)
	w := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	var b []byte
	for s, row := range merged(sources) {
		b = emit(b[:0], s, row)
		if _, err := w.Write(b); err != nil {
			return 0, err
		}
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	return sum.Sum32(), nil
}

// merged yields all rows of the sources in the order of their documents.
func merged(sources []source) func(yield func(*source, int32) bool) {
	return func(yield func(*source, int32) bool) {
		at := make([]int, len(sources))
		for {
			best := -1
			for i := range sources {
				s := &sources[i]
				if at[i] < len(s.rows) && (best < 0 || s.ids[s.rows[at[i]]] < sources[best].ids[sources[best].rows[at[best]]]) {
					best = i
				}
			}
			if best < 0 {
				return
			}
			at[best]++
			if !yield(&sources[best], sources[best].rows[at[best]-1]) {
				return
			}
		}
	}
}

package vector

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
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
//	24    uint32   CRC-32C of the documents, then of the scales, then of the vectors
//	36    uint32   CRC-32C of the 36 bytes before
//	4096  int64    the documents, ascending
//	then, each at a multiple of 4096:
//	      float32, uint32  the scale and the tag of each row
//	      bytes    the vectors, dim bytes a row: int8 plus 128. A number is its int8 times the scale
//
// All numbers are little endian. The first three checksums but that of the vectors
// are looked at when a segment is opened; Verify looks at all.
type segment struct {
	name    string
	ids     []int64
	scales  []scale
	vectors []uint8
	crc     uint32 // of the vectors
}

const (
	segmentMagic   = "BSVECSEG"
	segmentVersion = 1
	page           = 4096
)

func pages(n int) int { return (n + page - 1) / page * page }

// layout returns where the parts of a segment begin, and where it ends.
func layout(rows, dim int) (scales, vectors, end int) {
	scales = page + pages(8*rows)
	vectors = scales + pages(8*rows)
	return scales, vectors, vectors + rows*dim
}

// openSegment maps a segment. It is unmapped when nobody can reach it any more.
func openSegment(path string, dim, rows int) (*segment, error) {
	data, unmap, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	g, err := readSegment(data, dim, rows)
	if err != nil {
		unmap()
		return nil, fmt.Errorf("%s: %w: delete the folder to build it again", path, err)
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
	if crc32.Checksum(data[:36], castagnoli) != le.Uint32(data[36:]) {
		return nil, errors.New("the head of the segment is damaged")
	}
	if int(le.Uint32(data[12:])) != dim || le.Uint64(data[16:]) != uint64(rows) || rows > math.MaxInt32 {
		return nil, errors.New("the segment is not the one that the manifest means")
	}
	scales, vectors, end := layout(rows, dim)
	if len(data) < end {
		return nil, errors.New("the segment is cut off")
	}
	for i, part := range [][]byte{data[page:][:8*rows], data[scales:][:8*rows]} {
		if crc32.Checksum(part, castagnoli) != le.Uint32(data[24+4*i:]) {
			return nil, fmt.Errorf("the %s of the segment are damaged", [...]string{"documents", "scales"}[i])
		}
	}
	g := &segment{vectors: data[vectors:end], crc: le.Uint32(data[32:])}
	if rows > 0 {
		g.ids = unsafe.Slice((*int64)(unsafe.Pointer(&data[page])), rows)
		g.scales = unsafe.Slice((*scale)(unsafe.Pointer(&data[scales])), rows)
	}
	if !slices.IsSorted(g.ids) {
		return nil, errors.New("the documents of the segment are out of order")
	}
	return g, nil
}

// Verify reads everything and names what is damaged.
func (s *Store) Verify() error {
	for _, g := range s.state.Load().segments {
		if crc32.Checksum(g.vectors, castagnoli) != g.crc {
			return fmt.Errorf("%s: the vectors of segment %s are damaged: delete the folder to build it again", s.dir, g.name)
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
	scales, vectors, _ := layout(rows, dim)
	head := make([]byte, page)
	le := binary.LittleEndian
	copy(head, segmentMagic)
	le.PutUint32(head[8:], segmentVersion)
	le.PutUint32(head[12:], uint32(dim))
	le.PutUint64(head[16:], uint64(rows))
	var b [8]byte
	for i, part := range []struct {
		at   int
		emit func(w io.Writer, s *source, row int32) error
	}{
		{page, func(w io.Writer, s *source, row int32) error {
			le.PutUint64(b[:], uint64(s.ids[row]))
			_, err := w.Write(b[:8])
			return err
		}},
		{scales, func(w io.Writer, s *source, row int32) error {
			le.PutUint32(b[:], math.Float32bits(s.scales[row].by))
			le.PutUint32(b[4:], s.scales[row].tag)
			_, err := w.Write(b[:8])
			return err
		}},
		{vectors, func(w io.Writer, s *source, row int32) error {
			_, err := w.Write(s.vectors[int(row)*dim:][:dim])
			return err
		}},
	} {
		sum, err := writePart(f, part.at, sources, part.emit)
		if err != nil {
			return 0, err
		}
		le.PutUint32(head[24+4*i:], sum)
	}
	le.PutUint32(head[36:], crc32.Checksum(head[:36], castagnoli))
	if _, err := f.WriteAt(head, 0); err != nil {
		return 0, err
	}
	return rows, install(f, path)
}

// writePart writes one part of a segment at its place and returns its checksum.
func writePart(f *os.File, at int, sources []source, emit func(io.Writer, *source, int32) error) (uint32, error) {
	if _, err := f.Seek(int64(at), io.SeekStart); err != nil {
		return 0, err
	}
	var sum hash.Hash32 = crc32.New(castagnoli)
	w := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	for s, row := range merged(sources) {
		if err := emit(w, s, row); err != nil {
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

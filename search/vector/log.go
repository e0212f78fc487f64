package vector

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"os"
)

// The log holds the batches since the last segment, one behind the other:
//
//	uint32  length of what follows the checksum
//	uint32  CRC-32C of it
//	int64   sequence number
//	uint32  rows, uint32 deletes
//	int64   documents of the rows, then of the deletes
//	float32 scale and uint32 tag of each row
//	bytes   the rows: int8 plus 128, dim of them each
//
// All numbers are little endian. A batch whose length or checksum is wrong was never
// acknowledged: it and all behind it are cut off when the folder is opened for writing.
type batch struct {
	seq     int64
	ids     []int64
	scales  []scale
	vectors []uint8
	deletes []int64
}

const batchHead = 16

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (b batch) size(dim int) int {
	return 8 + batchHead + len(b.ids)*(16+dim) + 8*len(b.deletes)
}

func (b batch) encode(dim int) []byte {
	le := binary.LittleEndian
	buf := make([]byte, 8, b.size(dim))
	buf = le.AppendUint64(buf, uint64(b.seq))
	buf = le.AppendUint32(buf, uint32(len(b.ids)))
	buf = le.AppendUint32(buf, uint32(len(b.deletes)))
	for _, list := range [][]int64{b.ids, b.deletes} {
		for _, id := range list {
			buf = le.AppendUint64(buf, uint64(id))
		}
	}
	for _, s := range b.scales {
		buf = le.AppendUint32(buf, math.Float32bits(s.by))
		buf = le.AppendUint32(buf, s.tag)
	}
	buf = append(buf, b.vectors...)
	le.PutUint32(buf, uint32(len(buf)-8))
	le.PutUint32(buf[4:], crc32.Checksum(buf[8:], castagnoli))
	return buf
}

var errTorn = errors.New("the batch is torn")

// decodeBatch reads the first batch of buf and returns its length.
func decodeBatch(buf []byte, dim int) (b batch, n int, err error) {
	le := binary.LittleEndian
	if len(buf) < 8+batchHead {
		return b, 0, errTorn
	}
	size := int(le.Uint32(buf))
	if size < batchHead || size > len(buf)-8 || crc32.Checksum(buf[8:8+size], castagnoli) != le.Uint32(buf[4:]) {
		return b, 0, errTorn
	}
	p := buf[8 : 8+size]
	b.seq = int64(le.Uint64(p))
	rows, deletes := int(le.Uint32(p[8:])), int(le.Uint32(p[12:]))
	p = p[batchHead:]
	if rows > mostBatch || deletes > mostBatch || len(p) != rows*(16+dim)+8*deletes {
		return b, 0, errTorn
	}
	b.ids, p = int64s(p, rows), p[8*rows:]
	b.deletes, p = int64s(p, deletes), p[8*deletes:]
	for i := range rows {
		b.scales = append(b.scales, scale{math.Float32frombits(le.Uint32(p[8*i:])), le.Uint32(p[8*i+4:])})
	}
	b.vectors = p[8*rows:]
	return b, 8 + size, nil
}

func int64s(p []byte, n int) []int64 {
	x := make([]int64, n)
	for i := range x {
		x[i] = int64(binary.LittleEndian.Uint64(p[8*i:]))
	}
	return x
}

// replay returns st after the batches of the log, and how many bytes of it are whole.
func (st *state) replay(path string, dim int) (*state, int64, error) {
	buf, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err != nil {
		return nil, 0, err
	}
	whole := 0
	for whole < len(buf) {
		b, n, err := decodeBatch(buf[whole:], dim)
		if err != nil || b.seq < st.seq {
			break
		}
		st = st.with(b, dim)
		whole += n
	}
	return st, int64(whole), nil
}

// append writes a batch to the end of the log. When there is no room for it, what was
// written is taken back and the log stays usable.
func (s *Store) append(b batch) error {
	end, err := s.log.Seek(0, io.SeekCurrent)
	if err != nil {
		return s.breaks(err)
	}
	if _, err := s.log.Write(b.encode(s.dim)); err != nil {
		_, undone := s.log.Seek(end, io.SeekStart)
		if undone = errors.Join(undone, s.log.Truncate(end)); undone != nil {
			return s.breaks(errors.Join(err, undone))
		}
		return err
	}
	if err := s.log.Sync(); err != nil {
		return s.breaks(err) // nobody knows what is on disk
	}
	return nil
}

// breaks ends all writing: what is on disk must be read again before more can follow.
func (s *Store) breaks(err error) error {
	s.broken = fmt.Errorf("the store could not be written; open it again: %w", err)
	return s.broken
}

// openLog opens the log for writing behind its whole batches.
func openLog(path string, whole int64) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() > whole {
		if err = f.Truncate(whole); err == nil {
			err = f.Sync()
		}
	}
	if err == nil {
		_, err = f.Seek(whole, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

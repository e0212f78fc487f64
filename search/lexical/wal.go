package lexical

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// Batch is what Apply makes durable at once.
type Batch struct {
	Delete []int64    // IDs; done first
	Put    []Document // each replaces the document of its ID
	Seq    int64      // the caller's place in its log after this batch
}

// The log is a row of records, each of which was written and synced as one: walMark,
// length uint32, CRC-32C uint32, and then as many bytes: the number of batches and
// these. A batch: sequence number, number of deletions, the IDs, number of documents,
// and for each its ID, texts, keys and numbers; whole numbers as varints, strings
// behind their length. A record that is cut off or does not fit its checksum ends
// the log, unless a whole one stands behind it: then the log was damaged.
const (
	walMark = "BSWR"
	walHead = 12
)

func appendRecord(dst []byte, batches []*Batch) []byte {
	from := len(dst)
	dst = append(append(dst, walMark...), make([]byte, walHead-len(walMark))...)
	dst = binary.AppendUvarint(dst, uint64(len(batches)))
	for _, b := range batches {
		dst = appendBatch(dst, b)
	}
	body := dst[from+walHead:]
	binary.LittleEndian.PutUint32(dst[from+4:], uint32(len(body)))
	binary.LittleEndian.PutUint32(dst[from+8:], crc32.Checksum(body, castagnoli))
	return dst
}

func appendBatch(dst []byte, b *Batch) []byte {
	dst = binary.AppendVarint(dst, b.Seq)
	dst = binary.AppendUvarint(dst, uint64(len(b.Delete)))
	for _, id := range b.Delete {
		dst = binary.AppendVarint(dst, id)
	}
	dst = binary.AppendUvarint(dst, uint64(len(b.Put)))
	for i := range b.Put {
		dst = appendDocument(dst, &b.Put[i])
	}
	return dst
}

func appendDocument(dst []byte, d *Document) []byte {
	dst = binary.AppendVarint(dst, d.ID)
	for _, list := range [][]string{d.Text, d.Keys} {
		dst = binary.AppendUvarint(dst, uint64(len(list)))
		for _, s := range list {
			dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(d.Numbers)))
	for _, n := range d.Numbers {
		dst = binary.AppendVarint(dst, n)
	}
	return dst
}

var errCut = errors.New("the record is cut off")

// readLog reads the whole records at the front of p. rest begins where they end;
// damaged says that another whole record stands further on.
func readLog(p []byte) (batches []*Batch, rest []byte, damaged bool) {
	for {
		some, after, ok := nextRecord(p)
		if !ok {
			break
		}
		batches, p = append(batches, some...), after
	}
	for at := 1; at < len(p); at++ {
		next := bytes.Index(p[at:], []byte(walMark))
		if next < 0 {
			break
		}
		at += next
		if _, _, ok := nextRecord(p[at:]); ok {
			return batches, p, true
		}
	}
	return batches, p, false
}

// nextRecord reads the first record of p. ok is false when there is no whole one.
func nextRecord(p []byte) (batches []*Batch, rest []byte, ok bool) {
	if len(p) < walHead || string(p[:4]) != walMark {
		return nil, p, false
	}
	size := uint64(binary.LittleEndian.Uint32(p[4:]))
	if uint64(len(p)-walHead) < size {
		return nil, p, false
	}
	body := p[walHead:][:size]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(p[8:]) {
		return nil, p, false
	}
	batches, err := readBatches(body)
	return batches, p[walHead+size:], err == nil
}

// walReader reads a record's body; bad stays set once something was cut off.
type walReader struct {
	p   []byte
	bad bool
}

func (r *walReader) uint() uint64 {
	v, n := binary.Uvarint(r.p)
	if n <= 0 {
		r.bad, r.p = true, nil
		return 0
	}
	r.p = r.p[n:]
	return v
}

func (r *walReader) int() int64 {
	v, n := binary.Varint(r.p)
	if n <= 0 {
		r.bad, r.p = true, nil
		return 0
	}
	r.p = r.p[n:]
	return v
}

// count reads how many things follow, each of which takes a byte at least.
func (r *walReader) count() int {
	n := r.uint()
	if n > uint64(len(r.p)) {
		r.bad, r.p = true, nil
		return 0
	}
	return int(n)
}

func (r *walReader) strings() []string {
	list := make([]string, r.count())
	for i := range list {
		n := r.count()
		list[i] = string(r.p[:n])
		r.p = r.p[n:]
	}
	return list
}

func readBatches(body []byte) ([]*Batch, error) {
	r := &walReader{p: body}
	var out []*Batch
	for n := r.count(); n > 0 && !r.bad; n-- {
		out = append(out, r.batch())
	}
	if r.bad || len(r.p) > 0 {
		return nil, errCut
	}
	return out, nil
}

func (r *walReader) batch() *Batch {
	b := &Batch{Seq: r.int()}
	for n := r.count(); n > 0; n-- {
		b.Delete = append(b.Delete, r.int())
	}
	for n := r.count(); n > 0 && !r.bad; n-- {
		d := Document{ID: r.int(), Text: r.strings(), Keys: r.strings()}
		for n := r.count(); n > 0; n-- {
			d.Numbers = append(d.Numbers, r.int())
		}
		b.Put = append(b.Put, d)
	}
	return b
}

package embed

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"unsafe"
)

// A model file holds one encoder, quantised. All numbers are little endian.
//
//	0   8 bytes  "BSENCODE"
//	8   uint32   version
//	12  uint32   length of the header
//	16  uint32   CRC-32C of the header
//	20  uint32   0
//	24  header   JSON: the settings, and for each section its name, kind, rows,
//	             columns, offset from the start of the file, and CRC-32C
//	then the sections, each at a multiple of 64:
//	    text  rows bytes of text (the vocabulary: one word a line)
//	    f32   rows × columns float32, row after row
//	    i8    rows float32, the scales; then rows × columns int8, row after row.
//	          The weight is the scale of its row times the int8.
//
// History: 1 is the first version.
const (
	fileMagic   = "BSENCODE"
	fileVersion = 1
	fileAlign   = 64
	mostHeader  = 1 << 20
)

// settings is all that is known of a model but its weights.
type settings struct {
	Name        string  `json:"name"`
	Hidden      int     `json:"hidden"`
	Layers      int     `json:"layers"`
	Heads       int     `json:"heads"`
	Inner       int     `json:"inner"`
	MaxTokens   int     `json:"max_tokens"`
	Epsilon     float32 `json:"epsilon"`
	Pooling     string  `json:"pooling"`
	QueryPrefix string  `json:"query_prefix,omitempty"`
	Lower       bool    `json:"lower"`
	Strip       bool    `json:"strip_accents"`
	Ideographs  bool    `json:"space_ideographs"`
}

type section struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Rows int    `json:"rows"`
	Cols int    `json:"cols,omitempty"`
	At   int    `json:"at"`
	CRC  uint32 `json:"crc"`
}

type header struct {
	Settings settings  `json:"settings"`
	Sections []section `json:"sections"`
}

// size returns the bytes of the section, and -1 when the header makes no sense.
func (s section) size() int {
	const most = 1 << 31
	if s.Rows <= 0 || s.Cols < 0 || s.Rows > most || s.Cols > most || s.At < 0 {
		return -1
	}
	switch s.Kind {
	case "text":
		return s.Rows
	case "f32":
		if s.Cols > 0 && s.Rows <= most/s.Cols {
			return 4 * s.Rows * s.Cols
		}
	case "i8":
		if s.Cols > 0 && s.Rows <= most/s.Cols {
			return s.Rows * (4 + s.Cols)
		}
	}
	return -1
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// fileWriter puts a model file together in memory.
type fileWriter struct {
	sections []section
	data     [][]byte
}

func (w *fileWriter) add(name, kind string, rows, cols int, data []byte) {
	w.sections = append(w.sections, section{name, kind, rows, cols, 0, crc32.Checksum(data, castagnoli)})
	w.data = append(w.data, data)
}

func (w *fileWriter) floats(name string, rows, cols int, x []float32) {
	w.add(name, "f32", rows, cols, floatBytes(x))
}

// int8s adds a matrix with a scale a row.
func (w *fileWriter) int8s(name string, rows, cols int, scale []float32, x []int8) {
	b := floatBytes(scale)
	for _, v := range x {
		b = append(b, byte(v))
	}
	w.add(name, "i8", rows, cols, b)
}

func floatBytes(x []float32) []byte {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// bytes returns the file, and adds to the name of the model a digest of all that is
// in it. Offsets stand in the header, whose length depends on
// them, so the sections start behind a header with room to spare.
func (w *fileWriter) bytes(s settings) ([]byte, error) {
	digest := sha256.New()
	fmt.Fprintf(digest, "%d %+v", fileVersion, s)
	for _, d := range w.data {
		digest.Write(d)
	}
	s.Name = fmt.Sprintf("%s-%x", s.Name, digest.Sum(nil)[:4])
	h, err := json.Marshal(header{s, w.sections})
	if err != nil {
		return nil, err
	}
	at := align(24 + len(h) + 12*len(w.sections))
	for i := range w.sections {
		w.sections[i].At = at
		at = align(at + len(w.data[i]))
	}
	if h, err = json.Marshal(header{s, w.sections}); err != nil {
		return nil, err
	}
	if len(h) > mostHeader {
		return nil, fmt.Errorf("the header of a model file would have %d bytes, more than %d", len(h), mostHeader)
	}
	file := make([]byte, at)
	copy(file, fileMagic)
	binary.LittleEndian.PutUint32(file[8:], fileVersion)
	binary.LittleEndian.PutUint32(file[12:], uint32(len(h)))
	binary.LittleEndian.PutUint32(file[16:], crc32.Checksum(h, castagnoli))
	copy(file[24:], h)
	for i, s := range w.sections {
		copy(file[s.At:], w.data[i])
	}
	return file, nil
}

func align(n int) int { return (n + fileAlign - 1) &^ (fileAlign - 1) }

// fileReader hands out the sections of a model file. Every section was checked
// against its checksum.
type fileReader struct {
	settings settings
	sections map[string]section
	file     []byte
	err      error // the first section that was missing or of another shape
}

func readFile(file []byte) (*fileReader, error) {
	if len(file) < 24 || string(file[:8]) != fileMagic {
		return nil, errors.New("this is no model file: it does not begin with " + fileMagic)
	}
	if v := binary.LittleEndian.Uint32(file[8:]); v != fileVersion {
		return nil, fmt.Errorf("the model file has version %d; this program reads version %d: convert the model again", v, fileVersion)
	}
	n := int(binary.LittleEndian.Uint32(file[12:]))
	if n > mostHeader || n > len(file)-24 {
		return nil, errors.New("the model file is cut off in its header")
	}
	text := file[24 : 24+n]
	if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(file[16:]) {
		return nil, errors.New("the header of the model file is damaged: its checksum is another")
	}
	var h header
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("the header of the model file: %w", err)
	}
	r := &fileReader{settings: h.Settings, sections: map[string]section{}, file: file}
	for _, s := range h.Sections {
		size := s.size()
		if size < 0 || s.At%fileAlign != 0 || s.At > len(file) || size > len(file)-s.At {
			return nil, fmt.Errorf("section %q of the model file lies outside it", s.Name)
		}
		if crc32.Checksum(file[s.At:s.At+size], castagnoli) != s.CRC {
			return nil, fmt.Errorf("section %q of the model file is damaged: its checksum is another", s.Name)
		}
		r.sections[s.Name] = s
	}
	return r, nil
}

// find returns the bytes of a section of that kind and shape; rows 0 takes any.
func (r *fileReader) find(name, kind string, rows, cols int) ([]byte, section) {
	s, ok := r.sections[name]
	switch {
	case r.err != nil:
	case !ok:
		r.err = fmt.Errorf("the model file has no section %q", name)
	case s.Kind != kind || rows > 0 && s.Rows != rows || s.Cols != cols:
		r.err = fmt.Errorf("section %q of the model file is %s %d × %d and not %s %d × %d", name, s.Kind, s.Rows, s.Cols, kind, rows, cols)
	default:
		return r.file[s.At : s.At+s.size()], s
	}
	return nil, section{}
}

func (r *fileReader) floats(name string, rows, cols int) []float32 {
	b, _ := r.find(name, "f32", rows, cols)
	return bytesFloat(b)
}

// int8s returns a matrix with a scale a row. The matrix is a view of the file.
func (r *fileReader) int8s(name string, rows, cols int) (scale []float32, x []int8) {
	b, s := r.find(name, "i8", rows, cols)
	if b == nil {
		return nil, nil
	}
	data := b[4*s.Rows:]
	return bytesFloat(b[:4*s.Rows]), unsafe.Slice((*int8)(unsafe.Pointer(&data[0])), len(data))
}

// words returns the lines of a text.
func (r *fileReader) words(name string) []string {
	b, _ := r.find(name, "text", 0, 0)
	var words []string
	for line := range bytes.Lines(b) {
		words = append(words, string(bytes.TrimRight(line, "\r\n")))
	}
	return words
}

func bytesFloat(b []byte) []float32 {
	x := make([]float32, len(b)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return x
}

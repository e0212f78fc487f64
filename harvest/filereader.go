package harvest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"broadsheet/fault"
	"broadsheet/paper"
)

// longest is the most bytes that a line may have. The longest real one, of a paper
// with 3,303 authors, has a twentieth of it.
const longest = 4 << 20

// fileKey tells one file from another: its place, its size and its beginning.
func fileKey(f *os.File, name string, size int64) (string, error) {
	full, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n", full, size)
	if _, err := io.CopyN(h, f, 64<<10); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fileReader hands out the lines of a file, or the elements of the array that it
// is, unpacked.
type fileReader struct {
	name    string
	key     string // "" for standard input
	size    int64  // -1 when unknown
	read    counter
	lines   *bufio.Reader
	array   *json.Decoder // of limit; nil when the file is lines
	limit   *limited
	number  int
	buffer  []byte
	closers []func()
}

// openFile opens a file by its name, "-" for in. The caller closes it.
func openFile(in io.Reader, name string) (*fileReader, error) {
	f := &fileReader{name: name, size: -1}
	raw := in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fault.Invalid("The file cannot be read: %s.", errors.Unwrap(err))
		}
		f.closers = append(f.closers, func() { file.Close() })
		raw = file
		st, err := file.Stat()
		if err != nil || st.IsDir() {
			f.close()
			return nil, fault.Invalid("It is a folder; name the files in it.")
		}
		f.size = st.Size()
		if f.key, err = fileKey(file, name, st.Size()); err != nil {
			f.close()
			return nil, err
		}
	}
	if err := f.open(raw); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (f *fileReader) open(raw io.Reader) error {
	f.read.r = raw
	var r io.Reader = &f.read
	f.lines = bufio.NewReaderSize(r, 256<<10)
	for range 2 { // a file may be packed twice, by a download and by its owner
		head, _ := f.lines.Peek(4)
		switch {
		case bytes.HasPrefix(head, []byte{0x1f, 0x8b}): // RFC 1952
			z, err := gzip.NewReader(f.lines)
			if err != nil {
				return fault.Invalid("It begins as a gzip file and is none: %s.", err)
			}
			f.lines = bufio.NewReaderSize(z, 256<<10)
		case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}): // RFC 8878
			z, err := zstd.NewReader(f.lines, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20), zstd.WithDecoderLowmem(true))
			if err != nil {
				return fault.Invalid("It begins as a Zstandard file and is none: %s.", err)
			}
			f.closers = append(f.closers, z.Close)
			f.lines = bufio.NewReaderSize(z, 256<<10)
		}
	}
	if head, _ := f.lines.Peek(3); string(head) == "\xef\xbb\xbf" { // a byte order mark
		f.lines.Discard(3) // they are there
	}
	if head, _ := f.lines.Peek(64); bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("[")) {
		f.limit = &limited{f.lines, longest}
		f.array = json.NewDecoder(f.limit)
		if _, err := f.array.Token(); err != nil {
			return fault.Invalid("It begins as a JSON array and is none: %s.", err)
		}
	}
	return nil
}

func (f *fileReader) close() {
	for _, c := range f.closers {
		c()
	}
}

// part returns how much of the file has been read, negative when unknown.
func (f *fileReader) part() float64 {
	if f.size <= 0 {
		return -1
	}
	return float64(f.read.n) / float64(f.size)
}

// next returns the next line, which holds until the next call. A line that is too
// long is a fault, and the next call goes on behind it; io.EOF is the end.
func (f *fileReader) next() ([]byte, error) {
	if f.array != nil {
		return f.element()
	}
	f.buffer = f.buffer[:0]
	f.number++
	tooLong := false
	for {
		part, err := f.lines.ReadSlice('\n')
		if len(f.buffer)+len(part) <= longest {
			f.buffer = append(f.buffer, part...)
		} else {
			tooLong = true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(f.buffer) == 0:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("it cannot be read beyond line %d: %w", f.number-1, err)
		case tooLong:
			return f.buffer, fault.Invalid("The line has more than %d bytes.", longest)
		}
		return bytes.TrimSpace(f.buffer), nil
	}
}

// element returns the next element of the array. Behind one that cannot be read, or
// that is too long, there is no telling where the next one begins.
func (f *fileReader) element() ([]byte, error) {
	f.limit.left = longest
	if !f.array.More() {
		if _, err := f.array.Token(); err != nil { // no ']': the file is cut off
			return nil, fmt.Errorf("it cannot be read beyond element %d: %v", f.number, err)
		}
		return nil, io.EOF
	}
	f.number++
	var e json.RawMessage
	if err := f.array.Decode(&e); err != nil {
		return nil, fmt.Errorf("it cannot be read beyond element %d: %v", f.number-1, err)
	}
	return e, nil
}

// limited reads at most so many bytes, until it is told to go on.
type limited struct {
	r    io.Reader
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("an element has more than %d bytes", longest) // no fault of a line: there is no going on behind it
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err
}

// Papers yields the papers of a file that Import would take in, "-" for in, and
// stores nothing. A line that cannot be used is an error, and the rest goes on.
func Papers(in io.Reader, name string) iter.Seq2[*paper.Paper, error] {
	return func(yield func(*paper.Paper, error) bool) {
		f, err := openFile(in, name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.close()
		im, now := Importing{}, time.Now()
		for {
			line, err := f.next()
			if errors.Is(err, io.EOF) {
				return
			}
			over := err != nil && fault.KindOf(err) != fault.KindInvalid // there is no going on
			var p *paper.Paper
			if err == nil {
				p, _, err = im.line(line, now)
			}
			if (p != nil || err != nil) && !yield(p, err) || over {
				return
			}
		}
	}
}

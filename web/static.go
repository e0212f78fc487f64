package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip" // packs a page in a third of the time that Go's takes, and no worse
)

//go:embed static
var staticFiles embed.FS

// Static is the files that pages refer to: style sheet, script, fonts, icon. Each
// has its checksum in its name, so that a browser may keep it for ever.
type Static struct {
	names map[string]string // file → name with checksum
	files map[string]*file  // name with checksum → file
}

type file struct {
	kind string
	body []byte
	gzip []byte // nil where packing gains nothing
	etag string
}

// NewStatic reads the embedded files. The addresses of fonts in the style sheet
// become those with checksums.
func NewStatic() (*Static, error) {
	s := &Static{map[string]string{}, map[string]*file{}}
	root, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	var sheets []string
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if path.Ext(name) == ".css" {
			sheets = append(sheets, name)
			return nil
		}
		body, err := fs.ReadFile(root, name)
		s.add(name, body)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range sheets { // last, because they name the others
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, err
		}
		for plain, summed := range s.names {
			body = bytes.ReplaceAll(body, []byte("url("+plain+")"), []byte("url("+summed+")"))
		}
		s.add(name, body)
	}
	return s, nil
}

func (s *Static) add(name string, body []byte) {
	kinds := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
		".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
	}
	sum := sha256.Sum256(body)
	check := base64.RawURLEncoding.EncodeToString(sum[:9])
	ext := path.Ext(name)
	full := strings.TrimSuffix(name, ext) + "." + check + ext
	f := &file{kind: kinds[ext], body: body, etag: `"` + check + `"`}
	if ext != ".woff2" {
		f.gzip = packed(body)
	}
	s.names[name], s.files[full] = full, f
}

// Path returns the address of a file. A name that is not there is a fault of the
// template.
func (s *Static) Path(name string) (string, error) {
	full, ok := s.names[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %s", name)
	}
	return "/static/" + full, nil
}

// ServeHTTP answers for the addresses under /static/. A file asked for with
// another checksum, or with none, by a page that is older than this program, is
// answered with the present one, to be asked for again next time.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/static/")
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	f, keep := s.files[name], "public, max-age=31536000, immutable"
	if f == nil {
		f, keep = s.files[s.names[withoutSum(name)]], "no-cache"
	}
	if f == nil {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", keep)
	h.Set("ETag", f.etag)
	body := f.body
	if f.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = f.gzip
		}
	}
	answer(w, r, http.StatusOK, f.etag, body)
}

// withoutSum takes the checksum out of a name: fonts/a.SUM.woff2 is fonts/a.woff2.
func withoutSum(name string) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	if sum := path.Ext(stem); len(sum) == 13 {
		stem = strings.TrimSuffix(stem, sum)
	}
	return stem + ext
}

// answer sends a body, or 304 when the caller has it.
func answer(w http.ResponseWriter, r *http.Request, status int, etag string, body []byte) {
	if status == http.StatusOK && etag != "" && matches(r.Header.Get("If-None-Match"), etag) {
		w.Header().Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// matches reports whether an If-None-Match names etag, by weak comparison
// (RFC 9110, 13.1.2).
func matches(header, etag string) bool {
	if header == "" {
		return false
	}
	opaque := strings.TrimPrefix(etag, "W/")
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == opaque {
			return true
		}
	}
	return false
}

// acceptsGzip reports whether the caller takes gzip: it is named, and not with a
// weight of nothing.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.ReplaceAll(weight, " ", "")
			return q == "" || strings.Trim(strings.TrimPrefix(q, "q="), "0.") != ""
		}
	}
	return false
}

// packed returns body compressed, nil when that is no shorter.
func packed(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	return packWith(z, &b, body)
}

func packWith(z *gzip.Writer, b *bytes.Buffer, body []byte) []byte {
	if _, err := z.Write(body); err != nil || z.Close() != nil || b.Len() >= len(body) {
		return nil
	}
	return b.Bytes()
}

// packers pack what is sent once: fast, and again and again, since each holds more than
// a page.
type packers struct{ pool sync.Pool }

func (p *packers) packed(body []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(body) / 3)
	z, ok := p.pool.Get().(*gzip.Writer)
	if ok {
		z.Reset(&b)
	} else {
		z, _ = gzip.NewWriterLevel(&b, gzip.BestSpeed) // a valid level
	}
	defer p.pool.Put(z)
	return packWith(z, &b, body)
}

// StaticPaths returns the addresses of all static files.
func (h *Handler) StaticPaths() []string {
	var list []string
	for name := range h.files.files {
		list = append(list, "/static/"+name)
	}
	slices.Sort(list)
	return list
}

package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pages keeps finished answers under their address, for one state at a time.
type pages struct {
	mu    sync.RWMutex
	state uint64
	bytes int
	held  map[address]*finished
}

// address tells apart the answers that differ: a page has its public address in
// it, and the reader's theme.
type address struct{ base, path, query, theme string }

// asked says which pages look at their query, and at what in it. Any other page is
// the same whatever its query says.
var asked = map[string][]string{
	"/":          {"show"},
	"/archive":   {"date", "no"},
	"/unapi":     {"id", "format"},
	trendingPath: {"window", "from", "to", "category", "topic", "min", "by", "page", "at"},
}

// askedOf returns the part of a request's query that its page looks at, always in the
// same order.
func askedOf(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	names := asked[r.URL.Path]
	if strings.HasPrefix(r.URL.Path, "/papers/") && names == nil {
		names = []string{"sort", "show"} // of the comments; of an edition what is unread
	}
	if strings.HasPrefix(r.URL.Path, "/feed/") {
		names = listQuery
	}
	if names == nil {
		return ""
	}
	all, part := r.URL.Query(), url.Values{}
	for _, name := range names {
		if all.Get(name) != "" {
			part[name] = all[name]
		}
	}
	return part.Encode()
}

// finished is an answer that is ready to be sent.
type finished struct {
	body     []byte
	header   []field
	etag     string
	modified time.Time // when it became so; zero where nobody asks
	until    time.Time // zero: as long as the state stands
	visitors bool      // readers have a page of their own in its place
	cut      *cut      // nil for what is the same for all
	fast     *packers  // of what is sent once; nil for what is sent again

	once sync.Once
	gzip []byte
}

// field is a header with the slice that net/http wants, made once.
type field struct {
	name  string
	value []string
}

// finish makes an answer of a body.
func finish(kind, keep string, body []byte) *finished {
	sum := sha256.Sum256(body)
	f := &finished{body: body, etag: `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	f.header = []field{
		{"Content-Type", []string{kind}},
		{"Cache-Control", []string{keep}},
		{"Etag", []string{f.etag}},
		{"Vary", []string{"Accept, Accept-Encoding, Cookie"}},
		{"Content-Length", []string{strconv.Itoa(len(body))}},
	}
	h := http.Header{"X-Content-Type-Options": {"nosniff"}}
	if strings.HasPrefix(kind, "text/html") {
		SetPolicy(h)
	}
	for name, value := range h {
		if name != "Content-Type" {
			f.header = append(f.header, field{name, value})
		}
	}
	return f
}

// send answers with f.
func (f *finished) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for _, x := range f.header {
		h[x.name] = x.value
	}
	if !f.modified.IsZero() {
		h["Last-Modified"] = []string{f.modified.Format(http.TimeFormat)}
	}
	if f.known(r) {
		delete(h, "Content-Length")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	gzip := acceptsGzip(r)
	if gzip {
		f.once.Do(f.pack)
	}
	if gzip && f.gzip != nil {
		write(w, r, f.gzip, true)
		return
	}
	write(w, r, f.body, false)
}

func (f *finished) pack() {
	if f.fast != nil {
		f.gzip = f.fast.packed(f.body)
	} else {
		f.gzip = packed(f.body)
	}
}

// known reports whether who asks has f already: by its tag, or, when they know none, by
// its date (RFC 9110, 13.2.2).
func (f *finished) known(r *http.Request) bool {
	if tag := r.Header["If-None-Match"]; tag != nil {
		return matches(tag[0], f.etag)
	}
	since := r.Header["If-Modified-Since"]
	if since == nil || f.modified.IsZero() {
		return false
	}
	at, err := http.ParseTime(since[0])
	return err == nil && !f.modified.After(at)
}

// sendTo answers with f as a reader has it. Only their browser may keep it.
func (f *finished) sendTo(w http.ResponseWriter, r *http.Request, o *Overlay) {
	h := w.Header()
	for _, x := range f.header {
		h[x.name] = x.value
	}
	etag := strings.TrimSuffix(f.etag, `"`) + "-" + o.tag + `"`
	h["Etag"], h["Cache-Control"] = []string{etag}, private
	if tag := r.Header["If-None-Match"]; tag != nil && matches(tag[0], etag) {
		delete(h, "Content-Length")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if acceptsGzip(r) {
		if body := f.cut.Packed(o); body != nil {
			write(w, r, body, true)
			return
		}
	}
	write(w, r, f.cut.For(o), false)
}

var private = []string{"private, no-cache"}

func write(w http.ResponseWriter, r *http.Request, body []byte, gzip bool) {
	h := w.Header()
	if gzip {
		h["Content-Encoding"] = []string{"gzip"}
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// get returns the answer that is held for an address under a state, nil for none.
func (p *pages) get(at address, state uint64) *finished {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.state != state {
		return nil
	}
	return p.held[at]
}

// put holds an answer. All of an older state are forgotten; when there is too
// much, a part is, whichever.
func (p *pages) put(at address, state uint64, f *finished) {
	const most = 24 << 20 // bytes of bodies; packed they add about a fifth
	if len(f.body) > most/8 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == nil || p.state != state {
		p.state, p.bytes, p.held = state, 0, map[address]*finished{}
	}
	if old := p.held[at]; old != nil {
		p.bytes -= len(old.body)
	}
	p.held[at] = f
	p.bytes += len(f.body)
	for at, old := range p.held {
		if p.bytes <= most {
			break
		}
		if old != f {
			delete(p.held, at)
			p.bytes -= len(old.body)
		}
	}
}

// changed remembers since when answers have been what they are, across the states in
// which they were made again and came out the same.
type changed struct {
	mu   sync.Mutex
	held map[address]version
}

type version struct {
	etag string
	at   time.Time
}

// since returns when the answer at an address became the one with the tag; now, when
// that is not known.
func (c *changed) since(at address, etag string, now time.Time) time.Time {
	const most = 10_000 // addresses, some hundred bytes each
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.held[at]; ok && v.etag == etag {
		return v.at
	}
	if c.held == nil || len(c.held) >= most {
		c.held = map[address]version{}
	}
	v := version{etag, now.UTC().Truncate(time.Second)}
	c.held[at] = v
	return v.at
}

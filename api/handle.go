package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"broadsheet/db"
	"broadsheet/fault"
)

// handle makes a handler of a function that depends on the request's words alone:
// its answer is kept until the state changes.
func (a *API) handle(f func(context.Context, *request) (answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		base := a.Base
		if base == "" {
			scheme := "http://"
			if r.TLS != nil {
				scheme = "https://"
			}
			base = scheme + r.Host
		}
		state := a.State()
		key := base + r.URL.Path + "?" + r.URL.RawQuery
		if k := a.cache.get(key, state); k != nil {
			k.send(w, r)
			return
		}
		out, err := f(r.Context(), &request{path: r.URL.Path, query: r.URL.Query(), base: base, id: r.PathValue("id"), value: r.PathValue})
		if err != nil {
			a.Fail(w, r, err)
			return
		}
		k := a.kept(out)
		if !out.passing {
			a.cache.put(key, state, k)
		}
		k.send(w, r)
	})
}

// Fail answers with an error, as the clients expect it.
func (a *API) Fail(w http.ResponseWriter, r *http.Request, err error) {
	err = db.Explain(err)
	kind := fault.KindOf(err)
	says := fault.Message(err)
	switch {
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		return // nobody listens any more
	case kind == fault.Internal:
		says = "Something broke here. Nothing was lost."
	}
	if kind == fault.KindBusy {
		w.Header().Set("Retry-After", "10")
	}
	status := kind.Status()
	if errors.Is(err, errStale) {
		kind, status, says = fault.KindClash, http.StatusPreconditionFailed, "It has changed since you read it. Read it again first."
	}
	id := a.fail(w, r, status, says)
	if kind == fault.Internal {
		a.Log.Error("an answer of the API failed", "request", id, "path", r.URL.Path, "query", r.URL.RawQuery, "error", err)
	}
}

// fail sends an error as the clients expect it and returns the request's id.
func (a *API) fail(w http.ResponseWriter, r *http.Request, status int, says string) string {
	if isOurs(r) {
		return a.problem(w, r, status, says)
	}
	id := requestID()
	h := w.Header()
	h.Set("X-Request-Id", id)
	h.Set("X-Error-Message", ascii(says))
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	var o object
	o.set("error", says)
	body := mustMarshal(o)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
	return id
}

func requestID() string {
	var b [9]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// ascii writes a text so that it can stand in a header.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

// kept is an answer ready to be sent again and again.
type kept struct {
	kind, link, etag []string // header values
	body, gzip       []byte
	length, zlength  []string
}

func (a *API) kept(out answer) *kept {
	k := &kept{
		kind: []string{"application/json; charset=utf-8"}, body: out.body, length: []string{strconv.Itoa(len(out.body))},
		etag: []string{tagOf(out.body)},
	}
	if out.kind != "" {
		k.kind = []string{out.kind}
	}
	if out.link != "" {
		k.link = []string{out.link}
	}
	if len(out.body) > 800 {
		k.gzip = a.packed(out)
		k.zlength = []string{strconv.Itoa(len(k.gzip))}
	}
	return k
}

// packed returns an answer as gzip. One that nobody is sent again is packed fast, by what
// packed another before.
func (a *API) packed(out answer) []byte {
	var b bytes.Buffer
	level, z := 5, (*gzip.Writer)(nil)
	if out.passing {
		level = gzip.BestSpeed
		z, _ = a.packers.Get().(*gzip.Writer)
		defer func() { a.packers.Put(z) }()
	}
	if z == nil {
		z, _ = gzip.NewWriterLevel(&b, level) // a valid level
	}
	z.Reset(&b)
	z.Write(out.body) // a buffer takes everything
	z.Close()
	return b.Bytes()
}

// Header values that never change.
var (
	vary       = []string{"Accept-Encoding, Accept"}
	revalidate = []string{"public, max-age=0, must-revalidate"}
	gzipped    = []string{"gzip"}
	anyOrigin  = []string{"*"} // these answers are public and read-only
)

func (k *kept) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Etag"], h["Vary"], h["Cache-Control"] = k.etag, vary, revalidate
	h["Access-Control-Allow-Origin"] = anyOrigin
	if k.link != nil {
		h["Link"] = k.link
	}
	if matchesTag(r.Header.Get("If-None-Match"), k.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = k.kind
	body := k.body
	if k.gzip != nil && takesGzip(r.Header.Get("Accept-Encoding")) {
		body = k.gzip
		h["Content-Encoding"], h["Content-Length"] = gzipped, k.zlength
	} else {
		h["Content-Length"] = k.length
	}
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// takesGzip reports whether an Accept-Encoding names gzip and does not refuse it.
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(coding) == "gzip" {
			return !strings.HasPrefix(strings.ReplaceAll(weight, " ", ""), "q=0") || strings.ContainsAny(weight, "123456789")
		}
	}
	return false
}

// cache keeps answers of the present state, up to a number of bytes.
type cache struct {
	mu    sync.RWMutex
	state uint64
	held  map[string]*kept
	bytes int
}

const cacheBytes = 24 << 20

func (c *cache) get(key string, state uint64) *kept {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.state != state {
		return nil
	}
	return c.held[key]
}

func (c *cache) put(key string, state uint64, k *kept) {
	size := len(key) + len(k.body) + len(k.gzip)
	if size > cacheBytes/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != state || c.held == nil || c.bytes+size > cacheBytes {
		c.state, c.held, c.bytes = state, map[string]*kept{}, 0
	}
	if c.held[key] == nil {
		c.held[key] = k
		c.bytes += size
	}
}

package server

import (
	"context"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/api/client"
	"broadsheet/cite"
	"broadsheet/fault"
	"broadsheet/web"
)

// Handler answers every request: health, the API, the pages.
func (h *House) Handler() http.Handler {
	inner := http.NewServeMux()
	for _, address := range []string{"/api/", "/openapi.yaml", "/openapi.json", "/llms.txt"} {
		inner.Handle(address, h.api)
	}
	inner.Handle("/mcp", h.api.Count(h.models.Handler()))
	inner.Handle("/api", h.pages) // what describes it
	inner.Handle("/", h.api.Markdown(h.pages))

	outer := http.NewServeMux()
	outer.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	outer.HandleFunc("GET /readyz", h.readyz)
	if h.Config.Metrics {
		outer.Handle("GET /metrics", h.metrics.handler())
	}
	outer.Handle("/static/", h.pages) // files are the same for everybody
	outer.Handle("/", h.Accounts.Recognise(h.lend(inner), h.secure, h.fail))
	if h.Config.Metrics {
		return h.metrics.count(h.guard(h.behind(h.origin(outer))))
	}
	return h.guard(h.behind(h.origin(outer)))
}

// Routes returns every address with the act that a request to it is.
func (h *House) Routes() []account.Route {
	return slices.Concat(h.pages.Routes(), h.api.Routes(), h.models.Routes())
}

// Ask returns a client of the API in this process; token may be "".
func (h *House) Ask(token string) *client.Client {
	return client.Inside(h.Accounts.Recognise(h.api.Inside(), h.secure, h.fail), token)
}

// secure reports whether a request came through TLS, to us or to the proxy in front.
func (h *House) secure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(h.Config.Base, "https://")
}

// fail answers with an error in the way of the address that was asked.
func (h *House) fail(w http.ResponseWriter, r *http.Request, err error) {
	if strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/mcp" {
		h.api.Fail(w, r, err)
		return
	}
	h.pages.Fail(w, r, err)
}

// origin refuses whatever would change something and comes from a page of another
// site.
func (h *House) origin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	if h.Config.Base != "" {
		if err := guard.AddTrustedOrigin(h.Config.Base); err != nil {
			h.log.Warn("the public address is no origin; forms are compared with the Host of each request", "base", h.Config.Base, "error", err)
		}
	}
	guard.AddInsecureBypassPattern("POST /mail/stop") // mail programs and their servers post there (RFC 8058); the token is the proof
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.fail(w, r, fault.Forbidden("That form came from another site, so nothing was done."))
	}))
	return guard.Handler(next)
}

// readyz says whether requests should be sent here: not while the program stops,
// and not while its database does not answer.
func (h *House) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	switch err := h.DB.Ping(ctx); {
	case !h.ready.Load():
		plain(w, http.StatusServiceUnavailable, "stopping")
	case err != nil:
		h.log.Error("the database does not answer", "error", err)
		plain(w, http.StatusServiceUnavailable, "the database does not answer")
	default:
		plain(w, http.StatusOK, "ready")
	}
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n"))
}

// guard limits what a request may bring, sets the headers that every answer has,
// and outlives a handler that panics.
func (h *House) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head["X-Content-Type-Options"] = nosniff
		head["Referrer-Policy"] = sameOrigin
		if h.secure(r) {
			head["Strict-Transport-Security"] = onlyTLS
		}
		begun := &begun{ResponseWriter: w}
		w = begun
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p != http.ErrAbortHandler {
				h.log.Error("a handler broke", "path", web.LogPath(r.URL.Path), "panic", p, "stack", string(debug.Stack()))
			}
			if p == http.ErrAbortHandler || begun.yes {
				panic(http.ErrAbortHandler) // the connection breaks: nobody takes a part for the whole
			}
			http.Error(w, "Something broke here. Nothing was lost.", http.StatusInternalServerError)
		}()
		most := int64(1 << 20) // no form or JSON of ours comes near a megabyte
		if r.URL.Path == web.ImportPath {
			most += cite.MaxFile // but a library of references does
		}
		if r.ContentLength > most { // said before anybody reads it, or leads its sender elsewhere
			plain(w, http.StatusRequestEntityTooLarge, "That is too much at once: a request holds a megabyte at most, and a file of citations 16.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// begun notes whether an answer has begun.
type begun struct {
	http.ResponseWriter
	yes bool
}

func (b *begun) WriteHeader(status int) {
	b.yes = true
	b.ResponseWriter.WriteHeader(status)
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach what is below.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// Header values that never change, made once.
var (
	nosniff    = []string{"nosniff"}
	sameOrigin = []string{"strict-origin-when-cross-origin"}
	onlyTLS    = []string{"max-age=31536000"} // a year; of the names below this one the operator decides
)

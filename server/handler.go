package server

import (
	"context"
	"net/http"
	"runtime/debug"
	"time"
)

// Handler answers every request: health, the API, the pages.
func (h *House) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", h.readyz)
	mux.Handle("/api/", h.api)
	mux.Handle("/", h.pages)
	return h.guard(mux)
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
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				h.log.Error("a handler broke", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				http.Error(w, "Something broke here. Nothing was lost.", http.StatusInternalServerError)
			}
		}()
		const most = 1 << 20 // no form or JSON of ours comes near a megabyte
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// Header values that never change, made once.
var (
	nosniff    = []string{"nosniff"}
	sameOrigin = []string{"strict-origin-when-cross-origin"}
)

package api

import (
	"net/http"
	"strconv"
	"strings"

	v1 "broadsheet/api/v1"
)

// base1 is where version 1 of our own API begins.
const base1 = "/api/v1"

// isOurs reports whether a request is for our own API, which tells what went wrong as
// RFC 9457 has it.
func isOurs(r *http.Request) bool {
	return r.URL.Path == base1 || strings.HasPrefix(r.URL.Path, base1+"/")
}

// problem sends what went wrong in the way of our own API.
func (a *API) problem(w http.ResponseWriter, r *http.Request, status int, says string) string {
	id := requestID()
	body := mustMarshal(v1.Problem{Type: "/api#errors", Title: http.StatusText(status), Status: status, Detail: says, Request: id})
	h := w.Header()
	h.Set("X-Request-Id", id)
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="broadsheet"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
	return id
}

// methods are those that an address of ours may have.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// nothing answers for addresses that are none, and for those that do not have the
// method.
func (a *API) nothing(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, m := range methods {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := a.mux.Handler(other); strings.HasPrefix(pattern, m+" ") {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		a.fail(w, r, http.StatusMethodNotAllowed, "This address takes "+strings.Join(allowed, ", ")+".")
		return
	}
	a.fail(w, r, http.StatusNotFound, "There is nothing at this address. The API is described at /api.")
}

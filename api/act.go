package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"broadsheet/account"
	"broadsheet/fault"
)

// A deed is a function that does something for who asks, or tells them what is theirs
// alone. v is nil for a visitor, where the act of the route lets one in.
type deed func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error)

// mostBody is how much a request of version 1 may bring.
const mostBody = 512 << 10

// acting makes a handler of a deed that changes something. One that is sent again with
// the same Idempotency-Key within a day is answered as the first one was, and not done
// again.
func (a *API) acting(f deed) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, mostBody))
		if err != nil {
			a.Fail(w, r, fault.Invalid("The body is too long, or ended early."))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		v, key := account.From(r.Context()), r.Header.Get("Idempotency-Key")
		if v == nil || key == "" {
			a.answer(w, r, v, f)
			return
		}
		a.once(w, r, v, key, body, f)
	})
}

// owning makes a handler of a deed that tells who asks what is theirs alone.
func (a *API) owning(f deed) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.answer(w, r, account.From(r.Context()), f) })
}

// answer sends what a deed answers; only who asked may keep it.
func (a *API) answer(w http.ResponseWriter, r *http.Request, v *account.Viewer, f deed) {
	out, err := f(r.Context(), v, r)
	if err != nil {
		a.Fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Authorization, Cookie")
	if len(out.body) == 0 {
		w.WriteHeader(out.status)
		return
	}
	tag := tagOf(out.body)
	h.Set("ETag", tag)
	if (r.Method == http.MethodGet || r.Method == http.MethodHead) && matchesTag(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", cmp.Or(out.kind, "application/json; charset=utf-8"))
	h.Set("Content-Length", strconv.Itoa(len(out.body)))
	if out.status != 0 {
		w.WriteHeader(out.status)
	}
	if r.Method != http.MethodHead {
		w.Write(out.body)
	}
}

// tagOf is the ETag of a body.
func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// matchesTag reports whether a header that lists ETags names one.
func matchesTag(header, tag string) bool {
	return header != "" && (strings.TrimSpace(header) == "*" || strings.Contains(header, tag))
}

// errStale says that a thing is no longer as whoever wants to change it has read it.
var errStale = errors.New("it has changed")

// fresh refuses a change of something that is no longer as the request's If-Match says.
func fresh(r *http.Request, now any) error {
	if h := r.Header.Get("If-Match"); h != "" && !matchesTag(h, tagOf(mustMarshal(now))) {
		return errStale
	}
	return nil
}

// said is an answer with a value as JSON.
func said(v any) answer { return answer{body: mustMarshal(v)} }

// made is the answer to a deed that made something.
func made(v any) answer { return answer{status: http.StatusCreated, body: mustMarshal(v)} }

// nothingLeft is the answer to a deed after which there is nothing to show.
var nothingLeft = answer{status: http.StatusNoContent}

// readJSON reads the one JSON object that a request brings. A key that the object does
// not have is refused: it is a slip, and would be lost.
func readJSON(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, mostBody))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		}
		err = errors.New("more than one value")
	}
	var long *http.MaxBytesError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &long):
		return fault.Invalid("The body is too long.")
	case errors.As(err, &kind) && kind.Field != "":
		return fault.Invalid("%s in the body is not of the right kind: %s stands there.", kind.Field, kind.Value)
	}
	return fault.Invalid("The body is one JSON object as /openapi.yaml describes it: %s.", clip(strings.TrimPrefix(err.Error(), "json: ")))
}

// readMaybe is readJSON of a body that may be left out.
func readMaybe(r *http.Request, into any) error {
	if r.ContentLength == 0 {
		return nil
	}
	return readJSON(r, into)
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"broadsheet/account"
	"broadsheet/fault"
)

// visiting makes a handler of a function whose answer nobody keeps; v is nil for a
// visitor.
func (a *API) visiting(f func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out, err := f(r.Context(), account.From(r.Context()), r)
		if err != nil {
			a.Fail(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/json; charset=utf-8")
		h.Set("Cache-Control", "private, no-store")
		h.Set("Content-Length", strconv.Itoa(len(out.body)))
		if out.status != 0 {
			w.WriteHeader(out.status)
		}
		w.Write(out.body)
	})
}

// readJSON reads the one JSON object that a request brings. A key that the object does
// not have is refused: it is a slip, and would be lost.
func readJSON(r *http.Request, into any) error {
	body := http.MaxBytesReader(nil, r.Body, 512<<10)
	d := json.NewDecoder(body)
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
	return fault.Invalid("The body is one JSON object as /openapi.yaml describes it: %s.", clip(err.Error()))
}

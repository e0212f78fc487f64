// Package fault names the ways in which a request can fail through no
// fault of the program. An error of one of these kinds carries a sentence that
// may be shown to whoever caused it; every other error is ours, and its text
// belongs in the log only.
package fault

import (
	"errors"
	"fmt"
	"net/http"
)

// Kind is the way in which a request failed.
type Kind int

// The kinds, and beside each the HTTP status that stands for it.
const (
	Internal    Kind = iota // 500: none of the others; not the caller's doing
	KindMissing             // 404: the thing asked for is not here
	KindInvalid             // 400: what was sent cannot be understood or used
	KindClash               // 409: it contradicts what is held already
	KindRefused             // 403: the caller may not do this
	KindBusy                // 503: it would work later
	KindVisitor             // 401: it needs somebody who is signed in, and nobody is
	KindOften               // 429: asked too often; it would work after a pause
)

var statuses = [...]int{
	Internal:    http.StatusInternalServerError,
	KindMissing: http.StatusNotFound,
	KindInvalid: http.StatusBadRequest,
	KindClash:   http.StatusConflict,
	KindRefused: http.StatusForbidden,
	KindBusy:    http.StatusServiceUnavailable,
	KindVisitor: http.StatusUnauthorized,
	KindOften:   http.StatusTooManyRequests,
}

// Status returns the HTTP status of the kind.
func (k Kind) Status() int { return statuses[k] }

// Error is a failure with a sentence for the person who caused it.
type Error struct {
	Kind    Kind
	Message string
}

func (e *Error) Error() string { return e.Message }

// NotFound says that the thing asked for is not here.
func NotFound(format string, args ...any) error { return newError(KindMissing, format, args) }

// Invalid says that what was sent cannot be understood or used.
func Invalid(format string, args ...any) error { return newError(KindInvalid, format, args) }

// Conflict says that the request contradicts what is held already.
func Conflict(format string, args ...any) error { return newError(KindClash, format, args) }

// Forbidden says that the caller may not do this.
func Forbidden(format string, args ...any) error { return newError(KindRefused, format, args) }

// Busy says that the same request would work later.
func Busy(format string, args ...any) error { return newError(KindBusy, format, args) }

// SignIn says that it needs somebody who is signed in, and nobody is.
func SignIn(format string, args ...any) error { return newError(KindVisitor, format, args) }

// TooOften says that it was asked too often, and would work after a pause.
func TooOften(format string, args ...any) error { return newError(KindOften, format, args) }

func newError(k Kind, format string, args []any) error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of the first fault in err's chain, Internal if there
// is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Message returns the sentence to show to the person who caused err, and the
// empty string when err is not a fault and must not be shown.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}

// Package client asks a server for what version 1 of the API answers: one that is
// elsewhere (New), or the one in this process (Inside), in the same way.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	v1 "broadsheet/api/v1"
	"broadsheet/fault"
)

// Client asks one server. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New returns a client of the server at an address. token may be "".
func New(address, token string) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fault.Invalid("%s: the address of a server is wanted, such as https://papers.example.org.", address)
	}
	return &Client{base: u.Scheme + "://" + u.Host, token: token, http: &http.Client{Timeout: 60 * time.Second}}, nil
}

// Inside returns a client of a handler in this process.
func Inside(h http.Handler, token string) *Client {
	return &Client{base: "http://localhost", token: token, http: &http.Client{Transport: direct{h}}}
}

// With returns the client with another token.
func (c *Client) With(token string) *Client {
	other := *c
	other.token = token
	return &other
}

// Base returns the address of the server; that of one in this process leads nowhere.
func (c *Client) Base() string { return c.base }

// most is how much of an answer is read.
const most = 32 << 20

// Ask asks for an address behind /api/v1 and reads the answer into v, unless that is
// nil. body is sent as JSON, unless it is nil. What the server refuses is a fault.
func (c *Client) Ask(ctx context.Context, method, address string, query url.Values, body, v any) error {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r = bytes.NewReader(b)
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	q, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+address, r)
	if err != nil {
		return err
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		q.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(q)
	if err != nil {
		return fault.Busy("%s does not answer: %s.", c.base, reason(err))
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return fault.Busy("The answer of %s broke off: %s.", c.base, reason(err))
	}
	if res.StatusCode >= 300 {
		return refusal(c.base, res.StatusCode, answer)
	}
	if v == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return fault.Invalid("%s answers something else than Broadsheet does.", c.base)
	}
	return nil
}

func reason(err error) string {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err // without the address, which stands before it
	}
	return err.Error()
}

// refusal is the fault that an answer tells of.
func refusal(base string, status int, answer []byte) error {
	var p v1.Problem
	if json.Unmarshal(answer, &p) != nil || p.Detail == "" {
		return fault.Invalid("%s answers something else than Broadsheet does (status %d).", base, status)
	}
	switch status {
	case http.StatusNotFound:
		return fault.NotFound("%s", p.Detail)
	case http.StatusUnauthorized:
		return fault.SignIn("%s", p.Detail)
	case http.StatusForbidden:
		return fault.Forbidden("%s", p.Detail)
	case http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity:
		return fault.Conflict("%s", p.Detail)
	case http.StatusTooManyRequests:
		return fault.TooOften("%s", p.Detail)
	case http.StatusBadRequest:
		return fault.Invalid("%s", p.Detail)
	}
	return fault.Busy("%s (%s)", p.Detail, p.Request)
}

// Get asks for an address and returns what it answers.
func Get[T any](ctx context.Context, c *Client, address string, query url.Values) (*T, error) {
	v := new(T)
	if err := c.Ask(ctx, http.MethodGet, address, query, nil, v); err != nil {
		return nil, err // it says all that there is to say
	}
	return v, nil
}

// Paper is the address of a paper, by any of its identifiers.
func Paper(id string) string { return "/papers/" + url.PathEscape(strings.TrimSpace(id)) }

// direct hands requests to a handler.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	in := r.Clone(r.Context())
	in.RequestURI, in.Host = r.URL.RequestURI(), r.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	d.h.ServeHTTP(w, in)
	return &http.Response{
		StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Status: http.StatusText(w.status),
	}, nil
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }

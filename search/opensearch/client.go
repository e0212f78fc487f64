package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"broadsheet/fault"
)

// Limits of a call. An answer that is larger is an error.
const (
	askFor    = 5 * time.Second  // a reader waits
	writeFor  = 60 * time.Second // a batch
	tendFor   = 30 * time.Second // an index is made or an alias moved
	probeFor  = time.Second      // whether a cluster that was away is back
	restFor   = time.Second      // how long nobody asks after the cluster was not there
	maxAnswer = 64 << 20
)

// client speaks HTTP with the nodes of a cluster. Every request may be repeated, so
// one that a node does not take goes to the next.
type client struct {
	nodes          []string // addresses without a slash at the end
	user, password string
	http           *http.Client
	first          atomic.Uint32 // the node that is asked first
	answered       atomic.Int64  // when an answer came last, Unix nanoseconds
	lost           atomic.Bool   // the cluster was away when it was asked last
	rests          atomic.Int64  // until when nobody asks, Unix nanoseconds
	probing        atomic.Bool   // somebody finds out whether it is back
	told           func(call string, took time.Duration, failed bool)
}

func newClient(c Config) *client {
	t := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     c.TLS,
		TLSHandshakeTimeout: 2 * time.Second,
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     time.Minute,
		DisableCompression:  true, // it costs both sides more than the way between them
		Proxy:               nil,  // a cluster is no outside page
	}
	told := c.Told
	if told == nil {
		told = func(string, time.Duration, bool) {}
	}
	return &client{nodes: c.Nodes, user: c.User, password: c.Password, http: &http.Client{Transport: t}, told: told}
}

// refusal is an answer of the cluster that says no.
type refusal struct {
	Status int
	Type   string
	Reason string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the cluster says %d %s: %s", r.Status, r.Type, r.Reason)
}

// missing reports whether an error says that an index or a document is not there.
func missing(err error) bool {
	r := (*refusal)(nil)
	return errors.As(err, &r) && r.Status == http.StatusNotFound
}

// away is the error of a cluster that cannot be reached or does not answer in time.
// It is a fault.Busy, which pages show.
type away struct{ cause error }

func (a *away) Error() string { return "the search cluster is away: " + a.cause.Error() }

func (a *away) Unwrap() []error {
	return []error{fault.Busy("The search cannot be reached at the moment. Try it again in a minute; all other pages are as ever."), a.cause}
}

// overfull reports whether the cluster is there and took this one call not.
func (a *away) overfull() bool {
	r := (*refusal)(nil)
	return errors.As(a.cause, &r) && r.Status == http.StatusTooManyRequests
}

// request is one call of the cluster.
type request struct {
	call   string // what it is counted as
	method string
	path   string
	body   []byte
	lines  bool // the body is JSON in lines
	within time.Duration
}

// do sends a request and reads the answer into a value, unless it is nil.
func (c *client) do(ctx context.Context, r request, into any) error {
	if err := c.reachable(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	began := time.Now()
	err := c.anyNode(ctx, r, into)
	c.told(r.call, time.Since(began), err != nil && !missing(err))
	c.note(began, err)
	return err
}

// note takes from the end of a call whether the cluster is there. One that answers others
// meanwhile is, however long this one waited.
func (c *client) note(began time.Time, err error) {
	a := (*away)(nil)
	switch {
	case !errors.As(err, &a) || a.overfull():
		c.answered.Store(time.Now().UnixNano())
		c.lost.Store(false)
	case errors.Is(err, context.Canceled):
	case errors.Is(err, context.DeadlineExceeded) && c.answered.Load() > began.UnixNano():
	default:
		c.rests.Store(time.Now().Add(restFor).UnixNano())
		c.lost.Store(true)
	}
}

// reachable says at once that the cluster is away when it was a moment ago. Of those who
// ask after that moment, one waits for a sign of it, and none of the others.
func (c *client) reachable(ctx context.Context) error {
	if !c.lost.Load() {
		return nil
	}
	if time.Now().UnixNano() < c.rests.Load() || !c.probing.CompareAndSwap(false, true) {
		return &away{errors.New("it was not there a moment ago")}
	}
	defer c.probing.Store(false)
	ctx, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	began := time.Now()
	err := c.anyNode(ctx, request{method: http.MethodGet, path: "/"}, nil)
	c.note(began, err)
	if a := (*away)(nil); errors.As(err, &a) {
		return err
	}
	return nil
}

// anyNode tries one node after the other. One that did not answer in time is not the
// first that the next call asks.
func (c *client) anyNode(ctx context.Context, r request, into any) (err error) {
	first, all := c.first.Load(), uint32(len(c.nodes))
	for i := range all {
		at := (first + i) % all
		if err = c.once(ctx, c.nodes[at], r, into); err == nil {
			c.first.Store(at)
			return nil
		}
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			c.first.CompareAndSwap(at, (at+1)%all)
		}
		if a := (*away)(nil); !errors.As(err, &a) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (c *client) once(ctx context.Context, node string, r request, into any) error {
	req, err := http.NewRequestWithContext(ctx, r.method, node+r.path, bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	switch {
	case r.lines:
		req.Header.Set("Content-Type", "application/x-ndjson")
	case r.body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	if c.user != "" {
		req.SetBasicAuth(c.user, c.password)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return &away{err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return &away{err}
	case len(body) > maxAnswer:
		return fmt.Errorf("the answer to %s %s has more than %d MB", r.method, r.path, maxAnswer>>20)
	case resp.StatusCode >= 300:
		return refused(resp.StatusCode, body)
	case into == nil:
		return nil
	}
	if l, ok := into.(*replies); ok {
		err = l.decode(body)
	} else {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		return fmt.Errorf("read the answer to %s %s: %w", r.method, r.path, err)
	}
	return nil
}

// refused makes the error of an answer that is none. A node that has lost its manager or
// is overfull says so with 429, 502, 503 or 504: that passes.
func refused(status int, body []byte) error {
	var told struct {
		Error json.RawMessage `json:"error"`
	}
	_ = json.Unmarshal(body, &told) // what is no JSON has no reason
	r := reasonOf(status, told.Error)
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return &away{r}
	}
	return r
}

// reasonOf reads the error of an answer, or of one part of it.
func reasonOf(status int, raw json.RawMessage) *refusal {
	var e struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
		Root   []struct {
			Type   string `json:"type"`
			Reason string `json:"reason"`
		} `json:"root_cause"`
	}
	r := &refusal{Status: status}
	if json.Unmarshal(raw, &e) != nil {
		r.Reason = clip(string(raw))
		return r
	}
	if len(e.Root) > 0 {
		e.Type, e.Reason = e.Root[0].Type, e.Root[0].Reason
	}
	r.Type, r.Reason = e.Type, clip(e.Reason)
	return r
}

func clip(s string) string {
	const most = 300
	s = strings.ToValidUTF8(s, "?")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

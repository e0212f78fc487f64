package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	v1 "broadsheet/api/v1"
	"broadsheet/fault"
)

// Those who wait for changes keep a connection and a goroutine each, so they are
// counted.
const (
	longestWait  = 8 * time.Second // for one change: many clients give up an answer at ten; who wants more asks again
	mostWatchers = 256
	mostOfOne    = 8 // watchers of one client
	glance       = 100 * time.Millisecond
	look         = 5 * time.Second  // for what no glance has shown: a standby may lag
	sign         = 15 * time.Second // of life, so that proxies keep the connection
	oneWrite     = 30 * time.Second // that a reader may take for a piece of the stream
)

// watchers counts those who wait, and ends their waiting when the server stops.
type watchers struct {
	mu     sync.Mutex
	all    int
	each   map[netip.Prefix]int
	closed chan struct{}
	once   sync.Once
}

func newWatchers() *watchers {
	return &watchers{each: map[netip.Prefix]int{}, closed: make(chan struct{})}
}

// enter counts a client in and returns what counts it out.
func (w *watchers) enter(client netip.Prefix) (leave func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.all >= mostWatchers:
		return nil, fault.Busy("%d clients wait for changes already. Ask without wait, or later.", mostWatchers)
	case w.each[client] >= mostOfOne:
		return nil, fault.TooOften("You wait for changes on %d connections already; one is enough.", mostOfOne)
	}
	w.all++
	w.each[client]++
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.all--
		if w.each[client]--; w.each[client] == 0 {
			delete(w.each, client)
		}
	}, nil
}

// Release ends the waiting of all who follow the changes, so that a server that stops
// is not kept by them. It may be called more than once.
func (a *API) Release() { a.watching.once.Do(func() { close(a.watching.closed) }) }

// changes answers with the next changes: at once, after waiting for one (wait), or, to
// those who take text/event-stream, one after the other as they come.
func (a *API) changes() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, wait, err := stretchOf(&request{query: r.URL.Query()})
		if err != nil {
			a.Fail(w, r, err)
			return
		}
		streams := strings.Contains(r.Header.Get("Accept"), "text/event-stream")
		if streams || wait > 0 {
			leave, err := a.watching.enter(clientOf(r))
			if err != nil {
				a.Fail(w, r, err)
				return
			}
			defer leave()
		}
		if streams {
			if s, err = resumed(r, s); err == nil {
				err = a.stream(w, r, s)
			}
		} else {
			err = a.poll(w, r, s, wait)
		}
		if err != nil {
			a.Fail(w, r, err)
		}
	})
}

// nameStream says in a header which stream it is.
func (a *API) nameStream(w http.ResponseWriter, r *http.Request) error {
	name, err := a.papers.DB().Stream(r.Context())
	w.Header().Set(v1.StreamHeader, name)
	w.Header().Set("Access-Control-Expose-Headers", v1.StreamHeader)
	return err
}

// poll answers with the next changes, or with none once it has waited for long enough.
func (a *API) poll(w http.ResponseWriter, r *http.Request, s stretch, wait time.Duration) error {
	if err := a.nameStream(w, r); err != nil {
		return err
	}
	out, err := a.await(r.Context(), s, wait)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h["Access-Control-Allow-Origin"] = anyOrigin
	body := mustMarshal(out)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
	return nil
}

// await returns the next changes, none when none came in time or the server stops.
func (a *API) await(ctx context.Context, s stretch, wait time.Duration) (*v1.Changes, error) {
	end := time.NewTimer(wait)
	defer end.Stop()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		state := a.State() // before the question: what comes during it is seen at the next glance
		out, err := a.follow(ctx, s)
		if err != nil || out.Next > s.after {
			return out, err
		}
		for asked := time.Now(); a.State() == state && time.Since(asked) < look; {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-a.watching.closed:
				return out, nil
			case <-end.C:
				return out, nil
			case <-tick.C:
			}
		}
	}
}

// resumed goes on where a browser that lost its connection had been.
func resumed(r *http.Request, s stretch) (stretch, error) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		return s, nil
	}
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil || n < 0 {
		return s, fault.Invalid("Last-Event-ID is the number of a change, not %q.", clip(last))
	}
	s.after = n
	return s, nil
}

// stream sends changes as they come, as server-sent events: the kind, the number as id,
// and the change as data. An error is one from before the first byte.
func (a *API) stream(w http.ResponseWriter, r *http.Request, s stretch) error {
	if err := a.nameStream(w, r); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	h["Access-Control-Allow-Origin"] = anyOrigin
	if r.Method == http.MethodHead {
		return nil
	}
	out := http.NewResponseController(w)
	send := func(text string) error {
		if err := out.SetWriteDeadline(time.Now().Add(oneWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return out.Flush()
	}
	if send("retry: 3000\n\n") != nil {
		return nil // nobody listens any more, here and below
	}
	for {
		next, err := a.await(r.Context(), s, sign)
		if err != nil {
			if r.Context().Err() == nil {
				a.Log.Error("the change stream broke off", "after", s.after, "error", err)
			}
			return nil // whoever follows comes again with the last id
		}
		for _, c := range next.Changes {
			if send(fmt.Sprintf("event: %s\nid: %d\ndata: %s\n\n", c.Kind, c.Seq, mustMarshal(c))) != nil {
				return nil
			}
		}
		if len(next.Changes) == 0 && send(fmt.Sprintf(": %d\n\n", next.Next)) != nil {
			return nil
		}
		s.after = next.Next
		select {
		case <-a.watching.closed:
			return nil
		default:
		}
	}
}

package harvest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"broadsheet/fault"
)

// Pace is a transport that asks one question at a time and waits between two. All
// questions to one operator go through one Pace, whichever of its servers they go
// to.
type Pace struct {
	Agent   string        // the User-Agent; it holds an address at which a person answers
	Gap     time.Duration // the least time from the end of an answer to the next question
	Flowing bool          // answers are handed on as they come, and hold the turn until they are closed

	turn chan struct{} // holds something while nobody asks
	last time.Time
	next http.RoundTripper
}

// NewPace returns a pace.
func NewPace(agent string, gap time.Duration) *Pace {
	return newPace(agent, gap, http.DefaultTransport.(*http.Transport).Clone())
}

func newPace(agent string, gap time.Duration, next http.RoundTripper) *Pace {
	p := &Pace{Agent: agent, Gap: gap, turn: make(chan struct{}, 1), next: next}
	p.turn <- struct{}{}
	return p
}

// mostAnswer is the most bytes that an answer may have.
const mostAnswer = 64 << 20

// RoundTrip asks, and returns when the whole answer is there, or, of a flowing one, its
// head. An answer of which more comes than any may have breaks off.
func (p *Pace) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-p.turn:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if err := wait(r.Context(), time.Until(p.last.Add(p.Gap))); err != nil {
		p.turn <- struct{}{}
		return nil, err
	}
	done := sync.OnceFunc(func() { p.last = time.Now(); p.turn <- struct{}{} })
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", p.Agent)
	a, err := p.next.RoundTrip(r)
	if err != nil {
		done()
		return nil, err
	}
	a.Body = &bounded{a.Body, mostAnswer, done}
	if p.Flowing {
		return a, nil
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if errors.Is(err, errTooMuch) {
		return nil, err
	}
	if err != nil { // what came before the break may be of use to a tolerant reader
		a.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), broken{err}))
	} else {
		a.Body = io.NopCloser(bytes.NewReader(body))
	}
	return a, nil
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

var errTooMuch = fmt.Errorf("the answer has more than %d MB", mostAnswer>>20)

// bounded is the body of an answer that may have so many bytes more.
type bounded struct {
	io.ReadCloser
	left int
	done func()
}

func (b *bounded) Read(to []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooMuch
	}
	n, err := b.ReadCloser.Read(to[:min(len(to), b.left+1)])
	if b.left -= n; b.left < 0 {
		return n - 1, errTooMuch
	}
	return n, err
}

func (b *bounded) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Wait lets time pass, or returns early with the error of the context.
type Wait func(context.Context, time.Duration) error

// Client asks servers of one operator.
type Client struct {
	Pace  *Pace
	Tries int  // of one question; 0 is 6
	Wait  Wait // nil sleeps

	// Redirect says whether a question may be led elsewhere, as http.Client.CheckRedirect
	// does; nil lets it. A fault.Conflict is not tried again.
	Redirect func(r *http.Request, via []*http.Request) error
}

// Get asks for an address and has the whole answer read, as Read does.
func (c *Client) Get(ctx context.Context, address string, read func(body []byte, head http.Header) error) error {
	return c.Read(ctx, address, func(body io.Reader, head http.Header) error {
		whole, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		return read(whole, head)
	})
}

// Read asks for an address and has the answer read. It tries again, later each time,
// when the server is busy (503, 429, other 5xx, with Retry-After honoured up to an
// hour), the connection breaks, or read finds that the answer is not whole: any error
// of read but a fault.Conflict, which says that the server has answered and means it.
func (c *Client) Read(ctx context.Context, address string, read func(body io.Reader, head http.Header) error) error {
	tries, sleep := c.Tries, c.Wait
	if tries == 0 {
		tries = 6
	}
	if sleep == nil {
		sleep = wait
	}
	pause := 10 * time.Second
	for try := 1; ; try++ {
		retry, err := c.ask(ctx, address, read)
		if retry < 0 || ctx.Err() != nil {
			return err
		}
		if try == tries {
			return fmt.Errorf("%w (after %d tries)", err, tries)
		}
		if retry == 0 {
			retry = pause + rand.N(pause/2)
			pause = min(2*pause, 10*time.Minute)
		}
		if err := sleep(ctx, min(retry, time.Hour)); err != nil {
			return err
		}
	}
}

// mostRefusal is how much is kept of an answer that says why there is none.
const mostRefusal = 1 << 20

// ask asks once. retry is negative when asking again is of no use, and 0 when the
// server did not say how long to wait.
func (c *Client) ask(ctx context.Context, address string, read func(io.Reader, http.Header) error) (retry time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return -1, fault.Invalid("%q is no address: %s.", address, err)
	}
	a, err := (&http.Client{Transport: c.Pace, Timeout: 2 * time.Minute, CheckRedirect: c.Redirect}).Do(r)
	if fault.Is(err, fault.KindClash) {
		return -1, err
	}
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	body := &watched{from: a.Body}
	switch {
	case a.StatusCode == http.StatusOK:
		err = read(body, a.Header)
	case a.StatusCode == http.StatusTooManyRequests || a.StatusCode >= 500:
		return retryAfter(a.Header.Get("Retry-After"), time.Now()), &statusError{a.StatusCode, address, nil}
	default:
		why, _ := io.ReadAll(io.LimitReader(body, mostRefusal))
		err = &statusError{a.StatusCode, address, why}
	}
	switch {
	case err != nil && body.broke != nil:
		return 0, fmt.Errorf("the answer of %s broke off: %w", address, body.broke)
	case a.StatusCode != http.StatusOK || err == nil || fault.Is(err, fault.KindClash):
		return -1, err
	}
	return 0, err
}

// watched is a body that remembers why it broke off.
type watched struct {
	from  io.Reader
	broke error
}

func (w *watched) Read(to []byte) (int, error) {
	n, err := w.from.Read(to)
	if err != nil && err != io.EOF {
		w.broke = err
	}
	return n, err
}

// retryAfter reads the header of that name (RFC 9110, 10.2.3), 0 when it says
// nothing.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return max(time.Duration(n)*time.Second, time.Second)
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(t.Sub(now), time.Second)
	}
	return 0
}

type statusError struct {
	status  int
	address string
	body    []byte
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.address, e.status, http.StatusText(e.status))
}

// answered reports whether err is an answer with the status.
func answered(err error, status int) bool {
	var e *statusError
	return errors.As(err, &e) && e.status == status
}

package oai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Client asks one server, one question at a time. Its fields must not change once
// it is used. It is safe for concurrent use; questions then wait for each other.
type Client struct {
	Base  string                                     // the address of the server, https://oaipmh.arxiv.org/oai
	Agent string                                     // the User-Agent; it must hold an address at which a person answers
	HTTP  *http.Client                               // nil: one with a time limit of 2 minutes
	Gap   time.Duration                              // the least time from an answer to the next question; 0 is 3 s
	Tries int                                        // of one question; 0 is 8
	Wait  func(context.Context, time.Duration) error // nil sleeps; it returns early with the error of the context

	mu   sync.Mutex
	last time.Time
}

// mostAnswer is the most bytes that an answer may have.
const mostAnswer = 64 << 20

// Do asks, and returns the answer as received beside the page that it is. It tries
// again when the server is busy (503, 429 or another 5xx, with Retry-After honoured
// up to an hour, or its page for people) and when an answer breaks off before its
// first record. An *Error is returned at once: what it means depends on the question.
func (c *Client) Do(ctx context.Context, r Request) (*Page, []byte, error) {
	if c.Agent == "" {
		return nil, nil, errors.New("a harvest needs a User-Agent that says whose it is")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	tries := c.Tries
	if tries == 0 {
		tries = 8
	}
	pause := 10 * time.Second
	for try := 1; ; try++ {
		page, body, retry, err := c.ask(ctx, r)
		if err == nil {
			return page, body, nil
		}
		var told *Error
		if errors.As(err, &told) || ctx.Err() != nil || retry < 0 {
			return nil, body, err
		}
		if try == tries {
			return nil, body, fmt.Errorf("%w (after %d tries)", err, tries)
		}
		if retry == 0 {
			retry = pause + rand.N(pause/2)
			pause = min(2*pause, 10*time.Minute)
		}
		if err := c.wait(ctx, min(retry, time.Hour)); err != nil {
			return nil, nil, err
		}
	}
}

// ask asks once. retry is negative when asking again is of no use and 0 when the
// server did not say how long to wait.
func (c *Client) ask(ctx context.Context, r Request) (page *Page, body []byte, retry time.Duration, err error) {
	gap := c.Gap
	if gap == 0 {
		gap = 3 * time.Second
	}
	if left := time.Until(c.last.Add(gap)); left > 0 {
		if err := c.wait(ctx, left); err != nil {
			return nil, nil, -1, err
		}
	}
	defer func() { c.last = time.Now() }()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Base+"?"+r.Query().Encode(), nil)
	if err != nil {
		return nil, nil, -1, err
	}
	q.Header.Set("User-Agent", c.Agent)
	client := c.HTTP
	if client == nil {
		client = &http.Client{Timeout: 2 * time.Minute}
	}
	a, err := client.Do(q)
	if err != nil {
		return nil, nil, 0, err
	}
	defer a.Body.Close()
	body, broken := io.ReadAll(io.LimitReader(a.Body, mostAnswer+1))
	if len(body) > mostAnswer {
		return nil, nil, -1, fmt.Errorf("the answer has more than %d MB", mostAnswer>>20)
	}
	switch s := a.StatusCode; {
	case s == http.StatusTooManyRequests || s >= 500:
		return nil, nil, retryAfter(a.Header.Get("Retry-After"), time.Now()), fmt.Errorf("the server answers %s", a.Status)
	case s >= 400 && !strings.Contains(a.Header.Get("Content-Type"), "xml"):
		return nil, nil, -1, fmt.Errorf("the server answers %s", a.Status)
	}
	page, err = Parse(body)
	var later *RetryError
	switch {
	case errors.As(err, &later):
		return nil, body, max(later.After, time.Second), err
	case err != nil:
		return nil, body, 0, errors.Join(err, broken)
	case page.Cut && len(page.Records) == 0:
		return nil, body, 0, errors.Join(errors.New("the answer broke off before its first record"), broken)
	}
	return page, body, 0, nil
}

func (c *Client) wait(ctx context.Context, d time.Duration) error {
	if c.Wait != nil {
		return c.Wait(ctx, d)
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

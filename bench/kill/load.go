package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// load is what readers do, at a rate that does not depend on how fast it is answered.
type load struct {
	base     string
	papers   []string // identifiers
	accounts []login
	client   *http.Client

	mu       sync.Mutex
	done     []request
	votes    map[[2]string]bool // account and paper → acknowledged
	comments map[string]bool    // text → acknowledged
	turn     int
}

// login is how an account signs its requests: with a session or a token.
type login struct {
	handle string
	id     int64
	header [2]string
}

// request is one that was made.
type request struct {
	kind      string // read, search, write
	began, at time.Time
	failed    bool
	status    int // 0 when there was no answer
}

// run keeps the load up until ctx ends, and waits for what is under way.
func (l *load) run(ctx context.Context) {
	l.votes, l.comments = map[[2]string]bool{}, map[string]bool{}
	l.client = client()
	var all sync.WaitGroup
	defer all.Wait()
	for _, s := range []struct {
		every time.Duration
		do    func(context.Context)
	}{{50 * time.Millisecond, l.read}, {400 * time.Millisecond, l.search}, {100 * time.Millisecond, l.vote}, {500 * time.Millisecond, l.comment}} {
		all.Go(func() {
			slots := make(chan struct{}, 40) // what waits longer than that is not asked at all
			tick := time.NewTicker(s.every)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				select {
				case slots <- struct{}{}:
					all.Go(func() {
						s.do(context.WithoutCancel(ctx))
						<-slots
					})
				default:
				}
			}
		})
	}
}

func client() *http.Client {
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 5 * time.Second}}
}

func (l *load) ask(ctx context.Context, kind, method, path string, who *login, body any) (int, []byte) {
	var to io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			panic(err) // strings
		}
		to = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, l.base+path, to)
	if err != nil {
		panic(err) // our own addresses
	}
	if who != nil {
		r.Header.Set(who.header[0], who.header[1])
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	q := request{kind: kind, began: time.Now()}
	var answer []byte
	w, err := l.client.Do(r)
	if err == nil {
		answer, err = io.ReadAll(w.Body)
		w.Body.Close()
		q.status = w.StatusCode
	}
	q.at, q.failed = time.Now(), err != nil || q.status >= 400
	if err != nil {
		q.status = 0
	}
	l.mu.Lock()
	l.done = append(l.done, q)
	l.mu.Unlock()
	return q.status, answer
}

func (l *load) read(ctx context.Context) {
	paper := l.papers[rand.N(len(l.papers))]
	path := []string{"/", "/papers/" + paper, "/archive", "/papers/trending", "/api/daily_papers?limit=5", "/api/papers/" + paper}[rand.N(6)]
	l.ask(ctx, "read", "GET", path, nil, nil)
}

func (l *load) search(ctx context.Context) {
	words := []string{"language+models", "diffusion", "graph+neural", "reasoning", "video+generation"}
	l.ask(ctx, "search", "GET", fmt.Sprintf("/papers?q=%s&p=%d", words[rand.N(len(words))], 1+rand.N(4)), nil, nil)
}

// vote gives a vote that nobody gave before, and again until it is acknowledged.
func (l *load) vote(ctx context.Context) {
	l.mu.Lock()
	who := l.accounts[l.turn%len(l.accounts)]
	paper := l.papers[(l.turn/len(l.accounts))%len(l.papers)]
	l.turn++
	l.votes[[2]string{who.handle, paper}] = false
	l.mu.Unlock()
	if l.insist(ctx, "/api/papers/"+paper+"/upvote", &who, struct{}{}) {
		l.mu.Lock()
		l.votes[[2]string{who.handle, paper}] = true
		l.mu.Unlock()
	}
}

// comment says something that nobody said before, and again until it is acknowledged.
func (l *load) comment(ctx context.Context) {
	text := fmt.Sprintf("Thought %x about this.", rand.Uint64())
	who := l.accounts[rand.N(len(l.accounts))]
	l.mu.Lock()
	l.comments[text] = false
	l.mu.Unlock()
	if l.insist(ctx, "/api/papers/"+l.papers[rand.N(len(l.papers))]+"/comment", &who, map[string]string{"comment": text}) {
		l.mu.Lock()
		l.comments[text] = true
		l.mu.Unlock()
	}
}

func (l *load) insist(ctx context.Context, path string, who *login, body any) bool {
	for try := range 12 {
		status, _ := l.ask(ctx, "write", "POST", path, who, body)
		if status == http.StatusOK || status == http.StatusCreated {
			return true
		}
		time.Sleep(time.Duration(try+1) * 300 * time.Millisecond)
	}
	return false
}

// window is what happened to the requests of some kind in a time.
type window struct {
	asked, failed int
	statuses      map[int]int   // of those that failed
	gap           time.Duration // the longest time between two that succeeded
}

func (l *load) between(from, to time.Time, kind string) window {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := window{statuses: map[int]int{}}
	var good []time.Time
	for _, q := range l.done {
		if q.at.Before(from) || q.at.After(to) || q.kind != kind {
			continue
		}
		w.asked++
		if q.failed {
			w.failed++
			w.statuses[q.status]++
			continue
		}
		good = append(good, q.at)
	}
	slices.SortFunc(good, time.Time.Compare)
	last := from
	for _, at := range append(good, to) {
		w.gap = max(w.gap, at.Sub(last))
		last = at
	}
	return w
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"broadsheet/api"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/search"
)

// search measures questions by words and meaning, in turn with the bare _msearch of the
// same: the best of each leg, as a replica asks for them.
func (b *bench) search(ctx context.Context) error {
	questions, err := b.questions(ctx)
	if err != nil {
		return err
	}
	m, err := encoder()
	if err != nil {
		return err
	}
	var mu sync.Mutex
	calls := map[string][]float64{}
	b.told = func(call string, took time.Duration, _ bool) {
		mu.Lock()
		defer mu.Unlock()
		calls[call] = append(calls[call], took.Seconds()*1000)
	}
	replica, err := b.replica(ctx, b.cluster, m)
	if err != nil {
		return err
	}
	defer replica.Close()
	b.told = nil
	bare, err := b.recorded(ctx, questions, m)
	if err != nil {
		return err
	}
	var ours, theirs, ratios []float64
	const warm = 30
	for i, q := range questions {
		x, err := timed(func() error { return get(ctx, replica.URL, q) })
		if err != nil {
			return err
		}
		y, err := timed(func() error { return again(ctx, b.cluster, "", bare[i]) })
		if err != nil {
			return err
		}
		if i >= warm {
			ours, theirs, ratios = append(ours, x), append(theirs, y), append(ratios, x/y)
		}
	}
	fmt.Printf("%d questions of three words: through a replica p50 %.1f ms, p95 %.1f ms; bare _msearch p50 %.1f ms, p95 %.1f ms; sum of ours by sum of theirs %.2f, median of ratios %.2f\n",
		len(ours), at(ours, .5), at(ours, .95), at(theirs, .5), at(theirs, .95), sum(ours)/sum(theirs), at(ratios, .5))
	for call, list := range calls {
		fmt.Printf("  of this, call %-8s %4d times, p50 %.1f ms\n", call, len(list), at(list, .5))
	}
	return nil
}

// questions are words from titles.
func (b *bench) questions(ctx context.Context) ([]string, error) {
	papers, _, err := b.papers.Walk(ctx, paper.Walked{}, false, 5*b.rounds)
	if err != nil {
		return nil, err
	}
	var list []string
	chance := rand.New(rand.NewPCG(1, 2))
	for _, p := range papers {
		words := slices.DeleteFunc(strings.Fields(strings.ToLower(p.Title)), func(w string) bool {
			return len(w) < 4 || strings.IndexFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) >= 0
		})
		if len(words) >= 5 && len(list) < b.rounds {
			from := chance.IntN(len(words) - 3)
			list = append(list, strings.Join(words[from:from+3], " "))
		}
	}
	if len(list) < 60 {
		return nil, errors.New("the store holds too few papers")
	}
	return list, nil
}

// replica serves the API over the index "bench".
func (b *bench) replica(ctx context.Context, address string, m search.Encoder) (*httptest.Server, error) {
	p, err := b.open(ctx, address, "bench", m)
	if err != nil {
		return nil, err
	}
	a, err := api.New(api.Config{
		Papers: b.papers, Editions: b.editions, Feeds: feed.New(b.papers), Finder: p,
		State: func() uint64 { return 0 }, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	return httptest.NewServer(a), nil
}

// recorded returns what each question asks of the index, the best of each leg, as one
// _msearch.
func (b *bench) recorded(ctx context.Context, questions []string, m search.Encoder) ([]passed, error) {
	r, err := record(b.cluster, func(_, path string) bool { return strings.HasSuffix(path, "/_msearch") })
	if err != nil {
		return nil, err
	}
	defer r.Close()
	replica, err := b.replica(ctx, r.URL, m)
	if err != nil {
		return nil, err
	}
	defer replica.Close()
	var list []passed
	for _, q := range questions {
		r.kept = nil
		if err := get(ctx, replica.URL, q); err != nil {
			return nil, err
		}
		var both passed
		legs := 0
		for _, p := range r.kept {
			if bytes.Contains(p.body, fmt.Appendf(nil, `"size":%d,`, search.Deepest)) && !bytes.Contains(p.body, []byte(`"script"`)) {
				both = passed{p.method, p.path, append(both.body, p.body...)}
				legs++
			}
		}
		if legs != 2 {
			return nil, fmt.Errorf("%q was asked by %d legs, not by words and meaning; is the index filled?", q, legs)
		}
		list = append(list, both)
	}
	return list, nil
}

func get(ctx context.Context, base, q string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/papers/search?limit=20&q="+url.QueryEscape(q), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", q, resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// timed returns how many milliseconds something takes.
func timed(f func() error) (float64, error) {
	began := time.Now()
	err := f()
	return float64(time.Since(began).Microseconds()) / 1000, err
}

func at(list []float64, part float64) float64 {
	list = slices.Clone(list)
	slices.Sort(list)
	return list[int(part*float64(len(list)-1))]
}

func sum(list []float64) float64 {
	total := 0.0
	for _, x := range list {
		total += x
	}
	return total
}

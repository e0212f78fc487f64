package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"broadsheet/search/opensearch"
)

// recorder stands between us and the cluster and keeps what passes.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	kept []passed
}

type passed struct {
	method, path string
	body         []byte
}

// record keeps the requests that keep admits, by method and path.
func record(cluster string, keep func(method, path string) bool) (*recorder, error) {
	to, err := url.Parse(cluster)
	if err != nil {
		return nil, err
	}
	r := &recorder{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if keep(req.Method, req.URL.Path) {
			body, err := io.ReadAll(req.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			req.Body = io.NopCloser(bytes.NewReader(body))
			r.mu.Lock()
			r.kept = append(r.kept, passed{req.Method, req.URL.RequestURI(), body})
			r.mu.Unlock()
		}
		proxy.ServeHTTP(w, req)
	}))
	return r, nil
}

// again sends what was kept once more, to an index of another name, and discards the
// answers.
func again(ctx context.Context, cluster, name string, p passed) error {
	path := p.path
	if name != "" {
		_, rest, _ := strings.Cut(strings.TrimPrefix(p.path, "/"), "/")
		path = "/" + name + "/" + rest
	}
	req, err := http.NewRequestWithContext(ctx, p.method, cluster+strings.TrimSuffix(path, "/"), bytes.NewReader(p.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Encoding", "identity") // as a replica asks
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s", p.method, path, resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// index measures indexing, in turn with the bare calls.
func (b *bench) index(ctx context.Context) error {
	r, err := record(b.cluster, func(method, path string) bool {
		return strings.HasSuffix(path, "/_bulk") || method == http.MethodPut && strings.Count(path, "/") == 1
	})
	if err != nil {
		return err
	}
	defer r.Close()
	docs, _, err := b.ours(ctx, r.URL)
	if err != nil {
		return err
	}
	var bytes int
	for _, p := range r.kept {
		bytes += len(p.body)
	}
	fmt.Printf("%d documents, %.1f kB each, %d requests\n", docs, float64(bytes)/float64(docs)/1000, len(r.kept))
	for range 3 {
		_, ours, err := b.ours(ctx, b.cluster)
		if err != nil {
			return err
		}
		bare, err := b.bare(ctx, r.kept)
		if err != nil {
			return err
		}
		fmt.Printf("ours %6.0f documents a second (%.2f s of our processor for 1,000), bare _bulk %6.0f; ratio %.2f\n",
			float64(docs)/ours.time.Seconds(), 1000*ours.used.Seconds()/float64(docs), float64(docs)/bare.Seconds(), bare.Seconds()/ours.time.Seconds())
	}
	return nil
}

type spent struct{ time, used time.Duration }

// ours indexes papers from the store into a new index, by words.
func (b *bench) ours(ctx context.Context, address string) (int, spent, error) {
	p, err := b.open(ctx, address, "bench-ours", nil)
	if err != nil {
		return 0, spent{}, err
	}
	defer p.Close()
	defer func(c *opensearch.Papers) { c.Delete(context.WithoutCancel(ctx)) }(p)
	if err := p.Delete(ctx); err != nil {
		return 0, spent{}, err
	}
	began, used := time.Now(), processor()
	docs := 0
	for docs < b.most {
		n, err := p.Update(ctx, 2000)
		if err != nil || n == 0 {
			return docs, spent{time.Since(began), processor() - used}, err
		}
		docs += n
	}
	return docs, spent{time.Since(began), processor() - used}, nil
}

// bare sends the same requests, one after the other.
func (b *bench) bare(ctx context.Context, kept []passed) (time.Duration, error) {
	began := time.Now()
	for _, p := range kept {
		if err := again(ctx, b.cluster, "bench-bare", p); err != nil {
			return 0, err
		}
	}
	took := time.Since(began)
	return took, again(ctx, b.cluster, "bench-bare", passed{method: http.MethodDelete, path: "/x"})
}

// processor is the time that this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"broadsheet/search/lexical"
)

type asking struct {
	dir, queries string
	k            int
	mode         string
	passes       int
	limit        int
	out          string
}

var errNoMode = errors.New("no such mode")

func ask(a asking) error {
	if !slices.Contains([]string{"or", "and", "phrase", "prefix", "filter"}, a.mode) {
		return errNoMode
	}
	p, err := os.ReadFile(a.queries)
	if err != nil {
		return err
	}
	queries := strings.Split(strings.TrimSpace(string(p)), "\n")
	if a.limit > 0 && len(queries) > a.limit {
		queries = queries[:a.limit]
	}
	began := time.Now()
	x, err := lexical.OpenReader(a.dir, schema)
	if err != nil {
		return err
	}
	s := x.Snapshot()
	opened := time.Since(began)
	began = time.Now()
	search(s, queries[0], a)
	first := time.Since(began)
	if err := answer(s, queries, a); err != nil {
		return err
	}
	line := timed(s, queries, a)
	line["qps2"] = together(s, queries, a)
	line["engine"], line["k"], line["mode"], line["n"] = "broadsheet", a.k, a.mode, len(queries)
	line["open_ms"], line["first_ms"] = opened.Seconds()*1e3, first.Seconds()*1e3
	line["hwm_mb"], line["anon_mb"], line["file_mb"] = figures(memory())
	return print(line)
}

func figures(a, b, c int) (any, any, any) { return a, b, c }

// search asks one query, from its text to the numbers of documents.
func search(s *lexical.Snapshot, text string, a asking) []lexical.Hit {
	words := strings.Fields(text)
	var o lexical.Options
	var q lexical.Query
	switch a.mode {
	case "or":
		q = lexical.Or(terms(words))
	case "and":
		q = lexical.And(terms(words))
	case "phrase":
		q = lexical.Phrase{Words: words}
	case "prefix":
		last := words[len(words)-1]
		q = append(lexical.And(terms(words[:len(words)-1])), lexical.Prefix{Word: last[:min(4, len(last))]})
	case "filter":
		q = lexical.Or(terms(words))
		o.Filter = lexical.And{lexical.Key("cat:cs.LG"), lexical.Range{Number: "date", Min: 20150101, Max: 20201231}}
	}
	return s.Search(q, a.k, o).Hits
}

func terms(words []string) []lexical.Query {
	var out []lexical.Query
	for i, w := range words {
		if !slices.Contains(words[:i], w) {
			out = append(out, lexical.Term{Word: w})
		}
	}
	return out
}

// answer writes the results of every query.
func answer(s *lexical.Snapshot, queries []string, a asking) error {
	f, err := os.Create(a.out)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for i, q := range queries {
		fmt.Fprint(w, i, "\t")
		for j, h := range search(s, q, a) {
			if j > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprint(w, h.ID)
		}
		fmt.Fprintln(w)
	}
	return errors.Join(w.Flush(), f.Close())
}

// timed asks every query in each pass and returns the medians over the passes.
func timed(s *lexical.Snapshot, queries []string, a asking) map[string]any {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	figures := map[string][]float64{}
	all := cpu()
	for range a.passes {
		wall, own := make([]float64, len(queries)), make([]float64, len(queries))
		mean := 0.0
		for i, q := range queries {
			t, u := time.Now(), threadTime()
			search(s, q, a)
			own[i] = float64(threadTime()-u) / 1e3
			wall[i] = float64(time.Since(t).Nanoseconds()) / 1e3
			mean += wall[i] / float64(len(queries))
		}
		slices.Sort(wall)
		slices.Sort(own)
		for name, v := range map[string]float64{
			"p50_us": at(wall, .5), "p95_us": at(wall, .95), "p99_us": at(wall, .99), "mean_us": mean,
			"cpu50_us": at(own, .5), "cpu95_us": at(own, .95), "cpu99_us": at(own, .99),
		} {
			figures[name] = append(figures[name], v)
		}
	}
	line := map[string]any{"cpu_us": float64((cpu() - all).Microseconds()) / float64(max(1, a.passes*len(queries)))}
	for name, v := range figures {
		slices.Sort(v)
		line[name] = at(v, .5)
	}
	return line
}

func at(sorted []float64, share float64) float64 {
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// together asks every query twice on two threads and returns queries a second.
func together(s *lexical.Snapshot, queries []string, a asking) float64 {
	var next atomic.Int64
	var both sync.WaitGroup
	began := time.Now()
	for range 2 {
		both.Go(func() {
			for i := int(next.Add(1)) - 1; i < 2*len(queries); i = int(next.Add(1)) - 1 {
				search(s, queries[i%len(queries)], a)
			}
		})
	}
	both.Wait()
	return float64(2*len(queries)) / time.Since(began).Seconds()
}

// threadTime is the processor time of the calling thread in nanoseconds.
func threadTime() int64 {
	const clockThreadCPUTime = 3
	var t syscall.Timespec
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockThreadCPUTime, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

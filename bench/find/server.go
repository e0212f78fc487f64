package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"broadsheet/server"
)

// serve is the child: it serves the store until its input ends.
func serve(ctx context.Context, o options) error {
	h, err := server.Open(ctx, server.Config{
		DSN: filepath.Join(o.store, "broadsheet.db"), Index: filepath.Join(o.store, "index"), Listen: "127.0.0.1:0",
	}, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	defer h.Close()
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	ctx, stop := context.WithCancel(ctx)
	go func() { // ends with the process
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return h.Serve(ctx, os.Stdout)
}

// child is a server that runs beside.
type child struct {
	url    string
	pid    int
	client *http.Client
	stop   func()
}

func start(ctx context.Context, o options, by string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "serve", "-store", o.store, "-profile", o.profile)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	at := strings.Index(line, "http://")
	if at < 0 {
		return nil, fmt.Errorf("the server says %q, %v", line, err)
	}
	c := &child{url: strings.TrimSpace(line[at:]), pid: cmd.Process.Pid, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	c.stop = func() { in.Close(); _ = cmd.Wait() }
	_, _, err = c.get(question("warm", by))
	for range 30 { // until the encoder is there, when it is asked
		if time.Sleep(200 * time.Millisecond); err != nil || by == "words" {
			break
		}
		_, _, err = c.get(question("warm up", by))
	}
	return c, err
}

// get asks for an address and returns the status and text of the answer.
func (c *child) get(path string) (int, string, error) {
	r, err := c.client.Get(c.url + path)
	if err != nil {
		return 0, "", err
	}
	defer r.Body.Close()
	p, err := io.ReadAll(r.Body)
	return r.StatusCode, string(p), err
}

// question is the address of a page of results, or of the API's answer.
func question(text, by string) string {
	if by == "api" {
		return "/api/papers/search?" + url.Values{"q": {text}, "limit": {"10"}}.Encode()
	}
	return "/papers?" + url.Values{"q": {text}, "by": {by}}.Encode()
}

// memory is what the server holds now besides the files that it maps, in bytes.
func (c *child) memory() int {
	p, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
	kilobytes := 0
	if _, after, ok := strings.Cut(string(p), "RssAnon:"); ok {
		_, _ = fmt.Sscan(after, &kilobytes)
	}
	return kilobytes << 10
}

// ownTime is the processor time of this process.
func ownTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// cpu is the processor time of all threads of the server.
func (c *child) cpu() time.Duration {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", c.pid))
	var sum time.Duration
	for _, t := range tasks {
		var ran int64
		if p, err := os.ReadFile(t); err == nil {
			_, _ = fmt.Sscan(string(p), &ran)
		}
		sum += time.Duration(ran)
	}
	return sum
}

// say prints what times were like.
func say(what string, list []time.Duration) {
	if len(list) == 0 {
		fmt.Println(what, "none")
		return
	}
	slices.Sort(list)
	at := func(share float64) float64 { return list[int(share*float64(len(list)-1))].Seconds() * 1e3 }
	fmt.Printf("%-28s %6d: p50 %.1f, p95 %.1f, p99 %.1f, most %.1f ms\n", what, len(list), at(.5), at(.95), at(.99), at(1))
}

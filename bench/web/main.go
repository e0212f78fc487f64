// Command web sets a warm server beside nginx, which serves the same bytes from a file,
// and times pages and answers that nobody has asked for before.
//
// It imports the files of a folder into a store of its own (or takes -store), which
// should hold some 300,000 papers, and wants wrk and nginx on the machine.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/harvest"
	"broadsheet/server"
)

func main() {
	var b bench
	flag.StringVar(&b.papers, "papers", os.Getenv("BROADSHEET_TEST_DATA"), "a `folder` with hf_daily/2025-11.jsonl.zst and arxiv_meta/*.zst")
	flag.StringVar(&b.store, "store", "", "a data `folder` that holds them already")
	flag.IntVar(&b.rounds, "rounds", 5, "`times` that each pair is measured")
	flag.DurationVar(&b.each, "each", 3*time.Second, "the `time` of each measurement")
	flag.IntVar(&b.cold, "cold", 4000, "`pages` that nobody has asked for before")
	child := flag.String("serve", "", "only serve the store in this `folder`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := b.run
	if *child != "" {
		run = func(ctx context.Context) error { return serve(ctx, *child) }
	}
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

type bench struct {
	papers, store string
	rounds, cold  int
	each          time.Duration
	dir           string // removed at the end
	ours, nginx   string // addresses
}

// The day whose edition is measured, and of which the API is asked.
const day = "2025-11-18"

func (b *bench) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var err error
	if b.dir, err = os.MkdirTemp("", "broadsheet-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if err := b.fill(ctx); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	server := exec.CommandContext(ctx, self, "-serve", b.store)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := server.Start(); err != nil {
		return err
	}
	defer end(server, stop)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if at, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			b.ours = at
			break
		}
	}
	if _, err := fetch(b.ours+"/", "", ""); err != nil {
		return err
	}
	fmt.Printf("%d processors. From the start to the first page: %d ms; resident memory then: %s\n", runtime.NumCPU(), time.Since(began).Milliseconds(), resident(server.Process.Pid))
	used := processor(server.Process.Pid)
	if err := b.measureCold(); err != nil {
		return err
	}
	used = processor(server.Process.Pid) - used
	fmt.Printf("processor time: %.1f ms each; resident memory after that: %s\n", float64(used.Milliseconds())/float64(b.cold), resident(server.Process.Pid))
	return b.measureWarm(ctx)
}

// serve serves a store, with nothing going on beside: no harvest, and an index that
// has no papers to take in.
func serve(ctx context.Context, store string) error {
	h, err := open(ctx, store)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.Serve(ctx, os.Stdout)
}

func open(ctx context.Context, store string) (*server.House, error) {
	c := server.Config{DSN: filepath.Join(store, "broadsheet.db"), Listen: "127.0.0.1:0", Edition: edition.Settings{Categories: []string{"cs.AI", "cs.CL", "cs.CV", "cs.LG", "stat.ML"}}}
	return server.Open(ctx, c, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

// fill imports the papers unless there is a store already.
func (b *bench) fill(ctx context.Context) error {
	if b.store != "" {
		return nil
	}
	if b.papers == "" {
		return errors.New("name a folder with papers (-papers, or BROADSHEET_TEST_DATA), or a store (-store)")
	}
	files, err := filepath.Glob(filepath.Join(b.papers, "arxiv_meta", "*.zst"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("%s holds no arxiv_meta/*.zst", b.papers)
	}
	b.store = filepath.Join(b.dir, "data")
	h, err := open(ctx, b.store)
	if err != nil {
		return err
	}
	defer h.Close()
	im := harvest.Importing{Papers: h.Papers}
	t, err := im.Import(ctx, nil, append(files, filepath.Join(b.papers, "hf_daily", day[:7]+".jsonl.zst"))...)
	if err != nil {
		return err
	}
	fmt.Printf("%d papers\n", t.Made)
	return h.CatchUp(ctx)
}

// measureWarm sets the edition of a day, and the answer of the API for it, beside
// nginx.
func (b *bench) measureWarm(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	bodies := map[string]string{"/papers/date/" + day: "page.html", "/api/daily_papers?date=" + day: "answer.json"}
	for path, file := range bodies {
		body, err := fetch(b.ours+path, "", "")
		if err == nil {
			err = os.WriteFile(filepath.Join(b.dir, file), body, 0o644)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d bytes\n", path, len(body))
	}
	nginx, err := b.startNginx(ctx)
	if err != nil {
		return err
	}
	defer end(nginx, stop)
	for path, file := range bodies {
		var ours, theirs, ratios []float64
		for range b.rounds {
			x, err := b.wrk(ctx, b.ours+path)
			if err != nil {
				return err
			}
			y, err := b.wrk(ctx, b.nginx+"/"+file)
			if err != nil {
				return err
			}
			ours, theirs, ratios = append(ours, x), append(theirs, y), append(ratios, x/y)
		}
		fmt.Printf("%-36s %8.0f a second, nginx %8.0f; median of %d ratios %.2f (%.2f to %.2f)\n",
			path, median(ours), median(theirs), b.rounds, median(ratios), slices.Min(ratios), slices.Max(ratios))
	}
	return b.measureAgain(ctx)
}

// measureAgain asks for a feed as programs do that have it already, beside nginx with
// the same bytes: both answer that nothing has changed.
func (b *bench) measureAgain(ctx context.Context) error {
	const feed = "/feed/day/" + day + ".atom"
	body, err := fetch(b.ours+feed, "", "")
	if err == nil {
		err = os.WriteFile(filepath.Join(b.dir, "feed.json"), body, 0o644)
	}
	if err != nil {
		return err
	}
	var ratios []float64
	for range b.rounds {
		var each [2]float64
		for i, url := range []string{b.ours + feed, b.nginx + "/feed.json"} {
			tag, err := tagOf(url)
			if err != nil {
				return err
			}
			if each[i], err = b.wrk(ctx, url, "-H", "If-None-Match: "+tag); err != nil {
				return err
			}
		}
		ratios = append(ratios, each[0]/each[1])
	}
	fmt.Printf("%-36s asked again: median of %d ratios %.2f (%.2f to %.2f)\n", feed, b.rounds, median(ratios), slices.Min(ratios), slices.Max(ratios))
	return nil
}

// tagOf returns the ETag of an address with which it answers 304.
func tagOf(url string) (string, error) {
	first, err := http.Get(url)
	if err != nil {
		return "", err
	}
	first.Body.Close()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("If-None-Match", first.Header.Get("Etag"))
	again, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	again.Body.Close()
	if again.StatusCode != http.StatusNotModified {
		return "", fmt.Errorf("%s asked again: %s", url, again.Status)
	}
	return first.Header.Get("Etag"), nil
}

const conf = `daemon off; pid %[1]s/nginx.pid; error_log stderr crit; worker_processes auto;
events { worker_connections 256; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100;
types { text/html html; application/json json; } server { listen %[2]s; root %[1]s; } }
`

func (b *bench) startNginx(ctx context.Context) (*exec.Cmd, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	at := l.Addr().String()
	l.Close()
	b.nginx = "http://" + at
	file := filepath.Join(b.dir, "nginx.conf")
	text := fmt.Sprintf(conf, b.dir, at)
	if os.Getuid() == 0 {
		text = "user root;\n" + text
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, "nginx", "-c", file, "-p", b.dir)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // the workers end with it
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return nil, err
	}
	for range 50 {
		if _, err = fetch(b.nginx+"/page.html", "", ""); err == nil {
			return c, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, fmt.Errorf("nginx does not answer: %w", err)
}

var perSecond = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)

// wrk returns the answers a second, all of which must be good.
func (b *bench) wrk(ctx context.Context, url string, more ...string) (float64, error) {
	out, err := exec.CommandContext(ctx, "wrk", append([]string{"-t1", "-c16", "-d" + b.each.String(), url}, more...)...).CombinedOutput()
	m := perSecond.FindSubmatch(out)
	if err != nil || m == nil || strings.Contains(string(out), "Non-2xx") {
		return 0, fmt.Errorf("wrk %s: %v\n%s", url, err, out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// measureCold asks for pages, each for a reader who came by another name and with
// another theme, so that none was made before.
func (b *bench) measureCold() error {
	paths, err := b.pages()
	if err != nil {
		return err
	}
	kinds := map[string][]float64{}
	for i := range b.cold {
		path := paths[rand.IntN(len(paths))]
		if i%3 == 0 {
			path = "/papers/date/" + day
		}
		began := time.Now()
		if _, err := fetch(b.ours+path, fmt.Sprintf("host-%d.example", i), []string{"", "theme=dark", "theme=light"}[i%3]); err != nil {
			return err
		}
		kind := "papers"
		if strings.Contains(path, "/date/") {
			kind = "editions"
		}
		kinds[kind] = append(kinds[kind], float64(time.Since(began).Microseconds())/1000)
	}
	for kind, ms := range kinds {
		slices.Sort(ms)
		fmt.Printf("%d %s never asked for before: median %.1f ms, p99 %.1f ms, longest %.1f ms\n", len(ms), kind, median(ms), ms[len(ms)*99/100], ms[len(ms)-1])
	}
	return nil
}

var located = regexp.MustCompile(`<loc>https?://[^/]+(/[^<]+)</loc>`)

// pages returns the editions of days, and papers, that the sitemaps name.
func (b *bench) pages() ([]string, error) {
	index, err := fetch(b.ours+"/sitemap.xml", "", "")
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, m := range located.FindAllSubmatch(index, 40) {
		body, err := fetch(b.ours+string(m[1]), "", "")
		if err != nil {
			return nil, err
		}
		for _, p := range located.FindAllSubmatch(body, -1) {
			if s := string(p[1]); !strings.Contains(s, "/month/") {
				paths = append(paths, s)
			}
		}
	}
	if len(paths) < 100 {
		return nil, fmt.Errorf("the sitemaps name only %d pages", len(paths))
	}
	return paths, nil
}

// fetch returns the body of a good answer.
func fetch(url, host, cookie string) ([]byte, error) {
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return nil, err
	}
	r.Host = host
	r.Header.Set("Accept-Encoding", "identity")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d", url, answer.StatusCode)
	}
	return body, err
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// resident returns the memory that a process holds, as Linux counts it.
func resident(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, ok := strings.Cut(string(b), "VmRSS:")
	if err != nil || !ok {
		return "not known here"
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// processor returns the processor time that a process has used, as Linux counts it.
func processor(pid int) time.Duration {
	const tick = 10 * time.Millisecond
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	f := strings.Fields(string(b))
	if err != nil || len(f) < 15 {
		return 0
	}
	user, _ := strconv.Atoi(f[13])
	system, _ := strconv.Atoi(f[14])
	return time.Duration(user+system) * tick
}

func end(c *exec.Cmd, stop func()) {
	stop()
	c.Wait()
}

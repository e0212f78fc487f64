// Command backup measures what a backup costs. It takes our first backup to an empty folder
// and sqlite3's .backup of the same file (or pg_dump -Fc) in turn, and prints their rates
// against each other; then both again while readers vote and look at papers, and prints how
// the readers' requests fared. (The .backup of sqlite3 begins anew whenever another process
// writes, so while votes come it may not end: it is given half a minute.)
//
//	go run ./backup -store DIR              a data folder with papers and their index, which is copied
//	go run ./backup -store DIR -db DSN      an empty PostgreSQL database, filled from it
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	store  = flag.String("store", "", "a data folder with papers")
	dsn    = flag.String("db", "", "an empty PostgreSQL database")
	rounds = flag.Int("rounds", 3, "how often each is done")
	rate   = flag.Int("rate", 60, "requests a second, half of them votes")
)

func main() {
	flag.Parse()
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "backup:", err)
		os.Exit(1)
	}
}

// town is a server with readers.
type town struct {
	dir, program, data string
	base               string
	readers            []*http.Client
	papers             []string
	stop               func()
}

func measure() error {
	dir, err := os.MkdirTemp("", "broadsheet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t := &town{dir: dir, program: filepath.Join(dir, "broadsheet"), data: filepath.Join(dir, "data")}
	if err := t.build(); err != nil {
		return err
	}
	if err := t.open(); err != nil {
		return err
	}
	defer t.stop()
	take := func(place string) func(context.Context) error {
		return func(ctx context.Context) error {
			return t.run(ctx, "backup", "take", "--data", t.data, filepath.Join(dir, place))
		}
	}
	peer := func(name string) func(context.Context) error {
		return func(ctx context.Context) error { return t.peer(ctx, name) }
	}
	var ours, theirs []time.Duration
	for i := range *rounds {
		for _, x := range []struct {
			took *[]time.Duration
			do   func(context.Context) error
		}{{&ours, take(fmt.Sprint("vault", i))}, {&theirs, peer(fmt.Sprint("peer", i))}} {
			began := time.Now()
			if err := x.do(context.Background()); err != nil {
				return err
			}
			*x.took = append(*x.took, time.Since(began))
		}
		fmt.Printf("round %d: ours %.2f s, the peer's %.2f s\n", i+1, ours[i].Seconds(), theirs[i].Seconds())
	}
	median := func(list []time.Duration) time.Duration { return slices.Sorted(slices.Values(list))[len(list)/2] }
	fmt.Printf("our first backup at %.2f x the rate of the peer's (goal 0.5), by the medians\n", float64(median(theirs))/float64(median(ours)))
	fmt.Printf("%d requests a second, %-16s %8s %8s %8s %8s %8s\n", *rate, "half of them votes", "took", "number", "median", "p99", "slowest")
	for _, x := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"without a backup", func(context.Context) error { time.Sleep(10 * time.Second); return nil }},
		{"during ours", take("loaded")},
		{"during the peer's", peer("loaded.db")},
	} {
		m, err := t.during(x.do)
		if err != nil {
			return err
		}
		slices.Sort(m.asked)
		n := len(m.asked)
		fmt.Printf("%-40s %8s %8d %5.1f ms %5.1f ms %5.1f ms\n", x.name, m.took, n, ms(m.asked[n/2]), ms(m.asked[n*99/100]), ms(m.asked[n-1]))
	}
	return nil
}

func ms(d time.Duration) float64 { return d.Seconds() * 1e3 }

func (t *town) build() error {
	build := exec.Command("go", "build", "-o", t.program, ".")
	build.Dir, build.Env, build.Stderr = "..", append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	if err := os.MkdirAll(t.data, 0o750); err != nil {
		return err
	}
	if out, err := exec.Command("sqlite3", filepath.Join(*store, "broadsheet.db"), "VACUUM INTO '"+filepath.Join(t.data, "broadsheet.db")+"'").CombinedOutput(); err != nil {
		return fmt.Errorf("copy the papers: %w\n%s", err, out)
	}
	// Without its index the server would be busy with making one.
	if err := os.CopyFS(filepath.Join(t.data, "index"), os.DirFS(filepath.Join(*store, "index"))); err != nil {
		return fmt.Errorf("copy the index, which serve makes: %w", err)
	}
	if *dsn == "" {
		return nil
	}
	return t.run(context.Background(), "move", "--data", t.data, "--to", *dsn)
}

// run runs a command of the program, on the database that is measured.
func (t *town) run(ctx context.Context, args ...string) error {
	c := exec.CommandContext(ctx, t.program, args...)
	c.Env = append(os.Environ(), "BROADSHEET_LOG=error")
	if *dsn != "" && args[0] != "move" {
		c.Env = append(c.Env, "BROADSHEET_DB="+*dsn)
	}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// peer takes a backup by the engine's own means.
func (t *town) peer(ctx context.Context, name string) error {
	to := filepath.Join(t.dir, name)
	c := exec.CommandContext(ctx, "sqlite3", filepath.Join(t.data, "broadsheet.db"), ".timeout 10000", ".backup '"+to+"'")
	if *dsn != "" {
		c = exec.CommandContext(ctx, "pg_dump", "-Fc", "-f", to, *dsn)
	}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", c.Path, err, out)
	}
	return nil
}

var key = regexp.MustCompile(`key=(\S+)`)

// open starts the server and has four readers sign in.
func (t *town) open() error {
	ctx, end := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, t.program, "serve", "--data", t.data, "--no-harvest", "--api-per-hour", "0", "--listen", "127.0.0.1:0")
	c.Env = append(os.Environ(), "BROADSHEET_LOG=error")
	if *dsn != "" {
		c.Env = append(c.Env, "BROADSHEET_DB="+*dsn)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		end()
		return err
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		end()
		return err
	}
	t.stop = func() { end(); c.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the server did not start: %w", err)
	}
	go io.Copy(io.Discard, out)
	t.base = strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	for i := range 4 {
		add := exec.Command(t.program, "account", "add", fmt.Sprintf("reader%d@bench.test", i), "--data", t.data)
		add.Env = c.Env
		said, err := add.CombinedOutput()
		m := key.FindSubmatch(said)
		if err != nil || m == nil {
			return fmt.Errorf("add a reader: %w\n%s", err, said)
		}
		client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		a, err := client.PostForm(t.base+"/sign-in/link", url.Values{"key": {string(m[1])}})
		if err != nil {
			return err
		}
		a.Body.Close()
		client.Transport = &signedIn{a.Cookies()}
		t.readers = append(t.readers, client)
	}
	var list struct{ Papers []struct{ ID string } }
	a, err := http.Get(t.base + "/api/v1/papers?limit=100&fields=id")
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if err := json.NewDecoder(a.Body).Decode(&list); err != nil {
		return err
	}
	for _, p := range list.Papers {
		t.papers = append(t.papers, p.ID)
	}
	return nil
}

// signedIn sends the cookies of a session along.
type signedIn struct{ cookies []*http.Cookie }

func (s *signedIn) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, c := range s.cookies {
		r.AddCookie(c)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// tries is what was measured of one thing: how long it took, and how long requests did.
type tries struct {
	took  string
	asked []time.Duration
}

// patience is how long a backup is waited for while readers vote.
const patience = 30 * time.Second

// during measures the readers' requests while do goes on.
func (t *town) during(do func(context.Context) error) (*tries, error) {
	ctx, end := context.WithTimeout(context.Background(), patience)
	defer end()
	voting, stop := context.WithCancel(context.Background())
	defer stop()
	m := &tries{}
	var mu sync.Mutex
	var failed error
	var all sync.WaitGroup
	pause := time.Second * time.Duration(len(t.readers)) / time.Duration(*rate)
	for i, reader := range t.readers {
		all.Go(func() {
			tick := time.NewTicker(pause)
			defer tick.Stop()
			for n := i; ; n++ {
				select {
				case <-voting.Done():
					return
				case <-tick.C:
				}
				took, err := t.ask(reader, n)
				mu.Lock()
				m.asked = append(m.asked, took)
				failed = cmp.Or(failed, err)
				mu.Unlock()
			}
		})
	}
	began := time.Now()
	err := do(ctx)
	m.took = fmt.Sprintf("%.1f s", time.Since(began).Seconds())
	if ctx.Err() != nil {
		m.took, err = "no end", nil
	}
	stop()
	all.Wait()
	return m, cmp.Or(err, failed)
}

// ask votes for a paper or takes the vote back, and every second time looks at one.
func (t *town) ask(reader *http.Client, n int) (time.Duration, error) {
	method, path := "POST", "/api/papers/"+t.papers[rand.IntN(len(t.papers))]+"/upvote"
	switch n % 4 {
	case 1, 3:
		method, path = "GET", "/papers/"+t.papers[rand.IntN(len(t.papers))]
	case 2:
		method = "DELETE"
	}
	r, err := http.NewRequest(method, t.base+path, nil)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	a, err := reader.Do(r)
	if err != nil {
		return time.Since(began), err
	}
	defer a.Body.Close()
	_, err = io.Copy(io.Discard, a.Body)
	if err == nil && a.StatusCode >= 400 {
		err = fmt.Errorf("%s %s: %s", method, path, a.Status)
	}
	return time.Since(began), err
}

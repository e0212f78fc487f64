// Command backup measures what a backup costs, in turn with its peer: our first backup to
// an empty folder and sqlite3's .backup of the same file (or pg_dump -Fc), while readers
// vote and look at papers all the time. It prints the rates against each other, and how
// the readers' requests fared beside those with no backup.
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
	var quiet, ours, theirs tries
	for i := range *rounds {
		if err := quiet.during(t, func() error { time.Sleep(8 * time.Second); return nil }); err != nil {
			return err
		}
		place := filepath.Join(dir, fmt.Sprint("vault", i))
		if err := ours.during(t, func() error { return t.run("backup", "take", "--data", t.data, place) }); err != nil {
			return err
		}
		if err := theirs.during(t, func() error { return t.peer(fmt.Sprint("peer", i)) }); err != nil {
			return err
		}
		fmt.Printf("round %d: ours %.2f s, the peer %.2f s\n", i+1, ours.took[i].Seconds(), theirs.took[i].Seconds())
	}
	median := func(list []time.Duration) time.Duration { return slices.Sorted(slices.Values(list))[len(list)/2] }
	fmt.Printf("our first backup at %.2f x the rate of the peer's (goal 0.5), by the medians\n", float64(median(theirs.took))/float64(median(ours.took)))
	fmt.Printf("%-18s %8s %8s %8s %8s\n", "requests", "number", "median", "p99", "slowest")
	for _, x := range []struct {
		name string
		tries
	}{{"without a backup", quiet}, {"during ours", ours}, {"during the peer's", theirs}} {
		slices.Sort(x.asked)
		n := len(x.asked)
		fmt.Printf("%-18s %8d %5.1f ms %5.1f ms %5.1f ms\n", x.name, n, ms(x.asked[n/2]), ms(x.asked[n*99/100]), ms(x.asked[n-1]))
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
	return t.run("move", "--data", t.data, "--to", *dsn)
}

// run runs a command of the program, on the database that is measured.
func (t *town) run(args ...string) error {
	c := exec.Command(t.program, args...)
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
func (t *town) peer(name string) error {
	to := filepath.Join(t.dir, name)
	c := exec.Command("sqlite3", filepath.Join(t.data, "broadsheet.db"), ".timeout 10000", ".backup '"+to+"'")
	if *dsn != "" {
		c = exec.Command("pg_dump", "-Fc", "-f", to, *dsn)
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
	took, asked []time.Duration
}

// during measures the readers' requests while do goes on.
func (m *tries) during(t *town, do func() error) error {
	ctx, end := context.WithCancel(context.Background())
	defer end()
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
				case <-ctx.Done():
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
	err := do()
	m.took = append(m.took, time.Since(began))
	end()
	all.Wait()
	return cmp.Or(err, failed)
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

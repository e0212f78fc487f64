// Command kill runs three replicas behind HAProxy on PostgreSQL with a synchronous
// standby, under a bounded load of readers, voters, commenters, searches, a harvest and
// digests, kills its parts one after the other, and counts what that cost: requests that
// failed, how long nobody was answered, and whether anything acknowledged was lost or
// doubled.
//
//	go run ./kill -papers MONTH.jsonl.zst -share 30
//	go run ./kill -papers MONTH.jsonl.zst [-only PART,...] [-opensearch URL,... -search-kill COMMAND -search-start COMMAND]
//
// It wants PostgreSQL's programs and haproxy on the machine, and starts them itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"broadsheet/db"
	"broadsheet/harvest/oaitest"
)

func main() {
	var b bench
	flag.StringVar(&b.papers, "papers", "", "a `file` of papers to begin with, such as a month of a daily-papers upstream")
	flag.StringVar(&b.only, "only", "", "kill only these `parts`: replica, primary, view, network, search")
	flag.IntVar(&b.times, "times", 10, "how often each part is killed")
	flag.IntVar(&b.port, "port", 21000, "the first of the `ports` that are used")
	flag.StringVar(&b.search, "opensearch", "", "the `nodes` of a cluster of OpenSearch; without it each replica has an index of its own")
	flag.StringVar(&b.searchKill, "search-kill", "", "a `command` that kills the search node")
	flag.StringVar(&b.searchStart, "search-start", "", "a `command` that starts it again")
	flag.IntVar(&b.share, "share", 0, "kill nothing, and set one replica against three, each with so many `hundredths` of a processor")
	flag.BoolVar(&b.partition, "partition", false, "cut a replica off the network, too: it runs in a network namespace, which wants root")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "kill:", err)
		os.Exit(1)
	}
}

type bench struct {
	papers, only                    string
	times, port, share              int
	search, searchKill, searchStart string

	partition bool

	dir      string
	host     string
	island   *island
	cluster  *cluster
	replicas *replicas
	db       *db.DB
	load     *load
	post     *post
}

// part is something that is killed, and comes back.
type part struct {
	word, name string
	kill, back func(ctx context.Context, turn int) error
}

// row is a line of the table.
type row struct {
	part  string
	kinds [len(kinds)]sum
}

// The kinds of requests.
var kinds = [...]string{"read", "search", "write"}

// sum is what came of the requests of one kind, over all times.
type sum struct {
	asked, failed int
	gaps          []time.Duration
	statuses      map[int]int
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.papers == "" {
		return errors.New("-papers names no file")
	}
	if b.dir, err = os.MkdirTemp("/tmp", "broadsheet-kill-"); err != nil {
		return err
	}
	if err := os.Chmod(b.dir, 0o755); err != nil {
		return err
	}
	defer func() {
		if err == nil {
			os.RemoveAll(b.dir)
		} else {
			fmt.Fprintln(os.Stderr, "logs are kept in", b.dir)
		}
	}()
	const announced = 3000
	b.host = "127.0.0.1"
	if b.partition {
		if b.island, err = raise(); err != nil {
			return err
		}
		defer sink()
		b.host = mainland
	}
	l, err := net.Listen("tcp", b.host+":0")
	if err != nil {
		return err
	}
	arxiv := httptest.NewUnstartedServer(oaitest.NewHandler(oaitest.Papers(1, announced, time.Now().AddDate(0, 0, -20), time.Now().AddDate(0, 0, -2)), oaitest.Faults{}))
	arxiv.Listener.Close()
	arxiv.Listener = l
	arxiv.Start()
	defer arxiv.Close()
	defer b.close()
	if err := b.open(ctx, arxiv.URL); err != nil {
		return err
	}

	if b.share > 0 {
		b.load.client = client()
		return b.compare(ctx)
	}
	loaded, unload := context.WithCancel(ctx)
	defer unload()
	finished := make(chan struct{})
	go func() { defer close(finished); b.load.run(loaded) }()
	table, err := b.rounds(ctx)
	unload()
	<-finished
	if err != nil {
		return err
	}
	return b.judge(ctx, table, arxiv.URL)
}

func (b *bench) open(ctx context.Context, arxiv string) error {
	pg := filepath.Join(b.dir, "postgres")
	if err := os.Mkdir(pg, 0o755); err != nil {
		return err
	}
	b.cluster = &cluster{dir: pg, host: b.host, ports: [2]int{b.port, b.port + 1}}
	if err := b.cluster.start(ctx); err != nil {
		return err
	}
	var err error
	if b.db, err = db.Open(ctx, b.cluster.dsn()); err != nil {
		return err
	}
	papers, logins, err := seat(ctx, b.db, b.papers, 60)
	if err != nil {
		return err
	}
	if b.post, err = openPost(ctx, b.db, b.host); err != nil {
		return err
	}
	program := filepath.Join(b.dir, "broadsheet")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = ".." // run in the folder bench
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	b.replicas = &replicas{dir: b.dir, program: program, host: b.host, island: b.island, ports: []int{b.port + 11, b.port + 12, b.port + 13}, listen: b.port + 10, args: []string{
		"--db", b.cluster.dsn(), "--categories", "cs,math", "--api-per-hour", "0", "--trusted-proxies", b.host, "--base-url", "http://papers.test",
		"--mail-from", "news@papers.test", "--mail-server", "smtp+plain://" + b.post.server.Address,
		"--log", "warn",
	}}
	b.replicas.args = append(b.replicas.args, from(arxiv)...)
	if b.search != "" {
		b.replicas.args = append(b.replicas.args, "--opensearch", b.search, "--opensearch-shards", "2")
	}
	if err := b.replicas.open(ctx); err != nil {
		return err
	}
	b.load = &load{base: b.replicas.base(), papers: papers, accounts: logins}
	return nil
}

func (b *bench) close() {
	if b.replicas != nil {
		b.replicas.stop()
	}
	if b.db != nil {
		b.db.Close()
	}
	if b.cluster != nil {
		b.cluster.stop()
	}
}

func (b *bench) parts() []part {
	n := len(b.replicas.ports)
	parts := []part{
		{"replica", "a replica", func(_ context.Context, i int) error { return b.replicas.kill(i % n) }, func(ctx context.Context, i int) error {
			time.Sleep(2 * time.Second)
			if err := b.replicas.start(i % n); err != nil {
				return err
			}
			return until(ctx, time.Minute, "the replica is ready", func() bool { return b.replicas.ready(i % n) })
		}},
		{"primary", "the primary of PostgreSQL", func(ctx context.Context, _ int) error { return b.cluster.failover(ctx) }, func(ctx context.Context, _ int) error { return b.cluster.join(ctx) }},
		{"view", "the balancer's view of a replica", func(_ context.Context, i int) error { return b.replicas.hide(i % n) }, func(_ context.Context, i int) error {
			time.Sleep(2 * time.Second)
			return b.replicas.show(i % n)
		}},
	}
	if b.island != nil {
		parts = append(parts, part{"network", "the network of a replica, for 10 s", func(context.Context, int) error { return b.island.cut() }, func(ctx context.Context, _ int) error {
			time.Sleep(10 * time.Second)
			if err := b.island.join(); err != nil {
				return err
			}
			return until(ctx, time.Minute, "the replica is ready", func() bool { return b.replicas.ready(len(b.replicas.ports) - 1) })
		}})
	}
	if b.searchKill != "" {
		parts = append(parts, part{"search", "the search node", func(ctx context.Context, _ int) error { return shell(ctx, b.searchKill) }, func(ctx context.Context, _ int) error { return shell(ctx, b.searchStart) }})
	}
	return slices.DeleteFunc(parts, func(p part) bool {
		return b.only != "" && !slices.Contains(strings.Split(b.only, ","), p.word)
	})
}

func shell(ctx context.Context, command string) error {
	if out, err := exec.CommandContext(ctx, "sh", "-c", command).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, out)
	}
	return nil
}

// rounds kills each part in turn, again and again.
func (b *bench) rounds(ctx context.Context) ([]row, error) {
	parts := b.parts()
	table := make([]row, len(parts)+1)
	table[0].part = "nothing (10 s each time)"
	for turn := range b.times {
		if err := b.post.subscribe(ctx, 10); err != nil {
			return nil, err
		}
		began := time.Now()
		time.Sleep(10 * time.Second)
		b.note(&table[0], began)
		for i, p := range parts {
			table[i+1].part = p.name
			if err := b.post.subscribe(ctx, 5); err != nil { // their digests are due while it happens
				return nil, err
			}
			began := time.Now()
			if err := p.kill(ctx, turn); err != nil {
				return nil, fmt.Errorf("kill %s: %w", p.name, err)
			}
			if err := p.back(ctx, turn); err != nil {
				return nil, fmt.Errorf("bring %s back: %w", p.name, err)
			}
			time.Sleep(3 * time.Second)
			b.note(&table[i+1], began)
			fmt.Fprintf(os.Stderr, "%d of %d: %s, %s\n", turn+1, b.times, p.name, time.Since(began).Round(time.Second))
		}
	}
	return table, nil
}

func (b *bench) note(r *row, began time.Time) {
	for i, kind := range kinds {
		w, s := b.load.between(began, time.Now(), kind), &r.kinds[i]
		s.asked, s.failed, s.gaps = s.asked+w.asked, s.failed+w.failed, append(s.gaps, w.gap)
		if s.statuses == nil {
			s.statuses = map[int]int{}
		}
		for status, n := range w.statuses {
			s.statuses[status] += n
		}
	}
}

// judge waits until all that is due has been done, and prints the table.
func (b *bench) judge(ctx context.Context, table []row, arxiv string) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "killed\ttimes\trequests\tasked\tfailed, with status (0: none)\tlongest time between two answers: median, worst")
	for _, r := range table {
		name := r.part
		for i, kind := range kinds {
			s := r.kinds[i]
			fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%d %s\t%s\n", name, len(s.gaps), kind, s.asked, s.failed, strings.TrimPrefix(fmt.Sprint(s.statuses), "map"), spread(s.gaps))
			name = ""
		}
	}
	w.Flush()
	papers, err := b.harvestAlone(ctx, arxiv)
	if err != nil {
		return err
	}
	var v verdict
	err = until(ctx, 15*time.Minute, "every digest and every paper has come", func() bool {
		v, err = check(ctx, b.db, b.load, b.post, papers)
		return err == nil && v.ok()
	})
	v.print(os.Stdout)
	return err
}

func spread(list []time.Duration) string {
	slices.Sort(list)
	return fmt.Sprintf("%s, %s", list[len(list)/2].Round(10*time.Millisecond), list[len(list)-1].Round(10*time.Millisecond))
}

// harvestAlone harvests the same source into a database of its own, by one process that
// nobody kills, and returns how many papers it then has.
func (b *bench) harvestAlone(ctx context.Context, arxiv string) (papers int, err error) {
	data := filepath.Join(b.dir, "alone")
	out, err := exec.CommandContext(ctx, b.replicas.program, append([]string{"harvest", "--data", data, "--categories", "cs,math"}, from(arxiv)...)...).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("harvest: %w\n%s", err, out)
	}
	d, err := db.Open(ctx, filepath.Join(data, "broadsheet.db"))
	if err != nil {
		return 0, err
	}
	defer d.Close()
	err = d.QueryRow(ctx, harvested).Scan(&papers)
	return papers, err
}

// from are the flags that name the only source.
func from(arxiv string) []string {
	return []string{"--arxiv-oai", arxiv + "/oai", "--arxiv-feed", "off", "--arxiv-api", "off", "--upstream", "off", "--arxiv-gap", "500ms"}
}

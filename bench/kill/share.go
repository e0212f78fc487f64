package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"
)

// compare sets one replica against all of them, each with the same share of a processor,
// in turn: readers and voters ask as fast as they are answered, one request in ten is a
// vote. HAProxy, PostgreSQL and those who ask have what is left of the machine.
func (b *bench) compare(ctx context.Context) error {
	all := len(b.replicas.ports)
	for i, cmd := range b.replicas.running {
		group, err := confine(cmd.Process.Pid, i, b.share)
		if err != nil {
			return err
		}
		defer os.Remove(group) // which can be done once its process has ended
		defer b.replicas.kill(i)
	}
	const each = 10 * time.Second
	counts := []int{1, all}
	rounds := make([][]flood, len(counts))
	for range b.times {
		for k, n := range counts {
			for i := range all {
				act := b.replicas.show
				if i >= n {
					act = b.replicas.hide
				}
				if err := act(i); err != nil {
					return err
				}
			}
			b.load.flood(ctx, 2*time.Second) // warm
			rounds[k] = append(rounds[k], b.load.flood(ctx, each))
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "replicas, each with %d %% of a processor\trequests a second: median, least, most\tvotes a second\tp50\tp95\tfailed\n", b.share)
	for k, n := range counts {
		var rates, votes, half, late []float64
		failed := 0
		for _, f := range rounds[k] {
			rates, votes = append(rates, float64(len(f.took))/each.Seconds()), append(votes, float64(f.votes)/each.Seconds())
			half, late = append(half, f.at(.5)), append(late, f.at(.95))
			failed += f.failed
		}
		fmt.Fprintf(w, "%d\t%.0f, %.0f, %.0f\t%.0f\t%.0f ms\t%.0f ms\t%d\n", n, middle(rates), slices.Min(rates), slices.Max(rates), middle(votes), middle(half), middle(late), failed)
	}
	return w.Flush()
}

// confine gives a process a share of one processor, in hundredths. It wants root and the
// first version of control groups.
func confine(pid, i, share int) (group string, err error) {
	group = filepath.Join("/sys/fs/cgroup/cpu", "broadsheet-kill-"+strconv.Itoa(i))
	if err := os.Mkdir(group, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	const period = 20_000 // microseconds
	for _, set := range [][2]any{{"cpu.cfs_period_us", period}, {"cpu.cfs_quota_us", period * share / 100}, {"cgroup.procs", pid}} {
		if err := os.WriteFile(filepath.Join(group, set[0].(string)), fmt.Append(nil, set[1]), 0o644); err != nil {
			return "", err
		}
	}
	return group, nil
}

// flood is what came of asking as fast as answers come.
type flood struct {
	took          []float64 // milliseconds, of what was answered
	votes, failed int
}

func (f *flood) at(part float64) float64 {
	slices.Sort(f.took)
	return f.took[int(part*float64(len(f.took)-1))]
}

func middle(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// flood asks for a while, by 16 at once.
func (l *load) flood(ctx context.Context, length time.Duration) flood {
	l.mu.Lock()
	l.done = nil
	l.mu.Unlock()
	var all sync.WaitGroup
	end := time.Now().Add(length)
	for range 16 {
		all.Go(func() {
			for time.Now().Before(end) && ctx.Err() == nil {
				if rand.N(10) > 0 {
					l.read(ctx)
					continue
				}
				who, paper := &l.accounts[rand.N(len(l.accounts))], l.papers[rand.N(len(l.papers))]
				l.ask(ctx, "write", []string{"POST", "DELETE"}[rand.N(2)], "/api/papers/"+paper+"/upvote", who, struct{}{})
			}
		})
	}
	all.Wait()
	var f flood
	for _, q := range l.done {
		switch {
		case q.failed:
			f.failed++
			continue
		case q.kind == "write":
			f.votes++
		}
		f.took = append(f.took, float64(q.at.Sub(q.began).Microseconds())/1000)
	}
	return f
}

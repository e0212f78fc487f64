// Command opensearch measures the search on a cluster beside the bare calls of it: the
// same documents by _bulk, the same questions by _msearch.
//
//	opensearch index  -store DIR -cluster URL    documents a second, ours and bare
//	opensearch fill   -store DIR -cluster URL    fills the index "bench" with words and vectors
//	opensearch search -store DIR -cluster URL    questions through a replica, and bare
//
// The store is the data folder of an instance. Vectors are made of words by a stand-in for
// the encoder, which would take hours; the time that the encoder needs for a question is
// spent all the same.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/embed"
	"broadsheet/search/opensearch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "opensearch:", err)
		os.Exit(1)
	}
}

// bench is what all measurements share.
type bench struct {
	papers   *paper.Store
	editions *edition.Store
	cluster  string
	most     int
	rounds   int
	told     func(call string, took time.Duration, failed bool)
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("usage: opensearch index|fill|search -store DIR -cluster URL")
	}
	var b bench
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	store := f.String("store", "", "the data `folder` of an instance")
	f.StringVar(&b.cluster, "cluster", os.Getenv("BROADSHEET_TEST_OPENSEARCH"), "`address` of a node")
	f.IntVar(&b.most, "most", 300_000, "index, fill: the most `papers`")
	f.IntVar(&b.rounds, "rounds", 300, "search: `questions` that are asked")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	d, err := db.Open(ctx, filepath.Join(*store, "broadsheet.db"))
	if err != nil {
		return err
	}
	defer d.Close()
	b.papers = paper.NewStore(d)
	b.editions = edition.NewStore(b.papers, edition.Settings{})
	switch args[0] {
	case "index":
		return b.index(ctx)
	case "fill":
		return b.fill(ctx)
	case "search":
		return b.search(ctx)
	}
	return fmt.Errorf("there is no %q", args[0])
}

// open returns the index of a name, spoken to at an address.
func (b *bench) open(ctx context.Context, address, name string, m search.Encoder) (*opensearch.Papers, error) {
	return opensearch.OpenPapers(ctx, opensearch.Config{Nodes: []string{address}, Name: name, Shards: 1, Told: b.told}, m, b.editions, b.papers)
}

// fill indexes all papers.
func (b *bench) fill(ctx context.Context) error {
	p, err := b.open(ctx, b.cluster, "bench", standIn{})
	if err != nil {
		return err
	}
	defer p.Close()
	began, last, total := time.Now(), time.Now(), 0
	for total < b.most {
		taken, err := p.Update(ctx, 2000)
		if err != nil {
			return err
		}
		encoded := 0
		for n := 1; n > 0; encoded += n {
			if n, err = p.EncodeNext(ctx, 500); err != nil {
				return err
			}
		}
		if total += encoded; taken+encoded == 0 {
			break
		}
		if time.Since(last) > 20*time.Second {
			last = time.Now()
			fmt.Printf("%d papers after %.0f s\n", total, time.Since(began).Seconds())
		}
	}
	fmt.Printf("%d papers in %.0f s\n", total, time.Since(began).Seconds())
	return p.Refresh(ctx)
}

// standIn makes vectors of words: each word is a direction by chance.
type standIn struct{ asked search.Encoder }

func (standIn) Name() string { return "stand-in" }
func (standIn) Dim() int     { return 384 }

// EncodeQuery implements search.Encoder, and has the encoder work.
func (s standIn) EncodeQuery(dst []float32, text string) []float32 {
	if s.asked != nil {
		s.asked.EncodeQuery(nil, text)
	}
	return s.EncodeAll(dst, []string{text})
}

// EncodeAll implements search.Encoder.
func (s standIn) EncodeAll(dst []float32, texts []string) []float32 {
	for _, text := range texts {
		v := make([]float32, s.Dim())
		for _, w := range strings.Fields(strings.ToLower(text)) {
			h := fnv.New64a()
			h.Write([]byte(w))
			seed := h.Sum64()
			weight := float32(min(len(w), 10)) // short words say little
			for i := range v {
				seed ^= seed << 13
				seed ^= seed >> 7
				seed ^= seed << 17
				v[i] += weight * (float32(seed>>40)/(1<<23) - 1)
			}
		}
		length := 1e-9
		for _, x := range v {
			length += float64(x) * float64(x)
		}
		for i := range v {
			v[i] /= float32(math.Sqrt(length))
		}
		dst = append(dst, v...)
	}
	return dst
}

// encoder is the stand-in for questions, which takes the time of the encoder.
func encoder() (search.Encoder, error) {
	m, err := embed.Default()
	return standIn{m}, err
}

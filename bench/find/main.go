// Command find measures the search of a store as its readers meet it, over HTTP.
//
//	find encode -store DIR     fills both indexes of a store, as fast as one core can
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/embed"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "find:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: find encode -store DIR")
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	store := f.String("store", "", "the data `folder` of an instance")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "encode":
		return encode(ctx, *store)
	}
	return fmt.Errorf("there is no %q", args[0])
}

// encode fills the indexes.
func encode(ctx context.Context, dir string) error {
	d, err := db.Open(ctx, filepath.Join(dir, "broadsheet.db"))
	if err != nil {
		return err
	}
	defer d.Close()
	papers := paper.NewStore(d)
	p, err := search.OpenPapers(ctx, filepath.Join(dir, "index"), edition.NewStore(papers, edition.Settings{}), papers)
	if err != nil {
		return err
	}
	defer p.Close()
	began := time.Now()
	if err := all(ctx, func() (int, error) { return p.Update(ctx, 10_000) }); err != nil {
		return err
	}
	words, _ := p.Docs()
	fmt.Printf("%d papers by words in %.0f s\n", words, time.Since(began).Seconds())
	m, err := embed.Default()
	if err != nil {
		return err
	}
	if err := p.Attach(m); err != nil {
		return err
	}
	began = time.Now()
	last := began
	err = all(ctx, func() (int, error) {
		if time.Since(last) > time.Minute {
			last = time.Now()
			_, n := p.Docs()
			fmt.Printf("%d papers by meaning after %.0f s\n", n, time.Since(began).Seconds())
		}
		return p.EncodeNext(ctx, 256)
	})
	return err
}

// all repeats a step until it has nothing to do.
func all(ctx context.Context, step func() (int, error)) error {
	for {
		if n, err := step(); n == 0 || err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Command find measures the search of an instance as its readers meet it.
//
//	find encode -store DIR [-drawn]        fills both indexes, as fast as one core can; with -drawn vectors after the first 2,000 are drawn from them
//	find rates -store DIR [-rate N] [-by words|both|api] [-for 20s]    asks pages, or the API, at a rate, never the same twice
//	find suggest -store DIR [-for 20s]                             asks for suggestions, one behind the other
//	find fresh -store DIR [-rate 50] [-for 60s]                    changes papers and waits until they are found
//	find hostile -store DIR [-n 10000] [-from 0]                   asks what nobody should, the questions of these numbers
//	find known -papers FOLDER [-pool N] [-n 2000] [-out FOLDER]    looks for papers by their titles and sentences; keeps the index and goes on with it
//	find big -corpus FILE -out FOLDER -n 3000000                   fills an engine with documents of the search bake-off; asked again, measures it
//	find limit -out FOLDER [-n 2000] [-shared]                     makes a collection in the style of LIMIT
//
// The server is a child that runs beside; its processor time is told with the times that
// the client saw, since on a busy machine these are the others'.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// options are the flags of all deeds.
type options struct {
	store, by, papers string
	corpus            string
	out, profile      string
	rate, n, pool     int
	from              int
	time              time.Duration
	drawn, shared     bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "find:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	deeds := map[string]func(context.Context, options) error{
		"encode": encode, "rates": rates, "fresh": fresh, "hostile": hostile, "suggest": suggest, "known": known, "limit": limit, "big": big, "serve": serve,
	}
	if len(args) == 0 || deeds[args[0]] == nil {
		return fmt.Errorf("usage: find encode|rates|suggest|fresh|hostile|known|big|limit [flags]")
	}
	var o options
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	f.StringVar(&o.store, "store", "", "the data `folder` of an instance")
	f.StringVar(&o.papers, "papers", os.Getenv("BROADSHEET_TEST_DATA")+"/arxiv_meta", "a `folder` of arxiv-*.jsonl.zst")
	f.StringVar(&o.corpus, "corpus", "", "a `file` that the search bake-off generated")
	f.StringVar(&o.by, "by", "words", "words or both, or api for the API, which asks by both")
	f.IntVar(&o.rate, "rate", 50, "questions a second; 0: one behind the other")
	f.IntVar(&o.n, "n", 2000, "how many questions")
	f.IntVar(&o.from, "from", 0, "the first of the questions to ask, of those of hostile")
	f.IntVar(&o.pool, "pool", 0, "how many papers may be found by meaning; 0: words alone, all papers")
	f.DurationVar(&o.time, "for", 20*time.Second, "how long")
	f.StringVar(&o.out, "out", "", "where to write")
	f.StringVar(&o.profile, "profile", "", "write the server's processor profile to this `file`")
	f.BoolVar(&o.drawn, "drawn", false, "draw vectors from the first 2,000 instead of encoding all")
	f.BoolVar(&o.shared, "shared", false, "things of two words that nearly all people share")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	return deeds[args[0]](ctx, o)
}

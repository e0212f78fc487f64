package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/embed"
)

// big measures an engine that holds the first -n documents of a corpus of the search
// bake-off (-corpus), with vectors that are drawn from those of 3,000 papers of -papers.
// It fills the index at -out first; run again, in a process that is fresh, it measures.
func big(ctx context.Context, o options) error {
	if o.out == "" || o.corpus == "" {
		return errors.New("big needs -corpus FILE and -out FOLDER")
	}
	m, err := embed.Default()
	if err != nil {
		return err
	}
	draws := drawn{m, new([][]float32)}
	if err := first(draws, o); err != nil {
		return err
	}
	for _, how := range []string{"cold", "warm"} {
		if how == "cold" {
			if err := forget(o.out); err != nil {
				return err
			}
		}
		e, err := openBig(o.out, draws, how)
		if err != nil {
			return err
		}
		if words, meant := e.Docs(); min(words, meant) < o.n {
			return errors.Join(fillBig(ctx, e, o), e.Close())
		}
		if how == "cold" {
			if err := e.Close(); err != nil {
				return err
			}
			continue
		}
		asked, err := askBig(ctx, e, o)
		if err != nil {
			return err
		}
		if err := e.Close(); err != nil {
			return err
		}
		return measureNear(ctx, draws, asked, o)
	}
	return nil
}

// openBig opens an engine and says what that took.
func openBig(dir string, m search.Encoder, how string) (*search.Engine, error) {
	began := time.Now()
	e, err := search.Open(dir)
	if err != nil {
		return nil, err
	}
	opened := time.Now()
	if err := e.Attach(m); err != nil {
		return nil, err
	}
	words, meant := e.Docs()
	fmt.Printf("open, %s: %.1f ms, of these %.1f the vectors; %d documents, %d vectors; %s\n",
		how, ms(time.Since(began)), ms(time.Since(opened)), words, meant, memory())
	return e, nil
}

func ms(d time.Duration) float64 { return d.Seconds() * 1e3 }

// fillBig takes in the documents that the engine does not hold yet.
func fillBig(ctx context.Context, e *search.Engine, o options) error {
	const batch = 20_000
	words, meant := e.Docs()
	var docs []search.Document
	began, last, put := time.Now(), time.Now(), 0
	give := func() error {
		seq := int(docs[len(docs)-1].ID)
		if seq > words {
			if err := e.Put(docs, nil, int64(seq)); err != nil {
				return err
			}
		}
		if err := e.Encode(ctx, docs, nil, int64(max(seq, meant))); err != nil {
			return err
		}
		put, docs = put+len(docs), docs[:0]
		if time.Since(last) > 20*time.Second {
			last = time.Now()
			fmt.Printf("%d documents, %.0f a second\n", seq, float64(put)/time.Since(began).Seconds())
		}
		return ctx.Err()
	}
	err := eachOf(o.corpus, o.n, func(d search.Document) error {
		if docs = append(docs, d); len(docs) == batch {
			return give()
		}
		return nil
	})
	if err == nil && len(docs) > 0 {
		err = give()
	}
	if err != nil {
		return err
	}
	fmt.Printf("filled in %.0f s; %s\n", time.Since(began).Seconds(), memory())
	return nil
}

// askBig asks 1,000 questions in each mode, one at a time, with what pages count beside, and
// returns them.
func askBig(ctx context.Context, e *search.Engine, o options) ([]string, error) {
	a := asker{r: rand.New(rand.NewPCG(1, 1)), asked: map[string]bool{}}
	var titles []string
	if err := eachOf(o.corpus, min(o.n, 30_000), func(d search.Document) error {
		titles = append(titles, d.Title)
		return nil
	}); err != nil {
		return nil, err
	}
	a.titles = titles
	var asked []string
	for _, mode := range []search.Mode{search.WordsOnly, search.MeaningOnly, search.Both} {
		var seen []time.Duration
		spent := map[string]time.Duration{}
		for i := range 1100 {
			text := a.next()
			began := time.Now()
			if _, err := e.Search(ctx, search.Ask{Query: search.Parse(text), Mode: mode, Limit: 20, Facet: true}); err != nil {
				return nil, fmt.Errorf("%q: %w", text, err)
			}
			if i < 100 {
				continue // these bring the files into memory
			}
			seen = append(seen, time.Since(began))
			spent[text] = seen[len(seen)-1]
			asked = append(asked, text)
		}
		dearest(spent, 3)
		say("by "+string(mode), seen)
		fmt.Println(memory())
	}
	return asked, nil
}

// eachOf hands the first n documents of a corpus to do: a line of it is number, category,
// day as 20060102, authors with commas, title and abstract.
func eachOf(file string, n int, do func(search.Document) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewReaderSize(f, 1<<20)
	for i := range n {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s has %d documents, not %d", file, i, n)
		}
		if err != nil {
			return err
		}
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(c) != 6 {
			return fmt.Errorf("%s, line %d: %d columns, not 6", file, i+1, len(c))
		}
		x := paper.Paper{
			ID: int64(i + 1), Title: c[4], Abstract: c[5], Categories: []string{c[1]},
			Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("%04d.%05d", i/100_000, i%100_000)}},
		}
		if x.Submitted, err = time.Parse("20060102", c[2]); err != nil {
			return fmt.Errorf("%s, line %d: %w", file, i+1, err)
		}
		for name := range strings.SplitSeq(c[3], ",") {
			x.Authors = append(x.Authors, paper.Author{Name: name})
		}
		if err := do(search.DocumentOf(&x, "")); err != nil {
			return err
		}
	}
	return nil
}

// memory says what the process holds, apart from files that it maps and with them.
func memory() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "memory is not known here"
	}
	of := func(name string) float64 {
		_, rest, _ := strings.Cut(string(status), name+":")
		kb, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
		return math.Round(kb / 1024)
	}
	return fmt.Sprintf("%.0f MB of memory of its own, %.0f MB of files", of("RssAnon"), of("RssFile"))
}

// forget drops what the system keeps in memory of the files of a folder.
func forget(dir string) error {
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	})
}

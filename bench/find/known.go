package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"broadsheet/search"
	"broadsheet/search/embed"
)

type item struct{ Title, Abstract string }

// known looks for papers of which only the abstracts are indexed: by their titles, and by
// a sentence from the middle of the abstract.
func known(ctx context.Context, o options) error {
	items, err := readPapers(o.papers)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(7, 7))
	r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	if o.pool > 0 {
		items = items[:min(o.pool, len(items))]
	}
	dir := o.out
	if dir == "" {
		if dir, err = os.MkdirTemp("", "find-known-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	e, err := search.Open(dir)
	if err != nil {
		return err
	}
	defer e.Close()
	modes := []search.Mode{search.WordsOnly}
	if o.pool > 0 {
		m, err := embed.Default()
		if err != nil {
			return err
		}
		if err := e.Attach(m); err != nil {
			return err
		}
		modes = append(modes, search.MeaningOnly, search.Both)
	}
	if err := fill(ctx, e, items); err != nil {
		return err
	}
	fmt.Printf("%d abstracts\n", len(items))
	for _, mode := range modes {
		for _, what := range []string{"title", "sentence"} {
			if err := ask(ctx, e, items, what, mode, o.n); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill takes in the abstracts that the engine does not hold yet; a run that was ended goes on
// where it was.
func fill(ctx context.Context, e *search.Engine, items []item) error {
	const batch = 500
	byWords, byMeaning := e.Docs()
	held, seq := min(byWords, cmp.Or(byMeaning, byWords)), int64(0)
	for part := range slices.Chunk(items, batch) {
		if seq += int64(len(part)); seq <= int64(held) {
			continue
		}
		docs := make([]search.Document, len(part))
		for i, x := range part {
			docs[i] = search.Document{ID: seq - int64(len(part)) + int64(i) + 1, Abstract: x.Abstract}
		}
		if err := cmp.Or(e.Put(docs, nil, seq), e.Encode(ctx, docs, nil, seq), ctx.Err()); err != nil {
			return err
		}
	}
	return nil
}

func ask(ctx context.Context, e *search.Engine, items []item, what string, mode search.Mode, n int) error {
	mrr, first, asked := 0.0, 0, 0
	for i := range items {
		q := items[i].Title
		if what == "sentence" {
			q = middle(items[i].Abstract)
		}
		if q == "" {
			continue
		}
		found, err := e.Search(ctx, search.Ask{Query: search.Plain(q), Mode: mode, Limit: 10})
		if err != nil {
			return err
		}
		for rank, h := range found.Hits {
			if h.ID == int64(i+1) {
				mrr += 1 / float64(rank+1)
				if rank == 0 {
					first++
				}
			}
		}
		if asked++; asked == n {
			break
		}
	}
	fmt.Printf("%-8s by %-8s %5d asked: MRR@10 %.3f, first %.3f\n", what, mode, asked, mrr/float64(asked), float64(first)/float64(asked))
	return nil
}

var ends = regexp.MustCompile(`[.!?]\s+`)

// middle is a sentence from the middle of a text that has at least three, without a third
// of its words: nobody remembers a sentence word for word.
func middle(text string) string {
	list := ends.Split(text, -1)
	if len(list) < 3 {
		return ""
	}
	words := strings.Fields(list[len(list)/2])
	if len(words) < 6 {
		return ""
	}
	r := rand.New(rand.NewPCG(uint64(len(text)), 3))
	var kept []string
	for _, w := range words {
		if r.IntN(3) > 0 {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

func readPapers(dir string) ([]item, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.zst"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no papers in %s: %w", dir, cmp.Or(err, errors.New("no file *.jsonl.zst")))
	}
	var items []item
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		z, err := zstd.NewReader(f)
		if err != nil {
			return nil, err
		}
		for lines := bufio.NewReaderSize(z, 1<<20); ; {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				break
			}
			var x item
			if json.Unmarshal(line, &x) == nil && x.Abstract != "" {
				items = append(items, x)
			}
		}
		z.Close()
		f.Close()
	}
	return items, nil
}

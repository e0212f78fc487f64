package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"path/filepath"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/embed"
)

// encode fills the indexes.
func encode(ctx context.Context, o options) error {
	d, err := db.Open(ctx, filepath.Join(o.store, "broadsheet.db"))
	if err != nil {
		return err
	}
	defer d.Close()
	papers := paper.NewStore(d)
	p, err := search.OpenPapers(ctx, filepath.Join(o.store, "index"), edition.NewStore(papers, edition.Settings{}), papers)
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
	var m search.Encoder
	if m, err = embed.Default(); err != nil {
		return err
	}
	if o.drawn {
		m = drawn{m, new([][]float32)}
	}
	if err := p.Attach(m); err != nil {
		return err
	}
	last := time.Now()
	return all(ctx, func() (int, error) {
		if time.Since(last) > time.Minute {
			last = time.Now()
			_, n := p.Docs()
			fmt.Printf("%d papers by meaning after %.0f s\n", n, time.Since(began).Seconds())
		}
		return p.EncodeNext(ctx, 256)
	})
}

// drawn encodes the first texts, unless it holds vectors of others already, and for each text
// after them draws one of theirs, moved towards another: where nobody reads the answers, for
// measuring speed. Vectors that were drawn at random would lie much closer together than those
// of texts do, and so be slower to tell apart.
type drawn struct {
	search.Encoder
	held *[][]float32
}

const encoded = 2000

func (m drawn) EncodeAll(dst []float32, texts []string) []float32 {
	for len(*m.held) < encoded && len(texts) > 0 {
		v := m.Encoder.EncodeAll(nil, texts[:1])
		*m.held = append(*m.held, v)
		dst, texts = append(dst, v...), texts[1:]
	}
	for _, t := range texts {
		a, b, by := parents(t, len(*m.held))
		one, other := (*m.held)[a], (*m.held)[b]
		from, sum := len(dst), 0.0
		for i := range one {
			x := float64(one[i]) + by*float64(other[i])
			sum += x * x
			dst = append(dst, float32(x))
		}
		for i := from; i < len(dst); i++ {
			dst[i] /= float32(math.Sqrt(sum))
		}
	}
	return dst
}

// parents returns from which two of n vectors that of a text is drawn, and how many times the
// other is added to the one.
func parents(text string, n int) (one, other int, by float64) {
	h := fnv.New64a()
	h.Write([]byte(text))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	return r.IntN(n), r.IntN(n), .3 + .6*r.Float64()
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

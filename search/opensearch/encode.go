package opensearch

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"broadsheet/paper"
	"broadsheet/search"
)

// encoder is how far the papers of the index that is wanted have been given vectors. It
// belongs to the goroutine of EncodeNext, but for the flag.
type encoder struct {
	waiting []int64 // found without a vector, not yet looked at
	asked   time.Time
	changed atomic.Bool // something was written since the index was asked
}

// wake has the index asked for papers without vectors.
func (e *encoder) wake() { e.changed.Store(true) }

// EncodeNext gives the next papers their vectors, at most limit of them, and returns how
// many papers it looked at; 0 means that all that are held can be found by meaning, or
// that another process does it. Those with the most votes come first, then the newest.
// One goroutine may call it at a time.
func (p *Papers) EncodeNext(ctx context.Context, limit int) (int, error) {
	if p.model == nil || !p.writing.Load() {
		return 0, nil
	}
	_, index := p.wanted()
	if len(p.waiting) == 0 {
		const every = 10 * time.Second // if nothing was written
		if time.Since(p.asked) < every && !p.changed.Load() {
			return 0, nil
		}
		p.asked = time.Now()
		p.changed.Store(false)
		if err := p.refresh(ctx, index); err != nil {
			return 0, err
		}
		var err error
		if p.waiting, err = p.pending(ctx, index, 500); err != nil || len(p.waiting) == 0 {
			return 0, err
		}
		p.wake() // there may be more
	}
	some := p.waiting[:min(limit, len(p.waiting))]
	papers, err := p.store.List(ctx, p.store.DB(), some)
	if err != nil {
		return 0, err
	}
	docs, err := p.documents(ctx, papers)
	if err != nil {
		return 0, err
	}
	if err := p.encode(ctx, index, docs); err != nil {
		return 0, fmt.Errorf("encode papers: %w", err)
	}
	p.waiting = p.waiting[len(some):]
	return len(some), nil
}

// documents returns the documents of papers.
func (p *Papers) documents(ctx context.Context, papers []*paper.Paper) ([]search.Document, error) {
	ids := make([]int64, len(papers))
	for i, x := range papers {
		ids[i] = x.ID
	}
	days, err := p.editions.DaysOf(ctx, p.store.DB(), ids)
	if err != nil {
		return nil, err
	}
	docs := make([]search.Document, len(papers))
	for i, x := range papers {
		docs[i] = search.DocumentOf(x, days[x.ID])
	}
	return docs, nil
}

// without matches the documents that have no vector.
var without = object{"bool": object{"filter": []any{everything}, "must_not": []any{object{"exists": object{"field": fieldTag}}}}}

// pending returns documents of an index that have no vector yet, in the order in which
// they shall get one.
func (c *Cluster) pending(ctx context.Context, index string, limit int) ([]int64, error) {
	q := &question{Query: without, Size: limit, Sort: append([]any{object{search.NumberVotes: "desc"}}, descending(search.NumberDay)...)}
	replies, err := c.askOf(ctx, index, "pending", q)
	if err != nil {
		return nil, err
	}
	return ids(&replies[0]), nil
}

// anyVector reports whether the index that answers has a vector.
func (c *Cluster) anyVector(ctx context.Context) (bool, error) {
	replies, err := c.ask(ctx, "look", &question{Query: object{"exists": object{"field": fieldTag}}, Size: 1})
	return err == nil && len(replies[0].Hits.Hits) > 0, err
}

// count notes how many documents an index has, and how many of them with vectors.
func (c *Cluster) count(ctx context.Context, index string) error {
	replies, err := c.askOf(ctx, index, "count", &question{Query: everything, Count: true}, &question{Query: without, Count: true})
	if err != nil {
		return err
	}
	all := replies[0].Hits.Total.Value
	f := &figures{words: all}
	if c.model != nil {
		f.meaning = all - replies[1].Hits.Total.Value
	}
	c.known.Store(f)
	return nil
}

package opensearch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"broadsheet/edition"
	"broadsheet/job"
	"broadsheet/paper"
	"broadsheet/search"
)

// Papers keeps a cluster abreast of the papers of a store, and answers readers. It is
// safe for concurrent use, and several processes may have one each: the one that holds
// the lease writes.
type Papers struct {
	*Cluster
	*search.Front
	store    *paper.Store
	editions *edition.Store
	holder   string

	// What follows belongs to the goroutine of Update.
	leased  time.Time        // until when the lease is surely held
	tried   time.Time        // when it was asked for last
	looked  time.Time        // when the indexes were last examined
	indexes []string         // that are written: the one wanted first, then the one that answers
	read    map[string]int64 // how far each has read the log
	written map[string]bool  // what searches may not see yet

	coming  atomic.Pointer[coming]
	writing atomic.Bool // whether this process is the one that writes
	encoder
}

// OpenPapers returns the index of a store's papers on a cluster. The cluster need not be
// there yet.
func OpenPapers(ctx context.Context, c Config, m search.Encoder, editions *edition.Store, store *paper.Store) (*Papers, error) {
	identity, err := store.DB().Identity(ctx)
	if err != nil {
		return nil, err
	}
	c.Owner = identity
	cluster := New(c, m)
	return &Papers{
		Cluster: cluster, Front: search.NewFront(cluster, store), store: store, editions: editions,
		holder: rand.Text(), read: map[string]int64{}, written: map[string]bool{},
	}, nil
}

// Close gives the lease up and ends the connections.
func (p *Papers) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(job.Release(ctx, p.store.DB(), p.lease(), p.holder), p.Cluster.Close())
}

// Length of the lease, and how long before its end it is prolonged.
const (
	leaseFor = 15 * time.Second
	renewAt  = 10 * time.Second
)

func (p *Papers) lease() string { return "search/" + p.Name }

// holds reports whether this process is the one that writes.
func (p *Papers) holds(ctx context.Context) (bool, error) {
	now := time.Now()
	if now.Before(p.leased.Add(-renewAt)) || now.Before(p.tried.Add(time.Second)) {
		return now.Before(p.leased), nil
	}
	p.tried = now
	got, err := job.Acquire(ctx, p.store.DB(), p.lease(), p.holder, p.store.DB().Now(), leaseFor)
	if err != nil {
		return false, err
	}
	if !got {
		p.leased, p.looked = time.Time{}, time.Time{}
		return false, nil
	}
	p.leased = now.Add(leaseFor)
	return true, nil
}

// Update takes the next changes of the log into the index, at most limit of them, and
// returns how many there were; 0 means that it is up to date, or that another process
// writes. One goroutine may call it at a time.
func (p *Papers) Update(ctx context.Context, limit int) (int, error) {
	holds, err := p.holds(ctx)
	p.writing.Store(err == nil && holds && len(p.indexes) > 0)
	if err != nil || !holds {
		return 0, err
	}
	if err := p.examine(ctx); err != nil {
		return 0, err
	}
	most := 0
	for i, index := range p.indexes {
		n, err := p.follow(ctx, index, p.indexes[i:], limit)
		if err != nil {
			p.looked = time.Time{}
			return 0, err
		}
		most = max(most, n)
	}
	return most, nil
}

// examine makes the index that is wanted, finds out which ones are to be written, and
// moves the alias once the wanted one is complete.
func (p *Papers) examine(ctx context.Context) error {
	const every = 5 * time.Second
	if time.Since(p.looked) < every {
		return nil
	}
	want, name := p.wanted()
	live, of, err := p.behind(ctx)
	if err != nil {
		return err
	}
	if _, err := p.cursor(ctx, name); missing(err) {
		if err := p.create(ctx, name, want); err != nil {
			return fmt.Errorf("make the search index: %w", err)
		}
	} else if err != nil {
		return err
	}
	if live == "" {
		if err := p.pointTo(ctx, name, ""); err != nil {
			return err
		}
		live = name
	}
	p.indexes = []string{name}
	if live != name && of.Form == want.Form {
		p.indexes = append(p.indexes, live)
	}
	for _, index := range p.indexes {
		if err := p.place(ctx, index); err != nil {
			return err
		}
	}
	if err := p.count(ctx, live); err != nil {
		return err
	}
	p.coming.Store(nil)
	if live != name {
		if err := p.countComing(ctx, name); err != nil {
			return err
		}
		if complete, err := p.complete(ctx, name); err != nil || !complete {
			return err
		}
		if err := p.pointTo(ctx, name, live); err != nil {
			return err
		}
		p.coming.Store(nil)
		p.indexes = p.indexes[:1]
	}
	p.looked = time.Now()
	return nil
}

// coming is an index that is being filled beside the one that answers.
type coming struct {
	model  string
	papers int // with vectors
}

func (p *Papers) countComing(ctx context.Context, index string) error {
	replies, err := p.askOf(ctx, index, "count", &question{Query: object{"exists": object{"field": fieldTag}}, Count: true})
	if err == nil {
		want, _ := p.wanted()
		p.coming.Store(&coming{want.Model, replies[0].Hits.Total.Value})
	}
	return err
}

// Coming returns the model of the index that is being filled beside the one that answers,
// and how many papers have their vectors there; "" when there is none.
func (p *Papers) Coming() (model string, papers int) {
	if c := p.coming.Load(); c != nil {
		return c.model, c.papers
	}
	return "", 0
}

// Adopt implements the server's seam: the encoder is given when the search is opened.
func (p *Papers) Adopt(search.Encoder, func(string) (search.Encoder, error)) error { return nil }

// place finds out how far an index has read the log. One that has read further than the
// database goes is of a database that was put back: it is begun anew.
func (p *Papers) place(ctx context.Context, index string) error {
	at, err := p.cursor(ctx, index)
	if err != nil {
		return err
	}
	latest, err := paper.Latest(ctx, p.store.DB())
	if err != nil {
		return err
	}
	if at > latest {
		if err := p.remove(ctx, index); err != nil {
			return err
		}
		return fmt.Errorf("the search index %s has read the log up to %d, the database goes to %d: it is made anew", index, at, latest)
	}
	p.read[index] = at
	return nil
}

// complete reports whether an index has every change, and a vector of every paper.
func (p *Papers) complete(ctx context.Context, index string) (bool, error) {
	latest, err := paper.Latest(ctx, p.store.DB())
	if err != nil || p.read[index] < latest {
		return false, err
	}
	if err := p.refresh(ctx, index); err != nil {
		return false, err
	}
	if p.model == nil {
		return true, nil
	}
	some, err := p.pending(ctx, index, 1)
	return len(some) == 0, err
}

// follow takes the next changes into one index. Vectors are taken over from the indexes
// in from.
func (p *Papers) follow(ctx context.Context, index string, from []string, limit int) (int, error) {
	at := p.read[index]
	changes, err := paper.Changes(ctx, p.store.DB(), at, limit)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	if _, err := p.cursor(ctx, index); err != nil {
		return 0, err // writing to an index that was deleted would make one of another kind
	}
	docs, gone, err := search.Changed(ctx, p.store, p.editions, changes, func(days []int64) (map[int64]int64, error) {
		return p.placed(ctx, index, days)
	})
	if err != nil {
		return 0, fmt.Errorf("read what changed after %d: %w", at, err)
	}
	last := changes[len(changes)-1].Seq
	if err := p.put(ctx, index, docs, gone, last, from...); err != nil {
		return 0, fmt.Errorf("index the changes after %d: %w", at, err)
	}
	if err := p.advance(ctx, index, last); err != nil {
		return 0, err
	}
	p.read[index], p.written[index] = last, true
	p.wake()
	return len(changes), nil
}

// placed implements search.Placed.
func (p *Papers) placed(ctx context.Context, index string, days []int64) (map[int64]int64, error) {
	if p.written[index] {
		if err := p.refresh(ctx, index); err != nil {
			return nil, err
		}
		p.written[index] = false
	}
	was := map[int64]int64{}
	const atOnce = 10_000
	q := &question{
		Query: object{"terms": object{search.NumberEdition: days}}, Size: atOnce,
		Sort: []any{object{fieldPaper: "asc"}}, Numbers: []string{search.NumberEdition},
	}
	for {
		replies, err := p.askOf(ctx, index, "placed", q)
		if err != nil {
			return nil, err
		}
		list := replies[0].Hits.Hits
		for _, f := range list {
			was[f.id()] = f.number(search.NumberEdition)
		}
		if len(list) < atOnce {
			return was, nil
		}
		q.After = []any{list[len(list)-1].id()}
	}
}

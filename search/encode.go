package search

import (
	"context"
	"fmt"

	"broadsheet/paper"
)

// backlog is how far the first encoding of all papers has come. It lives in memory:
// after a restart the walk begins again and passes over what has its vector.
type backlog struct {
	live  int64 // the change up to which papers that changed meanwhile are encoded
	voted bool  // the papers with votes come first
	at    paper.Walked
}

// EncodeNext gives the next papers their vectors, at most limit of them, and returns how
// many papers it looked at; 0 means that all that are held can be found by meaning.
// While the first encoding of all papers goes on, those that change meanwhile take
// precedence; then come the papers with votes, then the others, the newest first.
// An encoder that is to take another's place has its turn when that one is up to date.
// One goroutine may call it at a time.
func (p *Papers) EncodeNext(ctx context.Context, limit int) (int, error) {
	m, next := p.meaning.Load(), p.next.Load()
	if m == nil || p.reads {
		return 0, nil
	}
	n, err := p.encodeWith(ctx, m, limit)
	if n > 0 || err != nil || next == nil {
		return n, err
	}
	n, err = p.encodeWith(ctx, next, limit)
	if n == 0 && err == nil && next.complete() {
		return 1, p.succeed(next)
	}
	return n, err
}

// encodeWith is EncodeNext for one encoder.
func (p *Papers) encodeWith(ctx context.Context, m *meaning, limit int) (int, error) {
	if err := p.mendVectors(ctx, m); err != nil {
		return 0, err
	}
	if m.complete() {
		return p.encodeChanges(ctx, m, m.store.Seq(), limit)
	}
	if m.backlog == nil {
		latest, err := paper.Latest(ctx, p.store.DB())
		if err != nil {
			return 0, err
		}
		m.backlog = &backlog{live: latest, voted: true}
	}
	n, err := p.encodeChanges(ctx, m, m.backlog.live, limit)
	if err != nil || n > 0 {
		return n, err
	}
	return p.encodeBacklog(ctx, m, limit)
}

// encodeChanges encodes the papers of the next changes. The place in the log is kept
// with the vectors, or, while the backlog is not done, in memory.
func (p *Papers) encodeChanges(ctx context.Context, m *meaning, from int64, limit int) (int, error) {
	changes, err := paper.Changes(ctx, p.store.DB(), from, limit)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	last := changes[len(changes)-1].Seq
	texts := changes[:0]
	for _, c := range changes {
		if c.Kind == paper.ChangedPaper {
			texts = append(texts, c)
		}
	}
	docs, gone, err := p.changed(ctx, texts)
	if err != nil {
		return 0, fmt.Errorf("read what changed after %d: %w", from, err)
	}
	seq := int64(0)
	if m.complete() {
		seq = last
	}
	if _, err := m.encode(ctx, docs, gone, seq); err != nil {
		return 0, fmt.Errorf("encode the changes after %d: %w", from, err)
	}
	if seq == 0 {
		m.backlog.live = last
	}
	return max(1, len(docs)), nil
}

// encodeBacklog encodes the next papers of the walk; at its end it notes that all
// papers have been encoded.
func (p *Papers) encodeBacklog(ctx context.Context, m *meaning, limit int) (int, error) {
	b := m.backlog
	papers, at, err := p.store.Walk(ctx, b.at, b.voted, limit)
	if err != nil {
		return 0, err
	}
	if len(papers) == 0 {
		if b.voted {
			b.voted, b.at = false, paper.Walked{}
			return 1, nil
		}
		if b.live == 0 {
			return 0, nil // an empty store
		}
		return 1, m.store.Apply(b.live, nil, nil)
	}
	docs := make([]Document, len(papers))
	for i, x := range papers {
		docs[i] = Document{ID: x.ID, Title: x.Title, Abstract: x.Abstract}
	}
	if _, err := m.encode(ctx, docs, nil, 0); err != nil {
		return 0, fmt.Errorf("encode papers: %w", err)
	}
	b.at = at
	return len(papers), nil
}

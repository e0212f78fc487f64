package search

import (
	"context"

	"broadsheet/paper"
)

// Due returns how many documents the next Update will index.
func (p *Papers) Due(ctx context.Context) (int, error) {
	changes, err := paper.Changes(ctx, p.store.DB(), p.Seq(), 1000)
	if err != nil {
		return 0, err
	}
	docs, _, err := p.changed(ctx, changes)
	return len(docs), err
}

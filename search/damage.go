package search

import (
	"context"
	"errors"
	"fmt"
	"os"

	"broadsheet/fault"
	"broadsheet/search/lexical"
)

// sound says whether what a snapshot answered can be relied on.
func sound(snap *lexical.Snapshot) error {
	if snap.Err() != nil {
		return fault.Busy("The search index is damaged and is being made anew. Try again in a few minutes.")
	}
	return nil
}

// mend empties a word index that was found damaged, so that it is filled anew from the
// first change on.
func (p *Papers) mend() error {
	damage := p.words.Err()
	if damage == nil {
		return nil
	}
	if err := p.words.Reset(); err != nil {
		return fmt.Errorf("empty a damaged index: %w", errors.Join(damage, err))
	}
	return fmt.Errorf("the word index is made anew: %w", damage)
}

// mendVectors looks once whether the vectors on disk are as they were written, and
// begins anew when they are not.
func (p *Papers) mendVectors(ctx context.Context, m *meaning) error {
	if m.looked {
		return nil
	}
	m.looked = true
	damage := m.store.Verify()
	if damage == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	if err := errors.Join(m.store.Close(), os.RemoveAll(folderOf(p.dir, m.model))); err != nil {
		return err
	}
	anew, err := openMeaning(p.dir, m.model, false)
	if err != nil {
		return err
	}
	if !p.next.CompareAndSwap(m, anew) {
		p.meaning.Store(anew)
	}
	return fmt.Errorf("the vectors are made anew: %w", damage)
}

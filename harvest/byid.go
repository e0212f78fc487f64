package harvest

import (
	"context"
	"fmt"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
)

// patience is how long somebody who waits for a page waits for arXiv.
const patience = 20 * time.Second

// ByID asks arXiv's API once for a paper that somebody names, in its turn with all other
// questions to arXiv. The error is a fault.NotFound when arXiv knows no such paper.
func (s *Settings) ByID(ctx context.Context, id string) (*paper.Paper, error) {
	if s.API == "" || s.Arxiv == nil {
		return nil, fault.NotFound("%s is not held, and this server does not ask arXiv.", id)
	}
	inner, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	api := atomAPI{s.API, Client{Pace: s.Arxiv, Tries: 1, Wait: s.Wait}}
	b, err := api.byID(inner, []string{id})
	switch {
	case err != nil && ctx.Err() == nil && (inner.Err() != nil || fault.KindOf(err) == fault.Internal || fault.Is(err, fault.KindBusy)):
		return nil, fault.Busy("arXiv does not answer just now. Try again in a minute.")
	case err != nil && !fault.Is(err, fault.KindClash):
		return nil, fmt.Errorf("ask arXiv for %s: %w", id, err)
	case err == nil:
		for _, p := range b.Papers {
			if p.ArXiv() == id {
				return p, nil
			}
		}
	}
	return nil, fault.NotFound("arXiv has no %s.", id)
}

package web

import (
	"context"
	"slices"
	"sync"

	"broadsheet/edition"
)

// ranks keeps the places of the papers of some spans, for one state: the page of every
// paper of a month asks for its place in that month, which may have thousands.
type ranks struct {
	mu    sync.Mutex
	state uint64
	held  map[edition.Span]places
}

// places are the numbers of papers, ascending, and beside each its place.
type places struct {
	ids []int64
	at  []int32
}

// of returns the place of the paper numbered id in a span; At is 0 when it is not there.
func (r *ranks) of(ctx context.Context, h *Handler, span edition.Span, id int64) (Rank, error) {
	state := h.State()
	r.mu.Lock()
	p, ok := r.held[span]
	ok = ok && r.state == state
	r.mu.Unlock()
	if !ok {
		order, err := h.Feeds.Order(ctx, span)
		if err != nil {
			return Rank{}, err
		}
		p = placesOf(order)
		r.put(state, span, p)
	}
	rank := Rank{Of: len(p.ids)}
	if i, found := slices.BinarySearch(p.ids, id); found {
		rank.At = int(p.at[i])
	}
	return rank, nil
}

func (r *ranks) put(state uint64, span edition.Span, p places) {
	const most = 200 // spans; a month of 10,000 papers takes 120 kB
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held == nil || r.state != state || len(r.held) >= most {
		r.state, r.held = state, map[edition.Span]places{}
	}
	r.held[span] = p
}

func placesOf(order []int64) places {
	p := places{slices.Clone(order), make([]int32, len(order))}
	slices.Sort(p.ids)
	for i, id := range order {
		j, _ := slices.BinarySearch(p.ids, id)
		p.at[j] = int32(i + 1)
	}
	return p
}

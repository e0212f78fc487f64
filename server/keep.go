package server

import (
	"context"

	"broadsheet/library"
)

// sources are the rooms that the library asks for what readers follow.
func (h *House) sources() library.Sources {
	s := library.Sources{
		Editions: h.Editions, Now: h.Config.Now,
		Votes: func(ctx context.Context, account int64, limit int) ([]library.Vote, error) {
			given, err := h.Talk.VotesOf(ctx, account, limit)
			votes := make([]library.Vote, len(given))
			for i, g := range given {
				votes[i] = library.Vote{Paper: g.Paper, At: g.At}
			}
			return votes, err
		},
	}
	if h.Search != nil {
		s.Search = h.Search.Matching
	}
	return s
}

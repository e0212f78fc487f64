package feed

import (
	"context"
	"time"

	"broadsheet/discuss"
	"broadsheet/trend"
)

// CountVotes has the votes of our own readers counted with what was read upstream.
// It is called before the lists are used.
func (f *Feeds) CountVotes(talk interface {
	VotesSince(context.Context, time.Time) ([]discuss.Given, error)
},
) {
	f.Cast = func(ctx context.Context, since time.Time) ([]trend.Vote, error) {
		given, err := talk.VotesSince(ctx, since)
		if err != nil {
			return nil, err
		}
		votes := make([]trend.Vote, len(given))
		for i, g := range given {
			votes[i] = trend.Vote{Paper: g.Paper, At: g.At, Weight: g.Weight}
		}
		return votes, nil
	}
}

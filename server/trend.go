package server

import (
	"context"
	"time"

	"broadsheet/digest"
	"broadsheet/feed"
	"broadsheet/trend"
)

// trends returns what is rising this week, for the digests.
func (h *House) trends(ctx context.Context, now time.Time, limit int) ([]digest.Trend, error) {
	w, err := trend.ParseWindow("week", now)
	if err != nil {
		return nil, err
	}
	rising, _, err := h.Feeds.Trending(ctx, feed.Trend{Now: now, Window: w, Limit: limit, Raw: h.Feeds.Raw})
	if err != nil {
		return nil, err
	}
	list := make([]digest.Trend, len(rising))
	for i, r := range rising {
		list[i] = digest.Trend{Paper: r.Item.Paper.ID, Why: "Trending: " + r.Ranked.Why(w)}
	}
	return list, nil
}

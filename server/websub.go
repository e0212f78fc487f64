package server

import (
	"context"
	"time"

	"broadsheet/fetch"
	"broadsheet/syndicate"
)

// tellHub tells the WebSub hub of what is new, at most once a minute, until ctx ends.
func (h *House) tellHub(ctx context.Context) {
	const often = time.Minute
	c := h.Config
	hub := &syndicate.Hub{URL: c.Hub, Base: c.Base, Client: fetch.New(fetch.Config{Private: true}), DB: h.DB, Now: c.Now} // the operator names it
	for ctx.Err() == nil {
		if _, err := hub.Tell(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("the hub could not be told what is new; it will be tried again", "error", err)
		}
		sleep(ctx, often)
	}
}

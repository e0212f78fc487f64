package server

import (
	"context"
	"time"
)

// printer publishes the editions whose hour has come, where there is a desk.
func (h *House) printer(ctx context.Context) {
	const often = 2 * time.Second
	for h.Config.Edition.Desk && ctx.Err() == nil {
		if n, err := h.Editions.PublishDue(ctx, h.Config.Now()); err != nil && ctx.Err() == nil {
			h.log.Error("an edition that is due was not published; it will be tried again", "error", err)
		} else if n > 0 {
			h.log.Info("editions published themselves", "editions", n)
		}
		sleep(ctx, often)
	}
}

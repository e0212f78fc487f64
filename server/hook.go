package server

import (
	"context"

	"broadsheet/hook"
)

// happened is what hooks are told of an event: the API says it, which is made after them.
func (h *House) happened(ctx context.Context, e hook.Event, to *hook.Hook, subject int64) (any, error) {
	return h.api.Happened(ctx, e, to, subject)
}

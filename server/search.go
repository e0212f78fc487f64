package server

import (
	"context"
	"errors"
	"time"

	"broadsheet/search"
	"broadsheet/search/embed"
)

// openSearch opens the index in its folder, if there is to be one.
func (h *House) openSearch(ctx context.Context) error {
	if h.Config.Index == "" {
		return nil
	}
	var err error
	h.Search, err = search.OpenPapers(ctx, h.Config.Index, h.Editions, h.Papers)
	return err
}

// soon is how often the log is looked at for papers that are not yet in the index: a
// changed paper is to be found within a tenth of a second.
const soon = 20 * time.Millisecond

// index keeps the word index abreast of the papers until ctx ends.
func (h *House) index(ctx context.Context) {
	h.follow(ctx, "the word index", soon, func() (int, error) { return h.Search.Update(ctx, 2000) })
}

// encode gives papers their vectors until ctx ends.
func (h *House) encode(ctx context.Context) {
	if err := h.AttachEncoder(); err != nil {
		h.log.Error("the encoder could not be opened; papers are found by words alone", "error", err)
		return
	}
	const atOnce = 16
	h.follow(ctx, "the vectors", pulse, func() (int, error) {
		began := time.Now()
		n, err := h.Search.EncodeNext(ctx, atOnce)
		if n > 0 {
			sleep(ctx, time.Since(began)) // half of a processor is left to the pages
		}
		return n, err
	})
}

// AttachEncoder opens the encoder that lies in the program.
func (h *House) AttachEncoder() error {
	m, err := embed.Default()
	if err != nil {
		return err
	}
	return h.Search.Attach(m)
}

// follow runs a step of a watcher until ctx ends: at once again while there is
// something to do, else after a pause.
func (h *House) follow(ctx context.Context, what string, pause time.Duration, step func() (int, error)) {
	for ctx.Err() == nil {
		n, err := step()
		switch {
		case err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled):
			h.log.Error(what+" could not be brought up to date; it will be tried again", "error", err)
			sleep(ctx, time.Second)
		case n == 0:
			sleep(ctx, pause)
		}
	}
}

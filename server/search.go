package server

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"broadsheet/fault"
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

// AttachEncoder opens the encoder that was chosen. As long as its vectors are not
// complete, the one that was chosen before answers.
func (h *House) AttachEncoder() error {
	m, err := h.encoder(h.Config.Model)
	if err != nil {
		return err
	}
	return h.Search.Adopt(m, h.encoder)
}

// encoder opens an encoder by its name: the one in the program, also by no name, or one
// that was added.
func (h *House) encoder(name string) (search.Encoder, error) {
	own, err := embed.Default()
	if err != nil || name == "" || name == own.Name() {
		return own, err
	}
	if filepath.Base(name) != name {
		return nil, fault.Invalid("%q is no name of a model.", name)
	}
	return embed.Open(filepath.Join(h.Config.Models, name+".bin"))
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

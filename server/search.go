package server

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/embed"
	"broadsheet/search/opensearch"
	"broadsheet/web"
)

// Searcher is a search over the papers, whatever the engine.
type Searcher interface {
	web.Finder
	Suggest(ctx context.Context, typed string) ([]search.Suggestion, error)
	Matching(ctx context.Context, text string, papers []int64) (map[int64]bool, error)
	// Update and EncodeNext follow the change log, and return 0 when there is nothing to do.
	Update(ctx context.Context, limit int) (int, error)
	EncodeNext(ctx context.Context, limit int) (int, error)
	Adopt(m search.Encoder, open func(name string) (search.Encoder, error)) error
	Docs() (words, meaning int)
	Coming() (model string, papers int)
	Close() error
}

// openSearch opens the search: on the cluster when there is one, else in the folder of the
// index; none without either.
func (h *House) openSearch(ctx context.Context) error {
	engine := "built-in"
	switch c := h.Config.OpenSearch; {
	case len(c.Nodes) > 0:
		engine = "opensearch"
		m, err := h.encoder(h.Config.Model)
		if err != nil {
			return err
		}
		c.Models, c.Told = h.encoder, h.metrics.searchCall
		p, err := opensearch.OpenPapers(ctx, c, m, h.Editions, h.Papers)
		if err != nil {
			return err
		}
		h.Search = p
	case h.Config.Index != "":
		p, err := search.OpenPapers(ctx, h.Config.Index, h.Editions, h.Papers)
		if err != nil {
			return err
		}
		h.Search = p
	default:
		return nil
	}
	h.metrics.watchSearch(engine, h.Search)
	h.Search = timed{h.Search, func(took time.Duration, err error) { h.metrics.search(engine, took, err) }}
	return nil
}

// timed is a search whose questions are measured.
type timed struct {
	Searcher
	told func(took time.Duration, err error)
}

// Find implements web.Finder.
func (t timed) Find(ctx context.Context, a search.Ask) (*search.Page, error) {
	began := time.Now()
	page, err := t.Searcher.Find(ctx, a)
	t.told(time.Since(began), err)
	return page, err
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
// something to do, else after a pause. What goes wrong again and again is logged once a
// minute.
func (h *House) follow(ctx context.Context, what string, pause time.Duration, step func() (int, error)) {
	var logged time.Time
	for ctx.Err() == nil {
		n, err := step()
		switch {
		case err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled):
			if time.Since(logged) > time.Minute {
				logged = time.Now()
				h.log.Error(what+" could not be brought up to date; it will be tried again", "error", err)
			}
			sleep(ctx, time.Second)
		case n == 0:
			sleep(ctx, pause)
		}
	}
}

// near returns held papers whose text is like that of a paper, held or not.
func (h *House) near(ctx context.Context, p *paper.Paper, limit int) ([]*paper.Paper, error) {
	like := search.Likeness{Text: p.Title + "\n" + p.Abstract, Limit: limit}
	if p.ID != 0 {
		like.Papers, like.Text = []*paper.Paper{p}, ""
	}
	found, _, err := h.Search.Alike(ctx, like)
	if fault.Is(err, fault.KindBusy) || fault.Is(err, fault.KindInvalid) {
		return nil, nil // the index is being made, or the text has no word that tells anything
	}
	list := make([]*paper.Paper, len(found))
	for i, x := range found {
		list[i] = x.Paper
	}
	return list, err
}

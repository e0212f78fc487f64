// Package press prints the public pages of an instance as files, which any file
// server can serve for ever, and which open from a disk as well.
//
// It stores nothing in the database. In the folder it writes, beside the pages, the
// files of the search (index.go) and a manifest of what it wrote and for which state,
// by which the next printing writes only what differs. Links between pages are
// relative; a page stands under the path that it has on the server, so that old
// addresses hold (link.go).
//
// What it promises: a page is written whole or not at all; a link leads to a page
// that is there; a file that it did not write is not touched. What readers own
// (libraries, accounts, mails) is no part of it.
package press

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Config says what is printed and where to.
type Config struct {
	Pages    http.Handler // answers as the server does, without what needs one
	Papers   *paper.Store
	Editions *edition.Store
	Folder   string   // where to; it is made when it is not there
	Base     string   // where the site will stand: https://papers.example.org/old, without a slash at the end
	Static   []string // the addresses of style sheet, script and fonts
	Version  string   // of the program: another one prints everything anew
	Span     edition.Span
	Today    string // the feed day: later ones are not out yet
	All      bool   // everything, and not only what differs
	Workers  int    // pages made at once; 0 is 2
	// Progress is told how many of so many pages are made. It may be nil.
	Progress func(done, all int)
	Log      func(message string, args ...any)
}

// Result says what was done.
type Result struct {
	Pages    int // that the site has, with feeds and other files made by the server
	Made     int // that had to be made
	Written  int // files that differ from before, those of the search among them
	Removed  int // files that are no part of the site any more
	Editions int
	Papers   int
}

// Press prints.
func Press(ctx context.Context, c Config) (*Result, error) {
	if c.Workers == 0 {
		c.Workers = 2
	}
	if err := os.MkdirAll(c.Folder, 0o755); err != nil {
		return nil, err
	}
	held, err := readManifest(c.Folder)
	if err != nil {
		return nil, err
	}
	p := &printing{Config: c, held: held}
	if err := p.plan(ctx); err != nil {
		return nil, err
	}
	r := &Result{Pages: len(p.site), Editions: len(p.days), Papers: len(p.standing)}
	if p.same() {
		return r, nil
	}
	if err := p.make(ctx); err != nil {
		return nil, err
	}
	files, err := p.index(ctx)
	if err != nil {
		return nil, err
	}
	r.Made = int(p.made.Load())
	if r.Removed, err = p.prune(files); err != nil {
		return nil, err
	}
	r.Written = int(p.wrote.Load())
	return r, p.now.write(c.Folder)
}

// printing is one run.
type printing struct {
	Config
	held, now *manifest
	days      []edition.Day
	standing  []edition.Standing
	site      map[string]bool // the address of each page → whether it must be made
	made      atomic.Int64
	wrote     atomic.Int64
}

// same reports whether nothing is to be made.
func (p *printing) same() bool {
	if p.held.Seq != p.now.Seq || len(p.held.Files) == 0 {
		return false
	}
	for _, must := range p.site {
		if must {
			return false
		}
	}
	return true
}

// make makes the pages, several at once.
func (p *printing) make(ctx context.Context) error {
	var todo []string
	for at, must := range p.site {
		if must {
			todo = append(todo, at)
		}
	}
	slices.Sort(todo)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next := make(chan string)
	go func() { // ends with the pages or with the workers
		defer close(next)
		for _, at := range todo {
			select {
			case next <- at:
			case <-ctx.Done():
				return
			}
		}
	}()
	failed := make(chan error, p.Workers)
	var workers sync.WaitGroup
	for range p.Workers {
		workers.Go(func() {
			for at := range next {
				if err := p.page(ctx, at); err != nil {
					failed <- fmt.Errorf("print %s: %w", at, err)
					stop()
					return
				}
				if n := int(p.made.Add(1)); p.Progress != nil && (n%50 == 0 || n == len(todo)) {
					p.Progress(n, len(todo))
				}
			}
		})
	}
	workers.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return ctx.Err()
	}
}

// page makes one page and writes it.
func (p *printing) page(ctx context.Context, at string) error {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	r.Header.Set("Accept", "text/html")
	w := &answer{header: http.Header{}, status: http.StatusOK}
	p.Pages.ServeHTTP(w, r)
	body := w.body.Bytes()
	switch {
	case at == missing && w.status == http.StatusNotFound:
	case w.status == http.StatusNotFound:
		return fault.Conflict("the page went away while the site was printed; print again")
	case w.status != http.StatusOK:
		return fmt.Errorf("the server answers %d %s", w.status, http.StatusText(w.status))
	}
	if isHTML(w.header.Get("Content-Type")) {
		var err error
		if body, err = p.rewrite(at, body); err != nil {
			return err
		}
	}
	return p.write(fileOf(at), body)
}

// answer keeps what a handler says.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// write writes a file of the site, unless it stands there as it is.
func (p *printing) write(name string, body []byte) error {
	full := filepath.Join(p.Folder, filepath.FromSlash(name))
	if held, err := os.ReadFile(full); err == nil && bytes.Equal(held, body) {
		return nil
	}
	p.wrote.Add(1)
	return replace(full, body)
}

// replace puts a file in place of another, at once.
func replace(full string, body []byte) error {
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	next := full + ".part"
	if err := os.WriteFile(next, body, 0o644); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return os.Rename(next, full)
}

// prune removes the files of the last printing that are no part of this one, and
// notes those that are.
func (p *printing) prune(search []string) (removed int, err error) {
	for at := range p.site {
		p.now.Files = append(p.now.Files, fileOf(at))
	}
	p.now.Files = append(p.now.Files, search...)
	slices.Sort(p.now.Files)
	for _, name := range p.held.Files {
		if _, stays := slices.BinarySearch(p.now.Files, name); stays || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		full := filepath.Join(p.Folder, filepath.FromSlash(name))
		if err := os.Remove(full); err != nil && !errors.Is(err, os.ErrNotExist) {
			return removed, err
		}
		removed++
		for dir := filepath.Dir(full); dir != filepath.Clean(p.Folder) && os.Remove(dir) == nil; dir = filepath.Dir(dir) {
			continue // folders that have become empty
		}
	}
	return removed, nil
}

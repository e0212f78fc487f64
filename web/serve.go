package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
)

// handler answers a request or says why it cannot; serve turns the error into its
// page. No handler writes a failure itself.
type handler func(http.ResponseWriter, *http.Request) error

func (h *Handler) serve(f handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			h.Fail(w, r, err)
		}
	})
}

// What may be done with an answer by those who keep it.
const (
	askAgain = "no-cache"
	// The edition of a day that is over, which only votes can change: shown from a
	// cache for a minute, and for ever while the cache asks behind (RFC 5861).
	overAndDone = "public, max-age=60, stale-while-revalidate=31536000"
	keepNothing = "private, no-store"
)

// base returns the public address of the server.
func (h *Handler) base(r *http.Request) string {
	if h.Base != "" {
		return h.Base
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// themeOf returns the theme that the reader chose: light, dark, or "" for the
// system's.
func themeOf(r *http.Request) string {
	if r.Header["Cookie"] == nil {
		return ""
	}
	if c, err := r.Cookie("theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// addressOf returns under which address an answer is held.
func (h *Handler) addressOf(r *http.Request) address {
	at := address{base: h.Base, path: r.URL.Path, query: askedOf(r), theme: themeOf(r)}
	if at.base == "" {
		at.base = r.Host
		if r.TLS != nil {
			at.base = "https://" + r.Host
		}
	}
	return at
}

// again answers with a page that is held, and reports whether there was one.
func (h *Handler) again(w http.ResponseWriter, r *http.Request) bool {
	f := h.pages.get(h.addressOf(r), h.State())
	if f == nil || !f.until.IsZero() && h.Now().After(f.until) || f.visitors && account.From(r.Context()) != nil {
		return false
	}
	if err := h.deliver(w, r, f); err != nil {
		h.Fail(w, r, err)
	}
	return true
}

// LogPath is the path of an address as it may stand in a log: without what in it opens
// something to whoever knows it.
func LogPath(path string) string {
	for _, p := range []string{"/feed/me/", "/cite/me/", "/join/", "/quiet/"} {
		if strings.HasPrefix(path, p) {
			return p + "…"
		}
	}
	return path
}

// site returns what the pages of a request share.
func (h *Handler) site(r *http.Request) (Site, error) {
	front, err := h.front(r.Context())
	if err != nil {
		return Site{}, err
	}
	now := h.Now()
	return Site{
		Base: h.base(r), Version: h.Version, Theme: themeOf(r), Path: r.URL.Path, Now: now.UTC(),
		Today: h.Editions.Settings().DayOf(now), Newest: front.newest, Scrape: h.Scrape != nil,
		Desk: h.Editions.Settings().Desk, Submits: h.submits(), Talk: h.Talk != nil, Demo: h.isDemo(), Mails: h.Digests != nil, Searches: h.Finder != nil, API: h.Reference != nil,
		Pressed: h.Pressed,
		Keeps:   h.Library != nil, Unread: h.Library != nil && r.URL.Query().Get("show") == "unread",
	}, nil
}

func (h *Handler) isDemo() bool { return h.Accounts != nil && h.Accounts.Settings().Demo }

// show renders a view, holds it for the next one who asks, and sends it.
func (h *Handler) show(w http.ResponseWriter, r *http.Request, keep string, state uint64, v View) error {
	f, err := h.cutOut(keep, v)
	if err != nil {
		return err
	}
	return h.hand(w, r, state, f)
}

// pass renders a view and sends it with the reader's marks, but holds it for nobody:
// there are more such pages than will be asked for again.
func (h *Handler) pass(w http.ResponseWriter, r *http.Request, v View) error {
	f, err := h.cutOut(askAgain, v)
	if err != nil {
		return err
	}
	f.fast, f.cut.fast = &h.packers, true
	return h.deliver(w, r, f)
}

// cutOut renders a view with holes for what differs by reader.
func (h *Handler) cutOut(keep string, v View) (*finished, error) {
	c, err := h.templates.cut(v)
	if err != nil {
		return nil, err
	}
	f := finish("text/html; charset=utf-8", keep, c.plain)
	f.cut = c
	return f, nil
}

// hand holds an answer that was made under a state, and sends it.
func (h *Handler) hand(w http.ResponseWriter, r *http.Request, state uint64, f *finished) error {
	h.pages.put(h.addressOf(r), state, f)
	return h.deliver(w, r, f)
}

// deliver sends an answer to who asks.
func (h *Handler) deliver(w http.ResponseWriter, r *http.Request, f *finished) error {
	v := account.From(r.Context())
	if v == nil || f.cut == nil {
		f.send(w, r)
		return nil
	}
	o, err := h.overlay(r.Context(), v, f.cut.papers)
	if err != nil {
		return err
	}
	f.sendTo(w, r, o)
	return nil
}

// showOnce renders a view for who asks, and has nobody keep it.
func (h *Handler) showOnce(w http.ResponseWriter, r *http.Request, v View) error {
	body, err := h.templates.RenderFor(v, h.mast(r))
	if err != nil {
		return err
	}
	finish("text/html; charset=utf-8", keepNothing, body).send(w, r)
	return nil
}

// showVisitors renders a page in whose place readers have one of their own, and holds
// it for the next visitor.
func (h *Handler) showVisitors(w http.ResponseWriter, r *http.Request, state uint64, v View) error {
	body, err := h.templates.Render(v)
	if err != nil {
		return err
	}
	f := finish("text/html; charset=utf-8", askAgain, body)
	f.visitors = true
	return h.hand(w, r, state, f)
}

// showTo renders a view for who asks, who sees more in it than their marks on these
// papers, and has nobody keep it.
func (h *Handler) showTo(w http.ResponseWriter, r *http.Request, v *account.Viewer, view View, papers ...int64) error {
	if v == nil {
		return h.showOnce(w, r, view)
	}
	o, err := h.overlay(r.Context(), v, papers)
	if err != nil {
		return err
	}
	body, err := h.templates.RenderFor(view, o)
	if err != nil {
		return err
	}
	finish("text/html; charset=utf-8", keepNothing, body).send(w, r)
	return nil
}

// mast is the overlay of pages without papers: who asks, in the masthead.
func (h *Handler) mast(r *http.Request) *Overlay {
	v := account.From(r.Context())
	if v == nil {
		return nil
	}
	return &Overlay{Reader: readerOf(&v.Account)}
}

// fronts keeps what the pages of failures show of the newest edition, and which
// that is.
type fronts struct {
	mu   sync.Mutex
	last *frontPage
}

type frontPage struct {
	state  uint64
	newest *edition.Day
	items  []feed.Item // the first five
}

func (h *Handler) front(ctx context.Context) (*frontPage, error) {
	const shown = 5
	state := h.State()
	h.fronts.mu.Lock()
	last := h.fronts.last
	h.fronts.mu.Unlock()
	if last != nil && last.state == state {
		return last, nil
	}
	f := &frontPage{state: state}
	at, err := h.Editions.Newest(ctx)
	if err != nil {
		return nil, err
	}
	if at != "" {
		days, err := h.Editions.Days(ctx, edition.DaySpan(at))
		if err != nil {
			return nil, err
		}
		if len(days) > 0 {
			f.newest = &days[0]
		}
		if f.items, _, err = h.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(at), Limit: shown}); err != nil {
			return nil, err
		}
	}
	h.fronts.mu.Lock()
	h.fronts.last = f
	h.fronts.mu.Unlock()
	return f, nil
}

// Fail sends the page of a failure; who has to sign in first is led there. What is
// not a fault is logged, with the name of the request, which the page shows; its
// text is not for readers.
func (h *Handler) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody listens any more
	}
	err = db.Explain(err)
	kind := fault.KindOf(err)
	if strings.Contains(r.Header.Get("Accept"), "application/json") && kind != fault.Internal { // our script, which shows the sentence
		if kind == fault.KindBusy {
			w.Header().Set("Retry-After", "10")
		}
		w.Header().Set("Cache-Control", keepNothing)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(kind.Status())
		json.NewEncoder(w).Encode(map[string]string{"error": fault.Message(err)})
		return
	}
	d := FailureData{Kind: kind, Says: fault.Message(err), Wrote: wroteOf(r)}
	if kind == fault.KindVisitor {
		d.SignIn = "/sign-in?next=" + url.QueryEscape(pathBefore(r))
		if d.Wrote == "" {
			w.Header().Set("Cache-Control", keepNothing)
			http.Redirect(w, r, d.SignIn, http.StatusSeeOther)
			return
		}
	}
	if kind == fault.Internal {
		d.RequestID = h.requestID(r)
		h.Log.Error("a page failed", "path", LogPath(r.URL.Path), "request", d.RequestID, "error", err)
	}
	site := Site{Base: h.base(r), Version: h.Version, Theme: themeOf(r), Path: r.URL.Path, Now: h.Now().UTC(), Demo: h.isDemo(), Keeps: h.Library != nil}
	if full, err := h.site(r); err == nil {
		site = full
		if front, err := h.front(r.Context()); err == nil {
			d.Front = EntriesOf(site, front.items)
		}
	}
	if kind == fault.KindMissing {
		d.Similar = h.similar(r)
	}
	h.sendFailure(w, r, FailurePageOf(site, d))
}

func (h *Handler) sendFailure(w http.ResponseWriter, r *http.Request, v *FailurePage) {
	body, err := h.templates.RenderFor(v, h.mast(r))
	if err != nil {
		h.Log.Error("the page of a failure failed", "error", err)
		body = []byte("This page failed to load.\n")
	}
	head := w.Header()
	SetPolicy(head)
	head.Set("Cache-Control", keepNothing)
	if v.Code == http.StatusServiceUnavailable {
		head.Set("Retry-After", "10")
	}
	w.WriteHeader(v.Code)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

func (h *Handler) requestID(r *http.Request) string {
	if h.RequestID != nil {
		if id := h.RequestID(r); id != "" {
			return id
		}
	}
	var b [4]byte
	rand.Read(b[:])
	s := strings.ToUpper(hex.EncodeToString(b[:]))
	return s[:4] + "-" + s[4:]
}

// pathBefore returns the path to come back to after signing in: that of the page
// asked for, or of the page that a form stood on.
func pathBefore(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.Path
	}
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return "/"
	}
	return from.Path
}

func (h *Handler) wrongMethod(w http.ResponseWriter, r *http.Request) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	w.Header().Set("Allow", http.MethodPost)
	h.sendFailure(w, r, wrongMethod(site))
	return nil
}

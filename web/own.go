package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"broadsheet/account"
	"broadsheet/cite"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/syndicate"
)

// mountOwn adds what a reader takes along of their own: by signing in, and for programs
// by an address that nobody can guess.
func (h *Handler) mountOwn(mux *http.ServeMux) {
	h.route(mux, "GET /feed/me/{key}/{list}", account.Look, h.byKey(h.ownFeed))  // what they follow, what they saved
	h.route(mux, "GET /cite/me/{key}/{list}", account.Look, h.byKey(h.ownCites)) // the same as citations
	h.route(mux, "GET /cite/mine/{list}", account.Own, h.bySession(h.ownCites))
	h.route(mux, "GET /feeds.opml", account.Own, h.bySession(h.opml)) // what they follow, as a list of feeds
	h.route(mux, "POST /feeds/key", account.Keep, h.renewFeedKey)     // a new address, or none
}

// ownHandler answers with something of an account.
type ownHandler func(http.ResponseWriter, *http.Request, int64) error

// byKey finds the account by the key in the address.
func (h *Handler) byKey(f ownHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := h.Keys.Account(r.Context(), r.PathValue("key"))
		if err != nil {
			return err
		}
		w.Header().Set("X-Robots-Tag", "noindex")
		return f(w, r, id)
	}
}

// bySession takes the account that is signed in.
func (h *Handler) bySession(f ownHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error { return f(w, r, account.From(r.Context()).ID) }
}

// ownFeed answers with what a reader follows or saved.
func (h *Handler) ownFeed(w http.ResponseWriter, r *http.Request, id int64) error {
	if r.PathValue("list") == "follows.opml" {
		return h.opml(w, r, id)
	}
	name, format, ok := syndicate.Cut(r.PathValue("list"))
	if !ok {
		return fault.NotFound("The address of a feed ends in .atom, .rss or .json. All feeds are listed at %s.", feedsPath)
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	q := listQueryOf(r.URL.Query())
	a, page, err := listAs("", q, usualEntries, mostEntries)
	if err != nil {
		return err
	}
	l, err := h.ownList(r.Context(), id, name, a)
	if err != nil {
		return err
	}
	self := func(q url.Values) string {
		return site.Base + listPath("/feed/me/"+r.PathValue("key")+"/", name, "", q, format.Ending)
	}
	out := h.feedOf(site, l, self, q, page)
	out.Hub = "" // whoever it told would know the address
	if out.Entries, out.Updated, err = h.entries(r.Context(), site, l); err != nil {
		return err
	}
	if out.ID, err = h.urn(r.Context(), "reader", number(int(id))+":"+name); err != nil {
		return err
	}
	f, err := finishFeed(format, "private, no-cache", out)
	if err != nil {
		return err
	}
	f.modified = h.changed.since(h.addressOf(r), f.etag, site.Now)
	f.send(w, r)
	return nil
}

// ownList is the papers that a reader follows or saved.
func (h *Handler) ownList(ctx context.Context, id int64, name string, a listAsked) (*list, error) {
	const part = 200
	l := &list{title: "what you " + map[string]string{"following": "follow", "saved": "saved"}[name], path: map[string]string{"following": "/following", "saved": libraryPath}[name]}
	var ids []int64
	add := func(p *paper.Paper) {
		if p.Votes() >= a.least {
			ids = append(ids, p.ID)
		}
	}
	for after, more := "", true; more && len(ids) <= a.skip+a.limit; more = after != "" {
		switch name {
		case "following":
			found, err := h.Library.Following(ctx, id, after, part)
			if err != nil {
				return nil, err
			}
			for _, c := range found.Papers {
				add(c.Paper)
			}
			after = found.Next
		case "saved":
			kept, next, err := h.Library.Saved(ctx, id, after, part)
			if err != nil {
				return nil, err
			}
			for _, k := range kept {
				add(k.Paper)
			}
			after = next
		default:
			return nil, fault.NotFound("A reader’s own lists are following and saved.")
		}
	}
	return l.part(ids, a), nil
}

// ownCites answers with the citations of what a reader follows or saved, or of the whole
// library: what they saved, and what they imported and no paper here is.
func (h *Handler) ownCites(w http.ResponseWriter, r *http.Request, id int64) error {
	name, format, ok := cite.Cut(r.PathValue("list"))
	if !ok {
		return fault.NotFound("The address of citations ends in .bib, .biblatex, .ris, .csl.json or .txt. %s says what there is.", feedsPath)
	}
	a, _, err := listAs("", r.URL.Query(), mostCited, mostCited)
	if err != nil {
		return err
	}
	whole := name == "library"
	if whole {
		name = "saved"
	}
	l, err := h.ownList(r.Context(), id, name, a)
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", format.ContentType())
	head.Set("Content-Disposition", `inline; filename="`+name+format.Ending+`"`)
	head.Set("Cache-Control", "private, no-cache")
	if r.Method == http.MethodHead {
		return nil
	}
	return h.stream(w, r, func(out io.Writer) error {
		to := format.NewWriter(out)
		if err := h.citeLibrary(r.Context(), cite.Site{Base: h.base(r)}, to, id, l.ids, whole && h.Shelf != nil); err != nil {
			return err
		}
		return to.Close()
	})
}

// citeLibrary writes papers as a reader imported them, where they did, and the imported
// works that are no paper here.
func (h *Handler) citeLibrary(ctx context.Context, s cite.Site, to *cite.Writer, id int64, ids []int64, imported bool) error {
	taken := map[int64]bool{}
	if imported {
		if err := h.Shelf.All(ctx, id, func(x cite.Held) error {
			if x.State == cite.Taken && taken[x.Paper] {
				return nil
			}
			taken[x.Paper] = x.State == cite.Taken
			return to.Write(x.Item)
		}); err != nil {
			return err
		}
	}
	return h.eachPaper(ctx, ids, func(p *paper.Paper) error {
		if taken[p.ID] {
			return nil
		}
		return to.Write(s.Of(p))
	})
}

// opml answers with what a reader follows, as a list of feeds that other readers take.
func (h *Handler) opml(w http.ResponseWriter, r *http.Request, id int64) error {
	follows, err := h.Library.Follows(r.Context(), id)
	if err != nil {
		return err
	}
	base := h.base(r)
	atom := syndicate.Formats()[0]
	groups := map[library.Kind]string{library.Author: "Authors", library.Category: "Categories", library.Topic: "Topics", library.Reader: "Readers", library.Search: "Searches"}
	list := []syndicate.Outline{{Title: "Broadsheet", Feed: base + feedPath("papers", "", nil, atom), Page: base + "/"}}
	for _, kind := range []library.Kind{library.Author, library.Category, library.Topic, library.Search, library.Reader} {
		for _, f := range follows {
			if f.Kind != kind {
				continue
			}
			feed := feedPath(string(kind), f.Key, nil, atom)
			if kind == library.Search {
				feed = feedPath("search", "", url.Values{"q": {f.Key}}, atom)
			}
			list = append(list, syndicate.Outline{Title: f.Name, Feed: base + feed, Page: base + followedPath(f), Group: groups[kind]})
		}
	}
	var b bytes.Buffer
	if err := syndicate.WriteOPML(&b, "What I follow on Broadsheet", h.Now(), list); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `inline; filename="broadsheet.opml"`)
	finish(syndicate.OPMLType, keepNothing, b.Bytes()).send(w, r)
	return nil
}

// renewFeedKey makes a new secret address for a reader's feeds, or takes it away, and
// shows it this once.
func (h *Handler) renewFeedKey(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v, key := account.From(r.Context()), ""
	var err error
	switch do := r.PostForm.Get("do"); do {
	case "make":
		key, err = h.Keys.Renew(r.Context(), h.Now(), v.ID)
	case "drop":
		err = h.Keys.Drop(r.Context(), v.ID)
	default:
		err = fault.Invalid("do is make or drop, not %q.", clip(do, 40))
	}
	if err != nil {
		return err
	}
	return h.showFeeds(w, r, key)
}

// readerList is what a reader shows of papers: those that they put in, then those that
// they voted for.
func (h *Handler) readerList(ctx context.Context, _ Site, a listAsked) (*list, error) {
	who, err := h.Accounts.ByHandle(ctx, a.of)
	if err != nil {
		return nil, fault.NotFound("There is no reader @%s here.", clip(a.of, 40))
	}
	d := ReaderData{Account: who}
	if err := h.shown(ctx, &d); err != nil {
		return nil, err
	}
	var ids []int64
	seen := map[int64]bool{}
	for _, p := range append(d.PutIn, d.Voted...) {
		if !seen[p.ID] && p.Votes() >= a.least {
			seen[p.ID] = true
			ids = append(ids, p.ID)
		}
	}
	l := &list{title: who.Name, path: readerPath(who.Handle)}
	return l.part(ids, a), nil
}

// collectionList is the papers of a public collection: handle/slug.
func (h *Handler) collectionList(ctx context.Context, _ Site, a listAsked) (*list, error) {
	none := fault.NotFound("There is no public collection %s here.", clip(a.of, 80))
	handle, slug, _ := strings.Cut(a.of, "/")
	who, err := h.Accounts.ByHandle(ctx, handle)
	if err != nil {
		return nil, none
	}
	c, err := h.Library.CollectionAt(ctx, who.ID, slug)
	if fault.Is(err, fault.KindMissing) || err == nil && !c.Public {
		return nil, none
	}
	if err != nil {
		return nil, err
	}
	var ids []int64
	for after, more := "", true; more && len(ids) <= a.skip+a.limit; more = after != "" {
		var kept []library.Kept
		if kept, after, err = h.Library.In(ctx, c.ID, after, 200); err != nil {
			return nil, err
		}
		for _, k := range kept {
			if k.Paper.Votes() >= a.least {
				ids = append(ids, k.Paper.ID)
			}
		}
	}
	l := &list{title: c.Title + ", by " + who.Name, path: collectionPath(who.Handle, c.Slug)}
	return l.part(ids, a), nil
}

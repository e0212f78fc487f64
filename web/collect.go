package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/search"
)

func readerPath(handle string) string { return "/@" + url.PathEscape(handle) }

func collectionPath(handle, slug string) string {
	return readerPath(handle) + "/" + url.PathEscape(slug)
}

// arrange does what the form of the library asks for with the papers chosen, or keeps
// one note.
func (h *Handler) arrange(w http.ResponseWriter, r *http.Request) (string, error) {
	const most = 1000
	ctx, v, f := r.Context(), account.From(r.Context()), r.PostForm
	back := whence(r, libraryPath)
	if key := f.Get("keep"); key != "" {
		return back, h.keepNote(ctx, v.ID, key, f["note-"+key])
	}
	if len(f["paper"]) == 0 {
		return "", fault.Invalid("Choose papers first.")
	}
	if len(f["paper"]) > most {
		return "", fault.Invalid("At most %d papers can be chosen at once.", most)
	}
	act, err := h.arranging(f, v.ID)
	if err != nil {
		return "", err
	}
	for _, key := range f["paper"] {
		p, err := h.paperNamed(ctx, key)
		if err != nil {
			return "", err
		}
		if err := act(ctx, p.ID); err != nil {
			return "", err
		}
	}
	return back, nil
}

// arranging returns what is to be done with each paper.
func (h *Handler) arranging(f url.Values, account int64) (func(ctx context.Context, paper int64) error, error) {
	l, now := h.Library, h.Now()
	number := func(field string) (int64, error) {
		id, err := strconv.ParseInt(f.Get(field), 10, 64)
		if err != nil {
			return 0, fault.Invalid("Choose a collection first.")
		}
		return id, nil
	}
	switch do := f.Get("do"); do {
	case "put":
		to, err := number("to")
		return func(ctx context.Context, paper int64) error { return l.Put(ctx, now, account, to, paper, "") }, err
	case "take":
		in, err := number("in")
		return func(ctx context.Context, paper int64) error { return l.Take(ctx, now, account, in, paper) }, err
	case "read", "unread":
		return func(ctx context.Context, paper int64) error {
			return l.MarkRead(ctx, now, account, paper, do == "read")
		}, nil
	case "drop":
		return func(ctx context.Context, paper int64) error { return l.Save(ctx, now, account, paper, false) }, nil
	default:
		return nil, fault.Invalid("%q is nothing that can be done with papers.", clip(do, 40))
	}
}

// keepNote keeps the note that was altered: of a paper in two collections the form has
// two fields.
func (h *Handler) keepNote(ctx context.Context, account int64, key string, typed []string) error {
	p, err := h.paperNamed(ctx, key)
	if err != nil || len(typed) == 0 {
		return err
	}
	held, err := h.Library.NoteOf(ctx, account, p.ID)
	if err != nil {
		return err
	}
	note := typed[0]
	if i := slices.IndexFunc(typed, func(s string) bool { return s != held }); i >= 0 {
		note = typed[i]
	}
	return h.Library.Note(ctx, h.Now(), account, p.ID, note)
}

// paperNamed returns the paper that a form names by its key.
func (h *Handler) paperNamed(ctx context.Context, key string) (*paper.Paper, error) {
	id, _, err := paper.ParseIdentifier(key)
	if err != nil {
		return nil, fault.NotFound("No paper here is called %s.", clip(key, 60))
	}
	return h.Papers.Find(ctx, id)
}

// collect makes a collection, alters one or removes it. With a paper named, that is
// put into it.
func (h *Handler) collect(w http.ResponseWriter, r *http.Request) (string, error) {
	ctx, v, f := r.Context(), account.From(r.Context()), r.PostForm
	c := library.Collection{Account: v.ID, Title: f.Get("title"), Note: f.Get("note"), Public: f.Get("public") == "1"}
	if f.Get("id") == "" {
		made, err := h.Library.CreateCollection(ctx, h.Now(), c)
		if err != nil {
			return "", err
		}
		return LibraryAsked{In: made.Slug}.path(), nil
	}
	var err error
	if c.ID, err = strconv.ParseInt(f.Get("id"), 10, 64); err != nil {
		return "", fault.NotFound("There is no such collection.")
	}
	if f.Get("do") == "delete" {
		return libraryPath, h.Library.DeleteCollection(ctx, v.ID, c.ID)
	}
	if err := h.Library.EditCollection(ctx, h.Now(), c); err != nil {
		return "", err
	}
	return whence(r, libraryPath), nil
}

// file keeps one paper from its own page: a note, a place in a collection.
func (h *Handler) file(w http.ResponseWriter, r *http.Request) (string, error) {
	ctx, v, f := r.Context(), account.From(r.Context()), r.PostForm
	p, err := h.paperOf(r)
	if err != nil {
		return "", err
	}
	back := paperPath(p.Key) + "#mine"
	number := func(field string) int64 { // 0 for none, which is no collection
		id, _ := strconv.ParseInt(f.Get(field), 10, 64)
		return id
	}
	switch {
	case f.Has("note"):
		return back, h.Library.Note(ctx, h.Now(), v.ID, p.ID, f.Get("note"))
	case f.Get("take") != "":
		return back, h.Library.Take(ctx, h.Now(), v.ID, number("take"), p.ID)
	case f.Get("to") == "new":
		made, err := h.Library.CreateCollection(ctx, h.Now(), library.Collection{Account: v.ID, Title: f.Get("title")})
		if err != nil {
			return "", err
		}
		return back, h.Library.Put(ctx, h.Now(), v.ID, made.ID, p.ID, "")
	}
	return back, h.Library.Put(ctx, h.Now(), v.ID, number("to"), p.ID, "")
}

// editionsOf returns the editions in which papers stand.
func (h *Handler) editionsOf(ctx context.Context, papers []*paper.Paper) (map[int64]edition.Day, error) {
	if len(papers) == 0 {
		return nil, nil
	}
	at, err := h.Editions.DaysOf(ctx, h.Papers.DB(), idsOf(papers))
	if err != nil {
		return nil, err
	}
	var span edition.Span
	for _, day := range at {
		if span.From == "" || day < span.From {
			span.From = day
		}
		span.To = max(span.To, day)
	}
	days, err := h.Editions.Days(ctx, span)
	if err != nil {
		return nil, err
	}
	held := byDay(days)
	found := map[int64]edition.Day{}
	for id, day := range at {
		found[id] = held[day]
	}
	return found, nil
}

func idsOf(papers []*paper.Paper) []int64 {
	ids := make([]int64, len(papers))
	for i, p := range papers {
		ids[i] = p.ID
	}
	return ids
}

// shortDay writes a day beside others: 18 Nov, and the year when it is another one.
func shortDay(s Site, at time.Time) string {
	if at.Year() != s.Now.Year() {
		return at.Format("2 Jan 2006")
	}
	return at.Format("2 Jan")
}

// topicPath is the address of the papers of a topic.
func topicPath(topic string) string {
	return SearchAsked{Text: `topic:"` + strings.ReplaceAll(topic, `"`, "") + `"`, By: search.Both, Order: search.Newest, Page: 1}.path()
}

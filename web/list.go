package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"broadsheet/account"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/syndicate"
)

// mountLists adds the addresses by which programs take lists along.
func (h *Handler) mountLists(mux *http.ServeMux) {
	look := func(pattern string, f handler) { h.route(mux, pattern, account.Look, f) }
	look("GET /feed/{list...}", h.feed) // as a feed
	look("GET /cite/{list...}", h.cite) // as citations
	look("GET /unapi", h.unAPI)         // its papers one by one, for reference managers
	look("GET "+feedsPath, h.feedsPage) // what there is
	if h.Library != nil && h.Keys != nil {
		h.mountOwn(mux)
	}
	if h.Library != nil && h.Shelf != nil {
		h.mountImport(mux)
	}
}

// A list is what a page shows and programs take along: as a feed at /feed/ and its
// name. The name is the kind and what it is of: day/2026-04-14, author/Ada Lindgren.
type list struct {
	title   string
	path    string             // of the page
	ids     []int64            // the papers
	entries []*syndicate.Entry // instead of papers, of a list of something else
	more    bool               // the list goes on
	older   url.Values         // what to ask for where it does not, but another one follows; nil for none
}

// listAsked is what the address of a list asks for.
type listAsked struct {
	of          string // what the list is of
	query       url.Values
	least       int // votes
	skip, limit int
	newest      bool // a search that says no order wants what is new first
}

// kinds are the kinds of lists.
var kinds = map[string]func(*Handler, context.Context, Site, listAsked) (*list, error){
	"papers":     (*Handler).papersList,
	"editions":   (*Handler).editionsList,
	"day":        (*Handler).dayList,
	"week":       (*Handler).weekList,
	"month":      (*Handler).monthList,
	"trending":   (*Handler).trendingList,
	"category":   (*Handler).categoryList,
	"author":     (*Handler).authorList,
	"topic":      (*Handler).topicList,
	"search":     (*Handler).searchList,
	"similar":    (*Handler).similarList,
	"comments":   (*Handler).commentsList,
	"reader":     (*Handler).readerList,
	"collection": (*Handler).collectionList,
}

// listQuery are the parts of a query at which lists look.
var listQuery = []string{"min", "limit", "page", "before", "window", "from", "to", "category", "topic", "by", "at", "q", "exact", "author", "cat", "sort", "id"}

// listAs reads what the address of a list asks for: of what it is (the part of its name
// after the kind), the votes at least, and which part of it; usual is how many it has
// when nothing is said, most how many it can have.
func listAs(of string, q url.Values, usual, most int) (listAsked, int, error) {
	a := listAsked{of: of, query: q, limit: usual}
	page := 1
	for _, x := range []struct {
		name      string
		to        *int
		from, end int
	}{{"min", &a.least, 0, 1_000_000}, {"limit", &a.limit, 1, most}, {"page", &page, 1, 1000}} {
		s := q.Get(x.name)
		if s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < x.from || n > x.end {
			return a, 0, fault.Invalid("%s is a number from %d to %s, not %q.", x.name, x.from, number(x.end), clip(s, 40))
		}
		*x.to = n
	}
	a.skip = (page - 1) * a.limit
	if utf8.RuneCountInString(of) > 300 {
		return a, 0, fault.NotFound("No list has so long a name.")
	}
	return a, page, nil
}

// list finds a list by its name.
func (h *Handler) list(ctx context.Context, site Site, kind string, a listAsked) (*list, error) {
	find := kinds[kind]
	if find == nil || (a.of == "") != slices.Contains([]string{"papers", "editions", "trending", "search", "similar"}, kind) {
		return nil, fault.NotFound("There is no list of that name. All feeds are listed at %s.", feedsPath)
	}
	if h.Finder == nil && fromIndex(kind) {
		return nil, fault.NotFound("This server has no search, so it has no list of that kind.")
	}
	if h.Library == nil && (kind == "reader" || kind == "collection") {
		return nil, fault.NotFound("Nobody keeps anything on this server, so it has no list of that kind.")
	}
	return find(h, ctx, site, a)
}

// fromIndex reports whether a kind of list comes from the search index, which follows
// what is held at a pace of its own.
func fromIndex(kind string) bool {
	return slices.Contains([]string{"category", "author", "topic", "search", "similar"}, kind)
}

// part takes the part that is asked for out of a whole list.
func (l *list) part(ids []int64, a listAsked) *list {
	ids = ids[min(len(ids), a.skip):]
	l.more = len(ids) > a.limit
	l.ids = ids[:min(len(ids), a.limit)]
	return l
}

// papersList is the papers of the newest edition and of the one before, or of the one
// before a day: what somebody put in first.
func (h *Handler) papersList(ctx context.Context, site Site, a listAsked) (*list, error) {
	l := &list{title: "papers", path: "/"}
	before, editions := a.query.Get("before"), 1
	if before == "" {
		before, editions = "9999", 2 // who asks once a day misses nothing of a day that ended since
	} else if _, err := edition.ParseDay(before); err != nil {
		return nil, err
	}
	var days []string
	for at := before; len(days) < editions; {
		var err error
		if at, err = h.Editions.Before(ctx, at); err != nil {
			return nil, err
		}
		if at == "" {
			break
		}
		days = append(days, at)
	}
	var ids []int64
	for _, origin := range []edition.Origin{edition.Submitted, edition.Announced} {
		for _, at := range days {
			some, err := h.Feeds.Numbers(ctx, feed.Query{Span: edition.DaySpan(at), Origin: origin, Least: a.least})
			if err != nil {
				return nil, err
			}
			ids = append(ids, some...)
		}
	}
	if len(days) > 0 {
		last := days[len(days)-1]
		if following, err := h.Editions.Before(ctx, last); err != nil {
			return nil, err
		} else if following != "" {
			l.older = url.Values{"before": {last}}
		}
	}
	return l.part(ids, a), nil
}

func (h *Handler) dayList(ctx context.Context, _ Site, a listAsked) (*list, error) {
	at, err := edition.ParseDay(a.of)
	if err != nil {
		return nil, err
	}
	return h.spanList(ctx, edition.DaySpan(a.of), longDate(at), dayPath(a.of), a)
}

func (h *Handler) weekList(ctx context.Context, _ Site, a listAsked) (*list, error) {
	span, err := edition.ParseWeek(a.of)
	if err != nil {
		return nil, err
	}
	return h.spanList(ctx, span, weekTitle(day(span.From)), weekPath(day(span.From)), a)
}

func (h *Handler) monthList(ctx context.Context, _ Site, a listAsked) (*list, error) {
	span, err := edition.ParseMonth(a.of)
	if err != nil {
		return nil, err
	}
	return h.spanList(ctx, span, day(span.From).Format("January 2006"), monthPath(day(span.From)), a)
}

func (h *Handler) spanList(ctx context.Context, span edition.Span, title, path string, a listAsked) (*list, error) {
	days, err := h.Editions.Days(ctx, span)
	if err != nil {
		return nil, err
	}
	if len(days) == 0 {
		return nil, fault.NotFound("There is no edition of %s.", title)
	}
	ids, err := h.Feeds.Numbers(ctx, feed.Query{Span: span, Least: a.least})
	if err != nil {
		return nil, err
	}
	l := &list{title: title, path: path}
	return l.part(ids, a), nil
}

func (h *Handler) trendingList(ctx context.Context, site Site, a listAsked) (*list, error) {
	asked, window, err := trendingAsked(a.query, site.Now, h.Feeds.Raw)
	if err != nil {
		return nil, err
	}
	rising, total, err := h.Feeds.Trending(ctx, feed.Trend{
		Now: asked.At, Window: window, Category: asked.Category, Topic: asked.Topic, Least: asked.Least, Raw: asked.Raw, Skip: a.skip, Limit: a.limit,
	})
	if err != nil {
		return nil, err
	}
	asked.Page = 1
	l := &list{title: "trending, " + asked.Window, path: asked.path(false), more: total > a.skip+a.limit}
	if asked.Category != "" {
		l.title += ", " + categoryName(asked.Category)
	}
	if asked.Topic != "" {
		l.title += ", " + asked.Topic
	}
	for _, r := range rising {
		l.ids = append(l.ids, r.Ranked.Paper)
	}
	return l, nil
}

func (h *Handler) categoryList(ctx context.Context, site Site, a listAsked) (*list, error) {
	l := &list{title: categoryName(a.of), path: categoryPath(a.of)}
	return h.newestOf(ctx, site, search.Category, l, a)
}

func (h *Handler) authorList(ctx context.Context, site Site, a listAsked) (*list, error) {
	l := &list{title: a.of, path: authorPath(a.of)}
	return h.newestOf(ctx, site, search.Author, l, a)
}

// newestOf is the newest papers of an author or a category.
func (h *Handler) newestOf(ctx context.Context, site Site, of search.Field, l *list, a listAsked) (*list, error) {
	found, err := h.Finder.Listing(ctx, of, a.of, site.Now.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	if found.Total == 0 {
		return nil, fault.NotFound("No paper of the %s %s is held.", of, clip(a.of, 40))
	}
	var ids []int64
	for _, p := range found.Newest {
		if p.Votes >= a.least {
			ids = append(ids, p.ID)
		}
	}
	return l.part(ids, a), nil
}

func topicSearch(topic string) SearchAsked {
	return SearchAsked{Text: `topic:"` + strings.ReplaceAll(topic, `"`, "") + `"`, By: search.Both, Order: search.Newest, Page: 1}
}

func (h *Handler) topicList(ctx context.Context, _ Site, a listAsked) (*list, error) {
	return h.found(ctx, topicSearch(a.of), a.of, a)
}

func (h *Handler) searchList(ctx context.Context, _ Site, a listAsked) (*list, error) {
	q := url.Values{}
	for name, value := range a.query {
		if name != "page" {
			q[name] = value
		}
	}
	asked, err := searchAsked(q)
	if err != nil {
		return nil, err
	}
	if a.newest && !a.query.Has("sort") {
		asked.Order = search.Newest
	}
	return h.found(ctx, asked, asked.Text, a)
}

func (h *Handler) found(ctx context.Context, asked SearchAsked, title string, a listAsked) (*list, error) {
	q := asked.query()
	if q.Empty() {
		return nil, fault.Invalid("Say what to look for: q=retrieval.")
	}
	if a.least > 0 {
		q.Must = append(q.Must, search.Votes{Least: a.least, Most: -1})
	}
	limit := min(a.limit, search.Deepest-a.skip)
	if limit <= 0 {
		return nil, fault.NotFound("A search finds at most %s papers.", number(search.Deepest))
	}
	page, err := h.Finder.Find(ctx, search.Ask{Query: q, Mode: asked.By, Order: asked.Order, Skip: a.skip, Limit: limit})
	if err != nil {
		return nil, err
	}
	l := &list{title: clip(title, 100), path: asked.path(), more: a.skip+len(page.List) < min(page.All, search.Deepest)}
	for _, f := range page.List {
		l.ids = append(l.ids, f.ID)
	}
	return l, nil
}

func (h *Handler) similarList(ctx context.Context, _ Site, a listAsked) (*list, error) {
	var d SimilarData
	if err := h.naming(ctx, &d, a.query["id"], ""); err != nil {
		return nil, err
	}
	if len(d.Of) == 0 {
		return nil, fault.Invalid("Say which papers they are like: id=2604.11666.")
	}
	near, total, err := h.Finder.Alike(ctx, search.Likeness{Papers: d.Of, Skip: a.skip, Limit: a.limit})
	if err != nil {
		return nil, err
	}
	keys := keysOf(d.Of)
	l := &list{title: "papers like " + strings.Join(keys, ", "), path: similarTo(keys, 1), more: a.skip+len(near) < total}
	for _, n := range near {
		l.ids = append(l.ids, n.Paper.ID)
	}
	return l, nil
}

// eachPaper hands out the papers of a list in its order, read some at a time.
func (h *Handler) eachPaper(ctx context.Context, ids []int64, do func(*paper.Paper) error) error {
	for part := range slices.Chunk(ids, 200) {
		papers, err := h.Papers.List(ctx, h.Papers.DB(), part)
		if err != nil {
			return err
		}
		for _, p := range papers {
			if err := do(p); err != nil {
				return err
			}
		}
	}
	return nil
}

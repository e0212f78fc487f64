package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/syndicate"
)

// feedsPath is the address of the page of all feeds.
const feedsPath = "/feeds"

// How many entries a feed has, when nothing is said and at most.
const (
	usualEntries = 100
	mostEntries  = 500
)

// feedPath is the address of the feed of a list.
func feedPath(kind, of string, q url.Values, f syndicate.Format) string {
	return listPath("/feed/", kind, of, q, f.Ending)
}

// listPath is the address of a list in a form that ending names.
func listPath(under, kind, of string, q url.Values, ending string) string {
	path := under + kind
	if of != "" {
		path += "/" + (&url.URL{Path: of}).EscapedPath()
	}
	path += ending
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// offer has programs find the feeds of a list on a page.
func (p *Page) offer(title, kind, of string, q url.Values) {
	for _, f := range syndicate.Formats() {
		p.Alternates = append(p.Alternates, Alternate{f.Type, "Broadsheet: " + title + " (" + f.Name + ")", feedPath(kind, of, q, f)})
	}
}

// feedLinks are the feeds of a list, for people.
func feedLinks(kind, of string, q url.Values) (links []Link) {
	for _, f := range syndicate.Formats() {
		links = append(links, Link{Text: f.Name, Href: feedPath(kind, of, q, f)})
	}
	return links
}

// feed answers with a list as a feed.
func (h *Handler) feed(w http.ResponseWriter, r *http.Request) error {
	name, format, ok := syndicate.Cut(r.PathValue("list"))
	if !ok {
		return fault.NotFound("The address of a feed ends in .atom, .rss or .json. All feeds are listed at %s.", feedsPath)
	}
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	q := listQueryOf(r.URL.Query())
	kind, of, _ := strings.Cut(name, "/")
	a, page, err := listAs(of, q, usualEntries, mostEntries)
	if err != nil {
		return err
	}
	a.newest = true
	l, err := h.list(r.Context(), site, kind, a)
	if err != nil {
		return err
	}
	if page > 1 && len(l.ids)+len(l.entries) == 0 {
		return fault.NotFound("The list ends before page %d.", page)
	}
	out := h.feedOf(site, l, func(q url.Values) string { return site.Base + feedPath(kind, of, q, format) }, q, page)
	if out.Entries, out.Updated, err = h.entries(r.Context(), site, l); err != nil {
		return err
	}
	if out.ID, err = h.urn(r.Context(), "list", strings.TrimPrefix(listPath("", kind, of, identity(q), ""), "/")); err != nil {
		return err
	}
	f, err := finishFeed(format, askAgain, out)
	if err != nil {
		return err
	}
	f.modified = h.changed.since(h.addressOf(r), f.etag, site.Now)
	if fromIndex(kind) {
		f.until = site.Now.Add(time.Minute) // the index may learn more under the same state
	}
	return h.hand(w, r, state, f)
}

// listQueryOf returns the parts of a query that lists look at.
func listQueryOf(q url.Values) url.Values {
	part := url.Values{}
	for _, name := range listQuery {
		if q.Get(name) != "" {
			part[name] = q[name]
		}
	}
	return part
}

// identity is what makes a list another one, without which part of it is asked for.
func identity(q url.Values) url.Values {
	part := url.Values{}
	for name, value := range q {
		if !slices.Contains([]string{"limit", "page", "before", "at"}, name) {
			part[name] = value
		}
	}
	return part
}

// urn names something of this server for ever, whatever its address.
func (h *Handler) urn(ctx context.Context, kind, name string) (string, error) {
	instance, err := h.Papers.DB().Identity(ctx)
	if err != nil {
		return "", err
	}
	return "urn:broadsheet:" + instance + ":" + kind + ":" + strings.ReplaceAll(name, "?", ":"), nil
}

// feedOf begins the feed of a list; self makes its address of a query.
func (h *Handler) feedOf(site Site, l *list, self func(url.Values) string, q url.Values, page int) *syndicate.Feed {
	f := &syndicate.Feed{Title: "Broadsheet: " + l.title, Home: site.Base + l.path, Self: self(q), Hub: h.Hub}
	with := func(more url.Values) url.Values {
		to := url.Values{}
		for _, values := range []url.Values{q, more} {
			for name, value := range values {
				to[name] = value
			}
		}
		return to
	}
	if l.more {
		next := with(url.Values{"page": {strconv.Itoa(page + 1)}})
		f.Next = self(next)
	} else if l.older != nil {
		next := with(l.older)
		next.Del("page")
		f.Next = self(next)
	}
	if page > 1 || q.Has("before") {
		first := with(nil)
		first.Del("page")
		first.Del("before")
		f.First = self(first)
	}
	return f
}

// entries returns those of a list, and when the newest of them changed.
func (h *Handler) entries(ctx context.Context, site Site, l *list) (func(func(*syndicate.Entry) bool), time.Time, error) {
	var last time.Time
	if l.entries != nil {
		for _, e := range l.entries {
			last = latest(last, e.Updated)
		}
		return slices.Values(l.entries), last, nil
	}
	var papers []*paper.Paper
	err := h.eachPaper(ctx, l.ids, func(p *paper.Paper) error {
		_, updated := syndicate.Times(p)
		last = latest(last, updated)
		papers = append(papers, p)
		return nil
	})
	to := syndicate.Site{Base: site.Base, Talk: site.Talk}
	return func(yield func(*syndicate.Entry) bool) {
		for _, p := range papers {
			if !yield(to.Paper(p)) {
				return
			}
		}
	}, last, err
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func finishFeed(format syndicate.Format, keep string, out *syndicate.Feed) (*finished, error) {
	var b bytes.Buffer
	if err := format.Write(&b, out); err != nil {
		return nil, err
	}
	return finish(format.ContentType(), keep, b.Bytes()), nil
}

// editionsList is one entry an edition, the newest first.
func (h *Handler) editionsList(ctx context.Context, site Site, a listAsked) (*list, error) {
	const most = 30 // editions at once: each is a query
	l := &list{title: "editions", path: "/archive", entries: []*syndicate.Entry{}}
	at := a.query.Get("before")
	if at == "" {
		at = "9999"
	} else if _, err := edition.ParseDay(at); err != nil {
		return nil, err
	}
	for len(l.entries) < min(a.limit, most) {
		var err error
		if at, err = h.Editions.Before(ctx, at); err != nil || at == "" {
			return l, err
		}
		e, err := h.editionEntry(ctx, site, at, a.least)
		if err != nil {
			return nil, err
		}
		l.entries = append(l.entries, e)
	}
	l.older = url.Values{"before": {at}}
	return l, nil
}

// editionBody is an edition as its first papers with their claims.
var editionBody = template.Must(template.New("edition").Parse(
	`<ol>
{{range .Items}}<li><p><a href="{{$.Base}}{{.Href}}">{{.Title}}</a><br>{{.Opening}}{{.Claim}}{{with .Who}} <small>{{.}}</small>{{end}}</p></li>
{{end}}</ol>
{{with .More}}<p><a href="{{$.Home}}">{{.}}</a></p>{{end}}`))

func (h *Handler) editionEntry(ctx context.Context, site Site, at string, least int) (*syndicate.Entry, error) {
	const shown = 12
	days, err := h.Editions.Days(ctx, edition.DaySpan(at))
	if err != nil || len(days) == 0 {
		return nil, fmt.Errorf("find the edition of %s: %w", at, err)
	}
	id, err := h.urn(ctx, "edition", at)
	if err != nil {
		return nil, err
	}
	e := &syndicate.Entry{
		ID: id, URL: site.Base + dayPath(at), Authors: []string{"Broadsheet"}, Published: day(at),
		Title: fmt.Sprintf("%s, %s", longDate(day(at)), count(days[0].Count(), "paper")),
	}
	items, total, err := h.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(at), Least: least, Limit: shown})
	if err != nil {
		return nil, err
	}
	newest, _, err := h.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(at), Newest: true, Limit: 1})
	if err != nil {
		return nil, err
	}
	e.Updated = e.Published
	if len(newest) > 0 {
		e.Updated = latest(e.Published, newest[0].Entered)
	}
	data := struct {
		Base, Home, More string
		Items            []Item
	}{Base: site.Base, Home: e.URL, Items: site.items(items)}
	if total > shown {
		data.More = "and " + number(total-shown) + " more"
	}
	for _, it := range data.Items {
		e.Text += fmt.Sprintf("%d. %s\n", it.Rank, it.Label)
	}
	var b strings.Builder
	if err := editionBody.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("write the edition of %s: %w", at, err)
	}
	e.HTML = b.String()
	return e, nil
}

// commentsList is the comments on a paper, the newest first.
func (h *Handler) commentsList(ctx context.Context, site Site, a listAsked) (*list, error) {
	if h.Talk == nil {
		return nil, fault.NotFound("Nothing can be talked of on this server.")
	}
	id, _, err := paper.ParseIdentifier(a.of)
	if err != nil {
		return nil, fault.NotFound("%s", hint(a.of))
	}
	p, err := h.Papers.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &TalkData{}
	if d.Comments, err = h.Talk.Comments(ctx, p.ID); err != nil {
		return nil, err
	}
	if err := h.people(ctx, d, nil); err != nil {
		return nil, err
	}
	l := &list{title: "comments on " + p.Form.Line(p.Title), path: paperPath(p.Key) + "#talk", entries: []*syndicate.Entry{}}
	shown := slices.DeleteFunc(d.Comments, func(c discuss.Comment) bool { return c.State != discuss.Shown })
	slices.SortStableFunc(shown, func(a, b discuss.Comment) int { return b.At.Compare(a.At) })
	shown = shown[min(len(shown), a.skip):]
	l.more = len(shown) > a.limit
	of, err := h.urn(ctx, "comment", "")
	if err != nil {
		return nil, err
	}
	name := func(comment int64) *syndicate.Under {
		if comment == 0 {
			return &syndicate.Under{ID: syndicate.PaperID(p), URL: site.Base + paperPath(p.Key)}
		}
		return &syndicate.Under{ID: of + strconv.FormatInt(comment, 10), URL: fmt.Sprintf("%s%s#c%d", site.Base, paperPath(p.Key), comment)}
	}
	for _, c := range shown[:min(len(shown), a.limit)] {
		own, who := name(c.ID), d.person(c.Account).Name
		l.entries = append(l.entries, &syndicate.Entry{
			ID: own.ID, URL: own.URL, Title: who + " on " + p.Form.Line(p.Title), Authors: []string{who},
			Published: c.At, Updated: latest(c.At, c.Edited), HTML: string(h.markdown.HTML(c.Body)), Text: c.Body, Under: name(c.Parent),
		})
	}
	return l, nil
}

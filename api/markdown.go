package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"broadsheet/account"
	"broadsheet/api/prose"
	v1 "broadsheet/api/v1"
	"broadsheet/fault"
)

// markdownKind is the type of Markdown.
const markdownKind = "text/markdown; charset=utf-8"

// mountMarkdown adds the pages of papers and of lists as Markdown: each at the page's
// address with .md behind it, with the parameters of the answer of version 1.
func (a *API) mountMarkdown() {
	md := func(path string, f func(context.Context, *request) (answer, error)) {
		a.route("GET "+path, account.Look, a.handle(f))
	}
	md("/papers/{id...}", a.markdown)
	md("/papers/date/{date}", asMarkdown(a.v1Edition, prose.Edition))
	md("/papers/week/{week}", asMarkdown(a.v1Week, prose.Period))
	md("/papers/month/{month}", asMarkdown(a.v1Month, prose.Period))
	md("/papers/trending.md", asMarkdown(a.v1Trending, prose.Trending))
	md("/archive.md", asMarkdown(a.v1Editions, prose.Editions))
	md("/index.md", asMarkdown(a.newest, prose.Edition))
	if a.Finder != nil {
		md("/papers.md", asMarkdown(a.v1Search, prose.Search))
		md("/papers/similar.md", asMarkdown(a.v1Similar, prose.Similar))
		md("/authors/{name}", asMarkdown(a.v1Author, prose.Listing))
		md("/categories/{name}", asMarkdown(a.v1Category, prose.Listing))
	}
	if a.Library != nil { // what only its reader sees
		a.route("GET /library.md", account.Own, a.owning(ownMarkdown(a.v1Saved, prose.Saved)))
		a.route("GET /following.md", account.Own, a.owning(ownMarkdown(a.v1Following, prose.Following)))
		a.route("GET "+readers+"{handle}", account.Look, a.owning(ownMarkdown(a.v1Reader, prose.Reader)))
		a.route("GET "+readers+"{handle}/{slug}", account.Look, a.owning(ownMarkdown(a.v1PublicCollection, prose.Collection)))
	}
	md("/llms.txt", a.llms)
}

// readers is where what readers show is asked for as Markdown: an address /@ada, a part
// of which is a word and a part a name, cannot be a pattern.
const readers = "/readers/"

// Markdown answers what is asked for as Markdown, by .md at the end of a page's address
// or by the header Accept, and leaves the rest to next.
func (a *API) Markdown(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := ""
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			at = markdownAt(r)
		}
		if at == "" {
			next.ServeHTTP(w, r)
			return
		}
		if at != r.URL.Path {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = at, ""
		}
		a.ServeHTTP(w, r)
	})
}

// markdownAt returns where a page is answered as Markdown, "" when it is not or nobody
// asked for that.
func markdownAt(r *http.Request) string {
	page, asked := strings.CutSuffix(r.URL.Path, ".md")
	for _, v := range r.Header["Accept"] {
		asked = asked || strings.Contains(v, "text/markdown") && !strings.Contains(v, "text/html")
	}
	if !asked {
		return ""
	}
	switch page {
	case "/", "/index":
		return "/index.md"
	case "/papers", "/archive", "/library", "/following":
		return page + ".md"
	}
	if at, found := strings.CutPrefix(page, "/@"); found {
		return readers + at
	}
	for _, list := range []string{"/papers/", "/authors/", "/categories/"} {
		if strings.HasPrefix(page, list) {
			return page + ".md"
		}
	}
	return ""
}

// newest answers with the newest edition.
func (a *API) newest(ctx context.Context, r *request) (answer, error) {
	days, err := a.Editions.Days(ctx, all)
	if err != nil {
		return answer{}, err
	}
	if len(days) == 0 {
		return answer{}, fault.NotFound("There is no edition yet.")
	}
	r.value = func(string) string { return days[len(days)-1].Day }
	return a.v1Edition(ctx, r)
}

// asMarkdown has an answer of version 1 written as Markdown.
func asMarkdown[T any](f func(context.Context, *request) (answer, error), write func(*T) string) func(context.Context, *request) (answer, error) {
	return func(ctx context.Context, r *request) (answer, error) {
		value := r.value
		r.value = func(name string) string { return strings.TrimSuffix(value(name), ".md") }
		out, err := f(ctx, r)
		if err != nil {
			return out, err
		}
		var v T
		if err := json.Unmarshal(out.body, &v); err != nil {
			return answer{}, fmt.Errorf("write %s as Markdown: %w", r.path, err)
		}
		return answer{kind: markdownKind, body: []byte(write(&v)), passing: out.passing}, nil
	}
}

// ownMarkdown is asMarkdown for what readers keep.
func ownMarkdown[T any](f deed, write func(*T) string) deed {
	return func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
		for _, name := range []string{"handle", "slug"} {
			r.SetPathValue(name, strings.TrimSuffix(r.PathValue(name), ".md"))
		}
		out, err := f(ctx, v, r)
		if err != nil {
			return out, err
		}
		var said T
		if err := json.Unmarshal(out.body, &said); err != nil {
			return answer{}, fmt.Errorf("write %s as Markdown: %w", r.URL.Path, err)
		}
		return answer{kind: markdownKind, body: []byte(write(&said))}, nil
	}
}

// markdown returns a paper as Markdown.
func (a *API) markdown(ctx context.Context, r *request) (answer, error) {
	p, place, err := a.find(ctx, strings.TrimSuffix(r.id, ".md"))
	if err != nil {
		return answer{}, err
	}
	said := describe(p, place)
	text := prose.Paper(&said, r.base)
	if a.Talk != nil {
		list, err := a.commentsOf(ctx, p)
		if err != nil {
			return answer{}, err
		}
		text += prose.Talk(list)
	}
	return answer{kind: markdownKind, body: []byte(text)}, nil
}

// llms tells language models where to look (llmstxt.org).
func (a *API) llms(ctx context.Context, r *request) (answer, error) {
	latest, err := a.v1Editions(ctx, r)
	if err != nil {
		return answer{}, err
	}
	var editions v1.Editions
	if err := json.Unmarshal(latest.body, &editions); err != nil {
		return answer{}, fmt.Errorf("write %s: %w", r.path, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# Broadsheet

> A daily paper of research papers. Each day has one numbered edition, in which papers stand by votes, each with the reason.

Every list and every paper is there as Markdown: put .md behind the address of its page. Add ?limit=5 for less.

## Read

- [What is rising](%[1]s/papers/trending.md): by window=day, week or month, category, topic
- [Search](%[1]s/papers.md?q=learning+theory): words, "phrases", author:, category:, after:2026-01
- [All editions](%[1]s/archive.md), [the newest](%[1]s/index.md)
`, r.base)
	for i, e := range editions.Editions {
		if i == 5 {
			break
		}
		fmt.Fprintf(&b, "- [No. %d](%s/papers/date/%s.md): %s\n", e.Number, r.base, e.Date, prose.Day(e.Date))
	}
	fmt.Fprintf(&b, `
## Ask

- [The API](%[1]s/api): described in [openapi.yaml](%[1]s/openapi.yaml)
- %[1]s/mcp: a server of the Model Context Protocol, over streamable HTTP
`, r.base)
	return answer{kind: "text/plain; charset=utf-8", body: []byte(b.String())}, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
)

// chosen reads a word that must be one of a few; the first of them when none is given.
func chosen(r *request, name string, from ...string) (string, error) {
	s := r.query.Get(name)
	if s == "" {
		return from[0], nil
	}
	if !slices.Contains(from, s) {
		return "", fault.Invalid("%s is one of %s, not %q.", name, strings.Join(from, ", "), clip(s))
	}
	return s, nil
}

// v1Search finds papers as the page of the search does. At most 1,000 can be looked at.
func (a *API) v1Search(ctx context.Context, r *request) (answer, error) {
	text := r.query.Get("q")
	if n := utf8.RuneCountInString(text); n > search.MaxQuery {
		return answer{}, fault.Invalid("q has at most %d characters; this one has %d.", search.MaxQuery, n)
	}
	limit, skip, err := r.page("search")
	if err != nil {
		return answer{}, err
	}
	by, err := chosen(r, "by", "both", "words", "meaning")
	if err != nil {
		return answer{}, err
	}
	sort, err := chosen(r, "sort", "best", "newest", "votes")
	if err != nil {
		return answer{}, err
	}
	with, err := words(r.query, "include", "facets")
	if err != nil {
		return answer{}, err
	}
	q := search.Parse(text)
	page, err := a.Finder.Find(ctx, search.Ask{Query: q, Mode: search.Mode(by), Order: search.Order(sort), Skip: int(skip), Limit: limit, Facet: true})
	if err != nil {
		return answer{}, err
	}
	out := v1.Search{Query: q.String(), Notes: filled(q.Notes), By: string(page.Mode), Total: page.Found, All: page.All, Phrase: page.Phrase, About: page.About}
	if page.All == 0 && !q.Empty() {
		if out.Spelling, err = a.Finder.Spelling(ctx, q); err != nil {
			return answer{}, err
		}
	}
	if out.Papers, err = a.foundOf(ctx, page, int(skip)); err != nil {
		return answer{}, err
	}
	if with["facets"] {
		out.Facets = &v1.Facets{Years: facets(page.Facets.Years), Categories: facets(page.Facets.Categories), Topics: facets(page.Facets.Topics)}
	}
	if int(skip)+limit < page.Found {
		out.Next = r.onward("search", skip+int64(limit))
	}
	return answer{body: mustMarshal(out), passing: true}, nil
}

func (a *API) foundOf(ctx context.Context, page *search.Page, skip int) ([]v1.Found, error) {
	papers := make([]*paper.Paper, len(page.List))
	for i, f := range page.List {
		papers[i] = f.Paper
	}
	said, err := a.described(ctx, papers)
	if err != nil {
		return nil, err
	}
	list := make([]v1.Found, len(said))
	for i, f := range page.List {
		list[i] = v1.Found{
			Listed: v1.Listed{Paper: said[i], Rank: skip + i + 1, Why: f.Reason.String()}, ByWords: f.ByWords, ByMeaning: f.ByMeaning, Score: f.Score,
			Snippet: snippet(f),
		}
	}
	return list, nil
}

func snippet(f search.Found) string {
	var b strings.Builder
	for _, piece := range f.Snippet {
		b.WriteString(piece.Text)
	}
	return plain(f.Paper, b.String())
}

func facets(list []search.Facet) []v1.Facet {
	out := make([]v1.Facet, len(list))
	for i, f := range list {
		out[i] = v1.Facet(f)
	}
	return out
}

// v1Suggest answers with what somebody may mean who has typed q so far.
func (a *API) v1Suggest(ctx context.Context, r *request) (answer, error) {
	list, err := a.suggestions(ctx, r.query.Get("q"))
	if err != nil {
		return answer{}, err
	}
	out := v1.Suggestions{Suggestions: make([]v1.Suggestion, len(list))}
	for i, s := range list {
		out.Suggestions[i] = v1.Suggestion{Type: string(s.Type), Text: s.Text, Query: s.Query}
	}
	return answer{body: mustMarshal(out), passing: true}, nil
}

// mostAlike is how many papers can be named at once.
const mostAlike = 10

// v1Similar finds papers like those that are named, or like a text.
func (a *API) v1Similar(ctx context.Context, r *request) (answer, error) {
	limit, skip, err := r.page("similar")
	if err != nil {
		return answer{}, err
	}
	return a.alike(ctx, r, r.query["id"], r.query.Get("text"), limit, int(skip))
}

// v1SimilarTo finds papers like one.
func (a *API) v1SimilarTo(ctx context.Context, r *request) (answer, error) {
	limit, skip, err := r.page("similar")
	if err != nil {
		return answer{}, err
	}
	return a.alike(ctx, r, []string{r.id}, "", limit, int(skip))
}

// v1SimilarText finds papers like a text that is too long for an address.
func (a *API) v1SimilarText(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.Text
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	limit := asked.Limit
	if limit == 0 {
		limit = 20
	}
	if limit < 1 || limit > 100 {
		return answer{}, fault.Invalid("limit is a whole number from 1 to 100, not %d.", limit)
	}
	return a.alike(ctx, nil, asked.IDs, asked.Text, limit, 0)
}

// alike answers with papers like those named and the text. r is nil where the list has
// no further pages.
func (a *API) alike(ctx context.Context, r *request, names []string, text string, limit, skip int) (answer, error) {
	if n := utf8.RuneCountInString(text); n > search.MaxText {
		return answer{}, fault.Invalid("A text has at most %d letters; this one has %d.", search.MaxText, n)
	}
	text = strings.TrimSpace(text)
	if len(names) == 0 && text == "" || len(names) > mostAlike {
		return answer{}, fault.Invalid("Name one to %d papers with id, or give a text.", mostAlike)
	}
	like := search.Likeness{Text: text, Skip: skip, Limit: limit}
	for _, name := range names {
		p, _, err := a.find(ctx, name)
		if err != nil {
			return answer{}, err
		}
		if !slices.ContainsFunc(like.Papers, func(q *paper.Paper) bool { return q.ID == p.ID }) {
			like.Papers = append(like.Papers, p)
		}
	}
	near, total, err := a.Finder.Alike(ctx, like)
	if err != nil {
		return answer{}, err
	}
	papers := make([]*paper.Paper, len(near))
	for i, n := range near {
		papers[i] = n.Paper
	}
	said, err := a.described(ctx, papers)
	if err != nil {
		return answer{}, err
	}
	out := v1.Similar{Papers: make([]v1.Near, len(near)), Total: total}
	for i, n := range near {
		out.Papers[i] = v1.Near{Listed: v1.Listed{Paper: said[i], Rank: skip + i + 1}, Meaning: n.Meaning, Words: n.Words}
	}
	if r != nil && skip+limit < total {
		out.Next = r.onward("similar", int64(skip+limit))
	}
	return answer{body: mustMarshal(out), passing: true}, nil
}

// v1Author and v1Category answer with the papers of an author or of a category.
func (a *API) v1Author(ctx context.Context, r *request) (answer, error) {
	return a.listing(ctx, r, search.Author)
}

func (a *API) v1Category(ctx context.Context, r *request) (answer, error) {
	return a.listing(ctx, r, search.Category)
}

func (a *API) listing(ctx context.Context, r *request, of search.Field) (answer, error) {
	name := r.value("name")
	limit, skip, err := r.page("listing")
	if err != nil {
		return answer{}, err
	}
	if utf8.RuneCountInString(name) > 200 {
		return answer{}, fault.NotFound("No name is so long.")
	}
	held, err := a.Finder.Listing(ctx, of, name, a.Now().AddDate(-1, 0, 0).Format("2006-01-02"))
	if err != nil {
		return answer{}, err
	}
	if held.Total == 0 {
		return answer{}, fault.NotFound("No paper here has the %s %s.", of, clip(name))
	}
	from := min(int(skip), len(held.Newest))
	to := min(from+limit, len(held.Newest))
	ids := make([]int64, 0, limit)
	for _, s := range held.Newest[from:to] {
		ids = append(ids, s.ID)
	}
	papers, err := a.papers.List(ctx, a.papers.DB(), ids)
	if err != nil {
		return answer{}, err
	}
	out := v1.Listing{Name: name, Total: held.Total, Years: facets(held.Years), Categories: facets(held.Categories), Topics: facets(held.Topics)}
	if out.Papers, err = a.described(ctx, papers); err != nil {
		return answer{}, err
	}
	if to < len(held.Newest) {
		out.Next = r.onward("listing", int64(to))
	}
	return answer{body: mustMarshal(out), passing: true}, nil
}

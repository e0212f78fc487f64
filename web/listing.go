package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/search"
)

func authorPath(name string) string       { return "/authors/" + url.PathEscape(name) }
func categoryPath(category string) string { return "/categories/" + url.PathEscape(category) }

// ListingData is what the page of an author or of a category is made of.
type ListingData struct {
	Name   string
	Held   *search.Listing
	Page   int             // from 1
	Papers []*paper.Paper  // of this page, the newest first
	Stood  map[int64]Stood // where these stand
	Recent []*paper.Paper  // of an author: the newest, for those who write with them
	Best   []*paper.Paper  // the most voted
	Follow *FollowButton   // nil where nobody can follow
}

// Stood is the place of a paper in an edition.
type Stood struct {
	Edition edition.Day
	Rank    Rank
}

func (h *Handler) author(w http.ResponseWriter, r *http.Request) error {
	const most = 100 // papers whose authors are counted
	d, site, err := h.listing(r, search.Author, r.PathValue("name"))
	if err != nil {
		return err
	}
	if d.Held.Total == 0 { // nobody's name is printed so: the search knows other forms
		http.Redirect(w, r, authorSearch(d.Name), http.StatusFound)
		return nil
	}
	if d.Follow, err = h.followButton(r.Context(), library.Follow{Kind: library.Author, Key: d.Name}); err != nil {
		return err
	}
	if d.Recent, err = h.standing(r.Context(), d.Held.Newest[:min(most, len(d.Held.Newest))]); err != nil {
		return err
	}
	return h.pass(w, r, AuthorPageOf(site, *d))
}

func (h *Handler) category(w http.ResponseWriter, r *http.Request) error {
	d, site, err := h.listing(r, search.Category, r.PathValue("cat"))
	if err != nil {
		return err
	}
	if d.Held.Total == 0 {
		return fault.NotFound("No paper of the category %s is held.", clip(d.Name, 40))
	}
	if d.Follow, err = h.followButton(r.Context(), library.Follow{Kind: library.Category, Key: d.Name}); err != nil {
		return err
	}
	return h.pass(w, r, CategoryPageOf(site, *d))
}

// listing reads what the pages of authors and categories have in common.
func (h *Handler) listing(r *http.Request, of search.Field, name string) (*ListingData, Site, error) {
	site, err := h.site(r)
	if err != nil {
		return nil, site, err
	}
	site.Path = r.URL.EscapedPath()
	d := &ListingData{Name: name, Page: 1}
	if utf8.RuneCountInString(name) > 200 {
		return nil, site, fault.NotFound("No name is so long.")
	}
	if s := r.URL.Query().Get("page"); s != "" {
		if d.Page, err = strconv.Atoi(s); err != nil || d.Page < 1 || d.Page > search.Deepest/onePage {
			return nil, site, fault.Invalid("page is a number from 1 to %d, not %q.", search.Deepest/onePage, clip(s, 40))
		}
	}
	yearAgo := site.Now.AddDate(-1, 0, 0).Format(time.DateOnly)
	if d.Held, err = h.Finder.Listing(r.Context(), of, name, yearAgo); err != nil || d.Held.Total == 0 {
		return d, site, err
	}
	skip := (d.Page - 1) * onePage
	if skip >= len(d.Held.Newest) {
		return nil, site, fault.NotFound("The list ends before page %d.", d.Page)
	}
	if d.Papers, err = h.standing(r.Context(), d.Held.Newest[skip:min(skip+onePage, len(d.Held.Newest))]); err != nil {
		return nil, site, err
	}
	from := d.Held.Newest
	if d.Held.Total == 1 {
		from = nil // one paper is no choice
	}
	if of == search.Category {
		from = d.Held.Since
	}
	if d.Best, err = h.standing(r.Context(), mostVoted(from)); err != nil {
		return nil, site, err
	}
	d.Stood, err = h.stood(r.Context(), d.Papers)
	return d, site, err
}

func (h *Handler) standing(ctx context.Context, list []search.Standing) ([]*paper.Paper, error) {
	ids := make([]int64, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	return h.Papers.List(ctx, h.Papers.DB(), ids)
}

// mostVoted returns the few of a list with the most votes, none without any.
func mostVoted(list []search.Standing) []search.Standing {
	const shown = 6
	list = slices.DeleteFunc(slices.Clone(list), func(s search.Standing) bool { return s.Votes == 0 })
	slices.SortFunc(list, func(a, b search.Standing) int {
		return cmp.Or(cmp.Compare(b.Votes, a.Votes), cmp.Compare(b.ID, a.ID))
	})
	return list[:min(shown, len(list))]
}

// stood returns where papers stand in their editions.
func (h *Handler) stood(ctx context.Context, papers []*paper.Paper) (map[int64]Stood, error) {
	ids := make([]int64, len(papers))
	for i, p := range papers {
		ids[i] = p.ID
	}
	at, err := h.Editions.DaysOf(ctx, h.Papers.DB(), ids)
	if err != nil {
		return nil, err
	}
	stood := make(map[int64]Stood, len(at))
	for id, day := range at {
		span := edition.DaySpan(day)
		days, err := h.Editions.Days(ctx, span)
		if err != nil {
			return nil, err
		}
		rank, err := h.ranks.of(ctx, h, span, id)
		if err != nil {
			return nil, err
		}
		if len(days) > 0 && rank.At > 0 {
			stood[id] = Stood{days[0], rank}
		}
	}
	return stood, nil
}

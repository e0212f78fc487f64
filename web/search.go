package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/tex"
)

// searchPath is the address of the search.
const searchPath = "/papers"

// Finder finds papers.
type Finder interface {
	Find(context.Context, search.Ask) (*search.Page, error)
	Near(ctx context.Context, to *paper.Paper, limit int) ([]*paper.Paper, error)
	Spelling(context.Context, *search.Query) (string, error)
	Alike(context.Context, search.Likeness) ([]search.Near, int, error)
	Listing(ctx context.Context, of search.Field, value, since string) (*search.Listing, error)
}

// SearchAsked is what the page's address asks for.
type SearchAsked struct {
	Text string
	search.Filters
	By    search.Mode
	Order search.Order
	Page  int // from 1
}

// SearchPage is the page of what was found.
type SearchPage struct {
	Page
	Asked  SearchAsked
	Follow *FollowButton
	Side   int    // papers that have the words side by side
	Head   string // 37 papers for
	Sum    string
	Notes  []string
	Meant  *Link // the same, spelt as the papers do
	Rows   []HitRow
	Years  Chart
	Names  []Label // under the years
	Shelf  []Shelf // categories
	Topics []Shelf
	Code   int    // papers that link to a repository
	Feed   string // the address of the list as a feed
	By     []Choice
	Orders []Choice
	Empty  string
	Offers []Link // instead of what nothing has
	End    string
	More   []Link
}

func (*SearchPage) template() string { return "search" }

// HitRow is a paper that was found.
type HitRow struct {
	Item          Item // by its name: what is embedded, templates find slowly
	Heading       Text // the title
	Snippet       Text
	Whole         Text   // the abstract
	Before, After bool   // the abstract goes on around the snippet
	Day           string // of submission
	When          string
}

// markedText is a paper's text in which a word that was asked for is marked by itself,
// and one that stands in a phrase that was with its neighbours.
func markedText(p *paper.Paper, pieces []search.Piece) Text {
	list := make([]Text, len(pieces))
	for i, x := range pieces {
		list[i] = p.Form.HTML(x.Text)
		switch x.Mark {
		case search.WordMark:
			list[i] = tex.Mark(list[i], "w")
		case search.PhraseMark:
			list[i] = tex.Mark(list[i], "")
		}
	}
	return tex.Join(list)
}

// Shelf is a category or a topic to narrow to, with the papers found that stand in it.
type Shelf struct {
	Value, Name string
	Count       int
	Chosen      bool
}

// Label is a text in a chart.
type Label struct{ X, Y, Text string }

// searchAsked reads the query of the page's address.
func searchAsked(q url.Values) (SearchAsked, error) {
	a := SearchAsked{
		Text: strings.TrimSpace(q.Get("q")), By: search.Mode(q.Get("by")), Order: search.Order(q.Get("sort")), Page: 1,
		Filters: search.Filters{Exact: q.Get("exact") == "1", From: strings.TrimSpace(q.Get("from")), To: strings.TrimSpace(q.Get("to")), Author: strings.TrimSpace(q.Get("author"))},
	}
	a.Categories, a.Topics, a.Code = few(q["cat"]), few(q["topic"]), q.Get("code") == "1"
	if len(a.From) > 10 || len(a.To) > 10 || len(a.Author) > 100 {
		return a, fault.Invalid("No date and no name is so long.")
	}
	if a.By == "" {
		a.By = search.Both
	}
	if a.Order == "" {
		a.Order = search.Best
	}
	if !slices.Contains([]search.Mode{search.Both, search.WordsOnly, search.MeaningOnly}, a.By) {
		return a, fault.Invalid("by is both, words or meaning, not %q.", clip(string(a.By), 40))
	}
	if !slices.Contains([]search.Order{search.Best, search.Newest, search.MostVotes}, a.Order) {
		return a, fault.Invalid("sort is best, newest or votes, not %q.", clip(string(a.Order), 40))
	}
	if s := q.Get("page"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > search.Deepest/onePage {
			return a, fault.Invalid("page is a number from 1 to %d, not %q.", search.Deepest/onePage, clip(s, 40))
		}
		a.Page = n
	}
	return a, nil
}

// few returns what was chosen of a list, bounded.
func few(chosen []string) []string {
	var list []string
	for _, c := range chosen {
		if c = strings.TrimSpace(c); c != "" && len(list) < 20 {
			list = append(list, clip(c, 40))
		}
	}
	return list
}

// path is the address that asks for a.
func (a SearchAsked) path() string {
	q := a.asks()
	if a.Page != 1 {
		q.Set("page", strconv.Itoa(a.Page))
	}
	return searchPath + "?" + q.Encode()
}

// asks is what says which list a asks for, without the part of it.
func (a SearchAsked) asks() url.Values {
	q := url.Values{"q": {a.Text}}
	set := func(name, value string, usual bool) {
		if !usual {
			q.Set(name, value)
		}
	}
	set("exact", "1", !a.Exact)
	set("from", a.From, a.From == "")
	set("to", a.To, a.To == "")
	set("author", a.Author, a.Author == "")
	set("by", string(a.By), a.By == search.Both)
	set("sort", string(a.Order), a.Order == search.Best)
	set("code", "1", !a.Code)
	if len(a.Categories) > 0 {
		q["cat"] = a.Categories
	}
	if len(a.Topics) > 0 {
		q["topic"] = a.Topics
	}
	return q
}

// query is what a asks, read.
func (a SearchAsked) query() *search.Query { return search.Parse(a.Text).Narrow(a.Filters) }

// search shows what a reader looks for. A query that is one paper's identifier leads
// to the paper.
func (h *Handler) search(w http.ResponseWriter, r *http.Request) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	a, err := searchAsked(r.URL.Query())
	if err != nil {
		return err
	}
	q := a.query()
	if q.Direct != nil {
		p, err := h.Papers.Find(r.Context(), *q.Direct)
		if err == nil {
			http.Redirect(w, r, paperPath(p.Key), http.StatusFound)
			return nil
		}
		if !fault.Is(err, fault.KindMissing) {
			return err
		}
	}
	page, err := h.Finder.Find(r.Context(), search.Ask{
		Query: q, Mode: a.By, Order: a.Order, Skip: (a.Page - 1) * onePage, Limit: onePage, Facet: true,
	})
	if err != nil {
		return err
	}
	if a.Page > 1 && len(page.List) == 0 {
		return fault.NotFound("The list ends before page %d.", a.Page)
	}
	v := SearchPageOf(site, a, q, page)
	if page.All == 0 && !q.Empty() {
		if err := h.help(r.Context(), v, a, q); err != nil {
			return err
		}
	}
	if !q.Empty() {
		if v.Follow, err = h.followButton(r.Context(), followed(q, a.Text)); err != nil {
			return err
		}
	}
	return h.pass(w, r, v)
}

// SearchPageOf makes the page of what was found.
func SearchPageOf(s Site, a SearchAsked, q *search.Query, found *search.Page) *SearchPage {
	title := "Search"
	if a.Text != "" {
		title = "“" + clip(a.Text, 60) + "”"
	}
	v := &SearchPage{Page: s.page(title, "papers"), Asked: a, Notes: q.Notes}
	v.describe(s, a.path(), "website", "Papers found by words and by meaning.")
	v.NoIndex = true
	if !q.Empty() {
		v.takeAlong(s, title, "search", "", a.asks())
		v.Feed = v.Along.Feeds[0].Href
	}
	v.Side = found.Phrase
	v.By = []Choice{{"both", "Words and meaning", a.By == search.Both}, {"words", "Words only", a.By == search.WordsOnly}, {"meaning", "Meaning only", a.By == search.MeaningOnly}}
	v.Orders = []Choice{{"best", "Best match", a.Order == search.Best}, {"newest", "Newest", a.Order == search.Newest}, {"votes", "Most votes", a.Order == search.MostVotes}}
	facets := found.Facets
	if len(found.List) == 0 {
		facets = search.Facets{} // they are of papers that have some of what was asked
	}
	v.Shelf = shelves(a.Categories, facets.Categories, categoryName)
	v.Topics = shelves(a.Topics, facets.Topics, func(string) string { return "" })
	v.Code = facets.Code
	v.years(facets.Years)
	for i, f := range found.List {
		v.Rows = append(v.Rows, s.hit(f, (a.Page-1)*onePage+i+1))
	}
	v.heads(a, q, found)
	return v
}

// heads says how many were found, and where the list goes on.
func (v *SearchPage) heads(a SearchAsked, q *search.Query, found *search.Page) {
	if q.Empty() {
		return
	}
	v.Head = count(found.Found, "paper") + " for"
	if found.Found == search.Deepest {
		v.Head = "The best " + number(found.Found) + " papers for"
	}
	if found.Mode != a.By && a.By != search.WordsOnly && q.Meaning != "" {
		v.Notes = append(v.Notes, "Papers are found by words alone until they have been read for their meaning.")
	}
	switch apart := found.All - found.Phrase; {
	case found.Mode == search.MeaningOnly:
		v.Sum = "By meaning"
	case found.About:
		v.Sum = fmt.Sprintf("%s hold all words, about %s side by side", number(found.All), number(found.Phrase))
	case len(q.Words) > 1 && found.All > 0:
		v.Sum = fmt.Sprintf("%s the phrase, %s the words apart", holds(found.Phrase), number(apart))
	case found.All > 0:
		v.Sum = fmt.Sprintf("%s all that was asked", holds(found.All))
	case len(found.List) > 0:
		v.Sum = "None holds all that was asked"
	}
	if len(found.List) == 0 {
		v.Empty = "No paper matches " + q.String() + "."
		if len(q.Like) > 0 {
			v.Empty = "Nothing is near " + q.String() + ": it is not here, or has not been read for its meaning yet."
		}
		return
	}
	last := (a.Page-1)*onePage + len(found.List)
	v.End = fmt.Sprintf("%s of %s.", number(last), number(found.Found))
	if a.Page > 1 {
		to := a
		to.Page--
		v.More = append(v.More, Link{Text: "The page before", Href: to.path()})
	}
	if last < found.Found && a.Page < search.Deepest/onePage {
		to := a
		to.Page++
		v.More = append(v.More, Link{Text: fmt.Sprintf("The next %d", min(onePage, found.Found-last)), Href: to.path()})
	}
}

func holds(n int) string {
	if n == 1 {
		return "1 holds"
	}
	return number(n) + " hold"
}

// hit returns the row of a paper that was found.
func (s Site) hit(f search.Found, rank int) HitRow {
	p := f.Paper
	v := HitRow{
		Item: s.outline(rank, p), Heading: markedText(p, f.Title), Snippet: markedText(p, f.Snippet), Whole: markedText(p, f.Abstract),
		Before: f.Before, After: f.After,
	}
	v.Item.Why = f.Reason.String()
	if c := p.Primary(); c != "" {
		v.Item.Topic = Link{Text: categoryName(c), Href: categoryPath(c)}
	}
	if !p.Submitted.IsZero() {
		v.Day, v.When = p.Submitted.Format("2006-01-02"), shortDate(p.Submitted)
	}
	return v
}

// shelves lists what to narrow to: what was chosen, then the most frequent.
func shelves(chosen []string, counted []search.Facet, name func(string) string) []Shelf {
	const shown = 8
	var list []Shelf
	for _, c := range chosen {
		shelf := Shelf{Value: c, Name: name(c), Chosen: true}
		if i := slices.IndexFunc(counted, func(f search.Facet) bool { return strings.EqualFold(f.Value, c) }); i >= 0 {
			shelf.Count = counted[i].Count
		}
		list = append(list, shelf)
	}
	for _, f := range counted {
		isChosen := slices.ContainsFunc(chosen, func(c string) bool { return strings.EqualFold(c, f.Value) })
		if len(list) < shown && !isChosen {
			list = append(list, Shelf{f.Value, name(f.Value), f.Count, false})
		}
	}
	return list
}

// years draws how many papers there are of each of the last years.
func (v *SearchPage) years(counted []search.Facet) {
	const shown, width, floor, tall = 8, 224, 70.0, 56.0
	if len(counted) > shown {
		counted = counted[len(counted)-shown:]
	}
	if len(counted) == 0 {
		return
	}
	most := 1
	var says []string
	for _, f := range counted {
		most = max(most, f.Count)
		says = append(says, f.Value+": "+number(f.Count))
	}
	v.Years = Chart{Label: strings.Join(says, ", "), Width: width, Height: 92}
	step := float64(width) / float64(shown)
	for i, f := range counted {
		high := math.Max(1, tall*float64(f.Count)/float64(most))
		x := float64(i)*step + 2
		b := bar(x, step-5, high, floor)
		b.Class = "ink"
		v.Years.Bars = append(v.Years.Bars, b)
		middle := length(x + (step-5)/2)
		v.Names = append(v.Names,
			Label{middle, length(floor - high - 4), number(f.Count)},
			Label{middle, "86", "’" + f.Value[max(0, len(f.Value)-2):]})
	}
}

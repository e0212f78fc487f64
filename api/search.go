package api

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
)

// Finder finds papers.
type Finder interface {
	Find(context.Context, search.Ask) (*search.Page, error)
	Suggest(ctx context.Context, typed string) ([]search.Suggestion, error)
	Spelling(context.Context, *search.Query) (string, error)
	Alike(context.Context, search.Likeness) ([]search.Near, int, error)
	Listing(ctx context.Context, of search.Field, value, since string) (*search.Listing, error)
}

// search finds papers as the page of the search does: by an identifier or an address,
// by words and by meaning. q has at most 250 characters, limit is 1 to 120.
func (a *API) search(ctx context.Context, r *request) (answer, error) {
	const most = 120
	text := r.query.Get("q")
	if n := utf8.RuneCountInString(text); n > search.MaxQuery {
		return answer{}, fault.Invalid("q has at most %d characters; this one has %d.", search.MaxQuery, n)
	}
	limit, err := number(r.query, "limit", most, 1, most)
	if err != nil {
		return answer{}, err
	}
	q := search.Parse(text)
	found, err := a.match(ctx, q, limit)
	if err != nil {
		return answer{}, err
	}
	if isName(text) && q.Direct == nil {
		theirs, err := a.match(ctx, search.Parse(`author:"`+text+`"`), limit)
		if err != nil {
			return answer{}, err
		}
		found = joined(theirs, found)
		found = found[:min(limit, len(found))]
	}
	ids := make([]int64, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	places, err := a.Editions.Places(ctx, a.papers.DB(), ids)
	if err != nil {
		return answer{}, err
	}
	marks := search.Marking(q)
	list := make([]object, 0, len(found))
	for _, p := range found {
		p = readable(p)
		item, err := a.itemOf(ctx, p, places[p.ID])
		if err != nil {
			return answer{}, err
		}
		item.set("highlightedTitle", pieces(marks(p.Title)))
		item.set("highlightedSummary", pieces(marks(p.Abstract)))
		item.set("upvoted", false)
		list = append(list, item)
	}
	return answer{body: mustMarshal(list), passing: true}, nil
}

// isName reports whether a query may be somebody's name: a few words, with a capital at
// the beginning and no signs of a query.
func isName(text string) bool {
	const most = 5 // words
	r, _ := utf8.DecodeRuneInString(text)
	n := len(strings.Fields(text))
	return unicode.IsUpper(r) && n > 1 && n <= most && !strings.ContainsAny(text, "\":()*")
}

// joined returns the papers of two lists, each once.
func joined(a, b []*paper.Paper) []*paper.Paper {
	for _, p := range b {
		if !slices.ContainsFunc(a, func(q *paper.Paper) bool { return q.ID == p.ID }) {
			a = append(a, p)
		}
	}
	return a
}

// match returns the papers for a query, the best first.
func (a *API) match(ctx context.Context, q *search.Query, limit int) ([]*paper.Paper, error) {
	if q.Direct != nil {
		p, err := a.papers.Find(ctx, *q.Direct)
		if err == nil {
			return []*paper.Paper{p}, nil
		}
		if !fault.Is(err, fault.KindMissing) {
			return nil, err
		}
	}
	if a.Finder == nil {
		return nil, fault.Busy("There is no search here at the moment.")
	}
	page, err := a.Finder.Find(ctx, search.Ask{Query: q, Limit: limit, Plain: true})
	if err != nil {
		return nil, err
	}
	list := make([]*paper.Paper, len(page.List))
	for i, f := range page.List {
		list[i] = f.Paper
	}
	return list, nil
}

// piece is a run of a text, marked or not.
type piece struct {
	Type string `json:"type"` // text, highlight
	Text string `json:"text"`
}

// pieces tells of a text in which what was asked for stands apart.
func pieces(of []search.Piece) []piece {
	pieces := []piece{}
	for _, x := range of {
		kind := "text"
		if x.Mark != search.Unmarked {
			kind = "highlight"
		}
		pieces = append(pieces, piece{kind, x.Text})
	}
	return pieces
}

package web

import (
	"context"
	"strings"

	"broadsheet/search"
)

// help says, when no paper has all that was asked, what may be meant: the same spelt as
// papers do, without the phrases, or an author of this name.
func (h *Handler) help(ctx context.Context, v *SearchPage, a SearchAsked, q *search.Query) error {
	if q.Direct != nil {
		v.unheld(q)
		return nil
	}
	meant, err := h.Finder.Spelling(ctx, q)
	if err != nil {
		return err
	}
	if meant != "" {
		to := a
		to.Text, to.Page = meant, 1
		v.Meant = &Link{Text: meant, Href: to.path()}
	}
	plain := strings.NewReplacer(`"`, "", "“", "", "”", "", "„", "", "«", "", "»", "").Replace(a.Text)
	without := a
	without.Text, without.Exact = plain, false
	if without.query().String() != q.String() {
		v.Sum, v.Empty = "", "No paper has all of: "+q.String()+"."
		if err := h.offer(ctx, v, q, without, "Without the phrase: "); err != nil {
			return err
		}
	}
	const longest = 5 // words of a name
	if n := len(q.Words); n == 0 || n > longest || len(q.Must)+len(q.Like) > 0 || strings.ContainsAny(a.Text, `"()`) {
		return nil
	}
	by := a
	by.Text = `author:"` + strings.Join(q.Words, " ") + `"`
	return h.offer(ctx, v, q, by, "By an author of this name: ")
}

// offer names another search than q and how many papers have all that it asks, if any has.
func (h *Handler) offer(ctx context.Context, v *SearchPage, q *search.Query, a SearchAsked, text string) error {
	a.Page = 1
	found, err := h.Finder.Find(ctx, search.Ask{Query: a.query(), Mode: search.WordsOnly, Facet: true})
	if err != nil || found.All == 0 {
		return err
	}
	v.Sum, v.Empty = "", "No paper has all of: "+q.String()+"."
	v.Offers = append(v.Offers, Link{Text: text + number(found.All), Href: a.path()})
	return nil
}

// unheld empties the page: of a paper that is not here nothing is near.
func (v *SearchPage) unheld(q *search.Query) {
	v.Head, v.Sum, v.End, v.Rows, v.More, v.Topics, v.Shelf, v.Code = "0 papers for", "", "", nil, nil, nil, nil, 0
	v.Names = nil
	v.Empty = "The paper " + q.Direct.String() + " is not here."
}

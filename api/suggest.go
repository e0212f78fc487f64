package api

import (
	"context"
	"unicode/utf8"

	"broadsheet/fault"
	"broadsheet/search"
)

// suggestion is what a reader may have begun to type: its text, and the query that
// asks for it.
type suggestion struct {
	Type  search.Field `json:"type"` // title, author, topic
	Text  string       `json:"text"`
	Query string       `json:"query"`
}

// suggest answers with what the reader who has typed q may mean. q has at most 250
// characters.
func (a *API) suggest(ctx context.Context, r *request) (answer, error) {
	list, err := a.suggestions(ctx, r.query.Get("q"))
	if err != nil {
		return answer{}, err
	}
	return answer{body: mustMarshal(list), passing: true}, nil
}

func (a *API) suggestions(ctx context.Context, q string) ([]suggestion, error) {
	if n := utf8.RuneCountInString(q); n > search.MaxQuery {
		return nil, fault.Invalid("q has at most %d characters; this one has %d.", search.MaxQuery, n)
	}
	if a.Finder == nil {
		return nil, fault.Busy("There is no search here at the moment.")
	}
	found, err := a.Finder.Suggest(ctx, q)
	if err != nil {
		return nil, err
	}
	list := make([]suggestion, len(found))
	for i, s := range found {
		list[i] = suggestion{s.Kind, s.Text, string(s.Kind) + `:"` + s.Text + `"`}
		if s.Kind == search.Title {
			list[i].Text = plain(s.Paper, s.Text)
			list[i].Query = clipQuery(list[i].Text)
		}
	}
	return list, nil
}

// clipQuery cuts a title to what a query may have.
func clipQuery(s string) string {
	if r := []rune(s); len(r) > search.MaxQuery {
		return string(r[:search.MaxQuery])
	}
	return s
}

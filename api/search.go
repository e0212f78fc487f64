package api

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// search finds papers by an identifier, an address, or words of their titles and
// authors' names. q has at most 250 characters, limit is 1 to 120.
func (a *API) search(ctx context.Context, r *request) (answer, error) {
	const longest, most = 250, 120
	q := r.query.Get("q")
	if n := utf8.RuneCountInString(q); n > longest {
		return answer{}, fault.Invalid("q has at most %d characters; this one has %d.", longest, n)
	}
	limit, err := number(r.query, "limit", most, 1, most)
	if err != nil {
		return answer{}, err
	}
	found, words, err := a.match(ctx, q, limit)
	if err != nil {
		return answer{}, err
	}
	list := make([]object, 0, len(found))
	for _, p := range found {
		var place *edition.Place
		if place, err = a.Editions.Place(ctx, a.papers.DB(), p.ID); err != nil {
			return answer{}, err
		}
		item, err := a.itemOf(ctx, p, place)
		if err != nil {
			return answer{}, err
		}
		item.set("highlightedTitle", marked(plain(p, p.Title), words))
		item.set("highlightedSummary", marked(plain(p, p.Abstract), words))
		item.set("upvoted", false)
		list = append(list, item)
	}
	return answer{body: mustMarshal(list)}, nil
}

// match returns the papers for q and the words that they were found by.
func (a *API) match(ctx context.Context, q string, limit int) ([]*paper.Paper, []string, error) {
	if id, _, err := paper.ParseIdentifier(q); err == nil {
		p, err := a.papers.Find(ctx, id)
		if err == nil {
			return []*paper.Paper{p}, nil, nil
		}
		if !fault.Is(err, fault.KindMissing) {
			return nil, nil, err
		}
	}
	words := strings.FieldsFunc(strings.ToLower(q), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '-' })
	if len(words) == 0 {
		return nil, nil, nil
	}
	found, err := a.papers.ByTitle(ctx, words, limit)
	return found, words, err
}

// piece is a run of a text, marked or not.
type piece struct {
	Type string `json:"type"` // text, highlight
	Text string `json:"text"`
}

// marked cuts a text into pieces such that the words that begin with one of words
// stand apart.
func marked(text string, words []string) []piece {
	pieces := []piece{}
	add := func(kind, s string) {
		switch n := len(pieces); {
		case s == "":
		case n > 0 && pieces[n-1].Type == kind:
			pieces[n-1].Text += s
		default:
			pieces = append(pieces, piece{kind, s})
		}
	}
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '-' }
	for text != "" {
		end := strings.IndexFunc(text, inWord)
		if end < 0 {
			end = len(text)
		}
		add("text", text[:end])
		text = text[end:]
		if end = strings.IndexFunc(text, func(r rune) bool { return !inWord(r) }); end < 0 {
			end = len(text)
		}
		kind, lower := "text", strings.ToLower(text[:end])
		for _, w := range words {
			if strings.HasPrefix(lower, w) {
				kind = "highlight"
			}
		}
		add(kind, text[:end])
		text = text[end:]
	}
	return pieces
}

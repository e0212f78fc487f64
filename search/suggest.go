package search

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"broadsheet/paper"
	"broadsheet/search/lexical"
)

// Suggestion is what a reader may have begun to type: an author, a topic, or the title
// of Paper.
type Suggestion struct {
	Kind  Field // Title, Author or Topic
	Text  string
	Paper *paper.Paper
}

// Suggest returns what a reader may mean who has typed so far: topics, authors, and the
// titles with the most votes, a few of each. Of less than three letters it makes
// nothing.
func (p *Papers) Suggest(ctx context.Context, typed string) ([]Suggestion, error) {
	const least, topics, authors, titles = 3, 2, 3, 5
	typed = strings.Join(strings.Fields(typed), " ")
	if n := utf8.RuneCountInString(typed); n < least || n > MaxQuery {
		return nil, ctx.Err()
	}
	snap := p.words.Snapshot()
	var list []Suggestion
	for _, c := range snap.Keys(keyTopic+strings.ToLower(typed), topics) {
		list = append(list, Suggestion{Kind: Topic, Text: strings.TrimPrefix(c.Text, keyTopic)})
	}
	var names []string
	if utf8.RuneCountInString(typed) > least { // three letters begin too many names to look at
		names = namesFrom(snap, typed, authors)
	}
	if len(names) < authors {
		more, err := p.namesOf(ctx, snap, typed)
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	for _, name := range names {
		if s := (Suggestion{Kind: Author, Text: name}); len(list) < topics+authors && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	found, err := p.best(ctx, snap, beginning(typed), titles)
	if err != nil {
		return nil, err
	}
	for _, x := range found {
		list = append(list, Suggestion{Kind: Title, Text: x.Title, Paper: x})
	}
	return list, nil
}

// namesFrom returns the most frequent names that begin as typed, in whatever case.
func namesFrom(snap *lexical.Snapshot, typed string, limit int) []string {
	words := strings.Fields(typed)
	for i, w := range words {
		r, n := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(r)) + w[n:]
	}
	var names []string
	for _, c := range snap.Keys(keyPerson+strings.Join(words, " "), limit) {
		names = append(names, strings.TrimPrefix(c.Text, keyPerson))
	}
	return names
}

// namesOf returns the names, in the papers with the most votes, of those whom the
// whole of what is typed names.
func (p *Papers) namesOf(ctx context.Context, snap *lexical.Snapshot, typed string) ([]string, error) {
	const papers = 8
	asked := nameQuery(typed)
	if len(asked) == 0 {
		return nil, nil
	}
	found, err := p.best(ctx, snap, keys(keyAuthor, asked), papers)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, x := range found {
		for _, a := range x.Authors {
			if slices.ContainsFunc(nameKeys(a.Name, a.Family), func(k string) bool { return slices.Contains(asked, k) }) {
				names = append(names, a.Name)
			}
		}
	}
	return names, nil
}

// beginning asks for the titles that have what is typed, the last word perhaps begun.
func beginning(typed string) lexical.Query {
	words := nameWords(typed)
	var all lexical.And
	for i, w := range words {
		if i == len(words)-1 {
			all = append(all, lexical.Prefix{Word: w, Field: string(Title)})
		} else {
			all = append(all, lexical.Term{Word: w, Field: string(Title)})
		}
	}
	return all
}

// best returns the papers with the most votes that match.
func (p *Papers) best(ctx context.Context, snap *lexical.Snapshot, q lexical.Query, limit int) ([]*paper.Paper, error) {
	if all, ok := q.(lexical.And); ok && len(all) == 0 {
		return nil, nil
	}
	var ids []int64
	for _, h := range snap.Search(q, limit, lexical.Options{Sort: numberVotes}).Hits {
		ids = append(ids, h.ID)
	}
	return p.store.List(ctx, p.store.DB(), ids)
}

// Spelling returns the text of a query with the words that no paper has, five at most,
// in the place of which stands one that is spelt nearly so; "" when there is none.
func (e *Engine) Spelling(q *Query) string {
	const most = 5
	snap := e.words.Snapshot()
	text, tried, changed := q.Text, 0, false
	for _, w := range q.Words {
		for _, t := range lexical.Tokens(w) {
			if t.Parts > 0 || tried == most || snap.Search(lexical.Term{Word: t.Word}, 0, lexical.Options{Count: true}).Total > 0 {
				continue
			}
			tried++
			if near := snap.Near(t.Word, "", 1); len(near) > 0 {
				text, changed = strings.Replace(text, w[t.Start:t.End], near[0].Text, 1), true
			}
		}
	}
	if !changed {
		return ""
	}
	return text
}

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

// How many of each a reader is offered, of how many papers the authors are read, and
// how many letters it takes.
const (
	OfferedTopics, OfferedNames, OfferedTitles = 2, 3, 5
	ReadAuthored                               = 8
	leastTyped                                 = 3
)

// Begun is what may have begun as a reader types.
type Begun struct {
	Topics []string
	Names  []string // that begin so
	// Authored are documents of authors whom the whole of what is typed names, when
	// names are wanting; Titled those whose title has it. The most votes come first.
	Authored, Titled []int64
}

// Suggest returns what a reader may mean who has typed so far: topics, authors, and the
// titles with the most votes, a few of each. Of less than three letters it makes
// nothing.
func (f *Front) Suggest(ctx context.Context, typed string) ([]Suggestion, error) {
	typed = strings.Join(strings.Fields(typed), " ")
	if n := utf8.RuneCountInString(typed); n < leastTyped || n > MaxQuery {
		return nil, ctx.Err()
	}
	b, err := f.index.Begun(ctx, typed)
	if err != nil {
		return nil, err
	}
	var list []Suggestion
	for _, t := range b.Topics {
		list = append(list, Suggestion{Kind: Topic, Text: t})
	}
	more, err := f.namesOf(ctx, b.Authored, typed)
	if err != nil {
		return nil, err
	}
	for _, name := range append(b.Names, more...) {
		if s := (Suggestion{Kind: Author, Text: name}); len(list) < OfferedTopics+OfferedNames && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	found, err := f.store.List(ctx, f.store.DB(), b.Titled)
	if err != nil {
		return nil, err
	}
	for _, x := range found {
		list = append(list, Suggestion{Kind: Title, Text: x.Title, Paper: x})
	}
	return list, nil
}

// namesOf returns the names, in some papers, of those whom the whole of what is typed
// names.
func (f *Front) namesOf(ctx context.Context, papers []int64, typed string) ([]string, error) {
	found, err := f.store.List(ctx, f.store.DB(), papers)
	if err != nil {
		return nil, err
	}
	asked := nameQuery(typed)
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

// Begun implements Index.
func (e *Engine) Begun(ctx context.Context, typed string) (*Begun, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	snap := e.words.Snapshot()
	b := &Begun{}
	t := ReadTyped(typed)
	for _, c := range snap.Keys(t.Topic, OfferedTopics) {
		b.Topics = append(b.Topics, strings.TrimPrefix(c.Text, KeyTopic))
	}
	if t.Name != "" {
		for _, c := range snap.Keys(t.Name, OfferedNames) {
			b.Names = append(b.Names, strings.TrimPrefix(c.Text, KeyPerson))
		}
	}
	if len(b.Names) < OfferedNames {
		b.Authored = mostVoted(snap, t.Author, ReadAuthored)
	}
	b.Titled = mostVoted(snap, t.Title, OfferedTitles)
	return b, sound(snap)
}

// Typed is what a reader has typed so far, read in each way in which it may go on.
type Typed struct {
	Topic string // how the key of a topic would begin
	Name  string // how the key of a printed name would begin; "" when it would be one of too many
	// Author and Title match documents: of an author whom the whole names, and with a
	// title that has what is typed, the last word perhaps begun.
	Author, Title lexical.Query
}

// ReadTyped reads what a reader has typed. Names may be typed in whatever case.
func ReadTyped(typed string) Typed {
	t := Typed{Topic: KeyTopic + strings.ToLower(typed), Author: keys(KeyAuthor, nameQuery(typed)), Title: lexical.Or{}}
	if utf8.RuneCountInString(typed) > leastTyped {
		words := strings.Fields(typed)
		for i, w := range words {
			r, n := utf8.DecodeRuneInString(w)
			words[i] = string(unicode.ToUpper(r)) + w[n:]
		}
		t.Name = KeyPerson + strings.Join(words, " ")
	}
	words := nameWords(typed)
	var all lexical.And
	for i, w := range words {
		if i == len(words)-1 {
			all = append(all, lexical.Prefix{Word: w, Field: string(Title)})
		} else {
			all = append(all, lexical.Term{Word: w, Field: string(Title)})
		}
	}
	if len(all) > 0 {
		t.Title = all
	}
	return t
}

// mostVoted returns the documents with the most votes that match.
func mostVoted(snap *lexical.Snapshot, q lexical.Query, limit int) []int64 {
	var ids []int64
	for _, h := range snap.Search(q, limit, lexical.Options{Sort: NumberVotes}).Hits {
		ids = append(ids, h.ID)
	}
	return ids
}

// Spelling returns the text of a query with the words that no paper has, five at most,
// in the place of which stands one that is spelt nearly so; "" when there is none.
func (e *Engine) Spelling(ctx context.Context, q *Query) (string, error) {
	snap := e.words.Snapshot()
	return Respell(q, func(words []string) ([]string, error) {
		right, tried := make([]string, len(words)), 0
		for i, w := range words {
			if tried == MostRespelt || snap.Count(lexical.Term{Word: w}, 1) > 0 {
				continue
			}
			tried++
			if near := snap.Near(w, "", 1); len(near) > 0 {
				right[i] = near[0].Text
			}
		}
		return right, ctx.Err()
	})
}

// prose returns the words and phrases that must stand in title or abstract.
func prose(nodes []Node) []string {
	var list []string
	for _, n := range nodes {
		switch n := n.(type) {
		case Word:
			if !n.Prefix {
				list = append(list, n.Text)
			}
		case Phrase:
			list = append(list, n.Text)
		case And:
			list = append(list, prose(n.Nodes)...)
		case Or:
			list = append(list, prose(n.Nodes)...)
		}
	}
	return list
}

// MostRespelt is how many words of a query are set right.
const MostRespelt = 5

// Respell returns the text of a query with words set right, "" when none is. right
// returns for each of the query's words what shall stand in its place, "" for nothing.
func Respell(q *Query, right func(words []string) ([]string, error)) (string, error) {
	const shortest = 4 // letters: of a shorter word too many are near
	var words, typed []string
	for _, w := range append(slices.Clone(q.Words), prose(q.Must)...) {
		if strings.Contains(w, ":") {
			continue // what looks like a field is not mended by other letters
		}
		for _, t := range lexical.Tokens(w) {
			if t.Parts == 0 && utf8.RuneCountInString(t.Word) >= shortest {
				words, typed = append(words, t.Word), append(typed, w[t.Start:t.End])
			}
		}
	}
	if len(words) == 0 {
		return "", nil
	}
	instead, err := right(words)
	if err != nil {
		return "", err
	}
	text := q.Text
	for i, word := range instead {
		if word != "" {
			text = strings.Replace(text, typed[i], word, 1)
		}
	}
	if text == q.Text {
		return "", nil
	}
	return text, nil
}

package search

import (
	"math"
	"slices"
	"strings"

	"broadsheet/search/lexical"
)

// schema is what the word index holds of a document. A word of the title counts twice
// in the joint score, and the title’s own score is added with the
// weight of Boost.
var schema = lexical.Schema{
	Fields: []lexical.Field{
		{Name: string(Title), Default: true, Weight: 2, Boost: TitleBoost},
		{Name: string(Abstract), Default: true, Weight: 1},
	},
	Numbers: []string{NumberDay, NumberVotes, NumberEdition},
	Order:   KeyCategory,
}

// TitleBoost is what the title's own score weighs beside the joint one.
const TitleBoost = 0.4

// The numbers of a document.
const (
	NumberDay     = "day"
	NumberVotes   = "votes"
	NumberEdition = "edition"
)

// Form is a query in the language of the word index.
type Form struct {
	Rank   lexical.Query // what scores; nil when nothing does
	Plain  lexical.Query // Rank without what words that stand side by side score once more
	Filter lexical.Query // what binds; nil when nothing does
	All    lexical.Query // every word and all that binds
}

// sideBonus is what a short query's words are worth where they stand side by side, as
// a part of what they are worth anyhow: "learning theory" is a subject, and a paper
// that speaks of it stands before one that has learning here and theory there. A long
// question is no phrase, and gains nothing by it.
const (
	sideBonus   = 0.7
	longestSide = 5 // words
)

func sideBySide(words []string) (lexical.Query, bool) {
	if len(words) < 2 || len(words) > longestSide {
		return nil, false
	}
	return lexical.Boosted{By: sideBonus, Of: lexical.Exactly(strings.Join(words, " "), "")}, true
}

// Compile returns a query in the language of the word index.
func Compile(q *Query) Form {
	var f Form
	var words, must lexical.And
	scores := scored(q.Words)
	asked := map[string]bool{}
	for _, w := range q.Words {
		if !asked[w] { // who says a word twice weighs it twice, but asks for it once
			asked[w] = true
			words = append(words, lexical.Words(w, "")...)
		}
	}
	for _, n := range q.Must {
		c := node(n)
		must = append(must, c)
		if scored, ok := scoring(n); ok {
			scores = append(scores, scored)
		}
	}
	if len(scores) > 0 {
		f.Plain, f.Rank = lexical.Or(scores), lexical.Or(scores)
		if side, ok := sideBySide(q.Words); ok {
			f.Rank = append(lexical.Or(slices.Clone(scores)), side)
		}
	}
	if len(must) > 0 {
		f.Filter = must
	}
	f.All = append(words[:len(words):len(words)], must...)
	return f
}

// scored returns what words score, each once: one that is said twice counts twice. A compound
// ranks by its parts as well as joined: "boundary-layer flow" is also about boundaries.
func scored(words []string) []lexical.Query {
	var list []lexical.Query
	at := map[string]int{}
	for _, w := range words {
		for _, t := range lexical.Tokens(w) {
			if i, again := at[t.Word]; again {
				said, twice := list[i].(lexical.Boosted)
				if !twice {
					said = lexical.Boosted{By: 1, Of: list[i]}
				}
				said.By++
				list[i] = said
				continue
			}
			at[t.Word] = len(list)
			list = append(list, lexical.Term{Word: t.Word})
		}
	}
	return list
}

// node returns what a node matches.
func node(n Node) lexical.Query {
	switch n := n.(type) {
	case Word:
		return wordOf(n)
	case Phrase:
		return lexical.Exactly(n.Text, string(n.Field))
	case Name:
		return keys(KeyAuthor, nameQuery(n.Text))
	case Key:
		return keyOf(n)
	case Days:
		return between(NumberDay, n.From, n.To, epochDay)
	case Edition:
		return between(NumberEdition, n.From, n.To, dayNumber)
	case Votes:
		most := int64(math.MaxInt64)
		if n.Most >= 0 {
			most = int64(n.Most)
		}
		return lexical.Range{Number: NumberVotes, Min: int64(n.Least), Max: most}
	case And:
		return lexical.And(each(n.Nodes))
	case Or:
		return lexical.Or(each(n.Nodes))
	case Not:
		return lexical.Not{Of: node(n.Node)}
	}
	return lexical.Or{} // like stands at the top only, and matches nothing here
}

func each(nodes []Node) []lexical.Query {
	list := make([]lexical.Query, 0, len(nodes))
	for _, n := range distinct(nodes) {
		list = append(list, node(n))
	}
	return list
}

// distinct leaves out words that were asked for before: a beginning that many words share
// takes long enough once.
func distinct(nodes []Node) []Node {
	seen := map[Word]bool{}
	return slices.DeleteFunc(slices.Clone(nodes), func(n Node) bool {
		w, ok := n.(Word)
		again := ok && seen[w]
		if ok {
			seen[w] = true
		}
		return again
	})
}

// scoring returns the part of a node that ranks papers; false for a node that only
// binds.
func scoring(n Node) (lexical.Query, bool) {
	switch n := n.(type) {
	case Word, Phrase:
		return node(n), true
	case And:
		return anyScoring(n.Nodes)
	case Or:
		return anyScoring(n.Nodes)
	}
	return nil, false
}

func anyScoring(nodes []Node) (lexical.Query, bool) {
	var list lexical.Or
	for _, n := range distinct(nodes) {
		if q, ok := scoring(n); ok {
			list = append(list, q)
		}
	}
	return list, len(list) > 0
}

// wordOf returns a word in any of its forms, or every word that begins so. Of a
// compound that is a beginning, the last part may go on.
func wordOf(w Word) lexical.Query {
	if !w.Prefix {
		return lexical.And(lexical.Words(w.Text, string(w.Field)))
	}
	var parts lexical.And
	for _, t := range lexical.Tokens(w.Text) {
		if t.Parts == 0 {
			parts = append(parts, lexical.Term{Word: t.Word, Field: string(w.Field)})
		}
	}
	if len(parts) == 0 {
		return lexical.Or{}
	}
	last := parts[len(parts)-1].(lexical.Term)
	parts[len(parts)-1] = lexical.Prefix{Word: last.Word, Field: last.Field}
	return parts
}

func keys(prefix string, values []string) lexical.Query {
	list := lexical.Or{}
	for _, v := range values {
		list = append(list, lexical.Key(prefix+v))
	}
	return list
}

func keyOf(k Key) lexical.Query {
	switch k.Field {
	case Category:
		// People write cs.lg; arXiv writes cs.LG, math.AG, and hep-th.
		archive, class, two := strings.Cut(k.Value, ".")
		forms := []string{k.Value, strings.ToLower(archive)}
		if two {
			forms[1] = strings.ToLower(archive) + "." + strings.ToUpper(class)
			if len(class) > 2 {
				forms = append(forms, strings.ToLower(k.Value))
			}
		}
		return keys(KeyCategory, forms)
	case Topic:
		return lexical.Key(KeyTopic + strings.ToLower(k.Value))
	case Org:
		return lexical.Key(KeyOrg + strings.ToLower(k.Value))
	case ID:
		return lexical.Key(KeyID + k.Value)
	}
	return lexical.Key(KeyHas + k.Value)
}

// between returns the range of a number from one day to another, either of which
// may be open.
func between(number, from, to string, of func(string) int64) lexical.Query {
	r := lexical.Range{Number: number, Min: math.MinInt64, Max: math.MaxInt64}
	if from != "" {
		r.Min = of(from)
	} else {
		r.Min = 1 // 0 is unknown
	}
	if to != "" {
		r.Max = of(to)
	}
	return r
}

// entry returns a document in the form of the word index.
func (d *Document) entry() lexical.Document {
	return lexical.Document{ID: d.ID, Text: []string{d.Title, d.Abstract}, Keys: d.Keys, Numbers: []int64{d.Day, d.Votes, d.Edition}}
}

// any returns a query that matches what the rank does, but scores nothing: words side by
// side are words.
func (f Form) any() lexical.Query {
	var all lexical.And
	for _, q := range []lexical.Query{f.Plain, f.Filter} {
		if q != nil {
			all = append(all, q)
		}
	}
	return all
}

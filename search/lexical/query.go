package lexical

// Query is a question as a tree: Term, Phrase, Prefix, And, Or, Not, Key, Range,
// All, Boosted. The zero value of each is a query that is well formed; words are
// those that Tokens gives, and a word that no document has matches nothing.
//
// The score of a document is the sum over the Terms and Phrases of the tree that
// take part in its matching: boost · idf · BM25's part for frequency and length,
// idf = ln(1 + (N − df + ½)/(df + ½)). What stands under Not, and keys, ranges and
// All, score 0; a Prefix scores 1 times its boost.
type Query interface{ query() }

type (
	// Term matches documents with the word in any of its forms, or in just this one
	// when Exact. Field "" means the default fields together. With a field that is
	// one of several default ones, only occurrences in it count, and the score is
	// the BM25 of this field with the word's idf in the whole.
	Term struct {
		Word, Field string
		Exact       bool
	}
	// Phrase matches documents that have the words side by side in this order and
	// in exactly this form. Its idf is the sum of its words'. An empty word stands for
	// any word.
	Phrase struct {
		Words []string
		Field string
	}
	// Prefix matches documents with a word that begins so.
	Prefix struct{ Word, Field string }
	// And matches what all of its parts match; of none, everything.
	And []Query
	// Or matches what any of its parts matches; of none, nothing.
	Or []Query
	// Not matches what its part does not.
	Not struct{ Of Query }
	// Key matches documents that have this key.
	Key string
	// Range matches documents whose number lies between Min and Max, both included.
	Range struct {
		Number   string
		Min, Max int64
	}
	// All matches every document.
	All struct{}
	// Boosted multiplies the scores of its part.
	Boosted struct {
		By float64
		Of Query
	}
)

func (Term) query()    {}
func (Phrase) query()  {}
func (Prefix) query()  {}
func (And) query()     {}
func (Or) query()      {}
func (Not) query()     {}
func (Key) query()     {}
func (Range) query()   {}
func (All) query()     {}
func (Boosted) query() {}

// Bounds of a query. Of a tree with more parts (words, conditions and what joins
// them), the first MaxParts count; one deeper than MaxDepth matches nothing below
// that; a phrase is cut at MaxPhrase words.
const (
	MaxParts  = 200
	MaxDepth  = 64
	MaxPhrase = 64
)

// Words is the query for what a person typed into a field ("" for the default
// ones), word by word. A compound such as "gpt-4" or "k-NN" is found joined, cut
// or apart, but in one place.
func Words(text, field string) []Query {
	var out []Query
	for _, c := range compounds(Tokens(text)) {
		out = append(out, c.query(field))
	}
	return out
}

// Exactly is the query for what a person put between quotation marks: the words
// side by side, as they stand. It is an Or, since compounds may be written joined.
func Exactly(text, field string) Query {
	var cut, joined []string
	differ := false
	for _, c := range compounds(Tokens(text)) {
		cut = append(cut, c.parts...)
		if c.joined != "" {
			joined, differ = append(joined, c.joined), true
		} else {
			joined = append(joined, c.parts...)
		}
	}
	if !differ {
		return phrase(cut, field)
	}
	return Or{phrase(cut, field), phrase(joined, field)}
}

func phrase(words []string, field string) Query {
	if len(words) == 1 {
		return Term{Word: words[0], Field: field, Exact: true}
	}
	return Phrase{Words: words, Field: field}
}

// compound is a word, or words that were written together.
type compound struct {
	parts  []string
	joined string
}

func compounds(tokens []Token) []compound {
	var out []compound
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		if t.Parts == 0 {
			out = append(out, compound{parts: []string{t.Word}})
			continue
		}
		c := compound{joined: t.Word}
		from := max(0, len(out)-t.Parts)
		for _, p := range out[from:] {
			c.parts = append(c.parts, p.parts...)
		}
		out = append(out[:from], c)
	}
	return out
}

func (c compound) query(field string) Query {
	if c.joined == "" {
		return Term{Word: c.parts[0], Field: field}
	}
	return Or{Term{Word: c.joined, Field: field}, Phrase{Words: c.parts, Field: field}}
}

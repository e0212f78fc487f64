package search

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"broadsheet/edition"
	"broadsheet/paper"
)

// Parse reads a query. There is no bad one: what cannot be read as a sign is read
// as words, and the notes say so.
//
//	words             rank papers that have them, in any form
//	"exact phrase"    these words in this order, in exactly this form
//	-word  -"phrase"  without it, also NOT   word1 OR word2    either
//	(a b) OR c        groups                 transf*           words that begin so
//	title: abstract: author: category: topic: org: id: has:code
//	after:2024-03  before:2025  2024..2025   dates of submission
//	votes:>20  votes:5..10  edition:2026-04  edition:2026-W16
//	like:2604.11666   papers near in meaning
func Parse(text string) *Query {
	if r := []rune(text); len(r) > MaxQuery {
		text = string(r[:MaxQuery])
	}
	q := &Query{Text: text}
	if id, ok := direct(text); ok {
		q.Direct = &id
	}
	p := parser{q: q, tokens: scan(text, q)}
	for !p.end() {
		if p.peek().kind == closing {
			p.note("A closing parenthesis without an opening one was left out.")
			p.next++
			continue
		}
		p.add(p.or())
	}
	var said []string
	for _, m := range p.meaning {
		if strings.IndexFunc(m, isWordRune) >= 0 {
			said = append(said, m)
		}
	}
	q.Meaning = strings.Join(said, " ")
	if q.Empty() && len(q.Notes) == 0 && strings.TrimSpace(text) != "" {
		p.note("There is no word in %s.", clipWord(strings.TrimSpace(text)))
	}
	return q
}

// direct returns the paper that the whole text names: an identifier, a DOI or the
// address of a paper's page.
func direct(text string) (paper.Identifier, bool) {
	s := strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(s, "id:"); ok {
		s = rest
	}
	if s == "" || strings.ContainsAny(s, " \t\n") {
		return paper.Identifier{}, false
	}
	id, _, err := paper.ParseIdentifier(s)
	return id, err == nil
}

// add puts what stands at the top of a query where it belongs.
func (p *parser) add(n Node) {
	switch n := n.(type) {
	case nil:
	case Word:
		if n.Field == "" && !n.Prefix {
			p.q.Words = append(p.q.Words, n.Text)
			return
		}
		p.q.Must = append(p.q.Must, n)
	case And:
		for _, part := range n.Nodes {
			p.add(part)
		}
	case like:
		p.q.Like = append(p.q.Like, paper.Identifier(n))
	default:
		p.q.Must = append(p.q.Must, n)
	}
}

// like names a paper whose neighbours are asked for. It stands at the top only.
type like paper.Identifier

func (n like) write(b *strings.Builder) { b.WriteString("like:" + paper.Identifier(n).String()) }

type parser struct {
	q       *Query
	tokens  []token
	next    int
	depth   int
	not     int      // how many negations enclose the place
	read    int      // words, phrases and conditions
	meaning []string // what is wanted, in the order typed
	meant   int      // words of that
}

func (p *parser) end() bool   { return p.next >= len(p.tokens) }
func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(p.q.Notes, s) {
		p.q.Notes = append(p.q.Notes, s)
	}
}

// or reads units joined by OR; nil when there is nothing.
func (p *parser) or() Node {
	var nodes []Node
	if n := p.unit(); n != nil {
		nodes = append(nodes, n)
	}
	for !p.end() && p.peek().kind == orSign {
		p.next++
		if p.end() || p.peek().kind == closing || p.peek().kind == orSign || len(nodes) == 0 {
			p.note("OR stands between two things; where one was missing, it was left out.")
			continue
		}
		if n := p.unit(); n != nil {
			nodes = append(nodes, n)
		}
	}
	switch len(nodes) {
	case 0:
		return nil
	case 1:
		return nodes[0]
	}
	return Or{nodes}
}

// deepest is how far parentheses may be nested.
const deepest = 20

// MostWords is how many words, phrases and conditions of a query are read, and by how many
// words papers are found by their meaning: as many as a sentence of MaxQuery letters has.
const MostWords = 40

func (p *parser) unit() Node {
	t := p.peek()
	p.next++
	if t.kind == word || t.kind == phrase {
		if p.read++; p.read > MostWords {
			p.note("Only the first %d words and conditions were read.", MostWords)
			return nil
		}
	}
	switch t.kind {
	case minus:
		if p.end() || p.peek().kind == closing || p.peek().kind == orSign {
			p.note("A minus sign or NOT with nothing behind it was left out.")
			return nil
		}
		p.not++
		n := p.unit()
		p.not--
		if n == nil {
			return nil
		}
		if inner, twice := n.(Not); twice {
			return inner.Node
		}
		if _, is := n.(like); is {
			p.note("like: cannot be negated; it was left out.")
			return nil
		}
		return Not{n}
	case opening:
		return p.group()
	case phrase:
		p.mean(t.text)
		return phraseOf("", t.text)
	case word:
		return p.word(t)
	}
	return nil // an OR at the beginning; or() has noted the like
}

func (p *parser) group() Node {
	if p.depth == deepest {
		p.note("Parentheses nested deeper than %d were left out.", deepest)
		return nil
	}
	p.depth++
	defer func() { p.depth-- }()
	var nodes []Node
	for !p.end() && p.peek().kind != closing {
		switch n := p.or().(type) {
		case nil:
		case like:
			p.note("like: stands outside parentheses; it was read so.")
			p.q.Like = append(p.q.Like, paper.Identifier(n))
		default:
			nodes = append(nodes, n)
		}
	}
	if p.end() {
		p.note("A parenthesis was not closed; it was read as closed at the end.")
	} else {
		p.next++
	}
	switch len(nodes) {
	case 0:
		return nil
	case 1:
		return nodes[0]
	}
	return And{nodes}
}

// mean notes that words are wanted, for the leg by meaning.
func (p *parser) mean(text string) {
	if p.not > 0 {
		return
	}
	words := strings.Fields(text)
	if left := MostWords - p.meant; left < len(words) {
		p.note("By meaning, papers were looked for with the first %d words.", MostWords)
		words = words[:left]
		text = strings.Join(words, " ")
	}
	p.meant += len(words)
	p.meaning = append(p.meaning, text)
}

// word reads a word, which may have a field in front or be a range of dates.
func (p *parser) word(t token) Node {
	name, value, hasField := strings.Cut(t.text, ":")
	if f := fields[strings.ToLower(name)]; hasField && value == "" && t.quoted == nil && p.opens() && (f == Title || f == Abstract) {
		p.next++
		return inField(f, p.group())
	}
	if hasField || t.quoted != nil {
		if n, ok := p.field(strings.ToLower(name), value, t); ok {
			return n
		}
	}
	if from, to, ok := strings.Cut(t.text, ".."); ok && t.quoted == nil {
		if n, ok := span(from, to); ok {
			return n
		}
		if n, ok := span(to, from); ok {
			p.note("%s was read as %s..%s.", clipWord(t.text), to, from)
			return n
		}
	}
	if t.quoted != nil { // an unknown field with a phrase behind it
		p.mean(*t.quoted)
		p.note("There is no field %s; the phrase was looked for everywhere.", clipWord(name))
		return phraseOf("", *t.quoted)
	}
	return p.plain("", t.text)
}

// opens reports whether a parenthesis opens here.
func (p *parser) opens() bool { return !p.end() && p.peek().kind == opening }

// plain reads a word without a field, or what stands behind one.
func (p *parser) plain(f Field, text string) Node {
	stem, prefix := strings.CutSuffix(text, "*")
	stem = strings.TrimRight(stem, "*")
	if strings.IndexFunc(stem, isWordRune) < 0 {
		if strings.TrimSpace(text) != "" {
			p.note("%s is no word and was left out.", clipWord(text))
		}
		return nil
	}
	p.mean(stem)
	const shortest = 2 // letters of a prefix: fewer would match a large part of all words
	if prefix && len([]rune(stem)) < shortest {
		p.note("%s* was read as the word: a beginning has at least %d letters.", clipWord(stem), shortest)
		prefix = false
	}
	return Word{f, stem, prefix}
}

func phraseOf(f Field, text string) Node {
	text = strings.Join(strings.Fields(text), " ")
	if strings.IndexFunc(text, isWordRune) < 0 {
		return nil
	}
	return Phrase{f, text}
}

// isWordRune reports whether a rune can be part of a word, or is one by itself as a
// sign of mathematics is.
func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Sm, r) && r > 0x7f
}

func clipWord(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

var comparison = regexp.MustCompile(`^(>=|<=|>|<|=)?(\d{1,9})$`)

func votes(s string) (Node, bool) {
	if low, high, ok := strings.Cut(s, ".."); ok {
		a, err := strconv.Atoi(low)
		if low == "" {
			a, err = 0, nil
		}
		b, err2 := strconv.Atoi(high)
		if high == "" {
			b, err2 = -1, nil
		}
		return Votes{a, b}, err == nil && err2 == nil && a >= 0 && (b < 0 && high == "" || b >= a)
	}
	m := comparison.FindStringSubmatch(s)
	if m == nil {
		return nil, false
	}
	n, _ := strconv.Atoi(m[2])
	switch m[1] {
	case ">":
		return Votes{n + 1, -1}, true
	case ">=":
		return Votes{n, -1}, true
	case "<":
		return Votes{0, n - 1}, n > 0
	case "<=":
		return Votes{0, n}, true
	}
	return Votes{n, n}, true
}

// span reads the two sides of a range of dates, one of which may be empty.
func span(from, to string) (Node, bool) {
	var d Days
	if from != "" {
		first, _, ok := dates(from)
		if !ok {
			return nil, false
		}
		d.From = first
	}
	if to != "" {
		_, last, ok := dates(to)
		if !ok {
			return nil, false
		}
		d.To = last
	}
	return d, d != Days{} && (d.To == "" || d.From <= d.To)
}

// editions reads a day, a week, a month or a year.
func editions(s string) (Node, bool) {
	if from, to, ok := dates(s); ok {
		return Edition{from, to}, true
	}
	if w, err := edition.ParseWeek(strings.ToUpper(s)); err == nil {
		return Edition{w.From, w.To}, true
	}
	return nil, false
}

// Plain returns the query for a text in which nothing is a sign, however long: an
// abstract, a question of a judged collection.
func Plain(text string) *Query {
	words := strings.Fields(text)
	return &Query{Text: text, Words: words, Meaning: strings.Join(words, " ")}
}

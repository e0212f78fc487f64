package search

import (
	"fmt"
	"strings"
	"time"

	"broadsheet/paper"
)

// MaxQuery is the most letters (runes) of a query that are read; what follows is
// cut off. Upstream's API has the same limit.
const MaxQuery = 250

// Query is what a reader asked, as it was read. Plain words rank papers: the more
// of them a paper has, the better it stands. All that is written with a sign or a
// field (a phrase, a prefix, OR, title:, -not) binds: a paper that does not match
// it is not found, by words or by meaning.
type Query struct {
	Text    string // as typed, cut to MaxQuery
	Words   []string
	Must    []Node
	Meaning string // what is asked, in plain words; "" when nothing is
	Like    []paper.Identifier
	// Direct is the paper that the whole query names; nil when it does not.
	Direct *paper.Identifier
	// Notes say, a sentence each, where the query could not be read as it was typed
	// and how it was read instead.
	Notes []string
}

// Empty reports whether nothing is asked.
func (q *Query) Empty() bool { return len(q.Words)+len(q.Must)+len(q.Like) == 0 }

// Node is a part of a query.
type Node interface{ write(*strings.Builder) }

// The nodes.
type (
	// Word is one word in any of its forms, or, with Prefix, every word that begins so.
	Word struct {
		Field  Field // "" for title and abstract
		Text   string
		Prefix bool
	}
	// Phrase is words in this order, in exactly these forms.
	Phrase struct {
		Field Field
		Text  string
	}
	// Name is an author's name, of which the family name or initials may be given.
	Name struct{ Text string }
	// Key is an exact property: category, topic, organisation, identifier, a link.
	Key struct {
		Field Field
		Value string
	}
	// Days are the dates of submission from From to To, both included; "" is open.
	Days struct{ From, To string }
	// Votes are at least Least and at most Most votes; Most is -1 when open.
	Votes struct{ Least, Most int }
	// Edition is a day, a week or a month in whose edition a paper stands.
	Edition struct{ From, To string }
	And     struct{ Nodes []Node }
	Or      struct{ Nodes []Node }
	Not     struct{ Node Node }
)

// Field is a field that a query can name.
type Field string

// The fields.
const (
	Title    Field = "title"
	Abstract Field = "abstract"
	Author   Field = "author"
	Category Field = "category"
	Topic    Field = "topic"
	Org      Field = "org"
	ID       Field = "id"
	Has      Field = "has"
)

// fields are the names that readers may use, and the field behind each.
var fields = map[string]Field{
	"title": Title, "ti": Title, "abstract": Abstract, "abs": Abstract,
	"author": Author, "au": Author, "category": Category, "cat": Category,
	"topic": Topic, "org": Org, "id": ID, "has": Has,
}

// properties are what has: may ask for.
var properties = []string{"code", "data", "page", "media", "doi"}

// String returns the query as it was read, in the language in which it is typed.
func (q *Query) String() string {
	var parts []string
	parts = append(parts, q.Words...)
	for _, n := range q.Must {
		var b strings.Builder
		n.write(&b)
		parts = append(parts, b.String())
	}
	for _, id := range q.Like {
		parts = append(parts, "like:"+id.String())
	}
	return strings.Join(parts, " ")
}

func (n Word) write(b *strings.Builder) {
	named(b, n.Field)
	b.WriteString(n.Text)
	if n.Prefix {
		b.WriteByte('*')
	}
}

func (n Phrase) write(b *strings.Builder) {
	named(b, n.Field)
	b.WriteString(`"` + n.Text + `"`)
}

func (n Name) write(b *strings.Builder) {
	named(b, Author)
	quoted(b, n.Text)
}

func (n Key) write(b *strings.Builder) {
	named(b, n.Field)
	quoted(b, n.Value)
}

func (n Days) write(b *strings.Builder) {
	switch {
	case n.To == "":
		b.WriteString("after:" + n.From)
	case n.From == "":
		b.WriteString("before:" + n.To)
	default:
		b.WriteString(n.From + ".." + n.To)
	}
}

func (n Votes) write(b *strings.Builder) {
	switch {
	case n.Most < 0:
		fmt.Fprintf(b, "votes:>=%d", n.Least)
	case n.Least == n.Most:
		fmt.Fprintf(b, "votes:%d", n.Least)
	default:
		fmt.Fprintf(b, "votes:%d..%d", n.Least, n.Most)
	}
}

func (n Edition) write(b *strings.Builder) {
	b.WriteString("edition:" + n.From)
	if n.To != n.From {
		b.WriteString(".." + n.To)
	}
}

func (n And) write(b *strings.Builder) { list(b, n.Nodes, " ") }
func (n Or) write(b *strings.Builder)  { list(b, n.Nodes, " OR ") }

func (n Not) write(b *strings.Builder) {
	b.WriteByte('-')
	grouped(b, n.Node)
}

func named(b *strings.Builder, f Field) {
	if f != "" {
		b.WriteString(string(f) + ":")
	}
}

func quoted(b *strings.Builder, s string) {
	if strings.ContainsAny(s, " \t()") {
		s = `"` + s + `"`
	}
	b.WriteString(s)
}

func list(b *strings.Builder, nodes []Node, between string) {
	for i, n := range nodes {
		if i > 0 {
			b.WriteString(between)
		}
		grouped(b, n)
	}
}

// grouped writes a node, in parentheses when it is a list.
func grouped(b *strings.Builder, n Node) {
	switch n.(type) {
	case And, Or:
		b.WriteByte('(')
		n.write(b)
		b.WriteByte(')')
	default:
		n.write(b)
	}
}

// dates returns the days that a date covers, which may be a year, a month or a
// day.
func dates(s string) (from, to string, ok bool) {
	for _, form := range []struct {
		layout           string
		years, months, d int
	}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {time.DateOnly, 0, 0, 1}} {
		if t, err := time.Parse(form.layout, s); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
			return t.Format(time.DateOnly), t.AddDate(form.years, form.months, form.d).AddDate(0, 0, -1).Format(time.DateOnly), true
		}
	}
	return "", "", false
}

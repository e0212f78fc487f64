package search

import "strings"

// Filters narrow a query from outside its text, as the fields of a form do.
type Filters struct {
	Exact      bool     // the plain words stand side by side
	From, To   string   // years, months or days of submission; "" is open
	Categories []string // any of them
	Topics     []string // any of them
	Author     string
	Code       bool // it links to a repository
}

// Narrow returns the query with the filters put on. A date that makes no sense is
// left out, with a note.
func (q *Query) Narrow(f Filters) *Query {
	n := *q
	n.Must = append([]Node(nil), q.Must...)
	n.Notes = append([]string(nil), q.Notes...)
	if f.Exact && len(n.Words) > 1 {
		n.Must = append(n.Must, Phrase{Text: strings.Join(n.Words, " ")})
		n.Words = nil
	}
	if f.From != "" || f.To != "" {
		if days, ok := span(f.From, f.To); ok {
			n.Must = append(n.Must, days)
		} else {
			n.Notes = append(n.Notes, "The dates make no sense and were left out: write a year, 2024, or a month, 2024-03.")
		}
	}
	n.any(Category, f.Categories)
	n.any(Topic, f.Topics)
	if a := strings.TrimSpace(f.Author); a != "" {
		n.Must = append(n.Must, Name{a})
	}
	if f.Code {
		n.Must = append(n.Must, Key{Has, "code"})
	}
	return &n
}

// any binds q to one of the values of a field, if there are any.
func (q *Query) any(of Field, values []string) {
	var any []Node
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			any = append(any, Key{of, v})
		}
	}
	if len(any) > 0 {
		q.Must = append(q.Must, Or{any})
	}
}

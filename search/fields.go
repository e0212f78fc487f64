package search

import (
	"cmp"
	"slices"
	"strings"

	"broadsheet/paper"
)

// field reads what stands behind a field's name; false when there is no such field
// or the value makes no sense, so that all of it is words.
func (p *parser) field(name, value string, t token) (Node, bool) {
	if t.quoted != nil {
		value = *t.quoted
	}
	if strings.TrimSpace(value) == "" {
		if _, known := fields[name]; known {
			p.note("%s: has nothing behind it; the word was looked for.", name)
		}
		return nil, false
	}
	f, known := fields[name]
	if known {
		return p.named(f, value, t)
	}
	var n Node
	ok := false
	switch name {
	case "after", "from", "since":
		n, ok = span(value, "")
	case "before", "to", "until":
		n, ok = span("", value)
	case "date", "year":
		from, to, two := strings.Cut(value, "..")
		if !two {
			to = from
		}
		n, ok = span(from, to)
	case "votes":
		n, ok = votes(value)
	case "edition":
		n, ok = editions(value)
	case "like":
		if id, _, err := paper.ParseIdentifier(value); err == nil {
			return like(id), true
		}
	default:
		p.noField(name, t)
		return nil, false
	}
	if !ok {
		p.note("%s:%s makes no sense and was read as words: %s.", name, clipWord(value), examples[name])
		return nil, false
	}
	return n, true
}

// noField notes that what looks like a field is none: not of an address, an identifier, or
// a time.
func (p *parser) noField(name string, t token) {
	if t.quoted != nil || strings.ContainsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) || len(name) < 2 {
		return
	}
	if _, _, err := paper.ParseIdentifier(t.text); err == nil || strings.Contains(t.text, "://") {
		return
	}
	p.note("There is no field %s; %s was read as words.", clipWord(name), clipWord(t.text))
}

// examples say how a field's value is written.
var examples = map[string]string{
	"after": "write after:2024-03", "from": "write from:2024-03", "since": "write since:2024-03",
	"before": "write before:2025", "to": "write to:2025", "until": "write until:2025",
	"date": "write date:2024..2025", "year": "write year:2024", "votes": "write votes:>20",
	"edition": "write edition:2026-04", "like": "write like:2604.11666",
}

// named reads the value of a field of the index.
func (p *parser) named(f Field, value string, t token) (Node, bool) {
	switch f {
	case Title, Abstract:
		if t.quoted != nil {
			p.mean(value)
			return phraseOf(f, value), true
		}
		return p.plain(f, value), true
	case Author:
		return Name{value}, true
	case Has:
		value = strings.ToLower(value)
		if !slices.Contains(properties, value) {
			p.note("has:%s is not known; there are has:%s.", clipWord(value), strings.Join(properties, ", has:"))
			return nil, false
		}
		return Key{Has, value}, true
	case ID:
		id, _, err := paper.ParseIdentifier(value)
		if err != nil {
			p.note("id:%s is no identifier and was read as words: write id:2604.11666.", clipWord(value))
			return nil, false
		}
		return Key{ID, id.String()}, true
	}
	return Key{f, value}, true
}

// inField has the words and phrases of a node that name no field stand in f.
func inField(f Field, n Node) Node {
	all := func(list []Node) []Node {
		for i := range list {
			list[i] = inField(f, list[i])
		}
		return list
	}
	switch n := n.(type) {
	case Word:
		n.Field = cmp.Or(n.Field, f)
		return n
	case Phrase:
		n.Field = cmp.Or(n.Field, f)
		return n
	case And:
		return And{all(n.Nodes)}
	case Or:
		return Or{all(n.Nodes)}
	case Not:
		return Not{inField(f, n.Node)}
	}
	return n
}

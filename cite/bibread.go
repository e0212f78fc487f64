package cite

import (
	"strings"
)

// bibReader reads BibTeX and BibLaTeX. After a broken entry it goes on at the next line
// that begins one.
type bibReader struct {
	s      string
	at     int
	macros map[string]string
	out    *Reading
	byKey  map[string]*rawBib
	list   []*rawBib
}

// rawBib is an entry before its fields are read.
type rawBib struct {
	line   int
	kind   string
	key    string
	fields []bibField
}

type bibField struct{ name, value string }

func (e *rawBib) get(name string) string {
	for _, f := range e.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (r *Reading) readBib(text string) {
	r.Format = "BibTeX"
	b := &bibReader{s: text, out: r, macros: map[string]string{}, byKey: map[string]*rawBib{}}
	for i, m := range months {
		if i > 0 {
			b.macros[m] = m
		}
	}
	for b.next() {
		b.entry()
	}
	for _, e := range b.list {
		b.inherit(e)
		r.add(e.line, e.item())
	}
}

// next moves behind the next sign that begins an entry.
func (b *bibReader) next() bool {
	i := strings.IndexByte(b.s[b.at:], '@')
	if i < 0 {
		return false
	}
	b.at += i + 1
	return true
}

func (b *bibReader) line(at int) int { return 1 + strings.Count(b.s[:min(at, len(b.s))], "\n") }

func (b *bibReader) space() {
	for b.at < len(b.s) {
		switch c := b.s[b.at]; {
		case c == ' ' || c == '\t' || c == '\n':
			b.at++
		case c == '%': // a comment, as many programs write them between fields
			if i := strings.IndexByte(b.s[b.at:], '\n'); i >= 0 {
				b.at += i
			} else {
				b.at = len(b.s)
			}
		default:
			return
		}
	}
}

// word reads what may stand for a type, a key or the name of a field.
func (b *bibReader) word(stop string) string {
	from := b.at
	for b.at < len(b.s) && !strings.ContainsRune(stop, rune(b.s[b.at])) {
		b.at++
	}
	return strings.TrimSpace(b.s[from:b.at])
}

func (b *bibReader) entry() {
	begin := b.at - 1
	kind := strings.ToLower(b.word(" \t\n{(@=,\"}"))
	b.space()
	if kind == "" || b.at >= len(b.s) || b.s[b.at] != '{' && b.s[b.at] != '(' {
		return // an address of mail, or another @ in a text between the entries
	}
	end := byte('}')
	if b.s[b.at] == '(' {
		end = ')'
	}
	b.at++
	switch kind {
	case "comment", "preamble":
		b.skip()
		return
	case "string":
		if f, ok := b.field(); ok {
			b.macros[f.name] = f.value
		}
		return
	}
	e := &rawBib{line: b.line(begin), kind: kind}
	b.space()
	e.key = b.word(",\n}=" + string(end))
	if b.at < len(b.s) && b.s[b.at] == '=' { // no key: the first field follows at once
		b.at -= len(e.key)
		for b.at > 0 && b.s[b.at-1] != '{' && b.s[b.at-1] != '(' && b.s[b.at-1] != '\n' {
			b.at--
		}
		e.key = ""
	}
	if !b.fields(e, end) {
		b.recover(begin)
		b.out.problem(e.line, "the entry %q does not end; what could be read of it was taken.", e.key)
	}
	if len(b.list) <= MaxItems {
		b.list = append(b.list, e)
		if _, ok := b.byKey[strings.ToLower(e.key)]; !ok {
			b.byKey[strings.ToLower(e.key)] = e
		}
	}
}

// fields reads those of an entry to its end, and reports whether it has one.
func (b *bibReader) fields(e *rawBib, end byte) bool {
	for {
		b.space()
		if b.at >= len(b.s) {
			return false
		}
		switch b.s[b.at] {
		case end:
			b.at++
			return true
		case ',':
			b.at++
			continue
		}
		f, ok := b.field()
		if !ok {
			return false
		}
		if len(e.fields) < 200 {
			e.fields = append(e.fields, f)
		}
	}
}

// field reads a name and its value.
func (b *bibReader) field() (f bibField, ok bool) {
	b.space()
	f.name = strings.ToLower(b.word("={},@\"\n()"))
	b.space()
	if f.name == "" || b.at >= len(b.s) || b.s[b.at] != '=' {
		return f, false
	}
	b.at++
	var value strings.Builder
	for {
		b.space()
		part, ok := b.value()
		if !ok {
			return f, false
		}
		value.WriteString(part)
		b.space()
		if b.at >= len(b.s) || b.s[b.at] != '#' {
			f.value = cut(value.String())
			return f, true
		}
		b.at++
	}
}

// value reads one part of a value: in braces, in quotes, a number or the name of a
// string.
func (b *bibReader) value() (string, bool) {
	if b.at >= len(b.s) {
		return "", false
	}
	from := b.at + 1
	switch quote := b.s[b.at]; quote {
	case '{', '"':
		depth := 0
		for i := from; i < len(b.s); i++ {
			switch c := b.s[i]; {
			case c == '\\':
				i++
			case c == '"' && quote == '"' && depth == 0, c == '}' && quote == '{' && depth == 0:
				b.at = i + 1
				return b.s[from:i], true
			case c == '{':
				depth++
			case c == '}':
				depth--
			case c == '\n' && startsEntry(b.s[i+1:]):
				return "", false
			}
		}
		return "", false
	}
	word := b.word(", \t\n}#)")
	if full, ok := b.macros[strings.ToLower(word)]; ok {
		return full, true
	}
	return word, word != ""
}

// startsEntry reports whether a line begins an entry: a value in which one does was
// never closed.
func startsEntry(s string) bool {
	if !strings.HasPrefix(s, "@") {
		return false
	}
	at := hasBib.FindStringIndex(s[:min(len(s), 40)])
	return at != nil && at[0] == 0
}

// recover moves to the next line that begins an entry.
func (b *bibReader) recover(begin int) {
	for i := max(b.at, begin+1); i < len(b.s); i++ {
		if b.s[i-1] == '\n' && startsEntry(b.s[i:]) {
			b.at = i
			return
		}
	}
	b.at = len(b.s)
}

// skip moves behind the brace that closes what has just been opened.
func (b *bibReader) skip() {
	depth := 1
	for ; b.at < len(b.s) && depth > 0; b.at++ {
		switch b.s[b.at] {
		case '{', '(':
			depth++
		case '}', ')':
			depth--
		}
	}
}

// inherit takes what an entry does not say itself from the one that it refers to.
func (b *bibReader) inherit(e *rawBib) {
	parent := b.byKey[strings.ToLower(strings.TrimSpace(e.get("crossref")))]
	if parent == nil || parent == e {
		return
	}
	for _, f := range parent.fields {
		name := f.name
		if name == "title" {
			name = "booktitle"
		}
		if name != "crossref" && e.get(name) == "" {
			e.fields = append(e.fields, bibField{name, f.value})
		}
	}
}

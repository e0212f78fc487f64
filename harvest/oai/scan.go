package oai

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf8"
)

// scanner finds the tags of an answer. It knows as much of XML as OAI-PMH needs:
// elements with attributes, text with entities, CDATA, comments and processing
// instructions.
type scanner struct {
	b    []byte
	i    int // behind the last tag
	text int // where the text before it began
}

// tag is a start or an end tag.
type tag struct {
	name  []byte // without its namespace's prefix
	attrs []byte
	start int // of its '<'
	close bool
	empty bool // <a/>
}

// next returns the next tag, and false at the end or before a tag that is cut off.
// The text before the tag is b[text:tag.start].
func (s *scanner) next() (tag, bool) {
	s.text = s.i
	for {
		at := bytes.IndexByte(s.b[s.i:], '<')
		if at < 0 {
			return tag{}, false
		}
		at += s.i
		rest := s.b[at:]
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			if !s.skip(at, "-->") {
				return tag{}, false
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			if !s.skip(at, "]]>") {
				return tag{}, false
			}
		case len(rest) > 1 && (rest[1] == '?' || rest[1] == '!'):
			if !s.skip(at, ">") {
				return tag{}, false
			}
		case len(rest) > 1 && (rest[1] == '/' || isName(rest[1])):
			end := tagEnd(rest)
			if end < 0 {
				return tag{}, false
			}
			s.i = at + end + 1
			return newTag(rest[1:end], at), true
		case len(rest) == 1:
			return tag{}, false
		default: // a bare '<' in a text
			s.i = at + 1
		}
	}
}

func (s *scanner) skip(at int, end string) bool {
	n := bytes.Index(s.b[at:], []byte(end))
	if n < 0 {
		return false
	}
	s.i = at + n + len(end)
	return true
}

// tagEnd returns the place of the '>' that ends the tag at the beginning of b. One
// within quotes does not.
func tagEnd(b []byte) int {
	end := bytes.IndexByte(b, '>')
	if end < 0 || bytes.IndexByte(b[:end], '=') < 0 {
		return end
	}
	var quote byte
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	return -1
}

func newTag(inside []byte, at int) tag {
	t := tag{start: at}
	if inside[0] == '/' {
		t.close = true
		inside = inside[1:]
	}
	if n := len(inside); n > 0 && inside[n-1] == '/' {
		t.empty = true
		inside = inside[:n-1]
	}
	n := 0
	for n < len(inside) && !isSpace(inside[n]) {
		n++
	}
	t.name, t.attrs = inside[:n], inside[n:]
	if i := bytes.IndexByte(t.name, ':'); i >= 0 {
		t.name = t.name[i+1:]
	}
	return t
}

func isName(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= utf8.RuneSelf
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// attr returns the value of an attribute, "" when there is none.
func (t tag) attr(name string) string {
	rest := t.attrs
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		key := bytes.TrimSpace(rest[:eq])
		rest = bytes.TrimLeft(rest[eq+1:], " \n\t\r")
		if len(rest) == 0 {
			return ""
		}
		end := -1
		if rest[0] == '"' || rest[0] == '\'' {
			end = bytes.IndexByte(rest[1:], rest[0])
		}
		if end < 0 {
			return ""
		}
		if string(key) == name {
			return textOf(rest[1 : end+1])
		}
		rest = rest[end+2:]
	}
}

// textOf returns the text that the bytes between two tags stand for.
func textOf(b []byte) string {
	b = trimSpace(b)
	plain := true
	for _, c := range b {
		if c == '&' || c == '<' || c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' {
			plain = false
			break
		}
	}
	if plain {
		return string(b)
	}
	if bytes.IndexByte(b, '<') >= 0 {
		return strings.TrimSpace(clean(unwrap(b)))
	}
	return strings.TrimSpace(clean(entities(string(b))))
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// unwrap takes the contents out of CDATA and leaves comments out.
func unwrap(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		at := bytes.IndexByte(b, '<')
		if at < 0 {
			break
		}
		out.WriteString(entities(string(b[:at])))
		b = b[at:]
		switch {
		case bytes.HasPrefix(b, []byte("<![CDATA[")):
			if end := bytes.Index(b, []byte("]]>")); end >= 0 {
				out.Write(b[len("<![CDATA["):end])
				b = b[end+3:]
				continue
			}
		case bytes.HasPrefix(b, []byte("<!--")):
			if end := bytes.Index(b, []byte("-->")); end >= 0 {
				b = b[end+3:]
				continue
			}
		}
		out.WriteByte('<')
		b = b[1:]
	}
	out.WriteString(entities(string(b)))
	return out.String()
}

// entities reads &amp; and its like. What is no entity stays as it is.
func entities(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}

// clean writes line ends as XML wants them read, puts U+FFFD for bytes that are no
// UTF-8 and leaves out control characters, which XML does not allow.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r < ' ' && r != '\n' && r != '\t' || r == 0x7f:
			return -1
		}
		return r
	}, s), "\uFFFD")
}

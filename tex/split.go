package tex

import "strings"

// Span is a run of text or one formula, without its marks.
type Span struct {
	Text    string
	Math    bool
	Display bool
}

// Split parts text from mathematics: $…$, $$…$$, \(…\), \[…\]. A dollar that opens
// nothing, one that is money, and one behind which prose follows, is text.
func Split(s string) []Span {
	var spans []Span
	start := 0
	text := func(end int) {
		if end > start {
			spans = append(spans, Span{Text: s[start:end]})
		}
	}
	for i := 0; i < len(s); {
		sp, n := Formula(s[i:])
		switch {
		case sp.Math:
			text(i)
			spans = append(spans, sp)
			start = i + n
		case n == 0 && s[i] == '\\':
			n = 2 // an escaped sign
		case n == 0:
			if n = 1 + strings.IndexAny(s[i+1:], "$\\"); n == 0 {
				n = len(s) - i
			}
		}
		i += n
	}
	text(len(s))
	return spans
}

// Formula returns the formula that s begins with, and its length with its marks. When
// s begins with none, the span is no mathematics; the length is then that of a mark
// which opens nothing, or 0.
func Formula(s string) (Span, int) {
	open, close := 0, "$"
	switch {
	case strings.HasPrefix(s, `\(`):
		open, close = 2, `\)`
	case strings.HasPrefix(s, `\[`):
		open, close = 2, `\]`
	case strings.HasPrefix(s, "$$"):
		open, close = 2, "$$"
	case strings.HasPrefix(s, "$"):
		open = 1
	default:
		return Span{}, 0
	}
	end := find(s, open, close)
	if end < 0 || strings.TrimSpace(s[open:end]) == "" || open == 1 && (isMoney(s[open:end], s[end+1:]) || isProse(s[open:end])) {
		return Span{Text: s[:open]}, open
	}
	return Span{Text: s[open:end], Math: true, Display: open == 2 && close != `\)`}, end + len(close)
}

// find returns where mark stands in s from i on, passing over escaped signs; -1 when
// nowhere.
func find(s string, i int, mark string) int {
	for ; i < len(s); i++ {
		if strings.HasPrefix(s[i:], mark) {
			return i
		}
		if s[i] == '\\' {
			i++
		}
	}
	return -1
}

// isMoney reports whether what stands between two dollars is a sum and the prose up
// to the next one, behind which rest follows: "5 and ", "1.5M in 2020 to ", "500-".
func isMoney(s, rest string) bool {
	t := strings.TrimLeft(s, " ")
	if t == "" || !isDigit(t[0]) || strings.ContainsAny(s, "\\^_={}") {
		return false
	}
	if rest != "" && isDigit(rest[0]) {
		return true
	}
	if strings.HasSuffix(s, " ") || strings.HasSuffix(s, "\n") || strings.HasSuffix(s, "(") {
		return true
	}
	letters := 0
	for i := range len(t) {
		if isLetter(t[i]) {
			if letters++; letters == 3 {
				return true
			}
			continue
		}
		letters = 0
	}
	return false
}

// isProse reports whether what stands between two dollars is text, because a dollar
// before them is missing: it has four words in a row outside of braces.
func isProse(s string) bool {
	words, depth := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			for i+1 < len(s) && isLetter(s[i+1]) {
				i++
			}
			words = 0
		case c == '{':
			depth++
		case c == '}':
			depth--
		case isLetter(c):
			start := i
			for i+1 < len(s) && isLetter(s[i+1]) {
				i++
			}
			if words++; i-start == 0 && c != 'a' {
				words = 0
			}
			if words == 4 && depth <= 0 {
				return true
			}
		case c != ' ' && c != '\n' && c != ',' && c != '.':
			words = 0
		}
	}
	return false
}

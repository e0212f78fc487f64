package tex

import "strings"

// Span is a run of text or one formula, without its marks.
type Span struct {
	Text    string
	Math    bool
	Display bool
}

// Split parts text from mathematics: $…$, $$…$$, \(…\), \[…\]. A dollar that opens
// nothing, and one that is money, is text.
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
			n = 1
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
	if end < 0 || strings.TrimSpace(s[open:end]) == "" || open == 1 && isMoney(s[open:end]) {
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
// to the next one: "5 and ", "1.5M in 2020 to ".
func isMoney(s string) bool {
	t := strings.TrimLeft(s, " ")
	if t == "" || !isDigit(t[0]) || strings.ContainsAny(s, "\\^_={}") {
		return false
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

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
		open, end, next := 0, 0, 0 // of the formula, and where to go on
		switch {
		case strings.HasPrefix(s[i:], `\(`):
			open, end = i+2, find(s, i+2, `\)`)
			next = end + 2
		case strings.HasPrefix(s[i:], `\[`):
			open, end = i+2, find(s, i+2, `\]`)
			next = end + 2
		case s[i] == '\\':
			i += 2
			continue
		case strings.HasPrefix(s[i:], "$$"):
			open, end = i+2, find(s, i+2, "$$")
			next = end + 2
		case s[i] == '$':
			open, end = i+1, find(s, i+1, "$")
			next = end + 1
			if end > 0 && isMoney(s[open:end]) {
				end = -1
			}
		default:
			i++
			continue
		}
		if end < 0 || strings.TrimSpace(s[open:end]) == "" {
			i = open // its mark is text
			continue
		}
		text(i)
		spans = append(spans, Span{Text: s[open:end], Math: true, Display: open == i+2 && s[i+1] != '('})
		start, i = next, next
	}
	text(len(s))
	return spans
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

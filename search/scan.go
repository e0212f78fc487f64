package search

import (
	"strings"
	"unicode"
)

type kind int

const (
	word kind = iota
	phrase
	minus
	opening
	closing
	orSign
)

// token is a piece of a query: a word, perhaps with a field and a quoted value
// behind it, a phrase, or a sign.
type token struct {
	kind   kind
	text   string  // of a word: all of it, without the quoted value
	quoted *string // what stands in quotes behind a field
}

// quotes are the signs that open and close a phrase, as people and their phones
// type them.
const quotes = "\"“”„«»"

// scan cuts a query into tokens.
func scan(text string, q *Query) []token {
	s := scanner{runes: []rune(text), q: q}
	for {
		for s.at < len(s.runes) && unicode.IsSpace(s.runes[s.at]) {
			s.at++
		}
		if s.at == len(s.runes) {
			return s.tokens
		}
		s.one()
	}
}

type scanner struct {
	runes  []rune
	at     int
	tokens []token
	q      *Query
}

func (s *scanner) emit(t token) { s.tokens = append(s.tokens, t) }

// one reads one token, which begins here.
func (s *scanner) one() {
	r := s.runes[s.at]
	begins := s.at == 0 || unicode.IsSpace(s.runes[s.at-1]) || strings.ContainsRune("()-−"+quotes, s.runes[s.at-1])
	switch {
	case r == '(':
		s.at++
		s.emit(token{kind: opening})
	case r == ')':
		s.at++
		s.emit(token{kind: closing})
	case (r == '-' || r == '−') && begins && s.at+1 < len(s.runes) && !unicode.IsSpace(s.runes[s.at+1]):
		s.at++
		s.emit(token{kind: minus})
	case strings.ContainsRune(quotes, r):
		if p, ok := s.quoted(); ok {
			s.emit(token{kind: phrase, text: p})
		}
	default:
		s.word()
	}
}

// quoted reads a phrase up to the closing quote. A quote that is not closed is no
// sign: it is left out.
func (s *scanner) quoted() (string, bool) {
	for end := s.at + 1; end < len(s.runes); end++ {
		if strings.ContainsRune(quotes, s.runes[end]) {
			p := string(s.runes[s.at+1 : end])
			s.at = end + 1
			return p, strings.TrimSpace(p) != ""
		}
	}
	s.at++
	s.q.Notes = append(s.q.Notes, "A quotation mark was not closed; the words behind it were looked for one by one.")
	return "", false
}

// word reads up to white space. A parenthesis ends it when it closes none that the
// word itself has opened, or is not closed in it: f(x) is a word, (a b) a group, and
// f(a b) a word and a group.
func (s *scanner) word() {
	from := s.at
	var open []int
	for ; s.at < len(s.runes); s.at++ {
		r := s.runes[s.at]
		if unicode.IsSpace(r) {
			break
		}
		if strings.ContainsRune(quotes, r) {
			break
		}
		if r == '(' {
			open = append(open, s.at)
		}
		if r == ')' {
			if len(open) == 0 {
				break
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		s.at = open[0]
	}
	if s.at < len(s.runes) && strings.ContainsRune(quotes, s.runes[s.at]) {
		s.field(from)
		return
	}
	s.bare(string(s.runes[from:s.at]))
}

// bare emits a word, or the sign that it is.
func (s *scanner) bare(text string) {
	if text == "OR" || text == "|" || text == "||" {
		s.emit(token{kind: orSign})
		return
	}
	switch text {
	case "AND", "&&": // all is joined by AND as it is
	case "NOT", "ANDNOT":
		s.emit(token{kind: minus})
	default:
		s.emit(token{kind: word, text: text})
	}
}

// field ends a word at a quotation mark: author:"He" has its value there, any
// other word ends.
func (s *scanner) field(from int) {
	text := string(s.runes[from:s.at])
	if !strings.HasSuffix(text, ":") {
		s.bare(text)
		return
	}
	if rest := string(s.runes[s.at+1:]); !strings.ContainsAny(rest, quotes) && strings.TrimSpace(rest) != "" {
		s.at = len(s.runes)
		s.q.Notes = append(s.q.Notes, "A quotation mark was not closed; it was read as closed at the end.")
		s.emit(token{kind: word, text: text, quoted: &rest})
		return
	}
	if p, ok := s.quoted(); ok {
		s.emit(token{kind: word, text: text, quoted: &p})
		return
	}
	s.bare(strings.TrimSuffix(text, ":"))
}

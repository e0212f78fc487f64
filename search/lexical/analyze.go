package lexical

import (
	"unicode"
	"unicode/utf8"
)

// Token is a word of a text, in the form in which it is indexed: lower case,
// without accents, Greek letters and TeX commands by their names.
type Token struct {
	Word       string
	Place      int // counted in words from 0; values of a field stand one further apart
	Start, End int // the bytes of the text that it was made from
	// Parts is above 0 when Word joins the Parts tokens before it, which were
	// written together: "k-NN" is k, nn and, at the place of the last, knn.
	Parts int
	// Bound says that the word follows the one before without a space in a script
	// that sets none, so that a person who types them means them side by side.
	Bound bool
}

const (
	maxWord  = 64 // bytes of a word; the rest is cut off
	maxParts = 6  // a compound of more parts is not joined
	gap      = '\x1f'
)

// Tokens cuts a text into its words. Documents and queries are cut alike.
func Tokens(text string) []Token {
	var out []Token
	s := scanner{emit: func(t *scanned) {
		out = append(out, Token{string(t.word), t.place, t.start, t.end, t.parts, t.bound})
	}}
	s.scan(text)
	return out
}

// Scan calls f for each word of a text as Tokens cuts it, joined compounds left out, with
// the bytes of the text that it was made from. The word is overwritten by the next.
func Scan(text string, f func(word []byte, start, end int)) {
	s := scanner{emit: func(t *scanned) {
		if t.parts == 0 {
			f(t.word, t.start, t.end)
		}
	}}
	s.scan(text)
}

// scanned is a token whose word is overwritten by the next.
type scanned struct {
	word              []byte
	place, start, end int
	parts             int
	bound             bool
}

// kind is what a part of a compound consists of; a change of kind within a
// run of characters begins a new part: "gpt4" is gpt and 4.
type kind uint8

const (
	none kind = iota
	letters
	digits
	greek
)

// scanner cuts text. A part is a run of one kind; parts that nothing but a
// joiner (hyphen, underscore, caret, point between digits) separates form a compound.
type scanner struct {
	emit  func(*scanned)
	text  string
	i     int
	place int

	kind       kind
	part       []byte
	start, end int // of the part

	joined []byte // the compound so far
	from   int    // where the compound begins
	parts  int
	allNum bool
	joiner bool // a joiner was the last thing read
	brace  int  // braces that were opened inside a word
	solo   int  // the end of the last character of a script without spaces
	out    scanned
}

func (s *scanner) scan(text string) {
	*s = scanner{emit: s.emit, text: text, part: s.part[:0], joined: s.joined[:0], solo: -1}
	for s.i < len(text) {
		c := text[s.i]
		switch {
		case c >= utf8.RuneSelf:
			s.wide()
		case class[c] == letters:
			s.add(letters, c|0x20, 1)
		case class[c] == digits:
			s.add(digits, c, 1)
		default:
			s.mark(c)
		}
	}
	s.endCompound()
}

// class holds what ASCII characters are.
var class = func() (t [128]kind) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = digits
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			t[c] = letters
		}
	}
	return t
}()

// add puts one byte into the part and steps over width bytes of text.
func (s *scanner) add(k kind, c byte, width int) {
	if s.kind != k {
		s.open(k)
	}
	if len(s.part) < maxWord {
		s.part = append(s.part, c)
	}
	s.i += width
	s.end = s.i
}

// open begins a part, which belongs to the compound if there is one.
func (s *scanner) open(k kind) {
	s.endPart()
	s.kind, s.start, s.joiner = k, s.i, false
	if s.parts == 0 {
		s.from, s.allNum = s.i, true
	}
}

func (s *scanner) endPart() {
	if s.kind == none {
		return
	}
	if s.kind == greek {
		s.part = nameGreek(s.part)
	}
	if s.kind != digits {
		s.allNum = false
	}
	s.kind = none
	s.out = scanned{word: s.part, place: s.place, start: s.start, end: s.end}
	s.emit(&s.out)
	s.place++
	s.parts++
	if len(s.joined)+len(s.part) <= maxWord {
		s.joined = append(s.joined, s.part...)
	} else {
		s.parts = maxParts + 1
	}
	s.part = s.part[:0]
}

func (s *scanner) endCompound() {
	s.endPart()
	if s.parts > 1 && s.parts <= maxParts && !s.allNum {
		s.out = scanned{word: s.joined, place: s.place - 1, start: s.from, end: s.end, parts: s.parts}
		s.emit(&s.out)
	}
	s.parts, s.joiner, s.brace = 0, false, 0
	s.joined = s.joined[:0]
}

// next returns the character n bytes on, 0 at the end.
func (s *scanner) next(n int) byte {
	if s.i+n < len(s.text) {
		return s.text[s.i+n]
	}
	return 0
}

func wordly(c byte) bool { return c >= utf8.RuneSelf || class[c] != none }

// mark reads an ASCII character that is neither letter nor digit.
func (s *scanner) mark(c byte) {
	inside := s.kind != none || s.joiner
	switch {
	case c == '\\':
		s.command()
		return
	case s.kind != none && (c == '-' || c == '_' || c == '^'):
		s.endPart()
		s.joiner = true
	case c == '.' && s.kind == digits && class[s.next(1)&127] == digits && s.next(1) < utf8.RuneSelf:
		s.endPart()
		s.joiner = true
		s.joined = append(s.joined, '.')
	case s.joiner && (c == '{' || c == '$'):
	case s.kind != none && c == '$' && s.next(1) == '-':
	case s.brace > 0 && c == '}':
		s.brace--
	case c == '\'' && s.kind == letters:
		s.apostrophe(1)
		return
	case c == '+' && s.kind == letters && s.parts == 0 && s.next(1) == '+' && !wordly(s.next(2)):
		s.part = append(s.part, "++"...)
		s.i += 2
		s.end = s.i
		s.endCompound()
		return
	case c == '#' && s.kind == letters && s.parts == 0 && len(s.part) == 1 && !wordly(s.next(1)):
		s.part = append(s.part, '#')
		s.i++
		s.end = s.i
		s.endCompound()
		return
	case c == gap:
		s.endCompound()
		s.place++
	case inside:
		s.endCompound()
	default:
		s.endCompound()
	}
	s.i++
}

// apostrophe drops a possessive s, and joins what stands on its two sides otherwise.
func (s *scanner) apostrophe(width int) {
	next := s.next(width)
	if next|0x20 == 's' && !wordly(s.next(width+1)) {
		s.endCompound()
		s.i += width + 1
		return
	}
	if !wordly(next) {
		s.endCompound()
	}
	s.i += width
}

// wide reads a character beyond ASCII.
func (s *scanner) wide() {
	r, width := utf8.DecodeRuneInString(s.text[s.i:])
	switch {
	case r == '’' || r == 'ʼ':
		if s.kind == letters {
			s.apostrophe(width)
			return
		}
		s.endCompound()
	case r == '\u2010' || r == '\u2011' || r == '\u2212':
		s.endPart()
		s.joiner = s.parts > 0
	case r == '\u00ad' || unicode.Is(unicode.Mn, r): // soft hyphens and accents that stand alone
	case r == '∞':
		s.named("infty", width)
		return
	case !unicode.IsLetter(r) && !unicode.IsNumber(r):
		s.endCompound()
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		s.character(r, width)
		return
	default:
		s.letter(r, width)
		return
	}
	s.i += width
}

// character emits a letter of a script without spaces as a word of its own.
func (s *scanner) character(r rune, width int) {
	s.endCompound()
	s.out = scanned{word: utf8.AppendRune(s.part[:0], lower(r)), place: s.place, start: s.i, end: s.i + width, bound: s.solo == s.i}
	s.part = s.out.word[:0]
	s.emit(&s.out)
	s.place++
	s.i += width
	s.solo = s.i
}

// letter adds a letter or number beyond ASCII in its folded form.
func (s *scanner) letter(r rune, width int) {
	at := s.i
	for _, f := range fold(r) {
		switch {
		case f < utf8.RuneSelf && class[f] == none:
			continue
		case f < utf8.RuneSelf:
			k, c := class[f], byte(f)
			if k == letters {
				c |= 0x20
			}
			s.add(k, c, 0)
		case unicode.Is(unicode.Greek, f):
			s.addRune(greek, lower(f))
		case unicode.IsDigit(f):
			s.addRune(digits, f)
		case unicode.IsLetter(f):
			s.addRune(letters, lower(f))
		}
		s.end = at + width
	}
	s.i = at + width
}

func (s *scanner) addRune(k kind, r rune) {
	if s.kind != k {
		s.open(k)
	}
	if len(s.part)+utf8.RuneLen(r) <= maxWord {
		s.part = utf8.AppendRune(s.part, r)
	}
	s.end = s.i
}

// command reads a backslash and what follows it as TeX would.
func (s *scanner) command() {
	n := 1
	for class[s.next(n)&127] == letters && s.next(n) < utf8.RuneSelf {
		n++
	}
	name := s.text[s.i+1 : s.i+n]
	switch {
	case n == 1:
		s.accent(s.next(1))
	case accents[name] && s.next(n) == '{':
		s.brace++
		s.i += n + 1
	case ligatures[name] != "":
		at := s.i
		for _, c := range []byte(ligatures[name]) {
			s.add(letters, c, 0)
			s.end = at + n
		}
		s.i = at + n
		if s.next(0) == ' ' || s.next(0) == '{' && s.next(1) == '}' {
			s.i += 1 + int(s.next(0)&1) // a space, or both braces
		}
		s.end = s.i
	case silent[name]:
		if !s.joiner {
			s.endCompound()
		}
		s.i += n
		if s.next(0) == '{' {
			s.brace++
			s.i++
		}
	default:
		if name == "ell" {
			name = "l"
		}
		s.named(name, n)
	}
}

// accent passes over an accent in TeX, so that "G\"odel" is one word.
func (s *scanner) accent(c byte) {
	switch c {
	case '"', '\'', '`', '^', '~', '=', '.':
		s.i += 2
		if s.next(0) == '{' {
			s.brace++
			s.i++
		}
		if s.next(0) == '\\' && (s.next(1) == 'i' || s.next(1) == 'j') {
			s.i++ // a dotless i
		}
	default:
		s.endCompound()
		s.i += min(2, len(s.text)-s.i)
	}
}

// named adds a symbol by its name, as a part of its own.
func (s *scanner) named(name string, width int) {
	if !s.joiner {
		s.endCompound()
	}
	s.open(letters)
	for i := 0; i < len(name) && len(s.part) < maxWord; i++ {
		s.part = append(s.part, name[i]|0x20)
	}
	s.i += width
	s.end = s.i
}

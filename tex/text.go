package tex

import (
	"html"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A textToken is what the text of an abstract is made of.
type textToken struct {
	kind textKind
	text string
}

type textKind int

const (
	literal textKind = iota
	group            // the inside of braces
	command          // its name, without the backslash
	raised           // ^ and its argument
	lowered          // _ and its argument
)

// nextToken reads one token of s.
func nextToken(s string) (textToken, string) {
	switch c := s[0]; {
	case c == '\\':
		return nextCommand(s)
	case c == '{':
		if inside, rest, ok := braces(s); ok {
			return textToken{group, inside}, rest
		}
		return textToken{literal, ""}, s[1:] // it opens nothing
	case c == '}':
		return textToken{literal, ""}, s[1:] // it closes nothing
	case (c == '^' || c == '_') && len(s) > 1:
		kind := raised
		if c == '_' {
			kind = lowered
		}
		if s[1] == '{' {
			if inside, rest, ok := braces(s[1:]); ok {
				return textToken{kind, inside}, rest
			}
		}
		if n := scriptLen(s[1:]); n > 0 {
			return textToken{kind, s[1 : 1+n]}, s[1+n:]
		}
		return textToken{literal, s[:1]}, s[1:]
	case c == '~':
		return textToken{literal, "\u00a0"}, s[1:]
	case strings.HasPrefix(s, "---"):
		return textToken{literal, "—"}, s[3:]
	case strings.HasPrefix(s, "--"):
		return textToken{literal, "–"}, s[2:]
	case strings.HasPrefix(s, "``"):
		return textToken{literal, "“"}, s[2:]
	case strings.HasPrefix(s, "''"):
		return textToken{literal, "”"}, s[2:]
	}
	n := strings.IndexAny(s[1:], "\\{}^_~-`'")
	if n < 0 {
		return textToken{literal, s}, ""
	}
	return textToken{literal, s[:n+1]}, s[n+1:]
}

// scriptLen returns how many bytes at the beginning of s are a script without
// braces: a figure or one letter that ends a word.
func scriptLen(s string) int {
	n := 0
	if s[0] == '-' || s[0] == '+' {
		n = 1
	}
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n > 0 && isDigit(s[n-1]) {
		return n
	}
	if isLetter(s[0]) && (len(s) == 1 || !isAlnum(s[1]) && s[1] != '_') {
		return 1
	}
	return 0
}

func nextCommand(s string) (textToken, string) {
	n := 1
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	if n == 1 { // a sign
		if len(s) == 1 {
			return textToken{literal, `\`}, ""
		}
		_, size := utf8.DecodeRuneInString(s[1:])
		return textToken{command, s[1 : 1+size]}, s[1+size:]
	}
	return textToken{command, s[1:n]}, s[n:]
}

// braces returns what stands in the braces that s begins with.
func braces(s string) (inside, rest string, ok bool) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return s[1:i], s[i+1:], true
			}
		}
	}
	return "", s, false
}

// argument reads the argument of a command: a group, a command, or one letter.
func argument(s string) (arg, rest string) {
	s = strings.TrimLeft(s, " \n\t")
	if s == "" {
		return "", ""
	}
	if s[0] == '{' {
		if inside, rest, ok := braces(s); ok {
			return inside, rest
		}
	}
	if s[0] == '\\' {
		t, rest := nextCommand(s)
		return `\` + t.text, rest
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n], s[n:]
}

// Accents: the combining letter that stands behind the accented one.
var accents = map[string]string{
	"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
	`"`: "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331", "t": "\u0361",
}

// Letters and signs with a name.
var letters = map[string]string{
	"aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß",
	"i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
	"S": "§", "P": "¶", "copyright": "©", "pounds": "£", "euro": "€", "dag": "†", "ddag": "‡", "dots": "…", "ldots": "…",
	"textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”",
	"textasciitilde": "~", "textasciicircum": "^", "textbackslash": `\`, "textbar": "|", "textless": "<", "textgreater": ">", "textdegree": "°",
	"textregistered": "®", "texttrademark": "™", "textmu": "µ", "LaTeX": "LaTeX", "TeX": "TeX", "&": "&", "%": "%", "$": "$", "#": "#",
	"_": "_", "{": "{", "}": "}", " ": " ", "\n": " ", ",": "\u2009", ";": " ", ":": " ", "!": "", "/": "", "-": "", "\\": " ", "@": "", "(": "(", ")": ")", "[": "[", "]": "]",
	"slash": "/", "quad": " ", "qquad": "  ", "newline": " ", "par": " ",
}

// Commands that only say how what follows looks, or that mean nothing here.
var silent = map[string]bool{
	"bf": true, "it": true, "em": true, "rm": true, "sc": true, "sl": true, "tt": true, "sf": true, "cal": true, "small": true, "large": true, "Large": true,
	"footnotesize": true, "tiny": true, "normalsize": true, "noindent": true, "bigskip": true, "medskip": true, "smallskip": true, "xspace": true,
	"protect": true, "displaystyle": true, "textstyle": true, "rmfamily": true, "itshape": true, "bfseries": true, "centering": true, "hfill": true,
	"mathrm": true, "mathbf": true, "mathcal": true, "mathit": true, "textrm": true, "textup": true, "textsf": true, "textsc": true, "textmd": true, "textnormal": true,
	"mbox": true, "hbox": true, "text": true, "ensuremath": true, "underline": true, "uppercase": true, "lowercase": true, "item": true, "left": true, "right": true,
	"limits": true, "nolimits": true, "boldmath": true, "unboldmath": true, "sffamily": true, "ttfamily": true, "scshape": true, "upshape": true,
}

// Commands whose argument points at something that is not here.
var dropped = map[string]bool{
	"cite": true, "citep": true, "citet": true, "ref": true, "eqref": true, "label": true, "footnote": true, "footnotemark": true, "vspace": true, "hspace": true,
	"thanks": true, "begin": true, "end": true, "cref": true, "Cref": true, "autoref": true, "nocite": true, "citealp": true, "citeauthor": true,
	"vskip": true, "hskip": true, "color": true, "phantom": true, "hphantom": true, "vphantom": true,
}

// accented puts an accent on the first letter of what its argument says.
func accented(mark, arg string) string {
	letter := strings.NewReplacer("ı", "i", "ȷ", "j").Replace(plainOf(arg))
	if letter == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(letter)
	return norm.NFC.String(letter[:n] + mark + letter[n:])
}

func plainOf(s string) string {
	var w plainWriter
	w.text(s)
	return w.b.String()
}

// A writer makes something of the text's tokens. depth keeps hostile nesting from
// using up the stack.
type writer interface {
	literal(s string)
	open(tag string) // em, strong, code, sup, sub
	close(tag string)
	formula(source string)
}

const deepest = 40

func write(w writer, s string, depth int) {
	if depth > deepest {
		w.literal(s)
		return
	}
	in := func(tag, inside string) {
		w.open(tag)
		write(w, inside, depth+1)
		w.close(tag)
	}
	for s != "" {
		var t textToken
		t, s = nextToken(s)
		switch t.kind {
		case literal:
			w.literal(t.text)
		case group:
			write(w, t.text, depth+1)
		case raised:
			in("sup", t.text)
		case lowered:
			in("sub", t.text)
		case command:
			s = writeCommand(w, t.text, s, depth, in)
		}
	}
}

func writeCommand(w writer, name, s string, depth int, in func(tag, inside string)) string {
	if mark, ok := accents[name]; ok && (!isLetter(name[0]) || s != "" && strings.ContainsAny(s[:1], " {\\")) {
		var arg string
		arg, s = argument(s)
		w.literal(accented(mark, arg))
		return s
	}
	if letter, ok := letters[name]; ok {
		w.literal(letter)
		if isLetter(name[0]) {
			s = strings.TrimPrefix(s, "{}")
			if r, _ := utf8.DecodeRuneInString(letter); r < 0x2000 && len(s) > 1 && s[0] == ' ' && isLetter(s[1]) && letters[name] != "…" && len(name) <= 2 {
				s = s[1:] // \o re: the space only ends the name
			}
		}
		return s
	}
	tags := map[string]string{"emph": "em", "textit": "em", "textsl": "em", "textbf": "strong", "texttt": "code", "textsuperscript": "sup", "textsubscript": "sub"}
	var arg string
	switch {
	case tags[name] != "":
		arg, s = argument(s)
		in(tags[name], arg)
	case silent[name]:
		s = strings.TrimPrefix(s, " ")
	case dropped[name]:
		if strings.HasPrefix(strings.TrimSpace(s), "[") {
			if _, after, ok := strings.Cut(s, "]"); ok {
				s = after
			}
		}
		if strings.HasPrefix(strings.TrimSpace(s), "{") {
			_, s = argument(s)
		}
	case name == "url" || name == "path":
		arg, s = argument(s)
		w.literal(plainURL(arg))
	case name == "href":
		_, s = argument(s)
		arg, s = argument(s)
		write(w, arg, depth+1)
	case name == "textcolor":
		_, s = argument(s)
	default:
		w.formula(`\` + name) // a sign of mathematics that stands outside of it: \alpha
		s = strings.TrimPrefix(s, "{}")
	}
	return s
}

// plainURL takes the escapes out of an address.
func plainURL(s string) string {
	return strings.NewReplacer(`\_`, "_", `\%`, "%", `\#`, "#", `\&`, "&", `\~`, "~", `\textasciitilde`, "~", "{", "", "}", "").Replace(strings.TrimSpace(s))
}

// htmlWriter writes text as HTML.
type htmlWriter struct{ b strings.Builder }

func (w *htmlWriter) text(s string)    { write(w, s, 0) }
func (w *htmlWriter) literal(s string) { w.b.WriteString(html.EscapeString(s)) }
func (w *htmlWriter) open(tag string)  { w.b.WriteString("<" + tag + ">") }
func (w *htmlWriter) close(tag string) { w.b.WriteString("</" + tag + ">") }

func (w *htmlWriter) formula(source string) {
	if f := signOf(source); f != nil {
		w.b.WriteString(f.element(false))
		return
	}
	w.literal(source)
}

// signOf reads a command that stands in text as a sign of mathematics, nil when it
// is none: a macro of the authors' own stands there for some name.
func signOf(command string) *formula {
	f, err := parseMath(command)
	if err != nil || f.own || f.unknown != "" {
		return nil
	}
	return f
}

// math writes a formula with what must stay on its line.
func (w *htmlWriter) math(sp Span, tail string) {
	m, _ := MathML(sp.Text, sp.Display)
	if m == "" {
		m = `<code class="tex">` + html.EscapeString(sp.Text) + "</code>"
	}
	if tail == "" {
		w.b.WriteString(m)
		return
	}
	w.b.WriteString(`<span class="nw">` + m)
	w.text(tail)
	w.b.WriteString("</span>")
}

// plainWriter writes text as Unicode.
type plainWriter struct {
	b     strings.Builder
	marks []int // where open scripts begin
}

func (w *plainWriter) text(s string)    { write(w, s, 0) }
func (w *plainWriter) literal(s string) { w.b.WriteString(s) }
func (w *plainWriter) formula(source string) {
	if f := signOf(source); f != nil {
		source = f.plain()
	}
	w.b.WriteString(source)
}

func (w *plainWriter) open(string) { w.marks = append(w.marks, w.b.Len()) }

func (w *plainWriter) close(tag string) {
	last := len(w.marks) - 1
	at := w.marks[last]
	w.marks = w.marks[:last]
	if tag != "sup" && tag != "sub" {
		return
	}
	all := w.b.String()
	w.b.Reset()
	w.b.WriteString(all[:at] + script(all[at:], tag == "sup"))
}

// unescape cleans text that is not TeX: escaped signs, accents, and quotes set as
// TeX's, which come in pairs.
func unescape(s string) string {
	if before, rest, ok := strings.Cut(s, "``"); ok {
		if inside, after, ok := strings.Cut(rest, "''"); ok {
			return unescape(before) + "“" + unescape(inside) + "”" + unescape(after)
		}
	}
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i == len(s)-1 {
			break
		}
		b.WriteString(s[:i])
		t, rest := nextCommand(s[i:])
		mark, isAccent := accents[t.text]
		switch {
		case strings.ContainsAny(t.text, "%&_#$") && len(t.text) == 1:
			b.WriteString(t.text)
			s = rest
		case isAccent && !isLetter(t.text[0]) && rest != "" && (isLetter(rest[0]) || strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, `\i`)):
			var arg string
			arg, s = argument(rest)
			b.WriteString(accented(mark, arg))
		default:
			b.WriteString(s[i : len(s)-len(rest)])
			s = rest
		}
	}
	b.WriteString(s)
	return b.String()
}

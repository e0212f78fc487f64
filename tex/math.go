package tex

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A node is a piece of a formula.
type node struct {
	kind kind
	text string // of a leaf; the opening delimiter of a fence; the environment of a table
	also string // the closing delimiter of a fence
	kids []*node
	// For leaves: what the text is.
	large   bool // a big operator, with limits in displays
	limits  bool // scripts stand above and below
	stretch bool // a delimiter or an arrow that grows
	upright bool // a letter that is not italic
}

type kind int

const (
	row     kind = iota // kids one after the other
	ident               // mi
	number              // mn
	op                  // mo
	words               // mtext
	space               // text is the width in em
	scripts             // kids: base, sub or nil, sup or nil
	stacked             // kids: base, under or nil, over or nil
	frac                // kids: above, below
	binom               // the same without a line
	sqrt                // kids: inside
	root                // kids: inside, index
	fence               // kids: inside
	table               // kids: rows, each a row of cells
	phantom             // kids: inside
)

// A formula is what was read of one.
type formula struct {
	*node
	own     bool   // a macro of the authors was read by convention
	unknown string // the first command of which nothing is known, "" for none
	pieces  int
}

// parser reads one formula. Its errors say what it cannot read.
type parser struct {
	s     string
	i     int
	depth int
	font  string // the alphabet that letters are taken from
	whole *formula
}

// Bounds that no formula of an abstract comes near.
const (
	deepestMath = 60
	mostPieces  = 20000
)

// parseMath reads a formula. What is unbalanced is read as far as it makes sense: a
// brace that closes nothing is dropped, one that is never closed ends with the
// formula, and the marks of a table stand for themselves outside of one.
func parseMath(s string) (*formula, error) {
	f := &formula{node: &node{kind: row}}
	p := &parser{s: s, whole: f}
	for {
		part, err := p.row("")
		if err != nil {
			return nil, err
		}
		f.kids = append(f.kids, part.kids...)
		switch t := p.take(); t {
		case "":
			return f, nil
		case "}":
		case "&":
			f.kids = append(f.kids, &node{kind: op, text: t})
		case `\\`, `\cr`:
			f.kids = append(f.kids, &node{kind: space, text: "1"})
		default:
			return nil, fmt.Errorf("%q closes nothing", t)
		}
	}
}

// inner reads a formula that stands in an argument of p's.
func (p *parser) inner(s string) (*node, error) {
	q := &parser{s: s, depth: p.depth + 1, whole: p.whole}
	n, err := q.row("")
	if err == nil && q.i < len(q.s) {
		err = fmt.Errorf("%q closes nothing", q.peek())
	}
	return n, err
}

// peek returns the next token without taking it: a command with its backslash, or a
// letter or sign; "" at the end. White space and comments are passed over.
func (p *parser) peek() string {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
	if p.i == len(p.s) {
		return ""
	}
	if p.s[p.i] != '\\' {
		_, n := utf8.DecodeRuneInString(p.s[p.i:])
		return p.s[p.i : p.i+n]
	}
	t, rest := nextCommand(p.s[p.i:])
	if t.kind == literal {
		return `\`
	}
	return p.s[p.i : len(p.s)-len(rest)]
}

func (p *parser) take() string {
	t := p.peek()
	p.i += len(t)
	return t
}

// row reads up to the token end, which is left, or to the end of the formula; also
// up to whatever ends an enclosing piece.
func (p *parser) row(end string) (*node, error) {
	if p.depth++; p.depth > deepestMath {
		return nil, fmt.Errorf("nested more than %d deep", deepestMath)
	}
	defer func() { p.depth-- }()
	font := p.font
	defer func() { p.font = font }()
	n := &node{kind: row}
	for {
		t := p.peek()
		switch t {
		case "", "}", "&", `\\`, `\cr`, `\end`, `\right`, `\middle`:
			return n, nil
		case end:
			return n, nil
		case `\over`, `\choose`, `\atop`, `\above`:
			p.take()
			below, err := p.row(end)
			if err != nil {
				return nil, err
			}
			k := frac
			if t != `\over` && t != `\above` {
				k = binom
			}
			whole := &node{kind: k, kids: []*node{{kind: row, kids: n.kids}, below}}
			return &node{kind: row, kids: []*node{whole}}, nil
		}
		kid, err := p.scripted()
		if err != nil {
			return nil, err
		}
		if kid != nil {
			n.kids = append(n.kids, kid)
		}
	}
}

// scripted reads one piece with its scripts and primes.
func (p *parser) scripted() (*node, error) {
	base, err := p.piece()
	if err != nil {
		return nil, err
	}
	var sub, sup *node
	limits := base != nil && base.limits
	for {
		switch t := p.peek(); t {
		case `\limits`, `\nolimits`:
			p.take()
			limits = t == `\limits`
		case "'", "’":
			n := 0
			for p.peek() == t {
				p.take()
				n++
			}
			prime := &node{kind: op, text: []string{"′", "″", "‴", "⁗"}[min(n, 4)-1]}
			sup = join(sup, prime)
		case "^", "_", `\sp`, `\sb`:
			p.take()
			arg, err := p.arg()
			if err != nil {
				return nil, err
			}
			if t == "^" || t == `\sp` {
				sup = join(sup, arg)
			} else {
				sub = join(sub, arg)
			}
		default:
			if sub == nil && sup == nil {
				return base, nil
			}
			if base == nil {
				base = &node{kind: row}
			}
			k := scripts
			if limits || base.kind == stacked && base.text == "brace" {
				k = stacked
			}
			return &node{kind: k, kids: []*node{base, sub, sup}, large: base.large}, nil
		}
	}
}

func join(a, b *node) *node {
	if a == nil {
		return b
	}
	return &node{kind: row, kids: []*node{a, b}}
}

// arg reads the argument of a command or a script: braces or one piece.
func (p *parser) arg() (*node, error) {
	t := p.peek()
	if t == "" {
		return &node{kind: row}, nil // x^ at the end: nothing is raised
	}
	if isDigit(t[0]) { // \frac12 has two arguments
		p.take()
		return &node{kind: number, text: fontOf(p.font, t)}, nil
	}
	n, err := p.piece()
	if n == nil && err == nil {
		n = &node{kind: row}
	}
	return n, err
}

// raw reads the argument of a command as it stands, without reading it as TeX.
func (p *parser) raw() string {
	p.peek()
	arg, rest := argument(p.s[p.i:])
	p.i = len(p.s) - len(rest)
	return arg
}

// option reads what stands in brackets, "" when nothing does.
func (p *parser) option() string {
	if p.peek() != "[" {
		return ""
	}
	inside, rest, ok := strings.Cut(p.s[p.i+1:], "]")
	if !ok {
		return ""
	}
	p.i = len(p.s) - len(rest)
	return inside
}

// piece reads one piece without scripts; nil for a token that shows nothing.
func (p *parser) piece() (*node, error) {
	if p.whole.pieces++; p.whole.pieces > mostPieces {
		return nil, fmt.Errorf("more than %d pieces", mostPieces)
	}
	t := p.peek()
	if t == "^" || t == "_" || t == "'" { // scripts of nothing
		return nil, nil
	}
	if t == "" || t == "}" || t == "&" {
		return nil, fmt.Errorf("something is missing before %q", t)
	}
	p.take()
	c := t[0]
	switch {
	case c == '{':
		n, err := p.row("}")
		if err != nil {
			return nil, err
		}
		if t := p.take(); t != "}" && t != "" {
			return nil, fmt.Errorf("a brace is closed by %q", t)
		}
		return n, nil
	case c == '\\':
		return p.command(t)
	case isDigit(c):
		p.i--
		return p.figure(), nil
	case isLetter(c):
		return p.letter(t), nil
	case c == '~':
		return &node{kind: space, text: "0.33"}, nil
	case c == '$': // a formula in the text of a formula; its mark says nothing here
		return nil, nil
	}
	return sign(t), nil
}

func (p *parser) figure() *node {
	start := p.i
	for p.i < len(p.s) && (isDigit(p.s[p.i]) || (p.s[p.i] == '.' || p.s[p.i] == ',') && p.i+1 < len(p.s) && isDigit(p.s[p.i+1]) && p.grouped()) {
		p.i++
	}
	return &node{kind: number, text: fontOf(p.font, p.s[start:p.i])}
}

// grouped reports whether the comma or full stop at i belongs to a number: a comma
// does before three figures only.
func (p *parser) grouped() bool {
	if p.s[p.i] == '.' {
		return true
	}
	n := 0
	for p.i+1+n < len(p.s) && isDigit(p.s[p.i+1+n]) {
		n++
	}
	return n == 3
}

// letter returns a letter in the alphabet that holds. In upright alphabets a run of
// letters is one name.
func (p *parser) letter(t string) *node {
	if p.font == "" || p.font == "bi" {
		return &node{kind: ident, text: fontOf(p.font, t)}
	}
	start := p.i - len(t)
	if p.font == "rm" || p.font == "sf" || p.font == "tt" || p.font == "bf" || p.font == "it" {
		for p.i < len(p.s) && isAlnum(p.s[p.i]) {
			p.i++
		}
	}
	return &node{kind: ident, text: fontOf(p.font, p.s[start:p.i]), upright: p.font == "rm"}
}

// sign returns a sign that stands for itself.
func sign(t string) *node {
	switch t {
	case "-", "–", "—":
		return &node{kind: op, text: "−"}
	case "*":
		return &node{kind: op, text: "∗"}
	case "`":
		return &node{kind: op, text: "‵"}
	case `"`:
		return &node{kind: op, text: "″"}
	}
	if strings.ContainsAny(t, "+=<>/|()[]:;,.!?@#%∈∀∃∂∇×⋅·≤≥≠≈∼→←∞±∪∩⊂⊆∑∏∫√−∗≪≫∥⟨⟩°′…") {
		if t == "∞" || t == "#" || t == "%" || t == "@" || t == "°" || t == "…" || t == "∀" || t == "∃" || t == "∂" || t == "∇" {
			return &node{kind: ident, text: t, upright: true}
		}
		return &node{kind: op, text: t}
	}
	return &node{kind: ident, text: t}
}

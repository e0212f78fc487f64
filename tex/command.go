package tex

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// command reads what belongs to a command that has been taken.
func (p *parser) command(t string) (*node, error) {
	name := t[1:]
	if n, ok := symbol(name); ok {
		if p.font == "bi" {
			n.text = fontOf(p.font, n.text)
		}
		return n, nil
	}
	if font, ok := fonts[name]; ok {
		return p.inFont(font)
	}
	if font, ok := switches[name]; ok {
		p.font = font
		return nil, nil
	}
	if width, ok := spaces[name]; ok {
		if width == "" {
			return nil, nil
		}
		return &node{kind: space, text: width}, nil
	}
	if mark, ok := overs[name]; ok {
		return p.marked(mark, name, false)
	}
	if mark, ok := unders[name]; ok {
		return p.marked(mark, name, true)
	}
	if quiet[name] {
		return nil, nil
	}
	if f := p.special(name); f != nil {
		return f()
	}
	if functions[name] {
		return &node{kind: ident, text: strings.ReplaceAll(name, "var", ""), upright: true, limits: limitsOf[name]}, nil
	}
	if n := own(name); n != nil {
		p.whole.own = true
		return n, nil
	}
	if p.whole.unknown == "" {
		p.whole.unknown = t
	}
	return &node{kind: words, text: t}, nil
}

// special returns how the commands with arguments of their own are read, nil for
// any other.
func (p *parser) special(name string) func() (*node, error) {
	switch name {
	case "frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac":
		return func() (*node, error) { return p.two(frac) }
	case "binom", "dbinom", "tbinom":
		return func() (*node, error) { return p.two(binom) }
	case "sqrt":
		return p.sqrt
	case "operatorname", "operatornamewithlimits", "mathop", "operatorname*":
		return func() (*node, error) { return p.operator(name != "operatorname") }
	case "left":
		return p.leftRight
	case "big", "Big", "bigg", "Bigg", "bigl", "Bigl", "biggl", "Biggl", "bigr", "Bigr", "biggr", "Biggr", "bigm", "Bigm", "biggm", "Biggm":
		return func() (*node, error) {
			d, err := p.delimiter()
			if d == "" {
				return nil, err
			}
			return &node{kind: op, text: d}, err
		}
	case "stackrel", "overset", "underset", "xrightarrow", "xleftarrow", "xleftrightarrow", "xRightarrow", "xhookrightarrow", "xmapsto":
		return func() (*node, error) { return p.stack(name) }
	case "begin":
		return p.environment
	case "cases", "matrix", "pmatrix", "eqalign", "displaylines":
		return func() (*node, error) { return p.plainTable(name) }
	case "unicode":
		return p.codePoint
	case "slashed", "centernot":
		return p.not
	case "skew":
		return func() (*node, error) { p.raw(); return p.arg() }
	case "substack":
		return func() (*node, error) { p.take(); return p.rows("}", "substack") }
	case "not":
		return p.not
	case "pmod", "pod":
		return func() (*node, error) { return p.mod("mod ") }
	case "bmod", "mod":
		return func() (*node, error) { return &node{kind: op, text: "mod"}, nil }
	case "phantom", "hphantom", "vphantom":
		return func() (*node, error) {
			n, err := p.arg()
			return &node{kind: phantom, kids: []*node{n}}, err
		}
	case "cancel", "smash", "mathstrut", "ensuremath", "underline", "mathclap", "mathrlap", "mathllap", "mathinner", "mathord", "mathrel", "mathbin", "mathopen", "mathclose", "mathpunct", "uline", "hat*", "rlap", "llap", "vcenter", "raisebox":
		return p.arg
	case "color", "cite", "label", "ref", "vspace", "hspace", "tag", "mspace", "kern", "mkern", "mskip", "hskip", "hspace*", "eqref":
		return func() (*node, error) { p.skipOperand(name); return nil, nil }
	case "textcolor", "colorbox":
		return func() (*node, error) { p.option(); p.raw(); return p.arg() }
	case "prescript":
		return func() (*node, error) { return p.prescript() }
	case "ce":
		return p.chemistry
	case "ket", "bra", "braket", "Ket", "Bra", "Braket", "abs", "norm", "ceil", "floor", "set", "paren", "expval", "ev", "mean":
		return func() (*node, error) { return p.enclosed(name) }
	case "ketbra", "outerproduct", "dyad", "innerproduct":
		return func() (*node, error) { return p.dirac(name) }
	}
	return p.wording(name)
}

// wording is special for the commands that hold words, addresses and figures.
func (p *parser) wording(name string) func() (*node, error) {
	switch name {
	case "text", "mbox", "hbox", "textrm", "textnormal", "textup", "textsc", "textmd", "fbox", "boxed", "emph", "intertext":
		return func() (*node, error) { return p.words(""), nil }
	case "textbf":
		return func() (*node, error) { return p.words("bf"), nil }
	case "textit", "textsl":
		return func() (*node, error) { return p.words("it"), nil }
	case "texttt":
		return func() (*node, error) { return p.words("tt"), nil }
	case "textsf":
		return func() (*node, error) { return p.words("sf"), nil }
	case "textsuperscript", "textsubscript":
		return func() (*node, error) { return p.textScript(name == "textsuperscript") }
	case "href":
		return func() (*node, error) { p.raw(); return p.words(""), nil }
	case "url":
		return func() (*node, error) { return p.words("tt"), nil }
	case "SI", "qty":
		return func() (*node, error) { return p.quantity() }
	case "num":
		return func() (*node, error) { return &node{kind: number, text: p.raw()}, nil }
	case "si", "unit":
		return func() (*node, error) { return &node{kind: words, text: plainOf(p.raw())}, nil }
	}
	return nil
}

// inFont reads an argument in another alphabet.
func (p *parser) inFont(font string) (*node, error) {
	before := p.font
	p.font = font
	defer func() { p.font = before }()
	n, err := p.arg()
	if err == nil && font == "rm" && n.kind == row { // one word is one name
		var word strings.Builder
		for _, k := range n.kids {
			if k.kind != ident && k.kind != number {
				return n, nil
			}
			word.WriteString(k.text)
		}
		if word.Len() > 0 {
			return &node{kind: ident, text: word.String(), upright: true}, nil
		}
	}
	return n, err
}

func (p *parser) two(k kind) (*node, error) {
	above, err := p.arg()
	if err != nil {
		return nil, err
	}
	below, err := p.arg()
	return &node{kind: k, kids: []*node{above, below}}, err
}

func (p *parser) sqrt() (*node, error) {
	index := p.option()
	inside, err := p.arg()
	if err != nil || index == "" {
		return &node{kind: sqrt, kids: []*node{inside}}, err
	}
	n, err := p.inner(index)
	if err != nil {
		return nil, err
	}
	return &node{kind: root, kids: []*node{inside, n}}, nil
}

// words reads text that stands in a formula; a formula in that text is read too.
func (p *parser) words(font string) *node {
	n := &node{kind: row}
	for _, sp := range Split(p.raw()) {
		if !sp.Math {
			n.kids = append(n.kids, &node{kind: words, text: fontOf(font, plainOf(sp.Text))})
			continue
		}
		if inner, err := p.inner(sp.Text); err == nil {
			n.kids = append(n.kids, inner)
		} else {
			n.kids = append(n.kids, &node{kind: words, text: sp.Text})
		}
	}
	if len(n.kids) == 1 {
		return n.kids[0]
	}
	return n
}

func (p *parser) textScript(above bool) (*node, error) {
	w := p.words("")
	n := &node{kind: scripts, kids: []*node{{kind: row}, w, nil}}
	if above {
		n.kids = []*node{{kind: row}, nil, w}
	}
	return n, nil
}

func (p *parser) operator(limits bool) (*node, error) {
	if p.peek() == "*" {
		p.take()
		limits = true
	}
	n, err := p.inFont("rm")
	if err != nil {
		return nil, err
	}
	n.limits = limits
	return n, nil
}

// delimiter reads the delimiter behind \left, \right or \big; "" for the empty one.
func (p *parser) delimiter() (string, error) {
	t := p.take()
	switch t {
	case ".":
		return "", nil
	case "<":
		return "⟨", nil
	case ">":
		return "⟩", nil
	case "":
		return "", fmt.Errorf("a delimiter is missing")
	}
	if t[0] != '\\' {
		if !strings.ContainsAny(t, "()[]|/.") {
			return "", fmt.Errorf("%q is no delimiter", t)
		}
		return t, nil
	}
	if n, ok := symbol(t[1:]); ok && n.kind == op {
		return n.text, nil
	}
	return "", fmt.Errorf("%s is no delimiter", t)
}

func (p *parser) leftRight() (*node, error) {
	open, err := p.delimiter()
	if err != nil {
		return nil, err
	}
	inside := &node{kind: row}
	for {
		part, err := p.row("")
		if err != nil {
			return nil, err
		}
		inside.kids = append(inside.kids, part.kids...)
		switch t := p.take(); t {
		case `\middle`:
			d, err := p.delimiter()
			if err != nil {
				return nil, err
			}
			inside.kids = append(inside.kids, &node{kind: op, text: d, stretch: true})
		case `\right`:
			end, err := p.delimiter()
			return &node{kind: fence, text: open, also: end, kids: []*node{inside}}, err
		default:
			return nil, fmt.Errorf(`\left without \right`)
		}
	}
}

// stack reads what stands above or below something.
func (p *parser) stack(name string) (*node, error) {
	if strings.HasPrefix(name, "x") {
		below := p.option()
		over, err := p.arg()
		if err != nil {
			return nil, err
		}
		arrow, _ := symbol(name[1:])
		n := &node{kind: stacked, kids: []*node{{kind: op, text: arrow.text, stretch: true}, nil, over}}
		if below != "" {
			if n.kids[1], err = p.inner(below); err != nil {
				return nil, err
			}
		}
		return n, nil
	}
	mark, err := p.arg()
	if err != nil {
		return nil, err
	}
	base, err := p.arg()
	n := &node{kind: stacked, kids: []*node{base, nil, mark}}
	if name == "underset" {
		n.kids = []*node{base, mark, nil}
	}
	return n, err
}

// marked reads an argument with a sign above or below it.
func (p *parser) marked(mark, name string, below bool) (*node, error) {
	base, err := p.arg()
	if err != nil {
		return nil, err
	}
	m := &node{kind: op, text: mark, stretch: strings.HasPrefix(name, "wide") || strings.HasPrefix(name, "over") || strings.HasPrefix(name, "under")}
	n := &node{kind: stacked, kids: []*node{base, nil, m}}
	if below {
		n.kids = []*node{base, m, nil}
	}
	n.text = "accent"
	if strings.HasSuffix(name, "brace") {
		n.text = "brace"
	}
	return n, nil
}

func (p *parser) not() (*node, error) {
	n, err := p.arg()
	if err != nil {
		return nil, err
	}
	for n.kind == row && len(n.kids) == 1 {
		n = n.kids[0]
	}
	if n.kind != op && n.kind != ident {
		return nil, fmt.Errorf(`\not of something that is no sign`)
	}
	if crossed, ok := negated[n.text]; ok {
		return &node{kind: op, text: crossed}, nil
	}
	return &node{kind: n.kind, text: n.text + "\u0338"}, nil
}

// codePoint reads \unicode{x2013}, a sign by its number.
func (p *parser) codePoint() (*node, error) {
	n, err := strconv.ParseUint("0"+strings.TrimLeft(p.raw(), "0"), 0, 21)
	if err != nil || !unicode.IsPrint(rune(n)) {
		return nil, fmt.Errorf(`\unicode of something that is no sign`)
	}
	return sign(string(rune(n))), nil
}

func (p *parser) mod(word string) (*node, error) {
	n, err := p.arg()
	return &node{kind: row, kids: []*node{{kind: space, text: "0.5"}, {kind: op, text: "("}, {kind: words, text: word}, n, {kind: op, text: ")"}}}, err
}

// skipOperand passes over what a command that shows nothing takes.
func (p *parser) skipOperand(name string) {
	if strings.HasSuffix(name, "kern") || strings.HasSuffix(name, "skip") {
		for p.peek() != "" && strings.ContainsAny(p.peek(), "-+.0123456789") {
			p.take()
		}
		for range 2 { // the unit
			if t := p.peek(); t != "" && isLetter(t[0]) {
				p.take()
			}
		}
		return
	}
	if p.peek() == "*" {
		p.take()
	}
	p.raw()
}

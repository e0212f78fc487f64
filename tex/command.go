package tex

import (
	"fmt"
	"strings"
)

// command reads what belongs to a command that has been taken.
func (p *parser) command(t string) (*node, error) {
	name := t[1:]
	if n, ok := symbol(name); ok {
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
	return nil, fmt.Errorf("unknown command %s", t)
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
	case "color", "cite", "label", "ref", "vspace", "hspace", "tag", "kern", "mkern", "mskip", "hskip", "hspace*", "eqref":
		return func() (*node, error) { p.skipOperand(name); return nil, nil }
	case "textcolor", "colorbox":
		return func() (*node, error) { p.option(); p.raw(); return p.arg() }
	case "href":
		return func() (*node, error) { p.raw(); return p.words(""), nil }
	case "url":
		return func() (*node, error) { return p.words("tt"), nil }
	case "prescript":
		return func() (*node, error) { return p.prescript() }
	case "ce":
		return p.chemistry
	case "SI", "qty":
		return func() (*node, error) { return p.quantity() }
	case "num":
		return func() (*node, error) { return &node{kind: number, text: p.raw()}, nil }
	case "si", "unit":
		return func() (*node, error) { return &node{kind: words, text: plainOf(p.raw())}, nil }
	case "ket", "bra", "braket", "Ket", "Bra", "Braket", "abs", "norm", "ceil", "floor", "set", "paren", "expval", "ev", "mean":
		return func() (*node, error) { return p.enclosed(name) }
	case "ketbra", "outerproduct", "dyad", "innerproduct":
		return func() (*node, error) { return p.dirac(name) }
	case "char", "symbol":
		return nil
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
	q := &parser{s: index, depth: p.depth + 1}
	n, err := q.row("")
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
		q := &parser{s: sp.Text, depth: p.depth + 1}
		if inner, err := q.row(""); err == nil && q.i == len(q.s) {
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
			q := &parser{s: below, depth: p.depth + 1}
			if n.kids[1], err = q.row(""); err != nil {
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

func (p *parser) mod(word string) (*node, error) {
	n, err := p.arg()
	return &node{kind: row, kids: []*node{{kind: space, text: "0.5"}, {kind: op, text: "("}, {kind: words, text: word}, n, {kind: op, text: ")"}}}, err
}

// environment reads \begin{…} … \end{…}.
func (p *parser) environment() (*node, error) {
	name := strings.TrimSuffix(p.raw(), "*")
	switch name {
	case "array", "tabular", "subarray":
		p.option()
		p.raw() // the columns
	case "alignedat", "alignat":
		p.raw()
	case "aligned", "align", "gathered", "gather", "split", "eqnarray", "multline", "equation", "displaymath", "math", "smallmatrix",
		"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "cases", "dcases", "rcases", "flalign":
	default:
		return nil, fmt.Errorf("unknown environment %s", name)
	}
	n, err := p.rows(`\end`, name)
	if err != nil {
		return nil, err
	}
	if end := strings.TrimSuffix(p.raw(), "*"); end != name {
		return nil, fmt.Errorf("%s ends as %s", name, end)
	}
	fences := map[string][2]string{
		"pmatrix": {"(", ")"}, "bmatrix": {"[", "]"}, "Bmatrix": {"{", "}"}, "vmatrix": {"|", "|"}, "Vmatrix": {"‖", "‖"},
		"cases": {"{", ""}, "dcases": {"{", ""}, "rcases": {"", "}"},
	}
	if f, ok := fences[name]; ok {
		return &node{kind: fence, text: f[0], also: f[1], kids: []*node{n}}, nil
	}
	return n, nil
}

// rows reads a table up to the token end, which is taken.
func (p *parser) rows(end, name string) (*node, error) {
	t := &node{kind: table, text: name}
	line := &node{kind: row}
	for {
		cell, err := p.row("")
		if err != nil {
			return nil, err
		}
		line.kids = append(line.kids, cell)
		switch tok := p.take(); tok {
		case "&":
		case `\\`, `\cr`:
			p.option()
			t.kids = append(t.kids, line)
			line = &node{kind: row}
		case end:
			if len(line.kids) > 1 || len(cell.kids) > 0 || len(t.kids) == 0 {
				t.kids = append(t.kids, line)
			}
			return t, nil
		default:
			return nil, fmt.Errorf("%s is not closed", name)
		}
	}
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

func (p *parser) prescript() (*node, error) {
	var parts [3]*node
	for i := range parts {
		n, err := p.arg()
		if err != nil {
			return nil, err
		}
		parts[i] = n
	}
	return &node{kind: row, kids: []*node{{kind: scripts, kids: []*node{{kind: row}, parts[1], parts[0]}}, parts[2]}}, nil
}

// chemistry reads \ce{H2O}: letters upright, figures behind them lowered.
func (p *parser) chemistry() (*node, error) {
	n := &node{kind: row}
	for s := p.raw(); s != ""; {
		i := 0
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		if last := len(n.kids) - 1; i > 0 && last >= 0 {
			n.kids[last] = &node{kind: scripts, kids: []*node{n.kids[last], {kind: number, text: s[:i]}, nil}}
			s = s[i:]
			continue
		}
		i = max(i, strings.IndexAny(s, "0123456789"))
		if i <= 0 {
			i = len(s)
		}
		n.kids = append(n.kids, &node{kind: words, text: plainOf(s[:i])})
		s = s[i:]
	}
	return n, nil
}

func (p *parser) quantity() (*node, error) {
	value := &node{kind: number, text: p.raw()}
	return &node{kind: row, kids: []*node{value, {kind: space, text: "0.17"}, {kind: words, text: plainOf(p.raw())}}}, nil
}

// enclosed reads an argument between the delimiters that the command names.
func (p *parser) enclosed(name string) (*node, error) {
	ends := map[string][2]string{
		"ket": {"|", "⟩"}, "bra": {"⟨", "|"}, "braket": {"⟨", "⟩"}, "abs": {"|", "|"}, "norm": {"‖", "‖"}, "ceil": {"⌈", "⌉"}, "floor": {"⌊", "⌋"},
		"set": {"{", "}"}, "paren": {"(", ")"}, "expval": {"⟨", "⟩"}, "ev": {"⟨", "⟩"}, "mean": {"⟨", "⟩"},
	}[strings.ToLower(name)]
	inside, err := p.arg()
	if err != nil {
		return nil, err
	}
	n := &node{kind: row, kids: []*node{{kind: op, text: ends[0]}, inside}}
	if name == "braket" && p.peek() == "{" { // the physics package takes two
		second, err := p.arg()
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, &node{kind: op, text: "|"}, second)
	}
	n.kids = append(n.kids, &node{kind: op, text: ends[1]})
	return n, nil
}

func (p *parser) dirac(name string) (*node, error) {
	a, err := p.arg()
	if err != nil {
		return nil, err
	}
	b := a
	if p.peek() == "{" {
		if b, err = p.arg(); err != nil {
			return nil, err
		}
	}
	signs := []string{"|", "⟩⟨", "|"}
	if name == "innerproduct" {
		signs = []string{"⟨", "|", "⟩"}
	}
	o := func(i int) *node { return &node{kind: op, text: signs[i]} }
	return &node{kind: row, kids: []*node{o(0), a, o(1), b, o(2)}}, nil
}

package tex

import "strings"

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

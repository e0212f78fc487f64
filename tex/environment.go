package tex

import (
	"fmt"
	"strings"
)

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
	return fenced(name, n), nil
}

// fenced puts around a table the delimiters that its name asks for.
func fenced(name string, n *node) *node {
	fences := map[string][2]string{
		"pmatrix": {"(", ")"}, "bmatrix": {"[", "]"}, "Bmatrix": {"{", "}"}, "vmatrix": {"|", "|"}, "Vmatrix": {"‖", "‖"},
		"cases": {"{", ""}, "dcases": {"{", ""}, "rcases": {"", "}"},
	}
	if f, ok := fences[name]; ok {
		return &node{kind: fence, text: f[0], also: f[1], kids: []*node{n}}
	}
	return n
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

// plainTable reads the argument of \cases and \matrix as plain TeX has them.
func (p *parser) plainTable(name string) (*node, error) {
	if p.take() != "{" {
		return nil, fmt.Errorf("%s without its lines", name)
	}
	n, err := p.rows("}", name)
	if err != nil {
		return nil, err
	}
	return fenced(name, n), nil
}

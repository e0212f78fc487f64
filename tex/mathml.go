package tex

import (
	"html"
	"strings"
	"unicode/utf8"
)

// mathml writes the node as MathML Core. Every node writes exactly one element, so
// that the parents have as many children as they must.
func (n *node) mathml(b *strings.Builder) {
	switch n.kind {
	case row:
		if len(n.kids) == 1 && n.kids[0] != nil {
			n.kids[0].mathml(b)
			return
		}
		element(b, "mrow", "", n.kids...)
	case phantom:
		element(b, "mphantom", "", n.kids...)
	case ident, number, op, words, space:
		n.leaf(b)
	case frac:
		element(b, "mfrac", "", n.kids...)
	case binom:
		b.WriteString(`<mrow><mo>(</mo>`)
		element(b, "mfrac", ` linethickness="0"`, n.kids...)
		b.WriteString(`<mo>)</mo></mrow>`)
	case sqrt:
		element(b, "msqrt", "", n.kids...)
	case root:
		element(b, "mroot", "", n.kids...)
	case scripts:
		n.placed(b, "msub", "msup", "msubsup")
	case stacked:
		n.placed(b, "munder", "mover", "munderover")
	case fence:
		b.WriteString("<mrow>")
		delimiter(b, n.text, "prefix")
		n.kids[0].mathml(b)
		delimiter(b, n.also, "postfix")
		b.WriteString("</mrow>")
	case table:
		n.table(b)
	}
}

func element(b *strings.Builder, name, attributes string, kids ...*node) {
	b.WriteString("<" + name + attributes + ">")
	for _, k := range kids {
		k.mathml(b)
	}
	b.WriteString("</" + name + ">")
}

// placed writes a base with what stands below and above it.
func (n *node) placed(b *strings.Builder, below, above, both string) {
	base, sub, sup := n.kids[0], n.kids[1], n.kids[2]
	accent := ""
	if n.text == "accent" {
		accent = ` accent="true"`
	}
	switch {
	case sub != nil && sup != nil:
		element(b, both, "", base, sub, sup)
	case sup != nil:
		element(b, above, accent, base, sup)
	case accent != "":
		element(b, below, ` accentunder="true"`, base, sub)
	default:
		element(b, below, "", base, sub)
	}
}

func delimiter(b *strings.Builder, text, form string) {
	if text != "" {
		b.WriteString(`<mo form="` + form + `" stretchy="true">` + html.EscapeString(text) + "</mo>")
	}
}

// Delimiters that MathML would let grow by themselves.
const growing = "()[]{}|‖⟨⟩⌈⌉⌊⌋⟦⟧"

// isItalic reports whether a name is set in italics: one letter, with its accents,
// of the plain alphabets. Pages can tell it from the attribute of the others alone.
func isItalic(name string) bool {
	r, n := utf8.DecodeRuneInString(name)
	return r < 0x2000 && strings.Trim(name[n:], "\u0338") == ""
}

func (n *node) leaf(b *strings.Builder) {
	text := html.EscapeString(n.text)
	switch n.kind {
	case ident:
		if n.upright || !isItalic(n.text) {
			b.WriteString(`<mi mathvariant="normal">` + text + "</mi>")
			return
		}
		b.WriteString("<mi>" + text + "</mi>")
	case number:
		b.WriteString("<mn>" + text + "</mn>")
	case words:
		// White space at the ends of an element is dropped, so it is made lasting.
		b.WriteString("<mtext>" + strings.ReplaceAll(text, " ", "\u00a0") + "</mtext>")
	case space:
		b.WriteString(`<mspace width="` + n.text + `em"></mspace>`)
	case op:
		switch {
		case n.stretch:
			b.WriteString(`<mo stretchy="true">` + text + "</mo>")
		case n.large && !n.limits:
			b.WriteString("<mo>" + text + "</mo>")
		case strings.Contains("/.!", n.text): // no space around, as in TeX
			b.WriteString(`<mo lspace="0" rspace="0">` + text + "</mo>")
		case n.text == "|" || n.text == "‖":
			b.WriteString(`<mo stretchy="false" lspace="0" rspace="0">` + text + "</mo>")
		case n.large:
			b.WriteString(`<mo movablelimits="true">` + text + "</mo>")
		case strings.Contains(growing, n.text) || strings.ContainsAny(n.text, "^~¯→←↔˙¨ˇ˘´`˚_"):
			b.WriteString(`<mo stretchy="false">` + text + "</mo>")
		default:
			b.WriteString("<mo>" + text + "</mo>")
		}
	}
}

func (n *node) table(b *strings.Builder) {
	b.WriteString("<mtable>")
	for _, line := range n.kids {
		b.WriteString("<mtr>")
		for _, cell := range line.kids {
			element(b, "mtd", "", cell)
		}
		b.WriteString("</mtr>")
	}
	b.WriteString("</mtable>")
}

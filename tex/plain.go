package tex

import (
	"strings"
	"unicode/utf8"
)

// plain returns the node as readable Unicode.
func (n *node) plain() string {
	switch n.kind {
	case ident, number, words:
		return n.text
	case space:
		return " "
	case op:
		return n.operator()
	case row, sqrt, phantom, fence, root:
		return n.grouped()
	case frac:
		return parens(n.kids[0]) + "/" + parens(n.kids[1])
	case binom:
		return "C(" + n.kids[0].plain() + ", " + n.kids[1].plain() + ")"
	case scripts, stacked:
		return n.withScripts()
	}
	rows := make([]string, len(n.kids))
	for i, line := range n.kids {
		cells := make([]string, len(line.kids))
		for j, c := range line.kids {
			cells[j] = strings.TrimSpace(c.plain())
		}
		rows[i] = strings.TrimSpace(strings.Join(cells, " "))
	}
	return strings.Join(rows, "; ")
}

// operator puts space around the signs that stand between two things.
func (n *node) operator() string {
	if strings.Contains("=<>≤≥⩽⩾≪≫≠≡∼≃≈≅∝→←↔⇒⇔⟹⟺⟶↦∈∉⊂⊆⊃⊇+≔≜≲≳", n.text) {
		return " " + n.text + " "
	}
	if n.text == "," || n.text == ";" {
		return n.text + " "
	}
	return n.text
}

func (n *node) grouped() string {
	if n.kind == phantom {
		return " "
	}
	if n.kind == sqrt {
		return "√" + parens(n.kids[0])
	}
	if n.kind == root {
		return script(n.kids[1].plain(), true) + "√" + parens(n.kids[0])
	}
	if n.kind == fence {
		return n.text + n.kids[0].plain() + n.also
	}
	var b strings.Builder
	for i, k := range n.kids {
		s := k.plain()
		if k.kind == frac && i+1 < len(n.kids) && n.kids[i+1].kind != op && n.kids[i+1].kind != space { // κ/ε times S is not κ over εS
			s = "(" + s + ")"
		}
		if k.kind == op && strings.TrimSpace(s) != s && i == 0 { // a sign before: −1, ∼6
			s = strings.TrimLeft(s, " ")
			if k.text != "→" && k.text != "=" {
				s = strings.TrimRight(s, " ")
			}
		}
		if k.upright && k.kind == ident && utf8.RuneCountInString(k.text) > 1 && i > 0 && b.Len() > 0 && isLetter(b.String()[b.Len()-1]) {
			s = " " + s
		}
		if strings.HasSuffix(b.String(), " ") {
			s = strings.TrimLeft(s, " ")
		}
		b.WriteString(s)
		if i+1 < len(n.kids) && k.kind == ident && k.upright && functions[k.text] && n.kids[i+1].kind != op && n.kids[i+1].kind != fence {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// parens puts brackets around what is more than one thing.
func parens(n *node) string {
	s := strings.TrimSpace(n.plain())
	if utf8.RuneCountInString(s) <= 1 || !strings.ContainsAny(s, " +−-/⋅×") && (n.kind != row || len(n.kids) < 2 || isFigures(s)) {
		return s
	}
	return "(" + s + ")"
}

func isFigures(s string) bool { return strings.Trim(s, "0123456789.,") == "" }

// Combining letters that stand for the accents.
var combining = map[string]string{
	"^": "\u0302", "~": "\u0303", "¯": "\u0304", "→": "\u20d7", "˙": "\u0307", "¨": "\u0308", "ˇ": "\u030c", "˘": "\u0306", "´": "\u0301", "`": "\u0300", "˚": "\u030a", "⃛": "\u20db",
}

func (n *node) withScripts() string {
	base := n.kids[0].plain()
	sub, sup := n.kids[1], n.kids[2]
	if n.text == "accent" {
		if sup != nil && combining[sup.text] != "" && utf8.RuneCountInString(base) == 1 {
			return base + combining[sup.text]
		}
		return base
	}
	if n.text == "brace" {
		return base
	}
	if n.kids[0].kind == op {
		base = strings.TrimSpace(base)
	}
	if sub != nil {
		base += script(strings.TrimSpace(sub.plain()), false)
	}
	if sup != nil {
		base += script(strings.TrimSpace(sup.plain()), true)
	}
	if n.large || n.kids[0].upright && utf8.RuneCountInString(n.kids[0].text) > 1 {
		base += " "
	}
	return base
}

const (
	raisable  = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺−⁻-⁻=⁼(⁽)⁾aᵃbᵇcᶜdᵈeᵉfᶠgᵍhʰiⁱjʲkᵏlˡmᵐnⁿoᵒpᵖrʳsˢtᵗuᵘvᵛwʷxˣyʸzᶻTᵀ∗*"
	lowerable = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊−₋-₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓ"
)

// script writes s raised or lowered where Unicode has all its letters, else with a
// mark and brackets.
func script(s string, raised bool) string {
	if s == "" {
		return ""
	}
	if strings.Trim(s, "′″‴⁗") == "" || s == "∘" || s == "°" {
		return strings.ReplaceAll(s, "∘", "°")
	}
	list, mark := lowerable, "_"
	if raised {
		list, mark = raisable, "^"
	}
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, " ", "") {
		i := strings.IndexRune(list, r)
		if i < 0 {
			if utf8.RuneCountInString(s) == 1 {
				return mark + s
			}
			return mark + "{" + s + "}"
		}
		to, _ := utf8.DecodeRuneInString(list[i+utf8.RuneLen(r):])
		b.WriteRune(to)
	}
	return b.String()
}

// Package tex turns the TeX of titles and abstracts into what a page, a mail or an
// index can show: mathematics into MathML or readable Unicode, text commands into
// letters and a little HTML.
//
// It is made for abstracts as arXiv keeps them, not for documents: it knows the
// commands that occur there, expands no macros of the authors, and never fails: a
// formula that it cannot read stands as its source. All it returns as HTML is
// escaped by construction. It stores nothing and imports nothing of ours.
//
// The meaning of the commands is that of LaTeX and amsmath; the elements are those
// of MathML Core (https://www.w3.org/TR/mathml-core/).
package tex

import (
	"fmt"
	"html"
	"html/template"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// HTML returns a title or an abstract in arXiv's TeX as HTML. Mathematics becomes
// MathML, and punctuation behind a formula is kept on its line.
func HTML(s string) template.HTML {
	if !strings.ContainsAny(s, "$\\{}^_~`'-<>&\"") {
		return template.HTML(html.EscapeString(s))
	}
	var w htmlWriter
	spans := Split(s)
	for i, sp := range spans {
		if !sp.Math {
			w.text(sp.Text)
			continue
		}
		// Punctuation that follows stays with the formula.
		tail := ""
		if i+1 < len(spans) && !spans[i+1].Math {
			next := spans[i+1].Text
			n := len(next) - len(strings.TrimLeft(next, ".,;:!?)]"))
			if strings.HasPrefix(next, "-") { // $k$-means
				if n = strings.IndexAny(next, " \n\\${}"); n < 0 {
					n = len(next)
				}
				if n > 24 {
					n = 0
				}
			}
			tail, spans[i+1].Text = next[:n], next[n:]
		}
		w.math(sp, tail)
	}
	return template.HTML(w.b.String())
}

// PlainHTML returns text that has lost its dollar signs as HTML: it is not read as
// TeX. Only what cannot mean anything else is cleaned: escaped signs, accents, quotes, and
// powers of figures such as 10^3.
func PlainHTML(s string) template.HTML {
	s = unescape(s)
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '^')
		if i < 0 {
			break
		}
		power := s[i+1:]
		n := 0
		if n < len(power) && power[n] == '-' {
			n++
		}
		for n < len(power) && isDigit(power[n]) {
			n++
		}
		if i == 0 || n == 0 || power[:n] == "-" || !isAlnum(s[i-1]) && s[i-1] != ')' {
			b.WriteString(html.EscapeString(s[:i+1]))
			s = power
			continue
		}
		b.WriteString(html.EscapeString(s[:i]))
		b.WriteString("<sup>" + strings.Replace(power[:n], "-", "−", 1) + "</sup>")
		s = power[n:]
	}
	b.WriteString(html.EscapeString(s))
	return template.HTML(b.String())
}

// Mark marks a piece of HTML that this package made; class may be empty.
func Mark(piece template.HTML, class string) template.HTML {
	if class == "" {
		return "<mark>" + piece + "</mark>"
	}
	return template.HTML(`<mark class="`+html.EscapeString(class)+`">`) + piece + "</mark>"
}

// Join joins pieces of HTML.
func Join(pieces []template.HTML) template.HTML {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(string(p))
	}
	return template.HTML(b.String())
}

// PlainText is PlainHTML for where no markup can stand.
func PlainText(s string) string { return unescape(s) }

// Text returns a title or an abstract in arXiv's TeX as readable Unicode: x², α, √(x).
func Text(s string) string {
	if !strings.ContainsAny(s, "$\\{}^_~`'-") {
		return s
	}
	var w plainWriter
	for _, sp := range Split(s) {
		if !sp.Math {
			w.text(sp.Text)
			continue
		}
		n, err := parseMath(sp.Text)
		if err != nil {
			w.b.WriteString(sp.Text)
			continue
		}
		w.b.WriteString(strings.TrimSpace(n.plain()))
	}
	return norm.NFC.String(w.b.String())
}

// MathML returns one <math> element for a formula, without its dollars. The error
// says what cannot be read. A command of which nothing is known stands in the
// element by its name; then there are an element and an error.
func MathML(formula string, display bool) (string, error) {
	f, err := parseMath(formula)
	if err != nil {
		return "", err
	}
	return f.element(display), f.err()
}

// err says whether a part of the formula could not be read.
func (f *formula) err() error {
	if f.unknown == "" {
		return nil
	}
	return fmt.Errorf("unknown command %s", f.unknown)
}

func (f *formula) element(display bool) string {
	var b strings.Builder
	b.WriteString("<math")
	if display {
		b.WriteString(` display="block"`)
	}
	b.WriteString(">")
	f.mathml(&b)
	b.WriteString("</math>")
	return b.String()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }

package paper

import (
	"html/template"
	"strings"

	"broadsheet/tex"
)

// Form is how a title and an abstract are to be read.
type Form string

// The forms.
const (
	TeX   Form = "tex"   // as arXiv keeps them
	Plain Form = "plain" // an upstream's text that has lost its dollar signs: never to be read as TeX
)

// HTML returns a piece of a title or an abstract ready for a page.
func (f Form) HTML(text string) template.HTML {
	if f == TeX {
		return tex.HTML(text)
	}
	return tex.PlainHTML(text)
}

// Text returns it as readable Unicode, for where no markup can stand.
func (f Form) Text(text string) string {
	if f == TeX {
		return tex.Text(text)
	}
	return tex.PlainText(text)
}

// Line returns it as readable Unicode in one line.
func (f Form) Line(text string) string { return strings.Join(strings.Fields(f.Text(text)), " ") }

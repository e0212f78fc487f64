package web

import (
	"strings"

	"broadsheet/paper"
	"broadsheet/tex"
)

// rich makes a piece of a title or an abstract ready for a page.
func rich(form paper.Form, text string) Text {
	if form == paper.TeX {
		return tex.HTML(text)
	}
	return tex.PlainHTML(text)
}

// plain makes it ready for where no markup can stand.
func plain(form paper.Form, text string) string {
	if form == paper.TeX {
		text = tex.Text(text)
	} else {
		text = tex.PlainText(text)
	}
	return strings.Join(strings.Fields(text), " ")
}

package web

import (
	"regexp"
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

var addressForm = regexp.MustCompile(`https?://[^\s<>]+`)

// linked cuts a plain text at the addresses in it, which become links.
func linked(text string) []Link {
	var list []Link
	last := 0
	for _, at := range addressForm.FindAllStringIndex(text, -1) {
		list = append(list, Link{Text: text[last:at[0]]}, Link{Text: text[at[0]:at[1]], Href: text[at[0]:at[1]]})
		last = at[1]
	}
	return append(list, Link{Text: text[last:]})
}

package digest

import (
	"strings"

	"broadsheet/paper"
	"broadsheet/tex"
)

// plain returns a piece of a title or an abstract as readable Unicode in one line.
func plain(form paper.Form, text string) string {
	if form == paper.TeX {
		text = tex.Text(text)
	} else {
		text = tex.PlainText(text)
	}
	return strings.Join(strings.Fields(text), " ")
}

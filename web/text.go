package web

import (
	"regexp"
)

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

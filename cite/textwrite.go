package cite

import (
	"fmt"
	"strings"
)

// appendText writes a citation as one reads it, in one line.
func appendText(b []byte, x *Item) ([]byte, error) {
	var parts []string
	add := func(text string) {
		if text = oneLine(text); text != "" {
			if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, "!") {
				text += "."
			}
			parts = append(parts, text)
		}
	}
	who := textNames(x.Authors)
	if d := x.Issued; d.Year > 0 {
		who = strings.TrimSpace(who + fmt.Sprintf(" (%d)", d.Year))
	}
	add(who)
	add(x.Title)
	where := x.Container
	if x.Volume != "" {
		where += " " + x.Volume
	}
	if x.Issue != "" {
		where += "(" + x.Issue + ")"
	}
	if x.Pages != "" {
		where += ", " + strings.ReplaceAll(x.Pages, "-", "–")
	}
	add(where)
	if x.Container == "" && x.Publisher != "arXiv" {
		add(x.Publisher)
	}
	if x.ArXiv != "" {
		add("arXiv:" + x.ArXiv)
	}
	line := strings.Join(parts, " ")
	if x.DOI != "" {
		line += " https://doi.org/" + x.DOI
	} else if x.URL != "" {
		line += " " + x.URL
	}
	return append(b, line+"\n"...), nil
}

// textNames writes all names up to twenty, of more the first nineteen and the last, as
// the style of the APA has it.
func textNames(names []Name) string {
	list := make([]string, 0, len(names))
	for _, n := range names {
		list = append(list, n.String())
	}
	switch n := len(list); {
	case n == 0:
		return ""
	case n == 1:
		return list[0]
	case n > 20:
		return strings.Join(list[:19], ", ") + ", …, " + list[n-1]
	default:
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
}

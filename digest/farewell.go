package digest

import "strings"

// isFarewell reports whether an answer to a digest asks for no more: one of a few
// words stands alone in the subject or in the first line that the reader wrote.
func isFarewell(subject, text string) bool {
	if farewells[bare(subject)] {
		return true
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		return !strings.HasPrefix(line, ">") && farewells[bare(line)]
	}
	return false
}

func bare(s string) string {
	return strings.Trim(strings.ToLower(strings.Join(strings.Fields(s), " ")), " .!")
}

var farewells = map[string]bool{
	"unsubscribe": true, "please unsubscribe": true, "unsubscribe me": true, "please unsubscribe me": true,
	"stop": true, "remove": true, "remove me": true, "please remove me": true, "cancel": true,
	"abmelden": true, "désabonner": true, "desuscribir": true, "avregistrera": true,
}

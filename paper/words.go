package paper

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns a text as it is compared: in small letters, without accents.
func Fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}

// FoldName returns a name as it is compared: as Fold does, with one space between its
// words.
func FoldName(name string) string { return strings.Join(strings.Fields(Fold(name)), " ") }

// HoldsWord reports whether a word or phrase stands in a text in small letters, at the
// beginning of a word: "model" is found in "models", "art" is not found in "smart".
func HoldsWord(text, term string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], term)
		if i < 0 {
			return false
		}
		i += at
		if i == 0 || !isLetter(text[i-1]) {
			return true
		}
		at = i + 1
	}
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c >= 0x80 }

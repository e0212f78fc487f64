package embed

import (
	"slices"
	"strings"
	"testing"
)

// TestNormalise holds the words of some texts to those of the reference.
func TestNormalise(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"marks out of order", "a\U0001d16d\U0001d165", "a\U0001d165\U0001d16d"},
		{"marks that stay and one that goes", "q\u302f\U0001d165\u302e\u0301x", "q\U0001d165\u302f\u302ex"},
		{"a virama", "\u1b44\u302e\u1b44", "\u1b44\u1b44\u302e"},
		{"a syllable of Hangul", "\uac01", "\u1100\u1161\u11a8"},
		{"accents in three spellings", "A\u0301\u00c5\u212b", "aaa"},
		{"ideographs", "x\u4e2d\u6587y", "x \u4e2d \u6587 y"},
		{"punctuation", "don't  stop\tnow", "don ' t stop now"},
		{"what is composed of two", "\u0958\u09cb", "\u0915\u09c7\u09be"},
		{"newer than the reference", "\U00011938a", "\U00011938a"},
		{"what is not seen", "e\u200b\u00adf\x00g", "efg"},
		{"capitals", "\u1e9e\u0130", "\u00dfi"},
		{"a long word keeps its order", strings.Repeat("a", 150) + "\U0001d16d\U0001d165", strings.Repeat("a", 150) + "\U0001d165\U0001d16d"},
	} {
		var words []string
		n := normaliser{lower: true, strip: true, ideographs: true}
		n.emit = func(word []rune) bool {
			words = append(words, string(word))
			return true
		}
		n.text(c.text)
		if want := strings.Split(c.want, " "); !slices.Equal(words, want) {
			t.Errorf("%s: %q and not %q", c.name, words, want)
		}
	}
}

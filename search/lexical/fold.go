package lexical

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

// fold takes a character apart and leaves its accents off: é is e, ﬁ is fi, ₁ is
// 1, ℓ is l. It changes no case.
func fold(r rune) []rune {
	if to, ok := letterFolds[r]; ok {
		return []rune(to)
	}
	var buf [utf8.UTFMax]byte
	var out []rune
	for _, d := range string(norm.NFKD.Bytes(buf[:utf8.EncodeRune(buf[:], r)])) {
		if !unicode.Is(unicode.M, d) {
			out = append(out, d)
		}
	}
	return out
}

func lower(r rune) rune { return unicode.ToLower(r) }

// letterFolds are letters that Unicode does not take apart.
var letterFolds = map[rune]string{
	'ø': "o", 'Ø': "o", 'ł': "l", 'Ł': "l", 'đ': "d", 'Đ': "d", 'ð': "d", 'Ð': "d", 'ß': "ss", 'ẞ': "ss",
	'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'þ': "th", 'Þ': "th", 'ı': "i", 'ħ': "h", 'Ħ': "h",
}

// nameGreek turns a single Greek letter into its name; a Greek word stays.
func nameGreek(part []byte) []byte {
	r, n := utf8.DecodeRune(part)
	if n == len(part) {
		if r == 'ς' {
			r = 'σ'
		}
		if i := bytes.IndexRune([]byte(greekLetters), r); i >= 0 {
			return append(part[:0], greekNames[utf8.RuneCountInString(greekLetters[:i])]...)
		}
	}
	return part
}

const greekLetters = "αβγδεζηθικλμνξοπρστυφχψω"

var greekNames = [...]string{
	"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
	"nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
}

func set(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		m[w] = true
	}
	return m
}

// TeX's commands that are no words: accents, letters, and how things look.
var (
	accents   = set("c", "v", "u", "H", "k", "r", "b", "d", "t", "hat", "tilde", "bar", "vec", "dot", "ddot", "acute", "grave", "check", "breve")
	ligatures = map[string]string{"o": "o", "O": "o", "l": "l", "L": "l", "ss": "ss", "ae": "ae", "AE": "ae", "oe": "oe", "OE": "oe", "aa": "a", "AA": "a", "i": "i", "j": "j"}
	silent    = set("mathbb", "mathcal", "mathrm", "mathbf", "mathit", "mathsf", "mathfrak", "mathscr", "mathtt", "boldsymbol", "bm",
		"text", "textbf", "textit", "textrm", "textsc", "texttt", "textsf", "emph", "rm", "bf", "it", "cal", "em", "sc", "tt", "operatorname",
		"left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "frac", "tfrac", "dfrac", "overline", "underline", "widetilde", "widehat",
		"mbox", "hbox", "url", "href", "quad", "qquad", "displaystyle", "ensuremath", "begin", "end", "cite", "citep", "citet", "ref", "label",
		"footnote", "ldots", "dots", "cdots", "cdot", "limits", "nolimits", "newline", "noindent", "sim", "approx", "times", "langle", "rangle")
)

// Stem returns the form that stands for all English forms of a word (Porter's
// second algorithm). A word of another script, with digits, or of one or two
// letters is its own stem.
func Stem(word string) string {
	if len(word) < 3 {
		return word
	}
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	return english.Stem(word, true)
}

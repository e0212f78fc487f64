package edition

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Claim is the sentence of an abstract that says what was done, in the authors'
// words: a stock opening, shown grey, and the rest. Both are pieces of the
// abstract as it was given, so whatever reads the abstract reads them.
type Claim struct {
	Opening string // "In this paper, ", with the space behind it; often empty
	Text    string
}

// String returns the whole claim.
func (c Claim) String() string { return c.Opening + c.Text }

var (
	// Additions to what was said, and where the code is, which is no claim.
	notTheClaim = regexp.MustCompile(`^(?:Finally|We also|Moreover|Yet)\b|\b(?:[Cc]ode|[Pp]age|[Ww]ebsite)\b.*https?://|\breleas\w+ (?:our |the |all |its )?(?:source )?code\b`)
	opening     = regexp.MustCompile(`^(?:(?i:in|with|through|to|for|by|here|motivated|inspired|based|building|towards?)\b[^,.;:$]{0,70}, |(?:Therefore|Thus|Hence|Specifically|Concretely|Accordingly|Here|Consequently|Instead|To this end), )`)
)

// PickClaim picks the claim of an abstract: the first sentence in which "we" or
// "this paper" introduces, presents, proposes, develops, releases, constructs or
// builds; else shows, finds, studies, demonstrates, reports or identifies; else
// the first. Sentences that begin Finally, We also, Moreover or Yet, and those that
// say where the code is, are passed over. One of under 90 characters takes the next with it.
func PickClaim(abstract string) Claim {
	sentences := Sentences(abstract)
	if len(sentences) == 0 {
		return Claim{}
	}
	at := 0
search:
	for _, verbs := range [][]string{putForward, findOut} {
		for i, s := range sentences {
			if says(s, verbs) && !notTheClaim.MatchString(s) {
				at = i
				break search
			}
		}
	}
	text := sentences[at]
	if utf8.RuneCountInString(text) < 90 && at+1 < len(sentences) {
		text += " " + sentences[at+1]
	}
	return split(text)
}

// split sets the stock opening of a sentence apart.
func split(text string) Claim {
	c := Claim{Text: text}
	if m := opening.FindString(text); m != "" && startsClause(text[len(m):]) {
		c.Opening, c.Text = m, text[len(m):]
	}
	return c
}

// The verbs by which authors put a thing forward, and those by which they tell of a
// finding, as beginnings of their forms.
var (
	putForward = []string{"introduc", "present", "propos", "develop", "releas", "construct", "build", "built"}
	findOut    = []string{"show", "find", "found", "studi", "study", "demonstrat", "report", "identif"}
)

// says reports whether in a sentence "we" or "this paper" does what one of the verbs
// says, with at most three words between.
func says(sentence string, verbs []string) bool {
	const between = 3
	left := 0 // words within which the verb must come
	last := ""
	for word := range words(sentence) {
		if left > 0 && beginsAny(word, verbs) {
			return true
		}
		left--
		if strings.EqualFold(word, "we") || strings.EqualFold(last, "this") && isWork(word) {
			left = between + 1
		}
		last = word
	}
	return false
}

// words yields the runs of letters, figures and low lines of ASCII.
func words(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start := -1
		for i := 0; i <= len(s); i++ {
			in := i < len(s) && (s[i] == '_' || '0' <= s[i] && s[i] <= '9' || 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z')
			switch {
			case in && start < 0:
				start = i
			case !in && start >= 0:
				if !yield(s[start:i]) {
					return
				}
				start = -1
			}
		}
	}
}

func beginsAny(word string, verbs []string) bool {
	return slices.ContainsFunc(verbs, func(v string) bool { return len(word) >= len(v) && strings.EqualFold(word[:len(v)], v) })
}

func isWork(word string) bool {
	return slices.ContainsFunc([]string{"paper", "work", "book", "report", "survey", "study", "article", "thesis"}, func(w string) bool { return strings.EqualFold(word, w) })
}

// startsClause reports whether rest can stand as the beginning of what is said:
// only an opening that leads straight to the authors is stock.
func startsClause(rest string) bool {
	r := strings.ToLower(rest)
	return strings.HasPrefix(r, "we ") || strings.HasPrefix(r, "this ") || strings.HasPrefix(r, "our ")
}

// Words with a full stop that ends no sentence, without the stop, in lower case.
var abbreviations = map[string]bool{
	"e.g": true, "i.e": true, "cf": true, "vs": true, "et al": true, "al": true, "resp": true,
	"fig": true, "figs": true, "eq": true, "eqs": true, "sec": true, "ref": true, "refs": true, "no": true,
	"approx": true, "dr": true, "prof": true, "st": true, "mr": true, "ms": true, "mrs": true, "w.r.t": true, "viz": true, "ca": true, "thm": true,
}

// Words that open a sentence and no surname.
var starters = map[string]bool{
	"We": true, "The": true, "This": true, "These": true, "In": true, "It": true, "Our": true, "Here": true,
	"However": true, "To": true, "A": true, "For": true, "By": true, "As": true, "Then": true, "Moreover": true, "Finally": true,
}

// OneLine returns a text with one space where it has white space, and none at its ends.
func OneLine(text string) string {
	last := byte(' ')
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == ' ' && last == ' ' || c >= '\t' && c <= '\r' || c >= utf8.RuneSelf && wideSpace(text[i:]) {
			return strings.Join(strings.Fields(text), " ")
		}
		last = c
	}
	return strings.TrimSuffix(text, " ")
}

// wideSpace reports whether a text begins with white space beyond ASCII.
func wideSpace(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(r)
}

// Sentences splits running text into its sentences, without the white space
// between them. A full stop ends one when white space and then a capital, a
// digit or an opening sign follow, and it belongs to no abbreviation, initial or
// formula.
func Sentences(text string) []string {
	text = OneLine(text)
	var list []string
	start, inMath := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++ // an escaped sign, also \$
		case c == '$':
			inMath = !inMath && strings.IndexByte(text[i+1:], '$') >= 0
		case inMath:
		case c == '.' || c == '!' || c == '?':
			end := i + 1
			for end < len(text) && strings.IndexByte(`.!?)]"'`, text[end]) >= 0 {
				end++
			}
			if end < len(text) && (text[end] != ' ' || !opens(text[end+1:]) || c == '.' && abbreviated(text[start:i], text[end+1:])) {
				continue
			}
			list = append(list, text[start:end])
			start, i = end, end
			if start < len(text) {
				start++
			}
		}
	}
	if start < len(text) {
		list = append(list, text[start:])
	}
	return list
}

// opens reports whether text can open a sentence.
func opens(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(r) || unicode.IsDigit(r) || strings.ContainsRune("$\\([\"'`“‘", r) || unicode.Is(unicode.Lo, r)
}

// abbreviated reports whether the full stop behind text, before next, belongs to
// its last word.
func abbreviated(text, next string) bool {
	word := text[strings.LastIndexAny(text, " (~")+1:]
	if abbreviations[strings.ToLower(word)] {
		return true
	}
	r, n := utf8.DecodeRuneInString(word)
	if n == len(word) && unicode.IsUpper(r) { // an initial, "J. Smith", unless it is the end: "type I. We"
		first, _, _ := strings.Cut(next, " ")
		return !starters[strings.TrimSuffix(first, ",")]
	}
	return false
}

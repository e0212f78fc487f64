package search

import (
	"slices"
	"strings"

	"broadsheet/search/lexical"
)

// particles begin a family name that has several words: van der Berg, de la Cruz.
var particles = []string{"van", "von", "der", "den", "de", "da", "di", "del", "della", "dos", "du", "la", "le", "el", "al", "bin", "ibn", "ben", "ter", "ten", "zu", "af"}

// nameKeys returns the forms under which an author can be asked for: the family
// name, family name and initial, family name and the whole first name, and family
// name with all given names. The family is "" where the source does not tell the
// parts apart.
func nameKeys(name, family string) []string {
	given, fam := splitName(name, family)
	if fam == "" {
		return nil
	}
	keys := []string{fam}
	if last := fam[strings.LastIndexByte(fam, ' ')+1:]; last != fam {
		keys = append(keys, last) // van der Berg is also looked for as Berg
	}
	for _, f := range slices.Clone(keys) {
		if len(given) > 0 {
			keys = append(keys, f+","+initial(given[0]), f+","+given[0])
		}
		if len(given) > 1 {
			var all strings.Builder
			for _, g := range given {
				all.WriteString(initial(g))
			}
			keys = append(keys, f+","+all.String(), f+","+strings.Join(given, " "))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// splitName returns the given names and the family name in the words of the index.
func splitName(name, family string) (given []string, fam string) {
	if before, after, comma := strings.Cut(name, ","); comma && family == "" {
		if g := nameWords(after); len(g) > 0 && !suffixes[g[0]] { // He, Kaiming
			return g, strings.Join(nameWords(before), " ")
		}
		name = before
	}
	words := nameWords(name)
	for len(words) > 1 && suffixes[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return nil, ""
	}
	cut := len(words) - 1
	if f := nameWords(family); len(f) > 0 && len(f) <= len(words) {
		if at := indexOf(words, f); at >= 0 {
			return slices.Concat(words[:at], words[at+len(f):]), strings.Join(f, " ")
		}
	}
	for cut > 1 && slices.Contains(particles, words[cut-1]) {
		cut--
	}
	return words[:cut], strings.Join(words[cut:], " ")
}

var suffixes = map[string]bool{"jr": true, "sr": true, "ii": true, "iii": true, "iv": true}

func indexOf(words, part []string) int {
	for i := 0; i+len(part) <= len(words); i++ {
		if slices.Equal(words[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// nameWords cuts a name as the index does; "J.-P." is two words.
func nameWords(s string) []string {
	var words []string
	for _, t := range lexical.Tokens(s) {
		if t.Parts == 0 {
			words = append(words, t.Word)
		}
	}
	return words
}

func initial(word string) string {
	for i := range word {
		if i > 0 {
			return word[:i]
		}
	}
	return word
}

// nameQuery returns the keys of which an author that a reader typed may have any:
// the family name may stand first or last, given names may be initials.
func nameQuery(typed string) []string {
	before, after, comma := strings.Cut(typed, ",")
	if comma {
		if g := nameWords(after); len(g) > 0 {
			return forms(strings.Join(nameWords(before), " "), g)
		}
		typed = before
	}
	words := nameWords(typed)
	switch len(words) {
	case 0:
		return nil
	case 1:
		return []string{words[0]}
	}
	var keys []string
	keys = append(keys, strings.Join(words, " ")) // a family name of several words
	for cut := 1; cut < len(words); cut++ {
		keys = append(keys, forms(strings.Join(words[cut:], " "), words[:cut])...)
		keys = append(keys, forms(strings.Join(words[:cut], " "), words[cut:])...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// forms returns the keys of a family name with given names: as they stand and, when
// all are initials, run together, as nameKeys makes them.
func forms(family string, given []string) []string {
	keys := []string{family + "," + strings.Join(given, " ")}
	initials := ""
	for _, g := range given {
		if initial(g) != g {
			return keys
		}
		initials += g
	}
	return append(keys, family+","+initials)
}

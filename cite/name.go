package cite

import (
	"strings"
	"unicode"

	"broadsheet/paper"
)

// Name is a person's name in its parts, or a body's, which has none.
type Name struct {
	Family  string `json:"family,omitempty"` // with its particles: van den Berg
	Given   string `json:"given,omitempty"`
	Suffix  string `json:"suffix,omitempty"`
	Literal string `json:"literal,omitempty"` // of a body, or of a person with one name
}

// NameOf returns an author's name in its parts. Where the source does not tell them
// apart, the family name is the last word and the particles before it; a name of one
// word, and that of a group, stay as they are.
func NameOf(a paper.Author) Name {
	if a.Family != "" {
		return Name{Family: a.Family, Given: a.Given, Suffix: a.Suffix}
	}
	words := strings.Fields(a.Name)
	if len(words) < 2 || strings.Contains(a.Name, ",") || isGroup(words[len(words)-1]) || words[0] == "The" {
		return Name{Literal: strings.Join(words, " ")}
	}
	var n Name
	if last := words[len(words)-1]; len(words) > 2 && isSuffix(last) {
		n.Suffix, words = last, words[:len(words)-1]
	}
	at := len(words) - 1
	for at > 1 && isParticle(words[at-1]) {
		at--
	}
	n.Family, n.Given = strings.Join(words[at:], " "), strings.Join(words[:at], " ")
	return n
}

// FamilyFirst writes a name as "Family Suffix, Given".
func (n Name) FamilyFirst() string {
	if n.Literal != "" {
		return n.Literal
	}
	name := n.Family
	if n.Suffix != "" {
		name += " " + n.Suffix
	}
	if n.Given != "" {
		name += ", " + n.Given
	}
	return name
}

// String writes a name as it is read.
func (n Name) String() string {
	if n.Literal != "" {
		return n.Literal
	}
	return strings.Join(strings.Fields(n.Given+" "+n.Family+" "+n.Suffix), " ")
}

func isGroup(word string) bool {
	switch strings.ToLower(strings.Trim(word, ".")) {
	case "collaboration", "team", "consortium", "group", "lab", "labs", "initiative", "community", "collective":
		return true
	}
	return false
}

func isSuffix(word string) bool {
	switch strings.Trim(word, ".") {
	case "Jr", "Sr", "II", "III", "IV":
		return true
	}
	return false
}

// isParticle reports whether a word in lower case belongs to the family name
// that follows: van, de, von der, bin.
func isParticle(word string) bool {
	for _, r := range word {
		if !unicode.IsLower(r) && r != '\'' && r != '’' {
			return false
		}
	}
	return len(word) <= 4
}

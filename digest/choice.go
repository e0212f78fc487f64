package digest

import (
	"slices"
	"strings"
	"unicode/utf8"

	"broadsheet/fault"
)

// Choice is what a reader chose. With no source it is the whole edition.
type Choice struct {
	// What a mail is made of: any of these, together.
	Edition    bool     `json:"edition,omitempty"`  // the edition's most voted
	Trending   bool     `json:"trending,omitempty"` // what trends
	Follows    bool     `json:"follows,omitempty"`  // what the account follows
	Categories []string `json:"categories,omitempty"`
	Topics     []string `json:"topics,omitempty"` // in lower case
	Authors    []string `json:"authors,omitempty"`
	Words      string   `json:"words,omitempty"` // a search

	Least     int  `json:"least,omitempty"`     // votes that a paper must have, but for those of named authors
	Size      int  `json:"size"`                // papers in a mail; 0 for all
	Abstracts bool `json:"abstracts,omitempty"` // whole, in place of claims
	TextOnly  bool `json:"text,omitempty"`
	Quiet     bool `json:"quiet,omitempty"` // a mail comes also when there is nothing to tell

	Cadence Cadence `json:"cadence"`
}

// Standard is what a reader gets who chose nothing.
func Standard() Choice {
	return Choice{Edition: true, Size: 10, Cadence: Cadence{Every: Weekdays, Hour: 7, Zone: "UTC"}}
}

// Sizes are the numbers of papers that can be chosen; 0 is all.
var Sizes = []int{5, 10, 25, 0}

// The most that a reader may name, and how long a name may be.
const (
	mostNames   = 60
	longestName = 120
	longestText = 500
)

// Check reports what is wrong with the choice, and puts it into its one form.
func (c *Choice) Check() error {
	for _, l := range []struct {
		names *[]string
		what  string
		fold  bool
	}{{&c.Categories, "categories", false}, {&c.Topics, "topics", true}, {&c.Authors, "authors", false}} {
		var clean []string
		for _, n := range *l.names {
			n = strings.Join(strings.Fields(n), " ")
			if l.fold {
				n = strings.ToLower(n)
			}
			if n == "" || slices.Contains(clean, n) {
				continue
			}
			if utf8.RuneCountInString(n) > longestName || !utf8.ValidString(n) {
				return fault.Invalid("One of the %s is longer than %d letters.", l.what, longestName)
			}
			clean = append(clean, n)
		}
		if len(clean) > mostNames {
			return fault.Invalid("At most %d %s can be named; these are %d.", mostNames, l.what, len(clean))
		}
		*l.names = clean
	}
	c.Words = strings.Join(strings.Fields(c.Words), " ")
	if utf8.RuneCountInString(c.Words) > longestText || !utf8.ValidString(c.Words) {
		return fault.Invalid("The words are longer than %d letters.", longestText)
	}
	if c.Least < 0 || c.Least > 100000 {
		return fault.Invalid("The least number of votes is a number from 0.")
	}
	if !slices.Contains(Sizes, c.Size) {
		return fault.Invalid("A mail holds 5, 10, 25 or all papers.")
	}
	if c.Whole() {
		c.Edition = true
	}
	return c.Cadence.check()
}

// Whole reports whether no source is chosen but the edition.
func (c *Choice) Whole() bool {
	return !c.Trending && !c.Follows && len(c.Categories)+len(c.Topics)+len(c.Authors) == 0 && c.Words == ""
}

// String says what was chosen, for the foot of a mail: "ten papers: agents, robotics;
// Kaiming He".
func (c *Choice) String() string {
	parts := []string{}
	add := func(names ...string) {
		if len(names) > 0 {
			parts = append(parts, strings.Join(names, ", "))
		}
	}
	add(c.Topics...)
	add(c.Categories...)
	add(c.Authors...)
	if c.Words != "" {
		add("“" + c.Words + "”")
	}
	if c.Trending {
		add("what trends")
	}
	if c.Follows {
		add("what you follow")
	}
	size := map[int]string{5: "five papers", 10: "ten papers", 25: "25 papers", 0: "all papers"}[c.Size]
	if len(parts) == 0 {
		return size
	}
	if c.Edition {
		add("the edition’s first")
	}
	return size + ": " + strings.Join(parts, "; ")
}

package digest

import (
	"slices"

	"broadsheet/feed"
)

// Measured says what a choice of papers from one edition comes to.
type Measured struct {
	Papers int // in the edition
	Topics int // that its papers name, each once
	Choice Share
	Votes  Share // the same number of papers, those with the most votes
}

// Share is what some of an edition's papers have of it.
type Share struct {
	Votes  int // all together
	Topics int // each once
	First  int // the subjects that papers name first, each once
}

// Measure holds the choice of n papers from an edition, for a reader of the whole
// edition, against the n with the most votes. It counts all the topics that papers
// name; the choice looks at the first six.
func Measure(items []feed.Item, n int) Measured { return measure(items, n, lambda) }

func measure(items []feed.Item, n int, weight float64) Measured {
	b := bookOf(items)
	var options []option
	for _, c := range b.list {
		options = append(options, option{candidate: c, worth: votesWorth(c.likely)})
	}
	byID := map[int64]*candidate{}
	for _, c := range b.list {
		byID[c.paper] = c
	}
	share := func(picks []Pick) Share {
		var s Share
		topics, first := map[string]bool{}, map[string]bool{}
		for _, p := range picks {
			c := byID[p.Paper]
			s.Votes += c.votes
			for i, t := range c.topics {
				topics[t] = true
				if i == 0 {
					first[t] = true
				}
			}
		}
		s.Topics, s.First = len(topics), len(first)
		return s
	}
	m := Measured{Papers: len(items), Choice: share(b.pick(slices.Clone(options), n, weight)), Votes: share(b.pick(slices.Clone(options), n, 0))}
	var all []Pick
	for _, c := range b.list {
		all = append(all, Pick{Paper: c.paper})
	}
	m.Topics = share(all).Topics
	return m
}

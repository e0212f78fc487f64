package cite

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"broadsheet/fault"
	"broadsheet/paper"
)

// State says what is known of a work that was imported.
type State string

// The states. The first three wait for the reader, the last two are what they decided.
const (
	Matched State = "matched" // it is a paper that is held
	Unsure  State = "unsure"  // it could be one of some papers
	Unknown State = "unknown" // no paper here is like it
	Taken   State = "taken"   // the reader took the paper for it
	Aside   State = "aside"   // the reader set it aside
)

// Match is a work with what was found of it.
type Match struct {
	Item  *Item
	State State
	Paper int64   // when Matched
	Near  []int64 // when Unsure: what it could be, the likeliest first
}

// Matcher finds the papers that works are: by identifier, else by title and author.
type Matcher struct {
	Papers *paper.Store
	// Alike returns a few papers with such a title, the likeliest first. With nil works
	// are found by identifier alone.
	Alike func(ctx context.Context, title string) ([]*paper.Paper, error)
}

// Match finds out what a work is.
func (m Matcher) Match(ctx context.Context, x *Item) (Match, error) {
	found := Match{Item: x, State: Unknown}
	var named []*paper.Paper
	for _, id := range x.Identifiers() {
		p, err := m.Papers.Find(ctx, id)
		if fault.Is(err, fault.KindMissing) {
			continue
		}
		if err != nil {
			return found, err
		}
		if !slices.ContainsFunc(named, func(q *paper.Paper) bool { return q.ID == p.ID }) {
			named = append(named, p)
		}
	}
	switch {
	case len(named) == 1 && !contradicts(x, named[0]):
		found.State, found.Paper = Matched, named[0].ID
		return found, nil
	case len(named) > 0: // identifiers of two papers, or one of another paper
		found.State = Unsure
		for _, p := range named {
			found.Near = append(found.Near, p.ID)
		}
		return found, nil
	}
	if m.Alike == nil || len(words(x.Title)) < 2 {
		return found, nil
	}
	list, err := m.Alike(ctx, x.Title)
	if err != nil {
		return found, err
	}
	return byTitle(found, list), nil
}

// byTitle compares a work with papers of such a title. Only one that agrees in title,
// an author and time, with no second one, is it for sure.
func byTitle(found Match, list []*paper.Paper) Match {
	var sure []int64
	for _, p := range list {
		switch same, likely := compare(found.Item, p); {
		case same:
			sure = append(sure, p.ID)
			found.Near = append(found.Near, p.ID)
		case likely:
			found.Near = append(found.Near, p.ID)
		}
	}
	switch {
	case len(sure) == 1:
		found.State, found.Paper, found.Near = Matched, sure[0], nil
	case len(found.Near) > 0:
		found.State = Unsure
	}
	return found
}

// compare reports whether a work and a paper are the same, and whether they could be.
func compare(x *Item, p *paper.Paper) (same, likely bool) {
	const apart = 3 // years between a preprint and its publication
	a, b := words(x.Title), words(oneLine(p.Form.Text(p.Title)))
	share := overlap(a, b)
	shared, known := authorsShared(x, p)
	near := x.Issued.Year == 0 || p.Submitted.IsZero() || max(x.Issued.Year-p.Submitted.Year(), p.Submitted.Year()-x.Issued.Year) <= apart
	same = slices.Equal(a, b) && len(a) >= 3 && shared && near
	return same, same || slices.Equal(a, b) || share >= .75 && (shared || !known)
}

// contradicts reports whether a paper is another one than its identifier in a work says:
// neither a word of the title nor an author agrees.
func contradicts(x *Item, p *paper.Paper) bool {
	shared, known := authorsShared(x, p)
	return x.Title != "" && overlap(words(x.Title), words(oneLine(p.Form.Text(p.Title)))) < .2 && known && !shared
}

// words returns those of a title, in small letters without accents.
func words(s string) []string {
	return strings.FieldsFunc(paper.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// overlap is the part of the words of two titles that both have.
func overlap(a, b []string) float64 {
	held := map[string]bool{}
	for _, w := range a {
		held[w] = true
	}
	all, both := len(held), 0
	seen := map[string]bool{}
	for _, w := range b {
		if seen[w] {
			continue
		}
		seen[w] = true
		if held[w] {
			both++
		} else {
			all++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(both) / float64(all)
}

// authorsShared reports whether a work and a paper have an author in common, and whether
// the authors of both are known.
func authorsShared(x *Item, p *paper.Paper) (shared, known bool) {
	held := map[string]bool{}
	for _, a := range p.Authors {
		held[lastName(NameOf(a))] = true
	}
	for _, n := range x.Authors {
		if held[lastName(n)] {
			return true, true
		}
	}
	return false, len(p.Authors) > 0 && len(x.Authors) > 0
}

// lastName is the last word of the family name: van den Berg is also found as Berg.
func lastName(n Name) string {
	list := words(n.Family + n.Literal)
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

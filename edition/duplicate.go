package edition

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode"

	"broadsheet/paper"
)

// Duplicates returns the held papers that may be the same work as p under another name,
// the likest first, at most five: for a person to look at, since nobody but a person can
// tell a second version from a second part.
func (l *Lookup) Duplicates(ctx context.Context, p *paper.Paper) ([]*paper.Paper, error) {
	const looked, most = 20, 5
	if l == nil || l.Near == nil {
		return nil, nil
	}
	if list, ok := l.likenesses.get(p.ID); ok {
		return list, nil
	}
	near, err := l.Near(ctx, p, looked)
	if err != nil {
		return nil, err
	}
	parted := map[int64]bool{}
	if p.ID != 0 {
		if parted, err = l.Papers.Parted(ctx, p.ID); err != nil {
			return nil, err
		}
	}
	var list []*paper.Paper
	for _, other := range near {
		if (p.ID == 0 || other.ID != p.ID && !parted[other.ID]) && MayBeOne(p, other) && len(list) < most {
			list = append(list, other)
		}
	}
	l.likenesses.put(p.ID, list)
	return list, nil
}

// Forget makes the next look find what the desk has decided on a moment ago.
func (l *Lookup) Forget() {
	l.likenesses.mu.Lock()
	defer l.likenesses.mu.Unlock()
	l.likenesses.held = nil
}

// likenesses remembers for a minute what may be the same as held papers, for those at
// the desk, who look at the same ones again and again. It is safe for concurrent use.
type likenesses struct {
	mu   sync.Mutex
	held map[int64]likeness
}

type likeness struct {
	papers []*paper.Paper
	until  time.Time
}

func (k *likenesses) get(id int64) ([]*paper.Paper, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h, ok := k.held[id]
	return h.papers, ok && time.Now().Before(h.until)
}

func (k *likenesses) put(id int64, papers []*paper.Paper) {
	const most = 2000
	if id == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held == nil || len(k.held) >= most {
		k.held = map[int64]likeness{}
	}
	k.held[id] = likeness{papers, time.Now().Add(time.Minute)}
}

// MayBeOne reports whether two records look as if they were of one work: their titles
// are alike but for signs; or most words of the titles are the same, and an author is;
// or half of the shorter abstract, in runs of four words, stands in the other.
func MayBeOne(a, b *paper.Paper) bool {
	const short, mostWords, half, least = 15, 0.7, 0.5, 20
	if x := paper.FoldTitle(a.Title); x == paper.FoldTitle(b.Title) && len(x) >= short {
		return true
	}
	if shared(runs(a.Title, 1), runs(b.Title, 1), false) >= mostWords && sameAuthor(a, b) {
		return true
	}
	x, y := runs(a.Abstract, 4), runs(b.Abstract, 4)
	return min(len(x), len(y)) >= least && shared(x, y, true) >= half
}

// runs returns the runs of n words in a text.
func runs(text string, n int) map[string]bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	set := map[string]bool{}
	for i := 0; i+n <= len(words); i++ {
		set[strings.Join(words[i:i+n], " ")] = true
	}
	return set
}

// shared returns how much two sets have in common, as a part of both together, or of
// the smaller one.
func shared(a, b map[string]bool, ofSmaller bool) float64 {
	both := 0
	for x := range a {
		if b[x] {
			both++
		}
	}
	all := len(a) + len(b) - both
	if ofSmaller {
		all = min(len(a), len(b))
	}
	if all == 0 {
		return 0
	}
	return float64(both) / float64(all)
}

// sameAuthor reports whether the two name one author in common, by the last word of the
// name.
func sameAuthor(a, b *paper.Paper) bool {
	names := map[string]bool{}
	for _, x := range a.Authors {
		names[lastName(x)] = true
	}
	delete(names, "")
	for _, x := range b.Authors {
		if names[lastName(x)] {
			return true
		}
	}
	return false
}

func lastName(a paper.Author) string {
	if a.Family != "" {
		return strings.ToLower(a.Family)
	}
	words := strings.Fields(strings.ToLower(a.Name))
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

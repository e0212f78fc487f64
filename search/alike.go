package search

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"

	"broadsheet/paper"
	"broadsheet/search/lexical"
)

// MaxText is the most letters (runes) of a text whose like is looked for; what follows
// is cut off.
const MaxText = 4000

// Likeness asks for the papers that are like others, like a text, or both.
type Likeness struct {
	Papers []*paper.Paper
	Text   string
	Skip   int
	Limit  int
}

// Near is a paper and how close it is.
type Near struct {
	Paper   *paper.Paper
	Meaning float64 // the cosine, at most 1; 0 when found by words alone
	Words   float64 // the weight of the shared words, as a part of that of all, 0 to 1
}

// Alike returns the papers nearest to what is asked and how many can be looked at, at
// most Deepest: by meaning, and by words while there are no vectors. Those that
// were named are not among them.
func (f *Front) Alike(ctx context.Context, a Likeness) ([]Near, int, error) {
	l := Like{Text: a.Text, Skip: a.Skip, Limit: a.Limit}
	if r := []rune(l.Text); len(r) > MaxText {
		l.Text = string(r[:MaxText])
	}
	l.All = l.Text
	for _, x := range a.Papers {
		l.Own = append(l.Own, x.ID)
		l.All += "\n" + x.Title + "\n" + x.Abstract
	}
	near, err := f.index.Nearest(ctx, l)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]int64, len(near.List))
	closeness := make(map[int64]Neighbour, len(ids))
	for i, n := range near.List {
		ids[i] = n.ID
		closeness[n.ID] = n
	}
	papers, err := f.store.List(ctx, f.store.DB(), ids)
	if err != nil {
		return nil, 0, err
	}
	list := make([]Near, len(papers))
	for i, x := range papers {
		c := closeness[x.ID]
		list[i] = Near{x, c.Meaning, c.Words}
	}
	return list, near.Total, nil
}

// Like asks an index for the documents that are like others, like a text, or both.
type Like struct {
	Own         []int64 // the documents; they are not among what is found
	Text        string
	All         string // the text and those of the documents
	Skip, Limit int
}

// Neighbours are the documents of a page, and how many can be looked at, at most Deepest.
type Neighbours struct {
	List  []Neighbour
	Total int
}

// Neighbour is a document and how close it is, as in Near.
type Neighbour struct {
	ID             int64
	Meaning, Words float64
}

// Nearest implements Index.
func (e *Engine) Nearest(ctx context.Context, l Like) (*Neighbours, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	snap := e.words.Snapshot()
	words := telling(snap, l.All)
	near, byMeaning, err := e.nearest(snap, l.Own, l.Text, words)
	if err != nil {
		return nil, err
	}
	r := &Neighbours{Total: len(near)}
	near = near[min(l.Skip, r.Total):min(l.Skip+l.Limit, r.Total)]
	ids := make([]int64, len(near))
	for i, s := range near {
		ids[i] = s.ID
	}
	shared := snap.Scores(words, ids)
	most := max((K1+1)*snap.IDF(words), 1e-9)
	for i, s := range near {
		n := Neighbour{ID: s.ID, Words: min(shared[i]/most, 1)}
		if byMeaning {
			n.Meaning = min(max(s.Score, 0), 1)
		}
		r.List = append(r.List, n)
	}
	return r, sound(snap)
}

// nearest ranks the documents nearest to others and a text.
func (e *Engine) nearest(snap *lexical.Snapshot, own []int64, text string, words lexical.Or) (list []Scored, byMeaning bool, err error) {
	if m := e.meaning.Load(); m != nil && m.store.Len() > 0 {
		if e.reads {
			if err := m.store.Refresh(); err != nil {
				return nil, false, err
			}
		}
		vector := m.query(&Query{Meaning: text}, own)
		if slices.ContainsFunc(vector, func(x float32) bool { return x != 0 && !math.IsNaN(float64(x)) }) {
			list, err = m.near(vector, snap, nil, own)
			return list, true, err
		}
	}
	for _, h := range snap.Search(words, Deepest+len(own), lexical.Options{}).Hits {
		if !slices.Contains(own, h.ID) && len(list) < Deepest {
			list = append(list, Scored{h.ID, h.Score})
		}
	}
	return list, false, nil
}

// telling returns the words of a text that tell most about it: those that are frequent
// in it and rare elsewhere, but not those that no paper has.
func telling(snap *lexical.Snapshot, text string) lexical.Or {
	words, _ := Telling(text, func(words []string) ([]float64, error) {
		list := make([]float64, len(words))
		for i, w := range words {
			list[i] = snap.IDF(lexical.Term{Word: w})
		}
		return list, nil
	})
	return words
}

// Telling returns the words of a text that tell most about it: those that are frequent
// in it and rare elsewhere. rarity returns the idf of words, 0 of one that no document
// has.
func Telling(text string, rarity func(words []string) ([]float64, error)) (lexical.Or, error) {
	const read, most = 5000, 40
	times := map[string]int{}
	for i, t := range lexical.Tokens(text) {
		if i == read {
			break
		}
		if t.Parts == 0 {
			times[t.Word]++
		}
	}
	words := slices.Sorted(maps.Keys(times))
	idf, err := rarity(words)
	if err != nil {
		return nil, err
	}
	weight := make(map[string]float64, len(words))
	for i, w := range words {
		weight[w] = idf[i] * (1 + math.Log(float64(times[w])))
	}
	words = slices.DeleteFunc(words, func(w string) bool { return weight[w] == 0 })
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(weight[b], weight[a]) })
	list := lexical.Or{}
	for _, w := range words[:min(most, len(words))] {
		list = append(list, lexical.Term{Word: w})
	}
	return list, nil
}

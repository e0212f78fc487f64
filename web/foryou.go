package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/recommend"
	"broadsheet/search"
)

// ForYouData is what is chosen for a reader, and how their knobs stand.
type ForYouData struct {
	Chosen  []ChosenPaper
	Turns   recommend.Turns
	Learnt  int // liked papers that it was chosen from
	Meaning bool
}

// ChosenPaper is a paper that was chosen, with its reason.
type ChosenPaper struct {
	Paper *paper.Paper
	recommend.Choice
}

// ForYou is the part of a page that shows it.
type ForYou struct {
	Rows  []ChosenRow
	Empty string
	Knobs []KnobRow
	Turns []KnobRow // single reasons that do not stand as they were
}

// ChosenRow is a paper that was chosen.
type ChosenRow struct {
	Item
	Less   string // where less of its reason is posted
	Reason string // in words, for who cannot see beside what the button stands
}

// KnobRow is a knob.
type KnobRow struct {
	Title, Says string
	Action      string
	Turns       []Choice
}

func forYouOf(s Site, d ForYouData) *ForYou {
	v := &ForYou{}
	for i, c := range d.Chosen {
		row := ChosenRow{Item: s.listed(c.Paper, i+1), Less: knobAction(c.Reason) + "&turn=-1", Reason: knobName(c.Reason)}
		row.Anchor, row.Why = fmt.Sprintf("y%d", i+1), c.Why
		row.Acts = s.acts(c.Paper, fmt.Sprintf("py%d", i+1))
		v.Rows = append(v.Rows, row)
	}
	if d.Learnt == 0 {
		v.Empty = "Nothing is chosen yet: it is chosen by what you upvote and save."
	} else if len(v.Rows) == 0 {
		v.Empty = "Nothing of the last days fits."
	}
	says := map[recommend.Sort]string{
		recommend.Meaning: fmt.Sprintf("By meaning, from %s.", count(d.Learnt, "paper")), recommend.Readers: "Saves in common, never names.",
		recommend.Subjects: "Authors, topics and categories of what you upvoted and saved.", recommend.Outside: "One that you would not have found.",
	}
	for _, sort := range recommend.Sorts() {
		if sort == recommend.Meaning && !d.Meaning {
			continue // there is nothing that knows meaning
		}
		v.Knobs = append(v.Knobs, knobRow("reason "+string(sort), says[sort], d.Turns))
	}
	var single []string
	for name := range d.Turns {
		if !strings.HasPrefix(name, "reason ") {
			single = append(single, name)
		}
	}
	slices.Sort(single)
	for _, name := range single {
		v.Turns = append(v.Turns, knobRow(name, "", d.Turns))
	}
	return v
}

func knobRow(name, says string, turns recommend.Turns) KnobRow {
	row := KnobRow{Title: knobName(name), Says: says, Action: knobAction(name)}
	for _, t := range []struct {
		turn int
		text string
	}{{library.None, "None"}, {library.Less, "Less"}, {library.AsNow, "As now"}, {library.More, "More"}} {
		row.Turns = append(row.Turns, Choice{Value: fmt.Sprint(t.turn), Text: t.text, On: turns[name] == t.turn})
	}
	return row
}

func knobAction(name string) string {
	kind, key, _ := strings.Cut(name, " ")
	return "/knob?" + query("kind", kind, "key", key)
}

// knobName writes the name of a reason as people do.
func knobName(name string) string {
	kind, key, _ := strings.Cut(name, " ")
	switch kind {
	case "reason":
		return map[recommend.Sort]string{
			recommend.Meaning: "Close to what you saved", recommend.Readers: "Readers like you", recommend.Subjects: "Your votes", recommend.Outside: "From outside",
		}[recommend.Sort(key)]
	case "paper":
		return "Close to " + key
	}
	return key
}

// forYou chooses papers for a reader out of those of the last days, without some that
// they are shown already.
func (h *Handler) forYou(ctx context.Context, v *account.Viewer, shown []int64) (*ForYouData, error) {
	const few = 6
	d := &ForYouData{Turns: recommend.Turns{}, Meaning: h.Finder != nil}
	knobs, err := h.Library.Knobs(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range knobs {
		d.Turns[string(k.Kind)+" "+k.Key] = k.Turn
	}
	q := recommend.Question{Now: h.Now(), Turns: d.Turns, Limit: few}
	known := map[int64]bool{}
	for _, id := range shown {
		known[id] = true
	}
	if q.Liked, err = h.liked(ctx, v.ID, known); err != nil || len(q.Liked) == 0 {
		return d, err
	}
	d.Learnt = len(q.Liked)
	recents, err := h.Library.Recent(ctx)
	if err != nil {
		return nil, err
	}
	if q.Papers, err = h.unknown(ctx, v, recents, known); err != nil {
		return nil, err
	}
	if q.Also, err = h.Library.Also(ctx, v.ID, q.Now.AddDate(0, 0, -library.Window)); err != nil {
		return nil, err
	}
	if q.Close, err = h.closeTo(ctx, q.Liked, q.Now.AddDate(0, 0, -library.Window)); err != nil {
		return nil, err
	}
	d.Chosen, err = h.choose(ctx, v.ID, q, few)
	return d, err
}

// choose has papers chosen, and leaves out what the reader muted.
func (h *Handler) choose(ctx context.Context, account int64, q recommend.Question, few int) ([]ChosenPaper, error) {
	q.Limit = 4 * few // some may be muted
	choices := recommend.Choose(q)
	ids := make([]int64, len(choices))
	for i, c := range choices {
		ids[i] = c.Paper
	}
	papers, err := h.Papers.List(ctx, h.Papers.DB(), ids)
	if err != nil {
		return nil, err
	}
	muted, err := h.Library.Muted(ctx, account, papers)
	if err != nil {
		return nil, err
	}
	gone := map[int64]bool{}
	for _, id := range ids {
		gone[id] = muted[id] || !slices.ContainsFunc(papers, func(p *paper.Paper) bool { return p.ID == id })
	}
	q.Papers = slices.DeleteFunc(q.Papers, func(p recommend.Paper) bool { return gone[p.ID] })
	q.Limit = few
	var list []ChosenPaper
	for _, c := range recommend.Choose(q) {
		if i := slices.IndexFunc(papers, func(p *paper.Paper) bool { return p.ID == c.Paper }); i >= 0 {
			list = append(list, ChosenPaper{papers[i], c})
		}
	}
	return list, nil
}

// liked returns what a reader voted for and saved, the newest first, and notes it as
// known.
func (h *Handler) liked(ctx context.Context, account int64, known map[int64]bool) ([]recommend.Liked, error) {
	const most = 200
	saved, _, err := h.Library.Saved(ctx, account, "", most)
	if err != nil {
		return nil, err
	}
	var list []recommend.Liked
	add := func(p *paper.Paper, at time.Time, saved bool) {
		l := recommend.Liked{Paper: recommend.Paper{ID: p.ID, Categories: p.Categories}, Name: p.Form.Line(p.Title), Key: p.Key, At: at, Saved: saved}
		if name, _, ok := splitTitle(p.Title); ok {
			l.Name = p.Form.Line(name)
		}
		for _, a := range p.Authors {
			l.Authors = append(l.Authors, a.Name)
		}
		for _, t := range p.Topics {
			l.Topics = append(l.Topics, strings.ToLower(t))
		}
		known[p.ID] = true
		list = append(list, l)
	}
	held := map[int64]bool{}
	for _, k := range saved {
		held[k.Paper.ID] = true
		add(k.Paper, k.At, true)
	}
	if h.Talk != nil {
		given, err := h.Talk.VotesOf(ctx, account, most)
		if err != nil {
			return nil, err
		}
		at := map[int64]time.Time{}
		var ids []int64
		for _, g := range given {
			if !held[g.Paper] {
				ids = append(ids, g.Paper)
				at[g.Paper] = g.At
			}
		}
		papers, err := h.Papers.List(ctx, h.Papers.DB(), ids)
		if err != nil {
			return nil, err
		}
		for _, p := range papers {
			add(p, at[p.ID], false)
		}
	}
	slices.SortStableFunc(list, func(a, b recommend.Liked) int { return b.At.Compare(a.At) })
	return list, nil
}

// unknown returns the papers of the last days that a reader has not met.
func (h *Handler) unknown(ctx context.Context, v *account.Viewer, recents []*library.Facts, known map[int64]bool) ([]recommend.Paper, error) {
	read := map[int64]bool{}
	for part := range slices.Chunk(recents, 4000) {
		ids := make([]int64, len(part))
		for i, f := range part {
			ids[i] = f.Paper
		}
		m, err := h.Library.Marks(ctx, v.ID, ids)
		if err != nil {
			return nil, err
		}
		for id := range m.Read {
			read[id] = true
		}
	}
	var list []recommend.Paper
	for _, f := range recents {
		if !known[f.Paper] && !read[f.Paper] {
			list = append(list, recommend.Paper{ID: f.Paper, Authors: f.Authors, Categories: f.Categories, Topics: f.Topics, Votes: f.Votes})
		}
	}
	return list, nil
}

// closeTo returns the papers since a day that are close in meaning to the newest that
// a reader liked. Without vectors there are none.
func (h *Handler) closeTo(ctx context.Context, liked []recommend.Liked, since time.Time) (map[int64]recommend.Close, error) {
	const newest, each = 5, 15
	found := map[int64]recommend.Close{}
	if h.Finder == nil {
		return found, nil
	}
	for i, l := range liked[:min(newest, len(liked))] {
		page, err := h.Finder.Find(ctx, search.Ask{Query: search.Parse("like:" + l.Key + " after:" + since.Format(time.DateOnly)), Mode: search.MeaningOnly, Limit: each, Plain: true})
		if err != nil {
			return found, nil // the choice stands without it
		}
		for _, f := range page.List {
			if f.Cosine > found[f.Paper.ID].Cosine {
				found[f.Paper.ID] = recommend.Close{To: i, Cosine: f.Cosine}
			}
		}
	}
	return found, nil
}

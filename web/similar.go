package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/search"
)

// similarPath is the address of the papers like others.
const similarPath = "/papers/similar"

// mostAlike is how many papers can be named at once.
const mostAlike = 10

// SimilarData is what the page of similar papers is made of.
type SimilarData struct {
	Of    []*paper.Paper
	Text  string
	Notes []Link // what was named and is not here
	Page  int    // from 1
	Near  []search.Near
	Total int // how many can be looked at
}

// SimilarPage is the page of papers like others, or like a text.
type SimilarPage struct {
	Page
	Of    []Entry
	Keys  []string // of these
	Whole bool     // no more can be named
	Text  string
	Notes []Link
	Head  string
	Sum   string
	Rows  []SimilarRow
	Empty string
	End   string
	More  []Link
	Most  int // letters of a text
}

func (*SimilarPage) template() string { return "similar" }

// SimilarRow is a paper near to what was asked.
type SimilarRow struct {
	Item
	Close Graph
}

// similarTo is the address of the papers like some others.
func similarTo(keys []string, page int) string {
	q := url.Values{"id": keys}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q["id"]) == 0 {
		return similarPath
	}
	return similarPath + "?" + q.Encode()
}

// similar shows the papers like those that the address names. An address that names
// them otherwise than by their keys, or takes one away, leads to the one that does.
func (h *Handler) similarPapers(w http.ResponseWriter, r *http.Request) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	d := SimilarData{Page: 1}
	if s := q.Get("page"); s != "" {
		if d.Page, err = strconv.Atoi(s); err != nil || d.Page < 1 || d.Page > search.Deepest/onePage {
			return fault.Invalid("page is a number from 1 to %d, not %q.", search.Deepest/onePage, clip(s, 40))
		}
	}
	if err := h.naming(r.Context(), &d, q["id"], q.Get("drop")); err != nil {
		return err
	}
	keys := keysOf(d.Of)
	if len(d.Notes) == 0 && (!slices.Equal(keys, q["id"]) || q.Has("drop")) {
		http.Redirect(w, r, similarTo(keys, 1), http.StatusFound)
		return nil
	}
	if err := h.alike(r.Context(), &d); err != nil {
		return err
	}
	return h.pass(w, r, SimilarPageOf(site, d))
}

// similarText shows the papers like a text that a reader pastes. It is kept nowhere.
func (h *Handler) similarText(w http.ResponseWriter, r *http.Request) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d := SimilarData{Page: 1, Text: strings.TrimSpace(r.PostFormValue("text"))}
	if n := utf8.RuneCountInString(d.Text); n > search.MaxText {
		return fault.Invalid("A text has at most %s letters; this one has %s.", number(search.MaxText), number(n))
	}
	if err := h.alike(r.Context(), &d); err != nil {
		return err
	}
	f, err := h.cutOut(keepNothing, SimilarPageOf(site, d))
	if err != nil {
		return err
	}
	return h.deliver(w, r, f)
}

// byName returns the paper of an identifier, or the one that has the name as its title.
func (h *Handler) byName(ctx context.Context, name string) (*paper.Paper, error) {
	q := search.Parse(clip(name, search.MaxQuery))
	if q.Direct != nil {
		return h.Papers.Find(ctx, *q.Direct)
	}
	page, err := h.Finder.Find(ctx, search.Ask{Query: q, Mode: search.WordsOnly, Limit: 3})
	if err != nil && fault.KindOf(err) == fault.Internal {
		return nil, err
	}
	if err == nil {
		for _, f := range page.List {
			if words(f.Paper.Form.Line(f.Paper.Title)) == words(name) {
				return f.Paper, nil
			}
		}
	}
	return nil, fault.NotFound("No paper here is named %q.", clip(name, 80))
}

// words returns a text as two spellings of a title are compared.
func words(title string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// naming reads which papers an address names.
func (h *Handler) naming(ctx context.Context, d *SimilarData, names []string, drop string) error {
	for _, name := range names[:min(len(names), 2*mostAlike)] {
		if name = strings.TrimSpace(name); name == "" || name == drop {
			continue
		}
		note := Link{Text: fmt.Sprintf("No paper here is named %q.", clip(name, 80)), Href: SearchAsked{Text: clip(name, search.MaxQuery), By: search.Both, Order: search.Best, Page: 1}.path()}
		p, err := h.byName(ctx, name)
		switch {
		case fault.Is(err, fault.KindMissing):
			d.Notes = append(d.Notes, note)
		case err != nil:
			return err
		case p.Key != drop && len(d.Of) < mostAlike && !slices.Contains(keysOf(d.Of), p.Key):
			d.Of = append(d.Of, p)
		}
	}
	return nil
}

// alike finds the papers like those named and the text.
func (h *Handler) alike(ctx context.Context, d *SimilarData) (err error) {
	if len(d.Of) == 0 && d.Text == "" {
		return nil
	}
	d.Near, d.Total, err = h.Finder.Alike(ctx, search.Likeness{Papers: d.Of, Text: d.Text, Skip: (d.Page - 1) * onePage, Limit: onePage})
	if err == nil && d.Page > 1 && len(d.Near) == 0 {
		return fault.NotFound("The list ends before page %d.", d.Page)
	}
	return err
}

func keysOf(papers []*paper.Paper) []string {
	keys := make([]string, len(papers))
	for i, p := range papers {
		keys[i] = p.Key
	}
	return keys
}

// SimilarPageOf makes the page of papers like others.
func SimilarPageOf(s Site, d SimilarData) *SimilarPage {
	v := &SimilarPage{Page: s.page("Similar papers", "papers"), Keys: keysOf(d.Of), Whole: len(d.Of) >= mostAlike, Text: d.Text, Notes: d.Notes, Most: search.MaxText}
	v.describe(s, similarTo(v.Keys, d.Page), "website", "Papers like one, like several at once, or like a text that is not in the record.")
	v.NoIndex = true
	for _, p := range d.Of {
		day := ""
		if !p.Submitted.IsZero() {
			day = shortDate(p.Submitted)
		}
		v.Of = append(v.Of, s.entry(p, day, count(p.Votes(), "vote")))
	}
	if len(d.Of) == 0 && d.Text == "" {
		return v
	}
	switch n := len(d.Of); {
	case n == 0:
		v.Head = "Nearest to the text"
	case n == 1:
		v.Head = "Nearest to it"
	case n == 2:
		v.Head = "Nearest to both"
	default:
		v.Head = "Nearest to all " + inWords(n)
	}
	if len(d.Near) == 0 {
		v.Empty = "No paper here is like it."
		return v
	}
	if len(d.Of) > 0 {
		v.takeAlong(s, "papers like "+strings.Join(v.Keys, ", "), "similar", "", url.Values{"id": v.Keys})
	}
	v.Sum = "By meaning"
	if !slices.ContainsFunc(d.Near, func(n search.Near) bool { return n.Meaning > 0 }) {
		v.Sum = "By words alone, until papers have been read for their meaning"
	}
	skip := (d.Page - 1) * onePage
	for i, n := range d.Near {
		row := SimilarRow{Item: s.item(feed.Item{Rank: skip + i + 1, Paper: n.Paper}), Close: closeness(n)}
		row.Why = ""
		v.Rows = append(v.Rows, row)
	}
	last := skip + len(d.Near)
	v.End = fmt.Sprintf("The nearest %s.", number(last))
	if len(d.Of) == 0 {
		return v // the text is not kept, so nothing leads to more
	}
	if d.Page > 1 {
		v.More = append(v.More, Link{Text: "The page before", Href: similarTo(v.Keys, d.Page-1)})
	}
	if last < d.Total && d.Page < search.Deepest/onePage {
		v.More = append(v.More, Link{Text: fmt.Sprintf("The next %d", min(onePage, d.Total-last)), Href: similarTo(v.Keys, d.Page+1)})
	}
	return v
}

// closeness draws how near a paper is, of 100: by meaning and by words.
func closeness(n search.Near) Graph {
	const left, wide = 52.0, 116.0
	g := Graph{Chart: Chart{Width: 168, Height: 31, Label: fmt.Sprintf("Closeness of 100: meaning %.0f, words %.0f", 100*n.Meaning, 100*n.Words)}, Anchor: "start"}
	for i, leg := range []struct {
		name, class string
		part        float64
	}{{"Meaning", "ink", n.Meaning}, {"Words", "", n.Words}} {
		y := float64(15 * i)
		g.Words = append(g.Words, Label{"0", length(y + 12), leg.name})
		b := bar(left, max(1, wide*leg.part), 9, y+13)
		b.Class = leg.class
		g.Bars = append(g.Bars, b)
	}
	return g
}

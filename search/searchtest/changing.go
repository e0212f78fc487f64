package searchtest

import (
	"fmt"
	"strings"
	"testing"

	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
)

// withoutVectors: all is found by words alone, and says so.
func withoutVectors(t *testing.T, h *house) {
	h.put(shelf()...)
	page := h.find(search.Ask{}, "robots fold cloth")
	if got := keys(page); page.Mode != search.WordsOnly || !strings.HasPrefix(got, "41 42") {
		t.Errorf("%s were found by %s", got, page.Mode)
	}
	if page := h.find(search.Ask{}, "like:2604.00041"); page.Found != 0 {
		t.Errorf("without vectors, %d papers are like one", page.Found)
	}
	list, total, err := h.Alike(t.Context(), search.Likeness{Papers: []*paper.Paper{h.paper(41)}, Limit: 1})
	if err != nil || total == 0 || len(list) != 1 || short(list[0].Paper) != "42" || list[0].Meaning != 0 || list[0].Words <= 0 {
		t.Errorf("like one by words are %+v of %d, %v", list, total, err)
	}
}

// manyPapers: pages follow each other without a gap or a repetition as far as can be
// looked, in every mode and order.
func manyPapers(t *testing.T, h *house) {
	const many = 1200
	var list []*paper.Paper
	for n := 1; n <= many; n++ {
		p := made(n, fmt.Sprintf("Paper number%d on sets", n), strings.Repeat("sets and orders ", 1+n%7))
		p.Figures = paper.Figures{Votes: n % 50, At: noon}
		list = append(list, p)
	}
	h.put(list...)
	for _, a := range []search.Ask{
		{Mode: search.WordsOnly},
		{Mode: search.MeaningOnly},
		{Mode: search.Both},
		{Mode: search.WordsOnly, Order: search.Newest},
		{Order: search.MostVotes},
	} {
		seen := map[int64]bool{}
		const onPage = 250
		for at := 0; at < search.Deepest; at += onPage {
			a.Skip, a.Limit = at, onPage
			page := h.find(a, "sets orders")
			if page.Found != search.Deepest || len(page.List) != onPage || page.All != many && a.Mode != search.MeaningOnly {
				t.Fatalf("%+v: %d on the page, %d can be looked at, %d have all words", a, len(page.List), page.Found, page.All)
			}
			for _, f := range page.List {
				if seen[f.ID] {
					t.Fatalf("%+v: %s stands twice", a, f.Paper.Key)
				}
				seen[f.ID] = true
			}
		}
		a.Skip, a.Limit = search.Deepest, 20
		if page := h.find(a, "sets orders"); len(page.List) != 0 {
			t.Errorf("%+v: there is a page behind the last", a)
		}
	}
	newest := h.find(search.Ask{Mode: search.WordsOnly, Order: search.Newest, Skip: 998, Limit: 2}, "sets")
	if got := keys(newest); got != "999 1000" {
		t.Errorf("the last of the newest are %s", got)
	}
}

// changes: what changes in the store changes in the index, and what goes leaves it.
func changes(t *testing.T, h *house) {
	var list []*paper.Paper
	for n := 1; n <= 30; n++ {
		list = append(list, made(n, fmt.Sprintf("Paper zq%c%c", 'a'+n/26, 'a'+n%26), "text"))
	}
	h.put(list...)
	voted := made(7, list[6].Title, "text")
	voted.Figures = paper.Figures{Votes: 9, At: noon}
	revised := made(8, "Paper renamed", "text of another kind")
	revised.Revised = noon
	byDOI := &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.DOI, Value: "10.1000/xyz"}}, Title: "Published turbulence", Form: paper.Plain}
	h.put(voted, revised, byDOI)
	words := search.Ask{Mode: search.WordsOnly}
	for text, want := range map[string]string{"renamed": "8", "zqai": "", "votes:9": "7", "turbulence has:doi": "10.1000/xyz"} {
		got := h.find(words, text)
		if text == "turbulence has:doi" {
			if len(got.List) != 1 {
				t.Errorf("%s finds %d", text, len(got.List))
			}
		} else if keys(got) != want {
			t.Errorf("%s finds %s, want %q", text, keys(got), want)
		}
	}
	if got := keys(h.find(search.Ask{Mode: search.MeaningOnly}, "another kind")); !strings.HasPrefix(got, "8") {
		t.Errorf("the new text is found by meaning as %s", got)
	}
	// The record of a paper joins two that were held: one of them goes.
	both := made(9, list[8].Title, "text")
	both.Identifiers = append(both.Identifiers, paper.Identifier{Scheme: paper.DOI, Value: "10.1000/xyz"})
	h.put(both)
	if page := h.find(words, "paper"); page.All != 29 && page.All != 30 {
		t.Errorf("%d papers after a merge", page.All)
	}
	if got := h.find(words, "turbulence OR zqaj"); len(got.List) != 1 {
		t.Errorf("two that are one are found as %s", keys(got))
	}
	if got := h.find(words, "-xyzzy"); got.All != 30 {
		t.Errorf("%d papers are all, want 30", got.All)
	}
	if n, err := h.Update(t.Context(), 100); err != nil || n != 0 {
		t.Errorf("there is still something to do: %d, %v", n, err)
	}
}

// hostile: no query is an error of ours.
func hostile(t *testing.T, h *house) {
	h.put(shelf()...)
	queries := []string{
		"", " ", `"`, "((((((((((", "))))", "-", "--a", "- -", "OR", "OR OR", "a OR", `""`, `"a`, "*", "a*", "ab*", "***", "?", "\\", "\x00", "\xff\xfe", "title:", "title:*",
		"title:\"\"", "author:", "author:,", "cat:", "cat:.", "votes:", "votes:>999999999", "votes:-1", "votes:999999999999999999999", "edition:9999", "after:0000", "2026..2025",
		"like:", "like:2604.99999", "id:x", "has:everything", "_id:1", "_exists_:x", "all:=kernel", "=kernel", "kernel|=kernel", "kernel^100", "kernel~2", "/ker.*/", "[1 TO 2]", "{\"match_all\":{}}",
		"kernel\" OR \"", "a:b:c", "::", "\u202ekernel", "ﬁﬂ", "é", "日本語", "α∞ℓ", "$\\mathbb{R}^n$", "\\", "{", "}", "<b>", "%00", "'; DROP TABLE", strings.Repeat("a", 300),
		strings.Repeat("(a OR ", 60), strings.Repeat("-", 250), strings.Repeat("a ", 125), strings.Repeat("ab* ", 60), strings.Repeat("k-n-n ", 40), `"` + strings.Repeat("a ", 100) + `"`,
		"cursor", "id:cursor", "author:" + strings.Repeat("x", 240), "topic:" + strings.Repeat("é", 240), strings.Repeat("a-b_c^d", 30),
	}
	for _, text := range queries {
		for _, a := range []search.Ask{{}, {Mode: search.WordsOnly}, {Mode: search.MeaningOnly}, {Order: search.Newest}, {Skip: 999, Limit: 5}, {Skip: 5000, Limit: 5}} {
			if a.Limit == 0 {
				a.Limit = 10
			}
			a.Query, a.Facet = search.Parse(text), true
			if _, err := h.Find(t.Context(), a); err != nil {
				t.Errorf("%q as %+v: %v", text, a, err)
			}
		}
		if _, err := h.Suggest(t.Context(), text); err != nil {
			t.Errorf("%q is typed: %v", text, err)
		}
		if _, err := h.Spelling(t.Context(), search.Parse(text)); err != nil {
			t.Errorf("the spelling of %q: %v", text, err)
		}
		if _, err := h.Matching(t.Context(), text, []int64{1, 2}); err != nil {
			t.Errorf("what matches %q: %v", text, err)
		}
		if _, err := h.Listing(t.Context(), search.Author, text, text); err != nil {
			t.Errorf("the listing of %q: %v", text, err)
		}
		if _, _, err := h.Alike(t.Context(), search.Likeness{Text: text, Limit: 3}); err != nil {
			t.Errorf("like %q: %v", text, err)
		}
	}
	if _, _, err := h.Alike(t.Context(), search.Likeness{Text: strings.Repeat("kernel words of many kinds ", 1000), Limit: 3}); err != nil {
		t.Errorf("like a long text: %v", err)
	}
	long := search.Plain(strings.Repeat("kernel theory of learning and more words in turbulence ", 60))
	if _, err := h.Find(t.Context(), search.Ask{Query: long, Limit: 3, Facet: true}); err != nil {
		t.Errorf("a long question: %v", err)
	}
	if _, err := h.Find(t.Context(), search.Ask{Query: search.Parse("kernel"), Skip: -1, Limit: 3}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a page before the first: %v", err)
	}
}

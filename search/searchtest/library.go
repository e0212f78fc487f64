package searchtest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"broadsheet/paper"
	"broadsheet/search"
)

// shelf are the papers that most tests ask for.
func shelf() []*paper.Paper {
	first := made(1, "Kernel methods in learning theory", "We bound the risk. Kernel methods are old, and a kernel is a measure.")
	first.Authors = []paper.Author{{Name: "Kaiming He"}, {Name: "Ada Núñez"}}
	first.Links = []paper.Link{{Kind: paper.Code, URL: "https://example.org/x", Stars: 3}}
	first.Figures = paper.Figures{Votes: 30, At: noon}
	first.Featured = &paper.Feature{Source: "up", At: noon}
	first.Topics = []string{"Kernel Methods"}
	second := made(40, "A theory of learned kernels", "On $\\ell_1$ balls and GPT-4, without any methods.")
	second.Categories = []string{"math.ST", "stat.ML"}
	second.Organisation = &paper.Organisation{Name: "lab", FullName: "The Lab"}
	second.Authors = []paper.Author{{Name: "Jane van der Kernel"}, {Name: "Kaiming He"}}
	second.Figures = paper.Figures{Votes: 9, At: noon}
	third := made(500, "Turbulence", "Flow over plates, and the boundary-layer theory of it.")
	third.Categories = []string{"physics.flu-dyn"}
	third.Authors = []paper.Author{{Name: "Ludwig Prandtl"}}
	fourth := made(41, "Towels", "Robots fold cloth; a k-NN graph says which.")
	fourth.Topics = []string{"robotics", "kernel tricks"}
	fifth := made(42, "Cloth and robots", "A towel that robots fold. Learning is not all.")
	fifth.Authors = []paper.Author{{Name: "Grace Ho"}}
	return []*paper.Paper{first, second, third, fourth, fifth}
}

func library(t *testing.T, h *house) {
	h.put(shelf()...)
	t.Run("language", func(t *testing.T) { language(t, h) })
	t.Run("meaning", func(t *testing.T) { meaning(t, h) })
	t.Run("counts", func(t *testing.T) { counts(t, h) })
	t.Run("marks", func(t *testing.T) { marks(t, h) })
	t.Run("orders", func(t *testing.T) { orders(t, h) })
	t.Run("suggestions", func(t *testing.T) { suggestions(t, h) })
	t.Run("spelling", func(t *testing.T) { spelling(t, h) })
	t.Run("alike", func(t *testing.T) { alike(t, h) })
	t.Run("listing", func(t *testing.T) { listing(t, h) })
	t.Run("matching", func(t *testing.T) { matching(t, h) })
}

// language: what a query in signs and fields finds, by words.
func language(t *testing.T, h *house) {
	for text, want := range map[string]string{
		"turbulence": "500", `"learning theory"`: "1", `"theory learning"`: "", "kernel -bound": "40", "kernels": "1 40",
		"author:he": "1 40", "author:nunez": "1", `author:"He, K."`: "1 40", "author:kaiming": "", `author:"van der Kernel"`: "40", "author:prandtl": "500",
		"cat:stat.ML": "40", "cat:math": "40", "cat:STAT.ml": "40", "cat:physics": "500", "has:code": "1", `org:"the lab"`: "40", "org:lab": "40",
		`topic:"kernel methods"`: "1", "topic:robotics": "41",
		"votes:>20": "1", "votes:5..10": "40", "votes:0 cat:cs": "41 42", "edition:2026-04": "1", "before:2025": "500", "title:theory abstract:bound": "1",
		"turb*": "500", "tur* OR clo*": "42 41 500", "title:clo*": "42", "l1": "40", "gpt4": "40", "gpt-4": "40", "(turbulence OR gpt-4) -plates": "40", "boundarylayer": "500", "knn": "41",
		`"k-nn graph"`: "41", `"knn graph"`: "41", `"boundary layer"`: "500", `"learning theory in"`: "", `-"learning theory" theory`: "40 500",
		"after:2026-04-01 kernel": "1", "2026-03-01..2026-03-06 -kernel": "41 42", "id:2604.00500": "500", "xyzzy": "", "-kernel": "41 42 500", "-cat:cs.LG -turbulence": "40",
	} {
		got := strings.Fields(keys(h.find(search.Ask{Mode: search.WordsOnly}, text)))
		expected := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(expected)
		if !slices.Equal(got, expected) {
			t.Errorf("%s finds %v, want %v", text, got, expected)
		}
	}
	for text, want := range map[string]string{
		"kernel methods": "1 40", // both words, one of them thrice, and side by side
		"theory kernel":  "1 40 500", "turbulence theory": "500", "abstract:kernel OR theory": "1",
	} {
		if got := keys(h.find(search.Ask{Mode: search.WordsOnly}, text)); !strings.HasPrefix(got, want) {
			t.Errorf("%s finds %s in this order, want %s", text, got, want)
		}
	}
	narrow := search.Parse("theory").Narrow(search.Filters{From: "2026", Categories: []string{"cs.LG", "math.ST"}, Author: "He"})
	page, err := h.Find(t.Context(), search.Ask{Query: narrow, Mode: search.WordsOnly, Limit: 5})
	if err != nil || len(page.List) != 2 {
		t.Errorf("narrowed from outside are %d papers, %v; want 2", len(page.List), err)
	}
	narrow = search.Parse("").Narrow(search.Filters{Topics: []string{"Robotics", "kernel methods"}})
	if page, err = h.Find(t.Context(), search.Ask{Query: narrow, Limit: 5}); err != nil || page.Found != 2 {
		t.Errorf("two topics have %d papers, %v; want 2", page.Found, err)
	}
	narrow = search.Parse("").Narrow(search.Filters{Topics: []string{"Robotics", "kernel methods"}, Code: true})
	if page, err = h.Find(t.Context(), search.Ask{Query: narrow, Limit: 5}); err != nil || page.Found != 1 {
		t.Errorf("of two topics, %d papers have code, %v; want 1", page.Found, err)
	}
	if page, err := h.Find(t.Context(), search.Ask{Query: search.Parse(""), Limit: 5}); err != nil || page.Found != 0 {
		t.Errorf("an empty query finds %d, %v", page.Found, err)
	}
}

// meaning: papers are found by their neighbourhood, within what binds.
func meaning(t *testing.T, h *house) {
	byMeaning := search.Ask{Mode: search.MeaningOnly}
	page := h.find(byMeaning, "plates over flow")
	if got := keys(page); !strings.HasPrefix(got, "500") || len(page.List) != 5 || page.Mode != search.MeaningOnly {
		t.Errorf("by meaning, plates over flow finds %s (%s)", got, page.Mode)
	}
	if f := page.List[0]; f.ByMeaning != 1 || f.ByWords != 0 || f.Cosine <= 0 || f.Cosine > 1.01 || f.Reason.ByMeaning != 1 {
		t.Errorf("the first has ranks %d and %d, and %v", f.ByMeaning, f.ByWords, f.Cosine)
	}
	if got := keys(h.find(byMeaning, "plates flow -turbulence")); strings.Contains(got, "500") || got == "" {
		t.Errorf("what is excluded was found by meaning: %s", got)
	}
	if got := keys(h.find(byMeaning, "cloth cat:stat.ML")); got != "40" {
		t.Errorf("outside the category was found: %s", got)
	}
	both := h.find(search.Ask{}, "robots fold cloth")
	if got := keys(both); !strings.HasPrefix(got, "41 42") || both.Mode != search.Both || len(both.List) != 5 {
		t.Errorf("by both, robots fold cloth finds %s (%s)", got, both.Mode)
	}
	f := both.List[0]
	if f.ByWords != 1 || f.ByMeaning == 0 || f.Score <= 0 || f.Words <= 0 || f.Words > 2 || !strings.HasPrefix(f.Reason.String(), "1st by words") {
		t.Errorf("the first is %+v: %s", f.Hit, f.Reason)
	}
	if want := search.Score(f.Words, f.Cosine, 1); f.Score < want-1e-6 || f.Score > want+1e-6 {
		t.Errorf("one that has all words scores %f, want %f", f.Score, want)
	}
	for i, g := range both.List {
		if i > 0 && g.Score > both.List[i-1].Score {
			t.Errorf("%d stands behind one of less", i)
		}
	}
	if last := both.List[len(both.List)-1]; last.Words != 0 || last.ByWords != 0 {
		t.Errorf("one without the words has %v of them", last.Words)
	}
	seen, more := h.find(search.Ask{}, "cloth robots"), h.find(search.Ask{}, "cloth robots xyzzy")
	if a, b := seen.List[0], more.List[0]; a.ID != b.ID || math.Abs(a.Words-b.Words) > 1e-6 {
		t.Errorf("a word that no paper has makes %v of what the others are worth %v", b.Words, a.Words)
	}
	if got := keys(h.find(search.Ask{}, "like:2604.00041")); !strings.HasPrefix(got, "42") || strings.Contains(got, "41 ") {
		t.Errorf("like a paper are %s", got)
	}
	if page := h.find(search.Ask{}, "like:2604.77777"); page.Found != 0 {
		t.Errorf("like a paper that is not here are %s", keys(page))
	}
	if got := keys(h.find(search.Ask{}, "like:2604.00041 like:2604.00042 kernel")); got == "" || strings.Contains(got, "41") {
		t.Errorf("like two papers are %s", got)
	}
}

// counts: what stands beside the list.
func counts(t *testing.T, h *house) {
	page := h.find(search.Ask{}, "theory kernel")
	if page.All != 2 || page.Phrase != 0 || page.Found < 3 {
		t.Errorf("%d have every word, %d side by side, %d can be looked at", page.All, page.Phrase, page.Found)
	}
	if page := h.find(search.Ask{}, "learning theory"); page.All != 2 || page.Phrase != 1 {
		t.Errorf("%d have every word, %d side by side; want 2 and 1", page.All, page.Phrase)
	}
	f := page.Facets
	if got := fmt.Sprint(f.Years, f.Categories, f.Topics, f.Code); got != "[{2026 2}] [{cs 1} {cs.LG 1} {math 1} {math.ST 1} {stat 1} {stat.ML 1}] [{kernel methods 1}] 1" {
		t.Errorf("the counts are %s", got)
	}
	// None has every word: those with any are counted.
	page = h.find(search.Ask{Mode: search.WordsOnly}, "turbulence cloth xyzzy")
	if got := fmt.Sprint(page.All, page.Facets.Years, page.Facets.Topics); got != "0 [{2024 1} {2026 2}] [{kernel tricks 1} {robotics 1}]" {
		t.Errorf("the counts of those with any word are %s", got)
	}
	if page := h.find(search.Ask{Order: search.Newest}, "turbulence cloth xyzzy"); page.All != 0 || len(page.Facets.Years) != 2 || keys(page) != "41 42 500" {
		t.Errorf("the newest with any word are %s, by year %v", keys(page), page.Facets.Years)
	}
}

// marks: where the words stand, and why a paper was found.
func marks(t *testing.T, h *house) {
	f := h.find(search.Ask{Mode: search.WordsOnly}, "kernel methods").List[0]
	if f.Title[0] != (search.Piece{Text: "Kernel methods", Mark: search.PhraseMark}) {
		t.Errorf("the title is marked %v", f.Title)
	}
	if !slices.Contains(f.Abstract, search.Piece{Text: "Kernel methods", Mark: search.PhraseMark}) || !slices.Contains(f.Abstract, search.Piece{Text: "kernel", Mark: search.WordMark}) {
		t.Errorf("the abstract is marked %v", f.Abstract)
	}
	if !f.Before || f.After || len(f.Snippet) == 0 {
		t.Errorf("the snippet is %v", f.Snippet)
	}
	if got := f.Reason.String(); got != "1st by words. Phrase in the title and once in the abstract." {
		t.Errorf("the reason is %q", got)
	}
}

func orders(t *testing.T, h *house) {
	for _, x := range []struct {
		order      search.Order
		mode       search.Mode
		text, want string
	}{
		{search.Newest, search.Both, "kernel", "1 40"},
		{search.MostVotes, search.Both, "kernel", "1 40"},
		{search.Newest, search.Both, "theory", "1 40 500"},
		{search.MostVotes, search.WordsOnly, "cat:cs.LG", "1 41 42"},
		{search.Newest, search.MeaningOnly, "cloth", "1 40 41 42 500"},
		{search.MostVotes, search.MeaningOnly, "cloth cat:cs.LG", "1"},
	} {
		if got := keys(h.find(search.Ask{Order: x.order, Mode: x.mode}, x.text)); !strings.HasPrefix(got, x.want) {
			t.Errorf("%s by %s (%s) are %s, want %s", x.text, x.order, x.mode, got, x.want)
		}
	}
}

func suggestions(t *testing.T, h *house) {
	for typed, want := range map[string]string{
		"kern":        "topic kernel methods, topic kernel tricks, title Kernel methods in learning theory, title A theory of learned kernels",
		"kernel":      "topic kernel methods, topic kernel tricks, author Jane van der Kernel, title Kernel methods in learning theory, title A theory of learned kernels",
		"Kernel  me":  "topic kernel methods, title Kernel methods in learning theory",
		"kaiming h":   "author Kaiming He",
		"núñez":       "author Ada Núñez",
		"nunez":       "author Ada Núñez",
		"he, kaiming": "author Kaiming He",
		"Kaim":        "author Kaiming He",
		"ke":          "", "": "", "((\"": "", "\x00\xff*-": "", ".*.*": "",
	} {
		list, err := h.Suggest(t.Context(), typed)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		var got []string
		for _, s := range list {
			got = append(got, string(s.Kind)+" "+s.Text)
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%q suggests %s; want %s", typed, s, want)
		}
	}
}

func spelling(t *testing.T, h *house) {
	for typed, want := range map[string]string{"kernal methds": "kernel methods", "kernel": "", "cat:cs.XX kernle": "cat:cs.XX kernel", "zzzzz": "", "turbulense": "turbulence", "": ""} {
		if got, err := h.Spelling(t.Context(), search.Parse(typed)); err != nil || got != want {
			t.Errorf("%q is set right as %q, %v; want %q", typed, got, err, want)
		}
	}
}

// alike: papers are ranked by the middle of what was named, which is not among them, and
// the words that they share are counted.
func alike(t *testing.T, h *house) {
	towels, cloth := h.paper(41), h.paper(42)
	for _, x := range []struct {
		like search.Likeness
		want string
	}{
		{search.Likeness{Papers: []*paper.Paper{towels}}, "42"},
		{search.Likeness{Text: "robots fold cloth; a graph says which"}, "41 42"},
		{search.Likeness{Papers: []*paper.Paper{cloth}, Text: "flow over plates"}, ""},
		{search.Likeness{Papers: []*paper.Paper{towels, cloth}}, ""},
	} {
		x.like.Limit = 3
		list, total, err := h.Alike(t.Context(), x.like)
		if err != nil || total != 5-len(x.like.Papers) || len(list) != 3 {
			t.Fatalf("%d of %d papers, %v", len(list), total, err)
		}
		var got []string
		for _, n := range list {
			got = append(got, short(n.Paper))
			if n.Meaning < 0 || n.Meaning > 1 || n.Words < 0 || n.Words > 1 {
				t.Errorf("%s is close by %v and %v", n.Paper.Key, n.Meaning, n.Words)
			}
			if slices.ContainsFunc(x.like.Papers, func(p *paper.Paper) bool { return p.ID == n.Paper.ID }) {
				t.Errorf("%s is like itself", n.Paper.Key)
			}
		}
		if s := strings.Join(got, " "); !strings.HasPrefix(s, x.want) {
			t.Errorf("nearest to %q and %d papers are %s, want %s", x.like.Text, len(x.like.Papers), s, x.want)
		}
		if x.want == "42" && (list[0].Meaning < 0.3 || list[0].Words < 0.1) {
			t.Errorf("the nearest is close by %v and %v", list[0].Meaning, list[0].Words)
		}
	}
	if list, _, err := h.Alike(t.Context(), search.Likeness{Papers: []*paper.Paper{towels}, Skip: 1, Limit: 2}); err != nil || len(list) != 2 || short(list[0].Paper) == "42" {
		t.Errorf("the second page is %v, %v", list, err)
	}
	near, err := h.Near(t.Context(), towels, 2)
	if err != nil || len(near) != 2 || short(near[0]) != "42" {
		t.Errorf("near are %v, %v", near, err)
	}
}

func (h *house) paper(n int) *paper.Paper {
	h.t.Helper()
	p, err := h.papers.Find(h.t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func listing(t *testing.T, h *house) {
	l, err := h.Listing(t.Context(), search.Author, "Kaiming He", "2026-04-01")
	if err != nil {
		t.Fatal(err)
	}
	if l.Total != 2 || len(l.Newest) != 2 || len(l.Since) != 1 || l.Newest[0].ID != h.paper(1).ID || l.Newest[0].Votes != 30 || l.Since[0].Edition.IsZero() {
		t.Errorf("the papers of an author are %+v", l)
	}
	if !l.Newest[1].Day.Equal(noon.Truncate(24*3600e9).AddDate(0, 0, -40)) || !l.Newest[1].Edition.IsZero() {
		t.Errorf("the second stands at %+v", l.Newest[1])
	}
	if l, err := h.Listing(t.Context(), search.Category, "cs.LG", "2026-04-01"); err != nil || l.Total != 3 || fmt.Sprint(l.Years, l.Topics) != "[{2026 3}] [{kernel methods 1} {kernel tricks 1} {robotics 1}]" {
		t.Errorf("the papers of a category are %+v, %v", l, err)
	}
	if l, err := h.Listing(t.Context(), search.Author, "Nobody", "2026-04-01"); err != nil || l.Total != 0 {
		t.Errorf("nobody has %+v, %v", l, err)
	}
	if _, err := h.Listing(t.Context(), search.Topic, "robotics", ""); err == nil {
		t.Error("papers are listed by topic")
	}
}

func matching(t *testing.T, h *house) {
	all := []int64{h.paper(1).ID, h.paper(40).ID, h.paper(500).ID, 999_999}
	for text, want := range map[string]int{"kernel -gpt-4": 1, "theory": 3, `"learning theory"`: 1, "": 0, "xyzzy": 0, "-cat:cs": 2} {
		got, err := h.Matching(t.Context(), text, all)
		if err != nil || len(got) != want || got[999_999] {
			t.Errorf("%q matches %v, %v; want %d", text, got, err, want)
		}
	}
}

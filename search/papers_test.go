package search_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
)

// bags is an encoder whose vectors are the words of a text, so that texts with the
// same words are near. It counts what it encodes.
type bags struct {
	name    string
	encoded *int
}

func (b bags) Name() string { return b.name }
func (b bags) Dim() int     { return 64 }

func (b bags) EncodeQuery(dst []float32, text string) []float32 {
	v := make([]float32, b.Dim())
	for _, w := range strings.Fields(strings.ToLower(text)) {
		h := fnv.New32a()
		h.Write([]byte(strings.Trim(w, ".,;")))
		v[h.Sum32()%64]++
	}
	n := 0.0
	for _, x := range v {
		n += float64(x * x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(max(n, 1)))
	}
	return append(dst, v...)
}

func (b bags) EncodeAll(dst []float32, texts []string) []float32 {
	for _, t := range texts {
		*b.encoded++
		dst = b.EncodeQuery(dst, t)
	}
	return dst
}

var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

type house struct {
	t        *testing.T
	papers   *paper.Store
	editions *edition.Store
	dir      string
	encoded  int
	*search.Papers
}

func newHouse(t *testing.T, d *db.DB) *house {
	papers := paper.NewStore(d)
	h := &house{t: t, papers: papers, dir: t.TempDir(), editions: edition.NewStore(papers, edition.Settings{Fill: edition.FillSubmitted})}
	h.open("bags")
	return h
}

func (h *house) open(model string) {
	h.t.Helper()
	if h.Papers != nil {
		if err := h.Close(); err != nil {
			h.t.Fatal(err)
		}
	}
	var err error
	if h.Papers, err = search.OpenPapers(h.t.Context(), h.dir, h.editions, h.papers); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Attach(bags{model, &h.encoded}); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { h.Close() })
}

func (h *house) put(papers ...*paper.Paper) {
	h.t.Helper()
	if err := h.papers.DB().Transact(h.t.Context(), func(tx *db.Tx) error {
		_, err := h.papers.Put(h.t.Context(), tx, "test", noon, papers...)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
}

// settle brings everything that follows the change log up to date.
func (h *house) settle() {
	h.t.Helper()
	for _, step := range []func() (int, error){
		func() (int, error) { return h.editions.Update(h.t.Context(), noon, 10) },
		func() (int, error) { return h.Update(h.t.Context(), 10) },
		func() (int, error) { return h.EncodeNext(h.t.Context(), 10) },
	} {
		for {
			n, err := step()
			if err != nil {
				h.t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
}

// find returns the keys of the papers that a query finds.
func (h *house) find(mode search.Mode, text string) string {
	h.t.Helper()
	page, err := h.Find(h.t.Context(), search.Ask{Query: search.Parse(text), Mode: mode, Limit: 20, Facet: true})
	if err != nil {
		h.t.Fatal(err)
	}
	var keys []string
	for _, f := range page.List {
		keys = append(keys, f.Paper.Key)
	}
	return strings.Join(keys, " ")
}

func made(n int, title, abstract string) *paper.Paper {
	return &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)}}, Title: title, Abstract: abstract,
		Form: paper.TeX, Authority: paper.FromArXiv, Submitted: noon.AddDate(0, 0, -n), Categories: []string{"cs.LG"},
	}
}

func TestPapersAreFoundByAllThatIsKnownOfThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		first := made(1, "Kernel methods in learning theory", "We bound the risk.")
		first.Authors = []paper.Author{{Name: "Kaiming He"}, {Name: "Ada Núñez"}}
		first.Links = []paper.Link{{Kind: paper.Code, URL: "https://example.org/x", Stars: 3}}
		first.Figures = paper.Figures{Votes: 30, At: noon}
		first.Featured = &paper.Feature{Source: "up", At: noon}
		second := made(40, "A theory of learned kernels", "On $\\ell_1$ balls and GPT-4.")
		second.Categories = []string{"math.ST", "stat.ML"}
		second.Organisation = &paper.Organisation{Name: "lab", FullName: "The Lab"}
		third := made(500, "Turbulence", "Flow over plates.")
		h.put(first, second, third)
		h.settle()
		for text, want := range map[string]string{
			"turbulence": "2604.00500", `"learning theory"`: "2604.00001", "kernel -bound": "2604.00040",
			"author:he": "2604.00001", "author:nunez": "2604.00001", `author:"He, K."`: "2604.00001", "author:kaiming": "",
			"cat:stat.ML": "2604.00040", "cat:math": "2604.00040", "cat:STAT.ml": "2604.00040", "has:code": "2604.00001", `org:"the lab"`: "2604.00040",
			"votes:>20": "2604.00001", "edition:2026-04": "2604.00001", "before:2025": "2604.00500", "title:theory abstract:bound": "2604.00001",
			"turb*": "2604.00500", "l1": "2604.00040", "gpt4": "2604.00040", "(turbulence OR gpt-4) -plates": "2604.00040",
			"after:2026-04-01 kernel": "2604.00001", "id:2604.00500": "2604.00500", "xyzzy": "",
		} {
			if got := h.find(search.WordsOnly, text); got != want {
				t.Errorf("%s finds %q, want %q", text, got, want)
			}
		}
		if got := h.find(search.MeaningOnly, "plates flow"); !strings.HasPrefix(got, "2604.00500") {
			t.Errorf("by meaning, plates flow finds %s", got)
		}
		if got := h.find(search.MeaningOnly, "plates flow -turbulence"); strings.Contains(got, "00500") {
			t.Errorf("what is excluded was found by meaning: %s", got)
		}
		matching, err := h.Matching(t.Context(), `kernel -gpt-4`, []int64{first.ID, second.ID, third.ID})
		if err != nil || len(matching) != 1 || !matching[first.ID] {
			t.Errorf("matching are %v, %v; want the first alone", matching, err)
		}
		if got := h.find(search.Both, "like:2604.00001"); strings.Contains(got, "00001") || got == "" {
			t.Errorf("like a paper finds %q: the others are wanted", got)
		}
	})
}

func TestTheIndexFollowsTheLog(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for n := range 30 {
			h.put(made(n+1, "Paper "+name(n+1), "text"))
		}
		h.settle()
		if w, m := h.Docs(); w != 30 || m != 30 {
			t.Fatalf("%d documents by words, %d by meaning, want 30", w, m)
		}
		before := h.encoded
		voted := made(7, "Paper "+name(7), "text")
		voted.Figures = paper.Figures{Votes: 9, At: noon}
		revised := made(8, "Paper renamed", "text")
		revised.Revised = noon
		h.put(voted, revised)
		h.settle()
		if got := h.encoded - before; got != 1 {
			t.Errorf("%d texts were encoded after one vote and one new title, want 1", got)
		}
		if h.find(search.WordsOnly, "renamed") != "2604.00008" || h.find(search.WordsOnly, name(8)) != "" || h.find(search.WordsOnly, "votes:9") != "2604.00007" {
			t.Error("the index does not show what changed")
		}
		h.open("bags") // as after a restart: nothing is done again
		before = h.encoded
		h.settle()
		if h.encoded != before {
			t.Errorf("%d texts were encoded again after a restart", h.encoded-before)
		}
		h.open("other") // another model, of which none but it is known
		h.settle()
		if h.encoded-before != 30 {
			t.Errorf("a new model encoded %d texts, want 30", h.encoded-before)
		}
	})
}

// TestAnEditionTakesInWhatMoved: of an edition that grew only the papers that are new
// in it are indexed again, so that a change does not wait for all the others; and a
// paper that left an edition is no longer found in it.
func TestAnEditionTakesInWhatMoved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		feature := func(n int, at time.Time) *paper.Paper {
			p := made(n, "Paper "+name(n), "text")
			p.Featured = &paper.Feature{Source: "up", At: at}
			return p
		}
		for n := range 20 {
			h.put(feature(n+1, noon))
		}
		h.settle()
		h.put(feature(40, noon))
		if _, err := h.editions.Update(t.Context(), noon, 10); err != nil {
			t.Fatal(err)
		}
		if due, err := h.Due(t.Context()); due != 1 || err != nil {
			t.Errorf("%d documents are to be indexed when one paper came into an edition, %v; want 1", due, err)
		}
		h.settle()
		if got := h.find(search.WordsOnly, "edition:2026-04-14 "+name(40)); got != "2604.00040" {
			t.Errorf("in its edition, found %q", got)
		}
		err := d.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `DELETE FROM entry WHERE paper = (SELECT paper FROM identifier WHERE value = '2604.00040')`)
			paper.Log(tx, noon, edition.ChangedEdition, 20260414)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.settle()
		if got := h.find(search.WordsOnly, "edition:2026-04-14 "+name(40)); got != "" {
			t.Errorf("after it left, its edition finds %q", got)
		}
		if got := h.find(search.WordsOnly, "edition:2026-04-14 "+name(3)); got != "2604.00003" {
			t.Errorf("what stayed in the edition is found as %q", got)
		}
	})
}

// TestANewModelTakesOverWhenComplete: the vectors of a new encoder replace those of the
// old one when all papers have theirs, and until then the old one answers and follows
// what changes, also after a restart.
func TestANewModelTakesOverWhenComplete(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Open(t, dbtest.SQLite(t)))
	for n := range 30 {
		h.put(made(n+1, "Paper "+name(n+1), "text"))
	}
	h.settle()
	var old, young int
	adopt := func() {
		t.Helper()
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if h.Papers, err = search.OpenPapers(t.Context(), h.dir, h.editions, h.papers); err != nil {
			t.Fatal(err)
		}
		if err := h.Adopt(bags{"young", &young}, func(name string) (search.Encoder, error) {
			if name != "bags" {
				return nil, errors.New("there is none")
			}
			return bags{name, &old}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	adopt()
	if _, err := h.EncodeNext(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	if _, err := h.EncodeNext(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	name, n := h.Coming()
	if _, meaning := h.Docs(); meaning != 30 || name != "young" || n == 0 || n == 30 || young != n {
		t.Fatalf("half-way %d papers have the old vectors, %d those of %q, which encoded %d", meaning, n, name, young)
	}
	adopt()
	h.put(made(31, "Paper late", "text"))
	if _, err := h.EncodeNext(t.Context(), 10); err != nil || old != 1 {
		t.Fatalf("the old encoder encoded %d of what changed, %v; want 1, before the new one goes on", old, err)
	}
	h.settle()
	if name, _ := h.Coming(); name != "" || young != 31 {
		t.Errorf("in the end %q is still coming and encoded %d texts, want 31", name, young)
	}
	if _, meaning := h.Docs(); meaning != 31 {
		t.Errorf("%d papers have vectors in the end", meaning)
	}
	if left, err := os.ReadDir(filepath.Join(h.dir, "meaning")); err != nil || len(left) != 1 || left[0].Name() != "young" {
		t.Errorf("the folder of vectors holds %v, %v", left, err)
	}
	adopt()
	if name, _ := h.Coming(); name != "" {
		t.Errorf("after a restart %q is coming", name)
	}
}

func TestAMergedPaperLeavesTheIndex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		byDOI := &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.DOI, Value: "10.1000/xyz"}}, Title: "Published turbulence", Form: paper.Plain}
		h.put(byDOI, made(1, "Turbulence", "x"))
		h.settle()
		both := made(1, "Turbulence", "x")
		both.Identifiers = append(both.Identifiers, paper.Identifier{Scheme: paper.DOI, Value: "10.1000/xyz"})
		h.put(both)
		h.settle()
		if w, m := h.Docs(); w != 1 || m != 1 {
			t.Errorf("%d documents by words and %d by meaning after a merge, want 1", w, m)
		}
		if got := h.find(search.Both, "turbulence"); got != "2604.00001" {
			t.Errorf("found %q", got)
		}
	})
}

func TestAnIndexBelongsToOneDatabase(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Open(t, dbtest.SQLite(t)))
	h.put(made(1, "Turbulence", "x"))
	h.settle()
	dir := h.dir
	h.Close()
	other := newHouse(t, dbtest.Open(t, dbtest.SQLite(t)))
	other.dir = dir
	other.open("bags")
	if w, _ := other.Docs(); w != 0 {
		t.Errorf("the index of another database was taken over with %d documents", w)
	}
}

// garble overwrites most of each file of a part of the index, as it lies on disk
// or is mapped.
func (h *house) garble(pattern string) {
	h.t.Helper()
	files, err := filepath.Glob(filepath.Join(h.dir, pattern))
	if err != nil || len(files) == 0 {
		h.t.Fatalf("no files %s: %v", pattern, err)
	}
	for _, name := range files {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			h.t.Fatal(err)
		}
		if st, err := f.Stat(); err != nil {
			h.t.Fatal(err)
		} else if _, err := f.WriteAt(bytes.Repeat([]byte{0xff}, int(st.Size()*7/8)), st.Size()/16); err != nil {
			h.t.Fatal(err)
		}
		f.Close()
	}
}

func TestADamagedIndexIsBuiltAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Open(t, dbtest.SQLite(t)))
	h.put(made(1, "Turbulence", "x"))
	h.settle()
	h.Close()
	h.garble("words/*")
	h.garble("meaning/*/manifest")
	h.Papers = nil
	h.open("bags")
	h.settle()
	if got := h.find(search.WordsOnly, "turbulence"); got != "2604.00001" {
		t.Errorf("found %q after the damage", got)
	}
	if _, meaning := h.Docs(); meaning != 1 {
		t.Errorf("%d papers have vectors after the damage", meaning)
	}
}

// TestDamageUnderReaders: files that are damaged while they are searched, or that nobody
// has compared with their checksums yet, make searches fail with a word, and are made
// anew by those who follow the log.
func TestDamageUnderReaders(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Open(t, dbtest.SQLite(t)))
	for n := range 30 {
		h.put(made(n+1, "Turbulence "+name(n), "x"))
	}
	h.settle()
	h.open("bags") // all of it is in segments now
	if _, err := h.EncodeNext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	h.garble("words/*.seg")
	_, err := h.Find(t.Context(), search.Ask{Query: search.Parse("turbulence " + name(3)), Mode: search.WordsOnly, Limit: 9, Facet: true})
	if !fault.Is(err, fault.KindBusy) {
		t.Fatalf("a search in a damaged index: %v", err)
	}
	if _, err := h.Update(t.Context(), 10); err == nil || !strings.Contains(err.Error(), "made anew") {
		t.Errorf("whoever follows the log hears %v", err)
	}
	h.settle()
	if got := h.find(search.WordsOnly, name(3)); got != "2604.00004" {
		t.Errorf("found %q after the damage", got)
	}
}

// TestDamagedVectorsAreMadeAnew: segments of vectors are compared with their checksums
// before the first paper is encoded.
func TestDamagedVectorsAreMadeAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Open(t, dbtest.SQLite(t)))
	const papers = 1<<14 + 10 // so many make a segment
	var list []*paper.Paper
	for n := range papers {
		if list = append(list, made(n, "Paper", fmt.Sprint("text ", n))); len(list) == 1000 || n == papers-1 {
			h.put(list...)
			list = nil
		}
	}
	encode := func() (err error) {
		for n := 1; n > 0 && err == nil; {
			n, err = h.EncodeNext(t.Context(), 1000)
		}
		return err
	}
	if err := encode(); err != nil {
		t.Fatal(err)
	}
	h.open("bags")
	h.garble("meaning/*/*.seg")
	before := h.encoded
	h.open("bags")
	if err := encode(); err != nil && !strings.Contains(err.Error(), "made anew") {
		t.Fatal(err)
	}
	if err := encode(); err != nil {
		t.Fatal(err)
	}
	if got := h.encoded - before; got != papers {
		t.Errorf("%d texts were encoded after the damage, want %d", got, papers)
	}
}

// name is a word of its own for each number.
func name(n int) string { return "zq" + string(rune('a'+n/26)) + string(rune('a'+n%26)) }

// TestAlike: papers are ranked by the middle of what was named, which is not among
// them, and the words that they share are counted.
func TestAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Open(t, dbtest.SQLite(t)))
	h.put(
		made(1, "kernel methods", "learning with kernel methods"), made(2, "kernel learning", "learning kernel methods anew"),
		made(3, "towel folding", "robots fold cloth"), made(4, "cloth robots", "a towel that robots fold"),
		made(5, "robots with kernel methods", "learning to fold"), made(6, "mosses", "green and wet"),
	)
	h.settle()
	var named []*paper.Paper
	keys := func(a search.Likeness) string {
		t.Helper()
		a.Limit = 2
		list, total, err := h.Alike(t.Context(), a)
		if err != nil || total != 6-len(a.Papers) {
			t.Fatalf("%d papers can be looked at, %v", total, err)
		}
		got := ""
		for _, n := range list {
			got += n.Paper.Key[9:]
			if n.Meaning <= 0 || n.Meaning > 1 || n.Words <= 0 || n.Words > 1 {
				t.Errorf("%s is close by %v and %v", n.Paper.Key, n.Meaning, n.Words)
			}
		}
		return got
	}
	for _, n := range []string{"2604.00001", "2604.00004"} {
		p, err := h.papers.Find(t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: n})
		if err != nil {
			t.Fatal(err)
		}
		named = append(named, p)
	}
	for want, a := range map[string]search.Likeness{
		"25": {Papers: named[:1]}, "35": {Papers: named[1:]}, "12": {Text: "learning kernel methods"},
	} {
		if got := keys(a); got != want {
			t.Errorf("nearest to %q and %d papers are %s, want %s", a.Text, len(a.Papers), got, want)
		}
	}
}

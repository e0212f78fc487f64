package lexical

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var testSchema = Schema{
	Fields: []Field{
		{Name: "title", Default: true, Weight: 1, Boost: .4},
		{Name: "abstract", Default: true, Weight: 1},
		{Name: "authors", Weight: 1, Plain: true},
	},
	Numbers: []string{"day", "votes"},
	Order:   "cat:",
}

// TestMain has small merges put documents in order and small parts guess, too, as large ones do.
func TestMain(m *testing.M) {
	orderFrom, guessFrom = 2, 2
	os.Exit(m.Run())
}

// vocabulary has forms of one stem, a compound and rare words.
var vocabulary = strings.Fields("the of model models modeling learning learn deep transformer transformers gpt-4 k-NN knn graph graphs zebra L_1 l1 alpha α")

func words(max int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		n := rapid.IntRange(0, max).Draw(t, "n")
		var out []string
		for range n {
			// the first words are common
			i := rapid.IntRange(0, len(vocabulary)-1).Draw(t, "a")
			out = append(out, vocabulary[min(i, rapid.IntRange(0, len(vocabulary)-1).Draw(t, "b"))])
		}
		return strings.Join(out, " ")
	})
}

func document(id int64) *rapid.Generator[Document] {
	return rapid.Custom(func(t *rapid.T) Document {
		d := Document{ID: id, Text: []string{words(5).Draw(t, "title"), words(30).Draw(t, "abstract"), "Ada Love\x1fKurt Gödel"}}
		for _, k := range []string{"cat:a", "cat:b", "org:x"} {
			if rapid.Bool().Draw(t, k) {
				d.Keys = append(d.Keys, k)
			}
		}
		d.Numbers = []int64{rapid.Int64Range(0, 5).Draw(t, "day"), rapid.Int64Range(-3, 3).Draw(t, "votes")}
		return d
	})
}

func aWord(t *rapid.T) string {
	toks := Tokens(rapid.SampledFrom(append(vocabulary, "unknown")).Draw(t, "word"))
	return toks[len(toks)-1].Word
}

func aField(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", "title", "abstract", "authors"}).Draw(t, "field")
}

func aQuery(depth int) *rapid.Generator[Query] {
	return rapid.Custom(func(t *rapid.T) Query {
		kinds := 6
		if depth > 0 {
			kinds = 10
		}
		sub := func() []Query { return rapid.SliceOfN(aQuery(depth-1), 0, 4).Draw(t, "parts") }
		switch rapid.IntRange(0, kinds).Draw(t, "kind") {
		case 0, 1:
			return Term{Word: aWord(t), Field: aField(t), Exact: rapid.Bool().Draw(t, "exact")}
		case 2:
			p := Phrase{Field: aField(t)}
			for _, w := range Tokens(words(3).Draw(t, "phrase")) {
				if w.Parts == 0 {
					p.Words = append(p.Words, w.Word)
				}
			}
			return p
		case 3:
			return Prefix{Word: aWord(t)[:1], Field: aField(t)}
		case 4:
			return Key(rapid.SampledFrom([]string{"cat:a", "cat:b", "org:x", "org:y"}).Draw(t, "key"))
		case 5:
			lo := rapid.Int64Range(-4, 5).Draw(t, "min")
			return Range{rapid.SampledFrom([]string{"day", "votes", "none"}).Draw(t, "number"), lo, lo + rapid.Int64Range(-1, 4).Draw(t, "width")}
		case 6:
			return All{}
		case 7:
			return And(sub())
		case 8:
			return Or(sub())
		case 9:
			return Not{aQuery(depth-1).Draw(t, "not")}
		default:
			return Boosted{rapid.Float64Range(0, 3).Draw(t, "by"), aQuery(depth-1).Draw(t, "boosted")}
		}
	})
}

// oracle holds the documents as they were put and answers queries from their
// words, one document after the other.
type oracle struct {
	lay  *layout
	docs map[int64]Document
}

func (o *oracle) tokens(d *Document, f int) []Token {
	if !o.lay.Fields[f].Plain {
		return Tokens(d.Text[f])
	}
	var out []Token
	for i, w := range strings.Fields(strings.ToLower(strings.NewReplacer("\x1f", " ", "ö", "o").Replace(d.Text[f]))) {
		out = append(out, Token{Word: w, Place: i + strings.Count(d.Text[f][:0], "\x1f")})
	}
	if len(out) == 4 { // the gap between two authors
		out[2].Place++
		out[3].Place++
	}
	return out
}

func (o *oracle) fields(field string) []int {
	if field == "" {
		return o.lay.groups[0].fields
	}
	return []int{o.lay.field[field]}
}

// count says how often in each field a word or phrase stands.
func (o *oracle) count(d *Document, field string, match func(toks []Token, i int) bool) (tf tuple, total int) {
	for _, f := range o.fields(field) {
		toks := o.tokens(d, f)
		for i := range toks {
			if match(toks, i) {
				tf[f]++
				total++
			}
		}
	}
	return tf, total
}

func (o *oracle) term(q Term) func([]Token, int) bool {
	return func(toks []Token, i int) bool {
		if q.Exact || q.Field == "authors" {
			return toks[i].Word == q.Word
		}
		return Stem(toks[i].Word) == Stem(q.Word)
	}
}

func phraseAt(q Phrase) func([]Token, int) bool {
	return func(toks []Token, i int) bool {
		if toks[i].Word != q.Words[0] {
			return false
		}
		for j, w := range q.Words[1:] {
			if !slices.ContainsFunc(toks, func(t Token) bool { return t.Place == toks[i].Place+j+1 && t.Word == w }) {
				return false
			}
		}
		return true
	}
}

func (o *oracle) matches(d *Document, q Query) bool {
	switch q := q.(type) {
	case All:
		return true
	case Term:
		_, n := o.count(d, q.Field, o.term(q))
		return n > 0
	case Phrase:
		if len(q.Words) == 0 {
			return false
		}
		_, n := o.count(d, q.Field, phraseAt(q))
		return n > 0
	case Prefix:
		_, n := o.count(d, q.Field, func(toks []Token, i int) bool { return strings.HasPrefix(toks[i].Word, q.Word) })
		return n > 0
	case Key:
		return slices.Contains(d.Keys, string(q))
	case Range:
		i, ok := o.lay.number[q.Number]
		return ok && q.Min <= d.Numbers[i] && d.Numbers[i] <= q.Max
	case And:
		return !slices.ContainsFunc(q, func(p Query) bool { return !o.matches(d, p) })
	case Or:
		return slices.ContainsFunc(q, func(p Query) bool { return o.matches(d, p) })
	case Not:
		return !o.matches(d, q.Of)
	case Boosted:
		return o.matches(d, q.Of)
	}
	panic(q)
}

// score computes BM25 from the words, for documents that were never deleted.
func (o *oracle) score(d *Document, q Query, boost float64) float64 {
	if !o.matches(d, q) {
		return 0
	}
	total := 0.0
	switch q := q.(type) {
	case Term:
		return boost * o.part(d, q.Field, o.term(q)) * o.idf(q.Field, o.term(q))
	case Phrase:
		sum := 0.0
		for _, w := range q.Words {
			sum += o.idf(q.Field, o.term(Term{Word: w, Field: q.Field, Exact: true}))
		}
		return boost * o.part(d, q.Field, phraseAt(q)) * sum
	case Prefix:
		return boost
	case And:
		for _, p := range q {
			total += o.score(d, p, boost)
		}
	case Or:
		for _, p := range q {
			total += o.score(d, p, boost)
		}
	case Boosted:
		return o.score(d, q.Of, boost*q.By)
	}
	return total
}

func (o *oracle) idf(field string, match func([]Token, int) bool) float64 {
	if field != "" && o.lay.groupOf[o.lay.field[field]] == 0 {
		field = "" // the word's idf in the whole
	}
	df := 0
	for _, d := range o.docs {
		if _, n := o.count(&d, field, match); n > 0 {
			df++
		}
	}
	n := float64(len(o.docs))
	return math.Log(1 + (n-float64(df)+.5)/(float64(df)+.5))
}

func (o *oracle) length(d *Document, f int) float64 {
	toks := o.tokens(d, f)
	if len(toks) == 0 {
		return 0
	}
	return float64(toks[len(toks)-1].Place + 1)
}

func (o *oracle) part(d *Document, field string, match func([]Token, int) bool) float64 {
	tf, _ := o.count(d, field, match)
	average := func(fields ...int) float64 {
		sum := 0.0
		for _, d := range o.docs {
			for _, f := range fields {
				sum += o.length(&d, f)
			}
		}
		return max(1, sum/float64(len(o.docs)))
	}
	s := func(tf, l float64) float64 { return tf * 2.2 / (tf + 1.2*(.25+.75*l)) }
	if field != "" {
		f := o.lay.field[field]
		return s(float64(tf[f]), o.length(d, f)/average(f))
	}
	return s(float64(tf[0])+float64(tf[1]), (o.length(d, 0)+o.length(d, 1))/average(0, 1)) + .4*s(float64(tf[0]), o.length(d, 0)/average(0))
}

func close2(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)) }

// TestSearchAgreesWithItsDefinition puts, replaces and deletes documents, with
// flushes and merges in between, and compares every kind of query with the oracle.
func TestSearchAgreesWithItsDefinition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, err := openOn(newMemory(), testSchema)
		if err != nil {
			t.Fatal(err)
		}
		o := &oracle{x.lay, map[int64]Document{}}
		seq := int64(0)
		clean := true // nothing deleted that statistics still count
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				must(t, x.flush())
			case 1:
				must(t, x.Merge())
				clean = x.Docs() == x.Snapshot().docs
			default:
				var batch Batch
				for range rapid.IntRange(0, 2).Draw(t, "deletes") {
					batch.Delete = append(batch.Delete, rapid.Int64Range(1, 60).Draw(t, "id"))
				}
				for range rapid.IntRange(0, 12).Draw(t, "puts") {
					batch.Put = append(batch.Put, document(rapid.Int64Range(1, 60).Draw(t, "id")).Draw(t, "doc"))
				}
				seq++
				batch.Seq = seq
				must(t, x.Apply(batch))
				for _, id := range batch.Delete {
					delete(o.docs, id)
				}
				for _, d := range batch.Put {
					o.docs[d.ID] = d
				}
				clean = x.Docs() == x.Snapshot().docs
			}
		}
		if x.Docs() != len(o.docs) || x.Seq() != seq {
			t.Fatalf("%d documents at %d, want %d at %d: %s", x.Docs(), x.Seq(), len(o.docs), seq, x)
		}
		for range 8 {
			o.compare(t, x.Snapshot(), aQuery(2).Draw(t, "query"), clean)
		}
	})
}

func must(t interface{ Fatal(...any) }, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (o *oracle) compare(t *rapid.T, s *Snapshot, q Query, clean bool) {
	ids := slices.Sorted(maps.Keys(o.docs))
	scores := s.Scores(q, ids)
	var all []Hit
	for i, id := range ids {
		d := o.docs[id]
		if !o.matches(&d, q) {
			if scores[i] != 0 {
				t.Fatalf("%#v scores %v for %d, which does not match: %v", q, scores[i], id, d)
			}
			continue
		}
		if want := o.score(&d, q, 1); clean && !close2(want, scores[i]) {
			t.Fatalf("%#v scores %v for %d, want %v: %v", q, scores[i], id, want, d)
		}
		if c := s.Ceiling(q); scores[i] > c {
			t.Fatalf("%#v scores %v above its ceiling %v", q, scores[i], c)
		}
		all = append(all, Hit{ID: id, Score: scores[i]})
	}
	slices.SortFunc(all, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	k := rapid.IntRange(0, 40).Draw(t, "k")
	same(t, q, s.Search(q, k, Options{}).Hits, all[:min(k, len(all))])
	r := s.Search(q, k, Options{Count: true})
	same(t, q, r.Hits, all[:min(k, len(all))])
	if set := s.Match(q); r.Total != len(all) || set.Len() != len(all) || len(slices.Collect(set.All())) != len(all) {
		t.Fatalf("%#v matches %d, %d in the set; want %d", q, r.Total, set.Len(), len(all))
	}
	if n := s.Count(q, 0); n != len(all) {
		t.Fatalf("%#v counts %d, want %d", q, n, len(all))
	}
	want := map[string]int{}
	for _, h := range all {
		for _, key := range o.docs[h.ID].Keys {
			want[key]++
		}
	}
	total, counts := s.Facets(q, 10, "cat:", "org:")
	got := map[string]int{}
	for _, c := range slices.Concat(counts...) {
		got[c.Text] = c.Docs
	}
	if total != len(all) || !maps.Equal(got, want) {
		t.Fatalf("%#v has %d documents with %v, want %d with %v", q, total, got, len(all), want)
	}
	filter := aQuery(1).Draw(t, "filter")
	var some []Hit
	for _, h := range all {
		if d := o.docs[h.ID]; o.matches(&d, filter) {
			some = append(some, h)
		}
	}
	same(t, fmt.Sprintf("%#v filtered by %#v", q, filter), s.Search(q, k, Options{Filter: filter}).Hits, some[:min(k, len(some))])
	slices.SortFunc(all, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(o.docs[b.ID].Numbers[1], o.docs[a.ID].Numbers[1]), cmp.Compare(a.ID, b.ID))
	})
	for i, h := range s.Search(q, k, Options{Sort: "votes"}).Hits {
		if h.ID != all[i].ID || h.Value != o.docs[h.ID].Numbers[1] {
			t.Fatalf("%#v by votes: place %d is %v, want %d", q, i, h, all[i].ID)
		}
	}
}

func same(t *rapid.T, q any, got, want []Hit) {
	if len(got) != len(want) {
		t.Fatalf("%#v found %d, want %d: %v, %v", q, len(got), len(want), got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%#v: place %d is %v, want %v", q, i, got[i], want[i])
		}
	}
}

// TestCount: a count that stops early has enough, and an estimate is near what it estimates.
func TestCount(t *testing.T) {
	t.Parallel()
	x, err := Open(t.TempDir(), Schema{Fields: []Field{{Name: "text", Default: true, Weight: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	r := rand.New(rand.NewPCG(1, 2))
	b := Batch{Seq: 1}
	side, rare := 0, 0
	among := map[string]map[string]int{"theory": {}, "rare": {}}
	for i := range 3*winSize + 77 {
		d := Document{ID: int64(i + 1), Text: []string{"theory of learning"}}
		if r.IntN(3) == 0 {
			d.Text[0] = "learning theory"
			side++
		}
		for _, one := range []int{2, 20, 40, 3000} { // a list of bits, of bytes, of blocks, a short one
			if r.IntN(one) == 0 {
				d.Keys = append(d.Keys, fmt.Sprint("one:", one))
				among["theory"][fmt.Sprint("one:", one)]++
			}
		}
		if r.IntN(700) == 0 {
			d.Text[0] += " rare"
			rare++
			for _, k := range d.Keys {
				among["rare"][k]++
			}
		}
		b.Put = append(b.Put, d)
	}
	if err := x.Apply(b); err != nil {
		t.Fatal(err)
	}
	s := x.Snapshot()
	phrase, all := Exactly("learning theory", ""), Term{Word: "theory"}
	for _, every := range []int{1, 2, 64, 128} {
		if n := s.About(phrase, every); every == 1 && n != side || math.Abs(float64(n-side)) > 4*math.Sqrt(float64(side*every)) {
			t.Errorf("of %d phrases one document of %d says that there are %d", side, every, n)
		}
	}
	for word, want := range among {
		got := map[string]int{}
		total, counts := s.Facets(Term{Word: word}, 10, "one:")
		for _, c := range counts[0] {
			got[c.Text] = c.Docs
		}
		if n := map[string]int{"theory": len(b.Put), "rare": rare}[word]; total != n || !maps.Equal(got, want) {
			t.Errorf("%s is in %d documents with %v, want %d with %v", word, total, got, n, want)
		}
	}
	if n := s.Count(all, 0); n != len(b.Put) {
		t.Errorf("%d of %d documents are counted", n, len(b.Put))
	}
	if n := s.Count(all, 5000); n < 5000 || n == len(b.Put) {
		t.Errorf("5,000 were enough, %d were counted", n)
	}
}

package edition_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"broadsheet/edition"
	"broadsheet/paper"
)

func TestPickClaim(t *testing.T) {
	t.Parallel()
	const long = " with enough words behind it that the sentence stands alone and needs no other one beside it"
	for _, c := range []struct{ name, abstract, opening, text string }{
		{"a stock opening", "Models are large. In this paper, we introduce X" + long + ". It works.", "In this paper, ", "we introduce X" + long + "."},
		{"what was done goes before what was found", "We show that it is hard" + long + ". We propose Y" + long + ".", "", "We propose Y" + long + "."},
		{"what was found", "It is hard. We find that it is easy" + long + ".", "", "We find that it is easy" + long + "."},
		{"passed over", "Finally, we present Z" + long + ". Moreover, we present Q" + long + ". This work presents R" + long + ".", "", "This work presents R" + long + "."},
		{"else the first", "Things happen" + long + ". Other things too.", "", "Things happen" + long + "."},
		{"a short one takes the next", "We present Z. It is good. It is small.", "", "We present Z. It is good."},
		{"where the code is", "We release our code at: https://x.org/y" + long + ". We show that it works" + long + ".", "", "We show that it works" + long + "."},
		{"words between", "Here it is. We then carefully construct W" + long + ".", "", "We then carefully construct W" + long + "."},
		{
			"abbreviations and formulas", "We propose methods, e.g. A by Smith et al. Then $x.Y. Z$ holds for J. Doe in Fig. 3 at 2.5 V" + long + ". Next.", "",
			"We propose methods, e.g. A by Smith et al. Then $x.Y. Z$ holds for J. Doe in Fig. 3 at 2.5 V" + long + ".",
		},
		{"money", "It costs $5. We present a cheaper one" + long + ".", "", "We present a cheaper one" + long + "."},
		{"an opening that is not stock", "In mice, the gene that we study is quiet" + long + ".", "", "In mice, the gene that we study is quiet" + long + "."},
		{"nothing", " ", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := edition.PickClaim(c.abstract); got.Opening != c.opening || got.Text != c.text {
				t.Errorf("got [%s][%s]\nwant [%s][%s]", got.Opening, got.Text, c.opening, c.text)
			}
		})
	}
}

// TestClaimsOfRealAbstracts asserts on 2,000 real abstracts what can be asserted
// of them all: the claim is a piece of the abstract, of readable length, with
// its formulas whole, and nearly always says what the authors did.
func TestClaimsOfRealAbstracts(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	if dir == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder with real papers")
	}
	f, err := os.Open(filepath.Join(dir, "arxiv_meta", "sample-2000.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	count, long, cut, first := 0, 0, 0, 0
	for lines.Scan() {
		var p struct{ ID, Abstract string }
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		count++
		abstract := strings.Join(strings.Fields(p.Abstract), " ")
		c := edition.PickClaim(p.Abstract).String()
		if !strings.Contains(abstract, c) || c == "" {
			t.Errorf("%s: the claim is no piece of the abstract: %s", p.ID, c)
		}
		if utf8.RuneCountInString(c) > 600 {
			long++
		}
		if strings.Count(c, "$")%2 != strings.Count(abstract, "$")%2 {
			cut++
		}
		if strings.HasPrefix(abstract, c) {
			first++
		}
	}
	if count != 2000 {
		t.Fatalf("%d abstracts, want 2,000", count)
	}
	t.Logf("of %d claims %d are longer than 600 characters, %d cut a formula, %d open the abstract", count, long, cut, first)
	if long > 20 || cut > 10 || first > 1400 {
		t.Errorf("of %d claims %d are longer than 600 characters, %d cut a formula, %d open the abstract", count, long, cut, first)
	}
}

func TestWhy(t *testing.T) {
	t.Parallel()
	code := func(stars int) []paper.Link { return []paper.Link{{Kind: paper.Code, Stars: stars}} }
	three := []paper.Author{{Name: "A", Claimed: true}, {Name: "B"}, {Name: "C"}}
	in := edition.Place{Origin: edition.Submitted}
	for _, c := range []struct {
		want  string
		rank  int
		place edition.Place
		p     paper.Paper
	}{
		{"First on votes. 8,315 stars on its code. 1 of 3 authors has claimed it.", 1, in, paper.Paper{Figures: paper.Figures{Votes: 9}, Record: paper.Record{Links: code(8315), Authors: three}}},
		{"On votes alone.", 4, in, paper.Paper{Figures: paper.Figures{Votes: 9}, Record: paper.Record{Links: code(999)}}},
		{"On votes. Its author has claimed it.", 4, in, paper.Paper{Figures: paper.Figures{Votes: 9}, Record: paper.Record{Authors: three[:1]}}},
		{"No votes yet; by time of arrival.", 9, in, paper.Paper{}},
		{"Announced in cs.LG.", 9, edition.Place{Origin: edition.Announced}, paper.Paper{Categories: []string{"cs.LG", "cs.CL"}}},
	} {
		if got := edition.Why(&c.p, c.rank, c.place); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func FuzzSentences(f *testing.F) {
	f.Add("We do. $x. Y$ it! e.g. this? (Yes.) No")
	f.Fuzz(func(t *testing.T, s string) {
		joined := strings.Join(edition.Sentences(s), " ")
		if want := strings.Join(strings.Fields(s), " "); joined != want {
			t.Errorf("the sentences of %q join to %q", want, joined)
		}
		edition.PickClaim(s)
	})
}

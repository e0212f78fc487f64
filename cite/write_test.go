package cite_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"broadsheet/cite"
	"broadsheet/paper"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var here = cite.Site{Base: "https://broadsheet.example"}

// odd are papers that are hard to cite.
func odd() []*paper.Paper {
	day := time.Date(2025, 11, 18, 9, 0, 0, 0, time.UTC)
	arxiv := func(v string) []paper.Identifier { return []paper.Identifier{{Scheme: paper.ArXiv, Value: v}} }
	names := func(list ...string) (authors []paper.Author) {
		for _, n := range list {
			authors = append(authors, paper.Author{Name: n})
		}
		return authors
	}
	doi := func(v, doi string) []paper.Identifier {
		return append(arxiv(v), paper.Identifier{Scheme: paper.DOI, Value: doi})
	}
	rec := func(r paper.Record) paper.Record { return r }
	return []*paper.Paper{
		{Key: "2511.00001", Identifiers: arxiv("2511.00001"), Form: paper.TeX, Submitted: day, Categories: []string{"cs.LG"}, Title: `$\pi_\mathrm{RL}$: Online RL at 100% of {the} cost & K-Means \'a la Erd\H{o}s`, Abstract: "We gain 5\\% on $x_1$ & more.\n\nTwice.", Record: rec(paper.Record{Authors: names("Ünal Erdős", "Vincent van den Berg", "Martin Luther King Jr.", "The ATLAS Collaboration", "Plato")})},
		{Key: "2511.00002", Identifiers: arxiv("2511.00002"), Form: paper.Plain, Submitted: day, Title: `π^{*}_{0.6}: a {VLA that costs $5 & ~50% #1 \o/`, Record: rec(paper.Record{Authors: []paper.Author{{Name: "Chen Li", Family: "Li", Given: "Chen"}, {Name: "x", Family: "Smith and Wesson", Given: "A, B", Suffix: "III"}}})},
		{Key: "2104.00003", Identifiers: doi("2104.00003", "10.1103/physrevd.104.055020"), Form: paper.TeX, Submitted: day, Title: "Published in full", Record: rec(paper.Record{Authors: names("Ada Lovelace"), JournalRef: "Phys. Rev. D 104, 055020 (2021)"})},
		{Key: "2104.00004", Identifiers: doi("2104.00004", "10.1007/jhep02(2016)087"), Form: paper.TeX, Submitted: day, Title: "Published {in} $\\unknownmacro{x}$ <JHEP>", Record: rec(paper.Record{JournalRef: "JHEP 02 (2016) 087", Organisation: &paper.Organisation{Name: "cern"}})},
		{Key: "2104.00005", Identifiers: doi("2104.00005", "10.1000/182"), Form: paper.TeX, Submitted: day, Title: "Published somewhere", Record: rec(paper.Record{Authors: names("Ada Lovelace"), JournalRef: "Proceedings of the 3rd Workshop on 17 Things"})},
		{Key: "2104.00006", Identifiers: arxiv("2104.00006"), Form: paper.TeX, Title: "To appear, undated", Record: rec(paper.Record{Authors: names("Ada Lovelace"), JournalRef: "Nature 521(7553):436-444, 2015", AbstractBy: "us"}), Abstract: "A summary of ours."},
		{ID: 7, Key: "b7", Identifiers: []paper.Identifier{{Scheme: paper.Own, Value: "b7"}}, Form: paper.TeX, Submitted: day, Title: "人工知能 — “known” here alone…", Record: rec(paper.Record{Authors: names("山田 太郎")})},
		{ID: 8, Key: "hep-th/9901001", Identifiers: append(arxiv("hep-th/9901001"), paper.Identifier{Scheme: paper.Own, Value: "b8"}), Form: paper.TeX, Submitted: day},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, f := range cite.Formats() {
		t.Run(f.Name, func(t *testing.T) {
			var b bytes.Buffer
			w := f.NewWriter(&b)
			for _, p := range odd() {
				if err := w.Write(here.Of(p)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join("testdata", "odd"+f.Ending)
			if *update {
				if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
				t.Errorf("%s differs (-want +got); rewrite it with -update:\n%s", name, diff)
			}
		})
	}
}

func TestNothingToCite(t *testing.T) {
	t.Parallel()
	for _, f := range cite.Formats() {
		var b bytes.Buffer
		if err := f.NewWriter(&b).Close(); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]string{true: "[]\n", false: ""}[f.Name == "CSL-JSON"]; b.String() != want {
			t.Errorf("%s of nothing is %q", f.Name, b.String())
		}
	}
}

// TestKeysStay follows a paper through what may become of it.
func TestKeysStay(t *testing.T) {
	t.Parallel()
	own, arxiv := paper.Identifier{Scheme: paper.Own, Value: "b7"}, paper.Identifier{Scheme: paper.ArXiv, Value: "2604.11666"}
	for _, c := range []struct {
		p    paper.Paper
		want string
	}{
		{paper.Paper{ID: 7, Key: "2604.11666", Identifiers: []paper.Identifier{arxiv}}, "arXiv:2604.11666"},
		{paper.Paper{ID: 7, Key: "b7", Identifiers: []paper.Identifier{own}}, "broadsheet:b7"},
		{paper.Paper{ID: 7, Key: "2604.11666", Identifiers: []paper.Identifier{arxiv, own}}, "broadsheet:b7"},
		{paper.Paper{ID: 3, Key: "2604.11666", Identifiers: []paper.Identifier{arxiv, own}}, "arXiv:2604.11666"},
	} {
		if got := cite.KeyOf(&c.p); got != c.want {
			t.Errorf("%+v: %s, want %s", c.p.Identifiers, got, c.want)
		}
	}
}

var (
	mathInTeX = regexp.MustCompile(`\$[^$]*\$`)
	escaped   = regexp.MustCompile(`\\[&%$#_]`)
)

// TestWhatIsWrittenCanBeTypeset writes whatever a title, a name, an address may be: an
// entry has its braces in pairs, and no sign outside of mathematics that TeX would take
// for its own.
func TestWhatIsWrittenCanBeTypeset(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.StringN(0, 40, -1), rapid.StringMatching(`[a{}$\\%&#_^~ é"'@,=]{0,20}`))
	rapid.Check(t, func(t *rapid.T) {
		p := &paper.Paper{
			Key: "2604.11666", Form: rapid.SampledFrom([]paper.Form{paper.TeX, paper.Plain}).Draw(t, "form"), Title: text.Draw(t, "title"), Abstract: text.Draw(t, "abstract"),
			Identifiers: []paper.Identifier{{Scheme: paper.URL, Value: "https://x.example/" + text.Draw(t, "url")}, {Scheme: paper.DOI, Value: "10.1000/" + text.Draw(t, "doi")}},
			Record:      paper.Record{Authors: []paper.Author{{Name: text.Draw(t, "name")}, {Family: text.Draw(t, "family") + "x", Given: text.Draw(t, "given")}}, JournalRef: text.Draw(t, "journal"), Topics: []string{text.Draw(t, "topic")}},
		}
		for _, f := range cite.Formats()[:2] {
			var b strings.Builder
			if err := f.NewWriter(&b).Write(here.Of(p)); err != nil {
				t.Fatal(err)
			}
			depth := 0
			for i, c := range b.String() {
				switch c {
				case '{':
					depth++
				case '}':
					if depth--; depth < 0 || depth == 0 && !strings.HasPrefix(b.String()[i:], "},\n") && !strings.HasPrefix(b.String()[i:], "}\n") {
						t.Fatalf("a brace closes too early:\n%s", b.String())
					}
				}
			}
			if depth != 0 {
				t.Fatalf("%d braces are open:\n%s", depth, b.String())
			}
			for line := range strings.SplitSeq(b.String(), "\n") {
				if strings.HasPrefix(line, "  doi =") || strings.HasPrefix(line, "  url =") {
					continue
				}
				rest := mathInTeX.ReplaceAllString(escaped.ReplaceAllString(line, ""), "")
				if strings.ContainsAny(rest, "&%$#_^") && !strings.Contains(rest, `{\^`) {
					t.Fatalf("TeX would stumble over %q of\n%s", rest, b.String())
				}
			}
		}
		for _, f := range cite.Formats()[2:] {
			var b bytes.Buffer
			w := f.NewWriter(&b)
			if w.Write(here.Of(p)) != nil || w.Close() != nil {
				t.Fatal("nothing was written")
			}
			switch f.Name {
			case "CSL-JSON":
				if !json.Valid(b.Bytes()) {
					t.Fatalf("no JSON: %s", b.Bytes())
				}
			case "RIS":
				for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
					if !risLine.MatchString(line) {
						t.Fatalf("the line %q has no tag:\n%s", line, b.Bytes())
					}
				}
			}
		}
	})
}

var risLine = regexp.MustCompile(`^[A-Z][A-Z0-9]  - [^\r\n]*$`)

package cite_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"broadsheet/cite"
	"broadsheet/fault"
)

// realFiles returns the exports and trouble cases of real programs.
func realFiles(t testing.TB) map[string]string {
	t.Helper()
	data := os.Getenv("BROADSHEET_TEST_DATA")
	if data == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder of real files")
	}
	files := map[string]string{}
	for _, folder := range []string{"bibtex", "csl", "ris", "zotero"} {
		list, err := filepath.Glob(filepath.Join(data, "imports", folder, "*"))
		if err != nil || len(list) == 0 {
			t.Fatalf("there are no files of %s: %v", folder, err)
		}
		for _, name := range list {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			var r io.Reader = f
			if strings.HasSuffix(name, ".gz") {
				if r, err = gzip.NewReader(f); err != nil {
					t.Fatal(err)
				}
			}
			b, err := io.ReadAll(r)
			f.Close()
			if err != nil {
				t.Fatal(err)
			}
			files[folder+"/"+filepath.Base(name)] = string(b)
		}
	}
	return files
}

// TestRealFiles reads what real programs wrote: how many works there are in each file,
// how many of them name something by which they can be found, and what is wrong.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	files := realFiles(t)
	for name, want := range map[string]struct {
		format                 string
		items, known, problems int
	}{
		"bibtex/arxiv-identifiers.bib":                {"BibTeX", 3, 3, 0},
		"bibtex/arxiv-urls.biblatex.bib":              {"BibTeX", 12, 12, 0},
		"bibtex/user-library-1436.bib":                {"BibTeX", 506, 415, 0},
		"bibtex/user-library-2660.bib":                {"BibTeX", 277, 151, 8},
		"bibtex/user-library-873.bib":                 {"BibTeX", 988, 39, 0},
		"csl/export-1.csl.json":                       {"CSL-JSON", 26, 21, 0},
		"csl/export-2.csl.json":                       {"CSL-JSON", 15, 1, 0},
		"ris/RisImporterCorrupted.ris":                {"RIS", 1, 1, 1},
		"ris/RisImporterTest1.ris":                    {"RIS", 2, 1, 9},
		"ris/RisImporterTestScopus.ris":               {"RIS", 1, 1, 0},
		"zotero/arxiv-urls.zotero.json":               {"Zotero JSON", 12, 12, 0},
		"zotero/library-with-collections.zotero.json": {"Zotero JSON", 51, 44, 0},
		"zotero/my-library.bib.gz":                    {"BibTeX", 466, 429, 5},
		"zotero/my-library.zotero.rdf.gz":             {"Zotero RDF", 466, 429, 5},
	} {
		r, err := cite.Read(strings.NewReader(files[name]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		known := 0
		for _, x := range r.Items {
			if len(x.Identifiers()) > 0 {
				known++
			}
		}
		if r.Format != want.format || len(r.Items) != want.items || known != want.known || len(r.Problems) != want.problems {
			t.Errorf("%s: %s, %d items, %d known, %d problems %v; want %+v", name, r.Format, len(r.Items), known, len(r.Problems), r.Problems, want)
		}
	}
	for _, name := range []string{"ris/Endnote.entries.enw", "ris/NbibImporterTest.nbib"} {
		if _, err := cite.Read(strings.NewReader(files[name])); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRealFilesAgree reads one library in two formats that one program wrote.
func TestRealFilesAgree(t *testing.T) {
	t.Parallel()
	files := realFiles(t)
	for _, c := range []struct {
		a, b string
		same float64 // the part of the works that must agree in all that is compared
	}{
		{"zotero/my-library.bib.gz", "zotero/my-library.zotero.rdf.gz", .97},
		{"bibtex/arxiv-identifiers.bib", "zotero/arxiv-identifiers.zotero.json", 1},
		{"bibtex/arxiv-identifiers.biblatex.bib", "bibtex/arxiv-identifiers.bib", 1},
		{"bibtex/arxiv-urls.biblatex.bib", "zotero/arxiv-urls.zotero.json", .9},
	} {
		facts := map[string]bool{}
		for _, x := range read(t, files[c.a]) {
			facts[factsOf(x)] = true
		}
		items, same := read(t, files[c.b]), 0
		for _, x := range items {
			if facts[factsOf(x)] {
				same++
			} else {
				t.Logf("only in %s: %s", c.b, factsOf(x))
			}
		}
		if float64(same) < c.same*float64(len(items)) {
			t.Errorf("%d of %d works of %s are in %s", same, len(items), c.b, c.a)
		}
	}
}

// factsOf is what tells two works apart: letters of the title, family names, year, DOI.
func factsOf(x *cite.Item) string {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, norm.NFKD.String(s))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%d|%s|", letters(x.Title), x.Issued.Year, strings.ToLower(x.DOI))
	for _, n := range x.Authors {
		b.WriteString(letters(n.Family+n.Literal) + ";")
	}
	return b.String()
}

// TestRealFilesGoRound writes every real work in every format and reads it again:
// nothing that both formats have is lost.
func TestRealFilesGoRound(t *testing.T) {
	t.Parallel()
	works := 0
	for name, text := range realFiles(t) {
		r, err := cite.Read(strings.NewReader(text))
		if err != nil {
			continue
		}
		for _, x := range r.Items {
			works++
			for _, f := range roundFormats() {
				again, err := through(f, x)
				if err != nil {
					t.Errorf("%s: %s through %s: %v", name, x.Key, f.Name, err)
					continue
				}
				if diff := cmp.Diff(common(f, x), common(f, again)); diff != "" {
					t.Errorf("%s: %q through %s (-before +after):\n%s", name, x.Title, f.Name, diff)
				}
			}
		}
	}
	if works < 2000 {
		t.Fatalf("only %d works were found", works)
	}
}

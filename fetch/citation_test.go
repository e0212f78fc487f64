package fetch_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"broadsheet/fetch"
)

func TestParseCitation(t *testing.T) {
	t.Parallel()
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name, page string
		want       fetch.Citation
	}{
		{
			"a proceedings page", `<!doctype html><head>
			<META NAME="citation_title" CONTENT="On &amp;  Off">
			<meta name="citation_author" content="Lovelace, Ada"><meta content="Alan Turing" name="citation_author"/>
			<meta name="citation_publication_date" content="2026/04/09">
			<meta name="citation_conference_title" content="Proceedings of X">
			<meta name="citation_pdf_url" content="https://x.example/p.pdf">
			<meta name="citation_abstract" content="Abstract: We show it.">
			<meta name="citation_doi" content="10.1000/XyZ"><link rel="stylesheet canonical" href="https://x.example/p"></head>`,
			fetch.Citation{
				Title: "On & Off", Authors: []fetch.Name{{"Ada Lovelace", "Lovelace", "Ada"}, {"Alan Turing", "", ""}}, Abstract: "We show it.",
				DOI: "10.1000/XyZ", Journal: "Proceedings of X", Published: day(2026, 4, 9), Canonical: "https://x.example/p", Tagged: true,
			},
		},
		{
			"Dublin Core", `<meta name="DC.Title" content="T"><meta name="dc.creator" content="A B"><meta name="DCTERMS.abstract" content="Y"><meta name="dc.identifier" content="https://doi.org/10.5281/zenodo.1"><meta name="dc.date" content="2026-04">`,
			fetch.Citation{Title: "T", Authors: []fetch.Name{{Whole: "A B"}}, Abstract: "Y", DOI: "10.5281/zenodo.1", Published: day(2026, 4, 1)},
		},
		{
			"a repository", `<title>x</title><meta property="og:title" content="me/x"><p>See <a href="https://arxiv.org/abs/2604.00001v2">this</a>, <a href='http://arxiv.org/pdf/2604.00001v2.pdf#p'>this</a> <a href=/abs/1>no</a>`,
			fetch.Citation{Title: "me/x", Links: []string{"2604.00001v2"}},
		},
		{
			"citation tags come first", `<meta name="description" content="A journal."><meta name="dc.title" content="Other"><meta name="citation_title" content="T"><meta name="citation_title" content="Second"><meta name="citation_authors" content="A; B; ;">`,
			fetch.Citation{Title: "T", Authors: []fetch.Name{{Whole: "A"}, {Whole: "B"}}, Abstract: "A journal.", Tagged: true},
		},
		{"a script that looks like tags", `<script>'<meta name="citation_title" content="T">'</script><!-- <meta name="citation_title" content="T"> --><link rel=canonical href=javascript:alert(1)>`, fetch.Citation{}},
		{"nothing", "", fetch.Citation{}},
		{"cut off", `<meta name="citation_title" content="T"><meta name="citation_auth`, fetch.Citation{Title: "T", Tagged: true}},
	} {
		if diff := cmp.Diff(c.want, fetch.ParseCitation(c.page)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	long := fetch.ParseCitation(`<meta name="citation_title" content="` + strings.Repeat("é ", 100_000) + `">` + strings.Repeat(`<meta name="citation_author" content="A">`, 2000))
	if n := utf8.RuneCountInString(long.Title); n > 1000 || len(long.Authors) != 500 {
		t.Errorf("%d letters, %d authors", n, len(long.Authors))
	}
}

func FuzzParseCitation(f *testing.F) {
	f.Add(`<meta name="citation_title" content="On Off"><meta name=citation_author content="Lovelace, Ada"><meta name="citation_date" content="2026/4">`)
	f.Add(`<link rel=canonical href="https://x.example"><a href="https://arxiv.org/abs/2604.00001">`)
	f.Add(`<meta property="og:description" content="` + strings.Repeat("a ", 999) + `"><svg><meta name=citation_doi content=10.1/x`)
	f.Fuzz(func(t *testing.T, page string) {
		c := fetch.ParseCitation(page)
		for _, s := range append([]string{c.Title, c.Abstract, c.DOI, c.ArXiv, c.Journal, c.Canonical}, c.Links...) {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 20_000 || strings.ContainsAny(s, "\n\t") || strings.Contains(s, "  ") {
				t.Fatalf("%q", s)
			}
		}
		for _, a := range c.Authors {
			if a.Whole == "" || !utf8.ValidString(a.Whole) {
				t.Fatalf("%q", a)
			}
		}
		if len(c.Links) > 20 || len(c.Authors) > 500 {
			t.Fatal(len(c.Links), len(c.Authors))
		}
	})
}

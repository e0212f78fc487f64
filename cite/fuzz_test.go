package cite_test

import (
	"bytes"
	"strings"
	"testing"

	"broadsheet/cite"
)

// held reads whatever a text is, and holds the reading to its bounds: what was read can
// be written in every format, and read again.
func held(t *testing.T, text string) {
	r, err := cite.Read(strings.NewReader(text))
	if err != nil {
		return
	}
	if len(r.Items) > cite.MaxItems || len(r.Problems) > 200 {
		t.Fatalf("%d items and %d problems", len(r.Items), len(r.Problems))
	}
	for _, f := range cite.Formats() {
		var b bytes.Buffer
		w := f.NewWriter(&b)
		for _, x := range r.Items {
			x.Identifiers()
			if err := w.Write(x); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 1000*len(text)+10_000 {
			t.Fatalf("%d bytes became %d of %s", len(text), b.Len(), f.Name)
		}
		if f.Name == "Text" {
			continue
		}
		if again, err := cite.Read(&b); err == nil && len(again.Items) > len(r.Items) {
			t.Fatalf("%d works became %d in %s", len(r.Items), len(again.Items), f.Name)
		}
	}
}

func FuzzBibTeX(f *testing.F) {
	for _, seed := range []string{
		"@article{a, title = {On {$x$} and \\'Etale}, author = {van den Berg, Jr., V. and {A Team} and Ada Lovelace}, year = 1843, month = jan # \" 1\"}",
		"@string{j = \"Journal\"} @book(b, journal = j # { of } # j, crossref = {c}) @proceedings{c, title={P}, year={2001}}",
		"@comment{x} @preamble{\"y\"} mail me@home.example @misc{, title = \"a {\"} b\"}\n@misc{unended, title = {x\n@misc{next, title={y}}",
		"@misc{k,title={{{}}}},doi={https://doi.org/10.1000/182},eprint={arXiv:2604.11666v2},archiveprefix={arXiv},keywords={a;b,c},pages={1--2}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { held(t, "@misc{k, "+text); held(t, text) })
}

func FuzzRIS(f *testing.F) {
	for _, seed := range []string{
		"TY  - JOUR\r\nAU  - Berg, V., Jr.\r\nTI  - A title\r\n goes on\r\nPY  - 2001/09//\r\nSP  - 1\r\nEP  - 2\r\nER  - \r\n",
		"JF  - Without a type\nAU  - A Team,\nER  -\nER  - \nTY  - BOOK\nSN  - 978-0-1234-5678-9\nSN  - 1234-5678",
		"TY  - UNPB\nAN  - arXiv:2604.11666 [cs.LG]\nM3  - doi:10.1000/182\nU1  - 123[pmid]\nY2  - (2026/04/14)\nKW  - a\nKW  - b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { held(t, "TY  - JOUR\nTI  - x\n"+text); held(t, text) })
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`[{"id":"a","type":"article-journal","title":"<i>x</i> & y","author":[{"family":"Berg","non-dropping-particle":"van den","given":"V."},{"literal":"A Team"}],"issued":{"date-parts":[["2001",9]]},"archive":"arXiv","archive_location":"arXiv:2604.11666 [cs.LG]","odd":1.5}]`,
		`{"items":[{"itemType":"preprint","title":"x","creators":[{"creatorType":"author","firstName":"A","lastName":"B"},{"name":"C"}],"extra":["arXiv: 2604.11666"],"notes":["<p>x</p>"],"tags":[{"tag":"t"}]},{"itemType":"note"}]}`,
		`[{"key":"K","data":{"itemType":"book","title":"x","date":"April 14, 2026","extra":"Citation Key: k\nDOI: 10.1000/182"}}, 7]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(held)
}

func FuzzRDF(f *testing.F) {
	for _, seed := range []string{
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="z" xmlns:bib="b" xmlns:dc="d" xmlns:dcterms="t" xmlns:foaf="f" xmlns:prism="p"><bib:Article rdf:about="#1"><z:itemType>journalArticle</z:itemType><dc:title>x</dc:title><dcterms:isPartOf rdf:resource="#j"/><bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>B</foaf:surname><foaf:givenName>A</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors></bib:Article><bib:Journal rdf:about="#j"><dc:title>J</dc:title><prism:volume>1</prism:volume><dc:identifier>DOI 10.1000/182</dc:identifier></bib:Journal></rdf:RDF>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><a><isPartOf><b><isPartOf><Series><title>s</title></Series></isPartOf></b></isPartOf><itemType>preprint</itemType><title>t</title></a></rdf:RDF>`,
		`<html></html>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(held)
}

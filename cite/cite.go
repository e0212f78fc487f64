// Package cite writes and reads citations: BibTeX, BibLaTeX, RIS, CSL-JSON and plain
// text out, the same and Zotero's JSON and RDF in.
//
// Between formats stands an Item, in the words of the Citation Style Language, with
// its texts as plain Unicode; what a format says and no Item can hold is kept in Rest
// and written again in that format. Whatever two formats both have, one that was read
// and is written keeps.
//
// What it promises of papers: the key of a paper is unique and never changes; what is
// written can be typeset, whatever stood in the title; where the DOI of the published
// version is known, that is what is cited. It stores what readers imported (Shelf).
package cite

import (
	"fmt"
	"io"
	"strings"
)

// Item is a work as reference managers know it.
type Item struct {
	Key        string            `json:"key,omitempty"`
	Type       string            `json:"type,omitempty"` // of CSL: article, article-journal, …
	Title      string            `json:"title,omitempty"`
	TitleTeX   string            `json:"title_tex,omitempty"` // the same as TeX, where it holds mathematics
	Authors    []Name            `json:"authors,omitempty"`
	Editors    []Name            `json:"editors,omitempty"`
	Issued     Date              `json:"issued,omitzero"`
	Container  string            `json:"container,omitempty"` // the journal, the proceedings, the book
	Series     string            `json:"series,omitempty"`
	Volume     string            `json:"volume,omitempty"`
	Issue      string            `json:"issue,omitempty"`
	Number     string            `json:"number,omitempty"` // of a report
	Pages      string            `json:"pages,omitempty"`  // 12-34
	Edition    string            `json:"edition,omitempty"`
	Publisher  string            `json:"publisher,omitempty"` // or the school, or the institution
	Place      string            `json:"place,omitempty"`
	Genre      string            `json:"genre,omitempty"` // PhD thesis
	DOI        string            `json:"doi,omitempty"`
	ArXiv      string            `json:"arxiv,omitempty"`
	Class      string            `json:"class,omitempty"` // at arXiv
	ISBN       string            `json:"isbn,omitempty"`
	ISSN       string            `json:"issn,omitempty"`
	PMID       string            `json:"pmid,omitempty"`
	URL        string            `json:"url,omitempty"`
	Accessed   Date              `json:"accessed,omitzero"`
	Abstract   string            `json:"abstract,omitempty"`
	Keywords   []string          `json:"keywords,omitempty"`
	Note       string            `json:"note,omitempty"`
	Language   string            `json:"language,omitempty"`
	ShortTitle string            `json:"short_title,omitempty"`
	Rest       map[string]string `json:"rest,omitempty"` // by format and field: "bibtex file"
}

// Date is a day, a month or a year; what is not known is 0. Text is what was written
// where that is none of them.
type Date struct {
	Year, Month, Day int
	Text             string `json:",omitempty"`
}

// IsZero reports whether nothing is known.
func (d Date) IsZero() bool { return d == Date{} }

// String writes the date as far as it is known: 2026-04-14.
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return d.Text
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Format is a format of citations.
type Format struct {
	Name   string // for people: BibTeX
	Type   string // of media
	Ending string // of the address: .bib
	begin  string
	write  func(b []byte, x *Item) ([]byte, error)
	middle string
	end    string
}

// Formats are all of them, in the order in which they are offered.
func Formats() []Format {
	return []Format{
		{Name: "BibTeX", Type: "application/x-bibtex", Ending: ".bib", write: appendBibTeX, middle: "\n"},
		{Name: "BibLaTeX", Type: "application/x-bibtex", Ending: ".biblatex", write: appendBibLaTeX, middle: "\n"},
		{Name: "RIS", Type: "application/x-research-info-systems", Ending: ".ris", write: appendRIS, middle: "\r\n"},
		{Name: "CSL-JSON", Type: "application/vnd.citationstyles.csl+json", Ending: ".csl.json", begin: "[", write: appendCSL, middle: ",\n", end: "]\n"},
		{Name: "Text", Type: "text/plain", Ending: ".txt", write: appendText, middle: "\n"},
	}
}

// Cut parts a name from the ending that says the format. It reports whether there is
// such an ending.
func Cut(name string) (rest string, f Format, ok bool) {
	for _, f := range Formats() {
		if rest, ok := strings.CutSuffix(name, f.Ending); ok {
			return rest, f, true
		}
	}
	return name, Format{}, false
}

// ContentType is what is sent with citations in the format.
func (f Format) ContentType() string { return f.Type + "; charset=utf-8" }

// Writer writes citations one by one and holds none of them.
type Writer struct {
	f   Format
	w   io.Writer
	b   []byte
	any bool
}

// NewWriter returns a writer of the format to w.
func (f Format) NewWriter(w io.Writer) *Writer { return &Writer{f: f, w: w} }

// Write writes one citation.
func (w *Writer) Write(x *Item) error {
	between := w.f.middle
	if !w.any {
		between = w.f.begin
	}
	w.any = true
	var err error
	if w.b, err = w.f.write(append(w.b[:0], between...), x); err != nil {
		return fmt.Errorf("write %s as %s: %w", x.Key, w.f.Name, err)
	}
	_, err = w.w.Write(w.b)
	return err
}

// Close ends the file. It does not close what was written to.
func (w *Writer) Close() error {
	end := w.f.end
	if !w.any {
		end = w.f.begin + end
	}
	_, err := io.WriteString(w.w, end)
	return err
}

package cite

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The types of BibTeX and of BibLaTeX for those of CSL; what is not here is misc.
var (
	bibTypes = map[string]string{
		"article-journal": "article", "article-magazine": "article", "article-newspaper": "article", "paper-conference": "inproceedings", "book": "book", "chapter": "incollection",
		"thesis": "phdthesis", "report": "techreport", "manuscript": "unpublished", "collection": "proceedings",
	}
	biblatexTypes = map[string]string{
		"article-journal": "article", "article-magazine": "article", "article-newspaper": "article", "paper-conference": "inproceedings", "book": "book", "chapter": "incollection",
		"thesis": "thesis", "report": "report", "manuscript": "unpublished", "collection": "proceedings", "article": "online", "webpage": "online", "dataset": "dataset", "software": "software", "patent": "patent",
	}
)

var months = []string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// bibEntry writes the fields of one entry.
type bibEntry struct{ b []byte }

// field writes a field whose text is TeX already.
func (e *bibEntry) field(name, tex string) {
	if tex != "" {
		e.b = append(e.b, "  "+name+" = {"+tex+"},\n"...)
	}
}

// text writes a field of plain text.
func (e *bibEntry) text(name, text string) { e.field(name, escapeTeX(oneLine(text))) }

// oneLine writes a text with single spaces.
func oneLine(s string) string {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == ' ' && before == ' ' || c > utf8.RuneSelf && spaceAt(s[i:]) {
			return strings.Join(strings.Fields(s), " ")
		}
		before = c
	}
	return strings.TrimSuffix(s, " ")
}

// spaceAt reports whether a text begins with a space beyond ASCII.
func spaceAt(s string) bool {
	if c := s[0]; c != 0xc2 && c != 0xe1 && c != 0xe2 && c != 0xe3 { // with which none of them begins
		return false
	}
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(r)
}

func appendBibTeX(b []byte, x *Item) ([]byte, error) { return appendBib(b, x, false), nil }

func appendBibLaTeX(b []byte, x *Item) ([]byte, error) { return appendBib(b, x, true), nil }

func appendBib(b []byte, x *Item, latex bool) []byte {
	types, kind := bibTypes, ""
	if latex {
		types = biblatexTypes
	}
	if kind = types[x.Type]; kind == "" {
		kind = "misc"
	}
	if kind == "phdthesis" && strings.Contains(strings.ToLower(x.Genre), "master") {
		kind = "mastersthesis"
	}
	e := &bibEntry{append(b, "@"+kind+"{"+bibKey(x.Key)+",\n"...)}
	title := x.TitleTeX
	if title == "" {
		title = protect(escapeTeX(oneLine(x.Title)))
	}
	e.field("title", title)
	e.field("author", bibNames(x.Authors))
	e.field("editor", bibNames(x.Editors))
	e.dates(x, latex)
	e.eprint(x, latex)
	e.field(containerField(kind, latex), escapeTeX(oneLine(x.Container)))
	e.text("series", x.Series)
	e.text("volume", x.Volume)
	number := x.Issue
	if number == "" {
		number = x.Number
	}
	e.text("number", number)
	e.field("pages", strings.ReplaceAll(escapeTeX(oneLine(x.Pages)), "-", "--"))
	e.text("edition", x.Edition)
	e.text(publisherField(kind, latex), x.Publisher)
	e.text(either(latex, "location", "address"), x.Place)
	e.text("type", x.Genre)
	e.field("doi", verbatim(x.DOI))
	e.text("isbn", x.ISBN)
	e.text("issn", x.ISSN)
	e.text("pmid", x.PMID)
	e.field("url", verbatim(x.URL))
	e.text("urldate", x.Accessed.String())
	e.text("abstract", x.Abstract)
	e.text("keywords", joinKeywords(x.Keywords))
	e.text("note", x.Note)
	e.text(either(latex, "langid", "language"), x.Language)
	e.text("shorttitle", x.ShortTitle)
	e.rest(x)
	return append(e.b, "}\n"...)
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// dates writes when a work came out: the year and the month, as BibTeX has them, or the
// day.
func (e *bibEntry) dates(x *Item, latex bool) {
	d := x.Issued
	switch {
	case d.IsZero():
	case latex:
		e.text("date", d.String())
	case d.Year == 0:
		e.text("year", d.Text)
	default:
		e.field("year", strconv.Itoa(d.Year))
		if d.Month >= 1 && d.Month <= 12 {
			e.b = append(e.b, "  month = "+months[d.Month]+",\n"...)
		}
		if d.Day > 0 {
			e.field("day", strconv.Itoa(d.Day))
		}
	}
}

// eprint names the version at arXiv, in the fields that arXiv asks for.
func (e *bibEntry) eprint(x *Item, latex bool) {
	if x.ArXiv == "" {
		return
	}
	e.field("eprint", x.ArXiv)
	e.field(either(latex, "eprinttype", "archiveprefix"), "arXiv")
	e.text(either(latex, "eprintclass", "primaryclass"), x.Class)
}

func (e *bibEntry) rest(x *Item) {
	for _, name := range x.restOf("bibtex") {
		e.text(name, x.Rest["bibtex "+name])
	}
}

// restOf returns the names of the fields that are kept for a format, in order.
func (x *Item) restOf(format string) (names []string) {
	for name := range x.Rest {
		if field, ok := strings.CutPrefix(name, format+" "); ok {
			names = append(names, field)
		}
	}
	slices.Sort(names)
	return names
}

func containerField(kind string, latex bool) string {
	switch {
	case kind == "inproceedings" || kind == "incollection":
		return "booktitle"
	case latex && kind == "article":
		return "journaltitle"
	case kind == "article":
		return "journal"
	case latex && kind == "online":
		return "organization"
	}
	return "howpublished"
}

func publisherField(kind string, latex bool) string {
	switch {
	case latex && (kind == "thesis" || kind == "report"), kind == "techreport":
		return "institution"
	case kind == "phdthesis" || kind == "mastersthesis":
		return "school"
	}
	return "publisher"
}

// bibKey leaves out of a key what BibTeX cannot have in one.
func bibKey(key string) string {
	key = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune(`"#%'(),={}\~@`, r) {
			return -1
		}
		return r
	}, key)
	if key == "" {
		return "unnamed"
	}
	return key
}

// bibNames writes names as BibTeX parts them: "Family, Suffix, Given", joined by and.
func bibNames(names []Name) string {
	list := make([]string, 0, len(names))
	for _, n := range names {
		if n.Literal != "" {
			literal := escapeTeX(oneLine(n.Literal))
			if strings.ContainsAny(literal, " ,") {
				literal = "{" + literal + "}"
			}
			list = append(list, literal)
			continue
		}
		parts := []string{whole(n.Family)}
		if n.Suffix != "" {
			parts = append(parts, whole(n.Suffix))
		}
		list = append(list, strings.Join(append(parts, whole(n.Given)), ", "))
	}
	return fold(list, " and")
}

// fold joins names by a word, in lines that one can read.
func fold(names []string, word string) string {
	const width = 78
	var b strings.Builder
	column := 0
	for i, name := range names {
		if i > 0 {
			b.WriteString(word)
			if column += len(word) + 1 + len(name); column > width {
				b.WriteString("\n           ")
				column = 12 + len(name)
			}
			b.WriteByte(' ')
		} else {
			column = 12 + len(name)
		}
		b.WriteString(name)
	}
	return b.String()
}

// whole is a part of a name; in braces where BibTeX would part it.
func whole(part string) string {
	part = escapeTeX(oneLine(part))
	if strings.Contains(part, ",") || strings.Contains(" "+part+" ", " and ") {
		return "{" + part + "}"
	}
	return part
}

// verbatim writes a DOI or an address, which TeX's url and doi commands read as they
// are; what would end the field is percent-encoded.
func verbatim(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(s) {
		if r <= ' ' || strings.ContainsRune(`{}\`, r) {
			fmt.Fprintf(&b, "%%%02X", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

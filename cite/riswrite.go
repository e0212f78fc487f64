package cite

import (
	"fmt"
	"strings"
)

// The types of RIS for those of CSL; what is not here is GEN.
var risTypes = map[string]string{
	"article": "UNPB", "article-journal": "JOUR", "article-magazine": "MGZN", "article-newspaper": "NEWS", "paper-conference": "CONF", "book": "BOOK", "chapter": "CHAP", "thesis": "THES",
	"report": "RPRT", "webpage": "ELEC", "dataset": "DATA", "software": "COMP", "manuscript": "MANSCPT", "patent": "PAT", "speech": "SLIDE", "motion_picture": "VIDEO", "map": "MAP", "entry-encyclopedia": "ENCYC", "entry-dictionary": "DICT", "post-weblog": "BLOG", "legal_case": "CASE", "collection": "EDBOOK",
}

// appendRIS writes an entry after https://en.wikipedia.org/wiki/RIS_(file_format) and
// what Zotero, EndNote and Mendeley read.
func appendRIS(b []byte, x *Item) ([]byte, error) {
	kind := risTypes[x.Type]
	if kind == "" {
		kind = "GEN"
	}
	add := func(tag, text string) {
		if text = oneLine(text); text != "" {
			b = append(b, tag+"  - "+text+"\r\n"...)
		}
	}
	add("TY", kind)
	add("ID", x.Key)
	add("TI", x.Title)
	for _, n := range x.Authors {
		add("AU", n.ris())
	}
	for _, n := range x.Editors {
		add("ED", n.ris())
	}
	year, date := x.Issued.ris()
	add("PY", year)
	add("DA", date)
	add("T2", x.Container)
	add("T3", x.Series)
	add("VL", x.Volume)
	add("IS", x.Issue)
	add("M1", x.Number)
	if first, last, ok := strings.Cut(x.Pages, "-"); ok {
		add("SP", first)
		add("EP", last)
	} else {
		add("SP", x.Pages)
	}
	add("ET", x.Edition)
	add("PB", x.Publisher)
	add("CY", x.Place)
	add("M3", x.Genre)
	add("DO", x.DOI)
	if x.ArXiv != "" {
		add("AN", strings.TrimSpace("arXiv:"+x.ArXiv+" "+bracketed(x.Class)))
	}
	add("SN", x.serial())
	add("UR", x.URL)
	if !x.Accessed.IsZero() {
		add("Y2", strings.ReplaceAll(x.Accessed.String(), "-", "/"))
	}
	add("AB", x.Abstract)
	for _, k := range x.Keywords {
		add("KW", k)
	}
	add("N1", x.Note)
	add("LA", x.Language)
	add("ST", x.ShortTitle)
	if x.PMID != "" {
		add("U1", x.PMID+"[pmid]")
	}
	for _, tag := range x.restOf("ris") {
		add(tag, x.Rest["ris "+tag])
	}
	return append(b, "ER  - \r\n"...), nil
}

// ris writes the year of a date, and all of it where more is known: 2026/04/14/.
func (d Date) ris() (year, date string) {
	switch {
	case d.Year == 0:
		return d.Text, ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year), ""
	case d.Day == 0:
		return fmt.Sprintf("%04d", d.Year), fmt.Sprintf("%04d/%02d//", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d", d.Year), fmt.Sprintf("%04d/%02d/%02d/", d.Year, d.Month, d.Day)
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "[" + s + "]"
}

// ris writes a name as "Family, Given, Suffix", that of a body with a comma behind it.
func (n Name) ris() string {
	if n.Literal != "" {
		if strings.Contains(n.Literal, " ") {
			return n.Literal + "," // a body: no part of it is a given name
		}
		return n.Literal
	}
	if n.Suffix != "" {
		return n.Family + ", " + n.Given + ", " + n.Suffix
	}
	if n.Given != "" {
		return n.Family + ", " + n.Given
	}
	return n.Family + ","
}

// serial is the number of the book or of the journal.
func (x *Item) serial() string {
	if x.ISBN != "" {
		return x.ISBN
	}
	return x.ISSN
}

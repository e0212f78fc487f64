package cite

import (
	"regexp"
	"strings"

	"broadsheet/paper"
)

var risTag = regexp.MustCompile(`^\s*([A-Z][A-Z0-9]) {1,2}-(?: (.*)|)$`)

// risEntry gathers an entry of RIS line by line.
type risEntry struct {
	line        int
	kind        string
	x           *Item
	first, last string // pages
	journal     [3]string
	serials     []string
}

func (r *Reading) readRIS(text string) {
	r.Format = "RIS"
	var e *risEntry
	var tag, value string
	begun := 0
	flush := func() {
		if tag != "" && e != nil {
			e.field(tag, oneLine(cut(value)))
		}
		tag, value = "", ""
	}
	finish := func() {
		flush()
		if e != nil {
			r.add(e.line, e.item())
		}
		e = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		begun++
		m := risTag.FindStringSubmatch(strings.TrimRight(line, " \t"))
		if m == nil {
			if strings.TrimSpace(line) != "" && tag != "" && len(value) < maxField {
				value += " " + strings.TrimSpace(line) // a long value goes on in the next line
			}
			continue
		}
		flush()
		switch m[1] {
		case "TY":
			finish()
			e = &risEntry{line: begun, kind: strings.TrimSpace(m[2]), x: &Item{}}
		case "ER":
			if e == nil {
				r.problem(begun, "an entry ends that has not begun.")
			}
			finish()
		default:
			if e == nil {
				r.problem(begun, "an entry begins without its type (TY).")
				e = &risEntry{line: begun, kind: "GEN", x: &Item{}}
			}
			tag, value = m[1], m[2]
		}
	}
	if e != nil {
		r.problem(begun, "the last entry does not end (ER).")
	}
	finish()
}

// field takes one tag in. Where programs disagree about a tag, what the tag holds
// decides.
func (e *risEntry) field(tag, value string) {
	x := e.x
	if value == "" {
		return
	}
	switch tag {
	case "ID":
		x.Key = value
	case "TI", "T1", "CT":
		if x.Title == "" {
			x.Title = value
		} else {
			x.keep("ris", tag, value)
		}
	case "AU", "A1":
		x.Authors = append(x.Authors, risName(value))
	case "ED", "A2":
		x.Editors = append(x.Editors, risName(value))
	case "PY", "Y1", "DA":
		if d := parseDate(strings.TrimRight(value, "/ ")); d.Year > 0 && (x.Issued.Year == 0 || d.Year == x.Issued.Year && x.Issued.Month == 0) || x.Issued.IsZero() {
			x.Issued = d
		}
	case "T2", "BT":
		set(&e.journal[0], value)
	case "JF":
		set(&e.journal[1], value)
	case "JO", "JA", "J1", "J2":
		set(&e.journal[2], value)
	case "SP":
		set(&e.first, value)
	case "EP":
		set(&e.last, value)
	case "DO":
		set(&x.DOI, cleanDOI(value))
	case "AN":
		e.accession(value)
	case "M3":
		if doi := doiIn.FindString(value); doi != "" {
			set(&x.DOI, doi)
		} else {
			set(&x.Genre, value)
		}
	case "SN":
		e.serials = append(e.serials, value)
	case "Y2":
		x.Accessed = parseDate(strings.Trim(value, "()/"))
	case "KW":
		if len(x.Keywords) < 1000 {
			x.Keywords = append(x.Keywords, value)
		}
	case "U1":
		if id, ok := strings.CutSuffix(value, "[pmid]"); ok {
			x.PMID = id
		} else {
			x.keep("ris", tag, value)
		}
	default:
		e.text(tag, value)
	}
}

// text takes in a tag that is one field, once.
func (e *risEntry) text(tag, value string) {
	x := e.x
	to := map[string]*string{
		"T3": &x.Series, "VL": &x.Volume, "IS": &x.Issue, "CP": &x.Issue, "M1": &x.Number, "ET": &x.Edition, "PB": &x.Publisher, "CY": &x.Place, "PP": &x.Place, "UR": &x.URL,
		"AB": &x.Abstract, "N2": &x.Abstract, "N1": &x.Note, "LA": &x.Language, "ST": &x.ShortTitle,
	}[tag]
	if to == nil || *to != "" && *to != value {
		x.keep("ris", tag, value)
		return
	}
	*to = value
}

// accession reads the number under which an archive holds the work: arXiv's, or
// another's.
func (e *risEntry) accession(value string) {
	id := arXivIn(value)
	if id == "" || !strings.HasPrefix(strings.ToLower(value), "arxiv") {
		e.x.keep("ris", "AN", value)
		return
	}
	e.x.ArXiv = id
	if _, class, ok := strings.Cut(value, "["); ok {
		e.x.Class = strings.TrimSuffix(class, "]")
	}
}

func (e *risEntry) item() *Item {
	x := e.x
	for kind, tag := range risTypes {
		if tag == e.kind {
			x.Type = kind
		}
	}
	switch e.kind {
	case "CPAPER":
		x.Type = "paper-conference"
	case "EJOUR", "JFULL", "ABST", "INPR":
		x.Type = "article-journal"
	case "EBOOK":
		x.Type = "book"
	case "ECHAP":
		x.Type = "chapter"
	case "UNPD", "GEN", "":
		x.Type = map[bool]string{true: "article", false: "document"}[x.ArXiv != ""]
	}
	if x.Type == "" {
		x.Type = "document"
	}
	for i, name := range e.journal {
		if x.Container == "" {
			x.Container = name
		} else if name != "" && name != x.Container {
			x.keep("ris", []string{"T2", "JF", "JO"}[i], name)
		}
	}
	x.Pages = e.first
	if e.last != "" {
		x.Pages += "-" + e.last
	}
	x.Pages = cleanPages(x.Pages)
	for _, sn := range e.serials {
		x.serialNumber(sn)
	}
	return x
}

// serialNumber takes a number for that of a book or of a journal, by its length.
func (x *Item) serialNumber(sn string) {
	digits := 0
	for _, r := range sn {
		if r >= '0' && r <= '9' || r == 'X' {
			digits++
		}
	}
	to := &x.ISSN
	if digits == 10 || digits == 13 {
		to = &x.ISBN
	}
	if *to != "" {
		sn = *to + ", " + sn
	}
	*to = sn
}

// risName reads "Family, Given, Suffix". A name with no comma is one as it is read, and
// one that ends in a comma is that of a body.
func risName(s string) Name {
	parts := strings.SplitN(s, ",", 3)
	for i := range parts {
		parts[i] = oneLine(parts[i])
	}
	switch len(parts) {
	case 1:
		return NameOf(paper.Author{Name: s})
	case 2:
		return named(parts[0], parts[1], "")
	}
	return named(parts[0], parts[1], parts[2])
}

package cite

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"broadsheet/tex"
)

var itemTypes = map[string]string{
	"article": "article-journal", "inproceedings": "paper-conference", "conference": "paper-conference", "book": "book", "mvbook": "book", "booklet": "book", "inbook": "chapter", "incollection": "chapter",
	"phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis", "techreport": "report", "report": "report", "manual": "report", "unpublished": "manuscript", "online": "webpage", "electronic": "webpage", "www": "webpage",
	"proceedings": "collection", "collection": "collection", "mvcollection": "collection", "mvproceedings": "collection", "dataset": "dataset", "software": "software", "patent": "patent",
}

// item reads the fields of an entry.
func (e *rawBib) item() *Item {
	x := &Item{Key: e.key, Type: itemTypes[e.kind]}
	var month, day string
	for _, f := range e.fields {
		switch f.name {
		case "title":
			x.Title = readTeX(f.value)
			if strings.Contains(strings.ReplaceAll(f.value, `\$`, ""), "$") && balancedText(f.value) {
				x.TitleTeX = oneLine(f.value)
			}
		case "author":
			x.Authors = readNames(f.value)
		case "editor":
			x.Editors = readNames(f.value)
		case "year", "date":
			if d := parseDate(readTeX(f.value)); x.Issued.Year == 0 || f.name == "date" {
				x.Issued = d
			}
		case "month":
			month = readTeX(f.value)
		case "day":
			day = f.value
		case "keywords":
			x.Keywords = splitKeywords(readTeX(f.value))
		case "pages":
			x.Pages = cleanPages(readTeX(strings.ReplaceAll(f.value, "--", "-")))
		case "urldate":
			x.Accessed = parseDate(f.value)
		case "eprint", "archiveprefix", "eprinttype", "primaryclass", "eprintclass", "crossref":
		default:
			e.field(x, f)
		}
	}
	e.issued(x, month, day)
	e.preprint(x)
	if x.Type == "" {
		x.Type = "document"
	}
	return x
}

// field reads a field of plain text.
func (e *rawBib) field(x *Item, f bibField) {
	online := e.kind == "online" || e.kind == "electronic" || e.kind == "www"
	to := map[string]*string{
		"journal": &x.Container, "journaltitle": &x.Container, "booktitle": &x.Container, "howpublished": &x.Container, "series": &x.Series, "volume": &x.Volume, "number": &x.Issue, "issue": &x.Issue,
		"edition": &x.Edition, "publisher": &x.Publisher, "school": &x.Publisher, "institution": &x.Publisher, "organization": &x.Publisher, "address": &x.Place, "location": &x.Place, "type": &x.Genre,
		"isbn": &x.ISBN, "issn": &x.ISSN, "pmid": &x.PMID, "abstract": &x.Abstract, "note": &x.Note, "annote": &x.Note, "annotation": &x.Note, "language": &x.Language, "langid": &x.Language, "shorttitle": &x.ShortTitle,
	}[f.name]
	switch {
	case f.name == "doi":
		x.DOI = cleanDOI(readURL(f.value))
	case f.name == "url":
		set(&x.URL, readURL(f.value))
	case f.name == "number" && (e.kind == "techreport" || e.kind == "report" || e.kind == "patent" || e.kind == "manual"):
		set(&x.Number, readTeX(f.value))
	case f.name == "organization" && online:
		set(&x.Container, readTeX(f.value))
	case f.name == "howpublished" && strings.Contains(f.value, "://"):
		set(&x.URL, readURL(f.value))
	case to == nil || *to != "":
		x.keep("bibtex", f.name, readTeX(f.value))
	default:
		set(to, readTeX(f.value))
	}
}

// issued joins year, month and day.
func (e *rawBib) issued(x *Item, month, day string) {
	if x.Issued.Year == 0 {
		return
	}
	if x.Issued.Month == 0 {
		if x.Issued.Month = parseMonth(month); x.Issued.Month == 0 && month != "" {
			x.keep("bibtex", "month", month)
		}
	}
	if x.Issued.Month > 0 && x.Issued.Day == 0 && day != "" {
		x.Issued.Day = parseDate("2000-01-" + strings.TrimSpace(day)).Day
	}
}

// preprint reads where a preprint stands, and corrects the type of one.
func (e *rawBib) preprint(x *Item) {
	eprint, archive, class := strings.TrimSpace(e.get("eprint")), readTeX(e.get("archiveprefix")+e.get("eprinttype")), readTeX(e.get("primaryclass")+e.get("eprintclass"))
	if eprint != "" {
		if id := arXivIn(eprint); id != "" && (archive == "" || strings.EqualFold(archive, "arxiv")) {
			x.ArXiv, x.Class = id, class
		} else {
			x.keep("bibtex", "eprint", eprint)
			x.keep("bibtex", "archiveprefix", archive)
			x.keep("bibtex", "primaryclass", class)
		}
	}
	switch e.kind {
	case "misc", "online", "unpublished":
		if x.ArXiv != "" {
			x.Type = "article"
		}
	case "phdthesis", "mastersthesis":
		if x.Genre == "" && e.kind == "mastersthesis" {
			x.Genre = "Master's thesis"
		}
	}
}

// What TeX has for signs that tex does not read, and the signs.
var texOnly = strings.NewReplacer(
	`{\textbraceleft}`, "\ue000", `{\textbraceright}`, "\ue001", `\textbraceleft `, "\ue000", `\textbraceright `, "\ue001", `\{`, "\ue000", `\}`, "\ue001",
	`{\texteuro}`, "€", `{\textperiodcentered}`, "·", `{\textexclamdown}`, "¡", `{\textquestiondown}`, "¿", `{\textcopyright}`, "©", `{\textregistered}`, "®", `{\textminus}`, "−", `{\textquotedbl}`, `"`, `{\textbackslash}`, "\ue002", `{\textasciitilde}`, "\ue003", `{\textasciicircum}`, "\ue004",
)

var fromTeX = strings.NewReplacer("\ue000", "{", "\ue001", "}", "\ue002", `\`, "\ue003", "~", "\ue004", "^", "\u00a0", " ")

// readTeX returns a field as plain text.
func readTeX(s string) string {
	if !strings.ContainsAny(s, "\\{}$~-`'^_") {
		return oneLine(s)
	}
	return oneLine(fromTeX.Replace(tex.Text(texOnly.Replace(s))))
}

var urlCommand = regexp.MustCompile(`\\(?:url|href)\s*\{([^{}]*)\}`)

// readURL returns an address, which may stand in a command.
func readURL(s string) string {
	if m := urlCommand.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	return strings.NewReplacer(`\_`, "_", `\%`, "%", `\&`, "&", `\#`, "#", `\~{}`, "~", `{\textasciitilde}`, "~", `{\_}`, "_", `\-`, "", "{", "", "}", "").Replace(strings.TrimSpace(s))
}

// balancedText reports whether a TeX text has its braces in pairs, as BibTeX counts.
func balancedText(s string) bool {
	depth := 0
	for _, c := range s {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && strings.Count(strings.ReplaceAll(s, `\$`, ""), "$")%2 == 0
}

// readNames reads a list of names joined by and.
func readNames(s string) (list []Name) {
	const most = 10_000
	for _, part := range splitOutside(s, func(s string) int {
		if len(s) >= 5 && isSpace(s[0]) && strings.EqualFold(s[1:4], "and") && isSpace(s[4]) {
			return 4 // the space behind may begin another
		}
		return 0
	}) {
		if n := readName(strings.TrimSpace(part)); n != (Name{}) && len(list) < most {
			list = append(list, n)
		}
	}
	return list
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' }

// splitOutside parts a text outside of braces where at returns the length of a sign.
func splitOutside(s string, at func(string) int) (parts []string) {
	depth, from := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth = max(0, depth-1)
		}
		if depth > 0 {
			continue
		}
		if n := at(s[i:]); n > 0 {
			parts = append(parts, s[from:i])
			i += n - 1
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// readName reads one name in any of the three forms of BibTeX: First von Last; von
// Last, First; von Last, Jr, First.
func readName(s string) Name {
	if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") && whollyBraced(s) {
		return Name{Literal: readTeX(s)}
	}
	comma := func(s string) int {
		if s[0] == ',' {
			return 1
		}
		return 0
	}
	parts := splitOutside(s, comma)
	switch len(parts) {
	case 1:
		return readingOrder(s)
	case 2:
		return named(readTeX(parts[0]), readTeX(parts[1]), "")
	}
	return named(readTeX(parts[0]), readTeX(strings.Join(parts[2:], " ")), readTeX(parts[1]))
}

// named makes a name of its parts; of one alone there is nothing to part.
func named(family, given, suffix string) Name {
	family, given = oneLine(strings.ReplaceAll(family, ",", " ")), oneLine(strings.ReplaceAll(given, ",", " ")) // which no format can hold
	switch {
	case family == "":
		return Name{Literal: oneLine(given + " " + suffix)}
	case given == "" && suffix == "":
		return Name{Literal: family}
	}
	return Name{Family: family, Given: given, Suffix: suffix}
}

// whollyBraced reports whether the first brace closes at the end.
func whollyBraced(s string) bool {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i == len(s)-1
			}
		}
	}
	return false
}

// readingOrder parts a name written as it is read: the family name begins with the
// first word in lower case, else it is the last word.
func readingOrder(s string) Name {
	words := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '~' })
	if strings.Contains(s, "{") { // a group in braces is one word
		words = splitOutside(strings.Join(strings.Fields(s), " "), func(s string) int {
			if s[0] == ' ' {
				return 1
			}
			return 0
		})
	}
	if len(words) < 2 {
		return named("", readTeX(s), "")
	}
	at := len(words) - 1
	for i, w := range words[1 : len(words)-1] {
		if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "{\\'`^\"~=.")); unicode.IsLower(r) {
			at = i + 1
			break
		}
	}
	suffix := ""
	if last := words[len(words)-1]; at == len(words)-1 && len(words) > 2 && isSuffix(last) {
		suffix, words = last, words[:len(words)-1]
		at--
	}
	return named(readTeX(strings.Join(words[at:], " ")), readTeX(strings.Join(words[:at], " ")), suffix)
}

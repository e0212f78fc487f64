package harvest

import (
	"regexp"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/harvest/oai"
	"broadsheet/paper"
	"broadsheet/tex"
)

// paperOf returns what a record of arXiv's says, with no more than its identifier
// when it is deleted.
func paperOf(r *oai.Record) (*paper.Paper, error) {
	id, _, ok := paper.ParseArXiv(r.ID)
	if !ok {
		return nil, fault.Invalid("%q is no arXiv identifier.", clip(r.ID, 60))
	}
	p := &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: id}}, Form: paper.TeX, Authority: paper.FromArXiv,
		Title: r.Title, Abstract: r.Abstract, Categories: r.Categories,
	}
	if r.Deleted {
		return p, nil
	}
	if strings.TrimSpace(r.Title) == "" {
		return nil, fault.Invalid("The record of %s has no title.", id)
	}
	addDOIs(p, r.DOI)
	p.Comment, p.JournalRef, p.Licence = r.Comments, r.Journal, r.License
	for _, v := range r.Versions {
		p.Versions = append(p.Versions, paper.Version{N: v.Number, At: v.Date})
	}
	if n := len(p.Versions); n > 0 {
		p.Submitted, p.Revised = p.Versions[0].At, p.Versions[n-1].At
		p.Withdrawn = withdrawn(r.Versions[n-1], r.Comments)
	} else {
		p.Submitted, p.Revised = dayTime(r.Created), dayTime(r.Updated)
	}
	p.Announced = announcedBy(r, p)
	for _, a := range r.Authors {
		if name := tidy(strings.Join([]string{a.Given, a.Family, a.Suffix}, " ")); name != "" {
			p.Authors = append(p.Authors, paper.Author{Name: name, Family: tidy(a.Family), Given: tidy(a.Given), Suffix: a.Suffix, Affiliations: a.Affiliations})
		} else if a.Name != "" {
			p.Authors = append(p.Authors, paper.Author{Name: tidy(a.Name)})
		}
	}
	if r.AuthorLine != "" {
		p.Authors = authorsOf(r.AuthorLine)
	}
	return p, nil
}

func addDOIs(p *paper.Paper, field string) {
	for d := range strings.FieldsSeq(field) { // arXiv lets authors name several
		if doi, _, err := paper.ParseIdentifier("doi:" + d); err == nil && doi.Scheme == paper.DOI {
			p.Identifiers = append(p.Identifiers, doi)
		}
	}
}

func dayTime(day string) time.Time {
	t, _ := time.Parse(time.DateOnly, day) // a date that cannot be read is not known
	return t
}

var withdrawal = regexp.MustCompile(`(?i)\b(this|the|our)? ?(paper|article|manuscript|submission|work|preprint)?,? ?(has been|is|was|is being|has been temporarily) withdrawn\b|^withdrawn\b`)

// withdrawn reports whether the newest version is a withdrawal: arXiv keeps it as a
// version without a source (source type I) or without size, and the comment says
// so.
func withdrawn(v oai.Version, comment string) bool {
	return strings.Contains(v.Source, "I") || v.Size == "0kb" || withdrawal.MatchString(comment)
}

// announcedBy returns the day on which arXiv must have announced the paper, which
// is the datestamp of the record as long as it has changed for no other reason; ""
// when that cannot be told. A first version is announced within days.
func announcedBy(r *oai.Record, p *paper.Paper) string {
	const longest = 14 * 24 * time.Hour // held over weekends, holidays and by moderators
	day := dayTime(r.Datestamp)
	if len(p.Versions) != 1 || day.IsZero() || p.Submitted.IsZero() {
		return ""
	}
	if wait := day.Sub(p.Submitted); wait < -24*time.Hour || wait > longest {
		return ""
	}
	return r.Datestamp
}

// tidy writes a name, or a place, as people read it. No real one is longer than what it
// looks at.
func tidy(name string) string {
	const most = 1000
	if len(name) > most {
		name = name[:most]
	}
	return strings.Join(strings.Fields(tex.Text(name)), " ")
}

// authorsOf reads a line of authors as arXiv writes it (https://info.arxiv.org/help/prep.html#author):
// names between commas or "and", each perhaps with affiliations in parentheses
// behind it; numbers there are explained in a list at the end, ((1) CERN, (2) DESY).
func authorsOf(line string) []paper.Author {
	line = strings.Join(strings.Fields(line), " ")
	key := map[string]string{}
	if i := strings.Index(line, "(("); i >= 0 {
		key = affiliationKey(line[i+1:])
		line = line[:i]
	}
	var authors []paper.Author
	for _, part := range splitNames(line) {
		name, notes := takeNotes(part)
		switch name = tidy(name); name {
		case "", "et al.", "et al":
			continue
		case "Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV":
			if n := len(authors); n > 0 {
				authors[n-1].Name += " " + name
				continue
			}
		}
		a := paper.Author{Name: name}
		for _, n := range notes {
			if full, ok := key[n]; ok {
				n = full
			}
			if n != "" && !isNumber(n) {
				a.Affiliations = append(a.Affiliations, tidy(n))
			}
		}
		authors = append(authors, a)
	}
	return authors
}

// affiliationKey reads "(1) CERN, (2) DESY)".
func affiliationKey(s string) map[string]string {
	key := map[string]string{}
	marks := numbered.FindAllStringSubmatchIndex(s, -1)
	for i, m := range marks {
		end := len(s)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		text := strings.Trim(s[m[1]:end], " ,;")
		if i+1 == len(marks) {
			text = strings.TrimSuffix(text, ")")
		}
		key[s[m[2]:m[3]]] = text
	}
	return key
}

var numbered = regexp.MustCompile(`\((\w{1,3})\)`)

// splitNames cuts at commas and at "and", but not within parentheses or braces.
func splitNames(s string) []string {
	var parts []string
	depth, start := 0, 0
	cut := func(end, next int) {
		parts = append(parts, s[start:end])
		start = next
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(' || c == '{':
			depth++
		case (c == ')' || c == '}') && depth > 0:
			depth--
		case depth > 0:
		case c == ',' || c == ';', c == ':' && strings.HasPrefix(s[i:], ": "): // a collaboration, and its members
			cut(i, i+1)
		case c == ' ' && (strings.HasPrefix(s[i:], " and ") || strings.HasPrefix(s[i:], " AND ")):
			cut(i, i+5)
			i += 4
		case c == ' ' && strings.HasPrefix(s[i:], " & "):
			cut(i, i+3)
			i += 2
		}
	}
	return append(parts, s[start:])
}

// takeNotes takes what stands in parentheses off a name.
func takeNotes(s string) (name string, notes []string) {
	for {
		i := strings.IndexByte(s, '(')
		if i < 0 {
			return name + s, notes
		}
		depth, end := 0, len(s)
		for j := i; j < len(s); j++ {
			if s[j] == '(' {
				depth++
			} else if s[j] == ')' {
				if depth--; depth == 0 {
					end = j
					break
				}
			}
		}
		notes = append(notes, noteList(s[i+1:end])...)
		name += s[:i]
		if end == len(s) {
			return name, notes
		}
		s = s[end+1:]
	}
}

// noteList cuts "1 and 2" into its marks; a name of a place, which may have commas,
// stays whole.
func noteList(s string) []string {
	marks := strings.FieldsFunc(strings.ReplaceAll(s, " and ", ","), func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
	for _, m := range marks {
		if len(m) > 3 {
			return []string{strings.TrimSpace(s)}
		}
	}
	return marks
}

func isNumber(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

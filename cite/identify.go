package cite

import (
	"regexp"
	"strings"

	"broadsheet/paper"
)

var (
	arXivForm = regexp.MustCompile(`(?i)(?:arxiv[:./ ]*(?:org/)?(?:abs/|pdf/|html/)?|^)\s*(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?\b`)
	doiIn     = regexp.MustCompile(`10\.\d{4,9}/[^\s"<>{}]+`)
)

// arXivIn returns the arXiv identifier that a text names, "" for none.
func arXivIn(s string) string {
	if m := arXivForm.FindStringSubmatch(s); m != nil {
		if id, _, ok := paper.ParseArXiv(m[1]); ok {
			return id
		}
	}
	return ""
}

// cleanDOI returns a DOI without what is often written before it.
func cleanDOI(s string) string {
	s = strings.TrimSpace(s)
	if at := strings.Index(s, "10."); at > 0 && strings.Contains(strings.ToLower(s[:at]), "doi") {
		s = s[at:]
	}
	return strings.TrimSuffix(oneLine(s), ".")
}

// Identifiers returns all that a work can be known by: what it is given as one, and
// what stands in its address, its journal and its notes.
func (x *Item) Identifiers() (list []paper.Identifier) {
	add := func(scheme paper.Scheme, value string) {
		id := paper.Identifier{Scheme: scheme, Value: value}
		for _, held := range list {
			if held == id {
				return
			}
		}
		list = append(list, id)
	}
	parse := func(s string) {
		if id, _, err := paper.ParseIdentifier(s); err == nil && id.Scheme != paper.Own {
			add(id.Scheme, id.Value)
		}
	}
	if x.ArXiv != "" {
		parse(x.ArXiv)
	}
	if x.DOI != "" {
		parse(x.DOI)
	}
	if x.URL != "" {
		parse(x.URL)
	}
	for _, text := range []string{x.Container, x.Number, x.Publisher, x.Note, x.Rest["zotero extra"], x.Rest["ris N1"]} {
		if id := arXivIn(text); id != "" && strings.Contains(strings.ToLower(text), "arxiv") {
			add(paper.ArXiv, id)
		}
		if doi := doiIn.FindString(text); doi != "" {
			parse(strings.TrimRight(doi, ".,;)"))
		}
	}
	return list
}

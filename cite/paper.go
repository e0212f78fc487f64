package cite

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"broadsheet/paper"
	"broadsheet/tex"
)

// Site is what the citations of one server share.
type Site struct{ Base string } // the public address, without a slash at the end

// Of returns the citation of a paper.
func (s Site) Of(p *paper.Paper) *Item {
	x := &Item{
		Key: KeyOf(p), Type: "article", Title: oneLine(p.Form.Text(p.Title)), ArXiv: p.ArXiv(), Class: p.Primary(), Keywords: p.Topics,
		DOI: p.Identifier(paper.DOI), Issued: Date{Year: p.Submitted.Year(), Month: int(p.Submitted.Month()), Day: p.Submitted.Day()},
	}
	if p.Submitted.IsZero() {
		x.Issued = Date{}
	}
	if p.AbstractBy == "" {
		x.Abstract = oneLine(p.Form.Text(p.Abstract))
	}
	if p.Form == paper.TeX && strings.ContainsAny(p.Title, `$\`) {
		x.TitleTeX = safeTeX(p.Title)
	}
	for _, a := range p.Authors {
		x.Authors = append(x.Authors, NameOf(a))
	}
	if o := p.Organisation; len(x.Authors) == 0 && o != nil {
		x.Authors = []Name{{Literal: strings.TrimSpace(o.FullName)}}
		if x.Authors[0].Literal == "" {
			x.Authors[0].Literal = o.Name
		}
	}
	x.URL = s.Base + "/papers/" + p.Key
	for _, id := range p.Identifiers {
		if u := id.URL(); u != "" {
			x.URL = u
			break
		}
	}
	journal := oneLine(p.Form.Text(p.JournalRef))
	switch {
	case x.DOI != "" && journal != "":
		x.published(journal)
	case journal != "":
		x.Note = journal
	}
	if x.Type == "article" && x.ArXiv != "" {
		x.Publisher = "arXiv"
	}
	return x
}

// KeyOf returns the key of a paper: made of the identifier under which it came to be
// held, so that no other paper has it and it never becomes another one.
func KeyOf(p *paper.Paper) string {
	if own := (paper.Identifier{Scheme: paper.Own, Value: "b" + strconv.FormatInt(p.ID, 10)}); slices.Contains(p.Identifiers, own) {
		return "broadsheet:" + own.Value
	}
	return "arXiv:" + p.Key
}

// How authors write where a paper was published, in arXiv's own examples and mostly:
// Phys. Rev. D 104, 055020 (2021); JHEP 02 (2016) 087; Nature 521(7553):436-444, 2015.
var journalForms = []*regexp.Regexp{
	regexp.MustCompile(`^(?P<journal>[^\d]+?),? (?P<volume>\d+)(?: ?\((?P<issue>\d{1,3}(?:-\d+)?)\))?[,: ]+ ?(?P<pages>[A-Za-z]?\d[\w.]*(?: ?[-–]+ ?\w+)?) ?\((?P<year>(?:19|20)\d\d)\)\.?$`),
	regexp.MustCompile(`^(?P<journal>[^\d]+?),? (?P<volume>\d+) ?\((?P<year>(?:19|20)\d\d)\)[,: ]* ?(?:no\. ?(?P<issue>\d+)[, ]+)?(?P<pages>[A-Za-z]?\d[\w.]*(?: ?[-–]+ ?\w+)?)\.?$`),
	regexp.MustCompile(`^(?P<journal>[^\d]+?),? (?P<volume>\d+)(?: ?\((?P<issue>\d{1,5}(?:-\d+)?)\))?[,: ]+ ?(?P<pages>[A-Za-z]?\d[\w.]*(?: ?[-–]+ ?\w+)?)[, ]+(?P<year>(?:19|20)\d\d)\.?$`),
}

// published makes the citation that of the published version.
func (x *Item) published(journal string) {
	x.Type, x.Container, x.URL = "article-journal", journal, ""
	for _, form := range journalForms {
		m := form.FindStringSubmatch(journal)
		if m == nil {
			continue
		}
		part := func(name string) string { return m[form.SubexpIndex(name)] }
		x.Container, x.Volume, x.Issue = part("journal"), part("volume"), part("issue")
		x.Pages = strings.NewReplacer(" ", "", "–", "-", "--", "-").Replace(part("pages"))
		if year, _ := strconv.Atoi(part("year")); year != x.Issued.Year {
			x.Issued = Date{Year: year}
		}
		return
	}
}

// safeTeX returns a title in arXiv's TeX so that it can be typeset: mathematics that is
// known to be whole as it is, the rest as text.
func safeTeX(s string) string {
	var b strings.Builder
	math := false
	for _, span := range tex.Split(s) {
		if span.Math {
			if balanced(span.Text) && known(span.Text) {
				math = true
				b.WriteString("$" + strings.Join(strings.Fields(span.Text), " ") + "$")
				continue
			}
			b.WriteString(escapeTeX(tex.Text("$" + span.Text + "$")))
			continue
		}
		b.WriteString(protect(escapeTeX(tex.Text(span.Text))))
	}
	if !math {
		return ""
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// known reports whether every command of a formula is one of LaTeX or amsmath, and none
// of the authors' own.
func known(formula string) bool {
	r := tex.Measure(slices.Values([]string{"$" + formula + "$"}))
	return r.Formulas == 1 && r.Converted == 1 && r.Own == 0
}

// balanced reports whether each brace has its own: BibTeX counts those behind a
// backslash, too.
func balanced(s string) bool {
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
	return depth == 0 && !strings.ContainsAny(s, "%#$") && strings.Count(s, `\{`) == strings.Count(s, `\}`)
}

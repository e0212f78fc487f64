package syndicate

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/paper"
)

// Site is what the entries of one server share.
type Site struct {
	Base string // the public address, without a slash at the end
	Talk bool   // papers can be talked of
}

// PaperID returns the identifier of a paper's entries: made of the name under which it
// came to be held, which stays when other identifiers become known.
func PaperID(p *paper.Paper) string {
	name := p.Key
	if own := (paper.Identifier{Scheme: paper.Own, Value: "b" + strconv.FormatInt(p.ID, 10)}); slices.Contains(p.Identifiers, own) {
		name = own.Value // it came here before arXiv had it
	}
	return "urn:broadsheet:paper:" + name
}

// PaperURL returns the address of a paper's page.
func (s Site) PaperURL(p *paper.Paper) string { return s.Base + "/papers/" + p.Key }

// Times returns when a paper came to readers, and when it last changed: by a new
// version, or by coming.
func Times(p *paper.Paper) (published, updated time.Time) {
	published = p.Submitted
	if p.Featured != nil {
		published = p.Featured.At
	} else if at, err := time.Parse(time.DateOnly, p.Announced); err == nil {
		published = at
	}
	updated = published
	if p.Revised.After(updated) {
		updated = p.Revised
	}
	return published, updated
}

// mostAuthors is how many of a paper's authors an entry names one by one.
const mostAuthors = 100

// Paper returns the entry of a paper.
func (s Site) Paper(p *paper.Paper) *Entry {
	e := &Entry{ID: PaperID(p), URL: s.PaperURL(p), Title: p.Form.Line(p.Title), Text: p.Form.Line(p.Abstract)}
	if e.Title == "" {
		e.Title = p.Key
	}
	e.Published, e.Updated = Times(p)
	for _, a := range p.Authors[:min(len(p.Authors), mostAuthors)] {
		e.Authors = append(e.Authors, a.Name)
	}
	if o := p.Organisation; o != nil && len(e.Authors) == 0 {
		e.Authors = []string{organisation(o)}
	}
	e.Tags = append(slices.Clone(p.Categories), p.Topics...)
	for _, id := range p.Identifiers {
		if u := id.URL(); u != "" {
			e.Outside = u
			break
		}
	}
	if s.Talk {
		e.Talk = e.URL + "#talk"
		e.Replies = s.Base + "/feed/comments/" + p.Key + ".atom"
	}
	if e.Text == "" {
		e.Text = e.Title
	}
	e.HTML = s.body(p, e)
	return e
}

var body = template.Must(template.New("paper").Parse(
	`<p>{{.Who}}</p>
{{if .Withdrawn}}<p><strong>This paper has been withdrawn.</strong></p>
{{end}}{{range .Abstract}}<p>{{.}}</p>
{{end}}{{with .By}}<p><small>{{.}}</small></p>
{{end}}<p>{{range $i, $l := .Links}}{{if $i}} · {{end}}<a href="{{.URL}}">{{.Name}}</a>{{end}}</p>`))

// body writes a paper as HTML: whose it is, the abstract, and where it can be read.
func (s Site) body(p *paper.Paper, e *Entry) string {
	type link struct{ Name, URL string }
	data := struct {
		Who       string
		Withdrawn bool
		Abstract  []template.HTML
		By        string
		Links     []link
	}{Who: who(p), Withdrawn: p.Withdrawn}
	for part := range strings.SplitSeq(strings.ReplaceAll(p.Abstract, "\r\n", "\n"), "\n\n") {
		if strings.TrimSpace(part) != "" {
			data.Abstract = append(data.Abstract, p.Form.HTML(part))
		}
	}
	if p.AbstractBy != "" {
		data.By = "Summary by " + p.AbstractBy + "."
	}
	add := func(name, url string) {
		if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
			data.Links = append(data.Links, link{name, url})
		}
	}
	add("Broadsheet", e.URL)
	names := map[paper.Scheme]string{paper.ArXiv: "arXiv", paper.DOI: "DOI", paper.OpenReview: "OpenReview", paper.URL: "Page"}
	for _, id := range p.Identifiers {
		if name := names[id.Scheme]; name != "" {
			add(name, id.URL())
		}
		if id.Scheme == paper.ArXiv {
			add("PDF", "https://arxiv.org/pdf/"+id.Value)
		}
	}
	if l := p.Link(paper.Code); l != nil {
		add("Code", l.URL)
	}
	if l := p.Link(paper.Project); l != nil {
		add("Project", l.URL)
	}
	var b strings.Builder
	if err := body.Execute(&b, data); err != nil { // a template that is tested and a builder cannot fail
		return ""
	}
	return b.String()
}

// who names the authors, as many as one reads, the organisation and the categories.
func who(p *paper.Paper) string {
	const named = 12
	var parts []string
	names := make([]string, 0, named)
	for _, a := range p.Authors[:min(len(p.Authors), named)] {
		names = append(names, a.Name)
	}
	if more := p.CountAuthors() - len(names); more > 0 && len(names) > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	if len(names) > 0 {
		parts = append(parts, strings.Join(names, ", "))
	}
	if p.Organisation != nil {
		parts = append(parts, organisation(p.Organisation))
	}
	if len(p.Categories) > 0 {
		parts = append(parts, strings.Join(p.Categories, ", "))
	}
	return strings.Join(parts, " · ")
}

func organisation(o *paper.Organisation) string {
	if o.FullName != "" {
		return o.FullName
	}
	return o.Name
}

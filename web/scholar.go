package web

import (
	"strings"
	"time"

	"broadsheet/cite"
	"broadsheet/paper"
)

// Article tells programs about a paper: JSON-LD in the words of schema.org.
type Article struct {
	Context       string   `json:"@context"`
	Type          string   `json:"@type"`
	ID            string   `json:"@id"`
	URL           string   `json:"url"`
	Headline      string   `json:"headline"`
	Abstract      string   `json:"abstract,omitempty"`
	Author        []Person `json:"author"`
	DatePublished string   `json:"datePublished,omitempty"`
	DateModified  string   `json:"dateModified,omitempty"`
	SameAs        []string `json:"sameAs,omitempty"`
	Identifier    []string `json:"identifier,omitempty"`
	Keywords      []string `json:"keywords,omitempty"`
	Licence       string   `json:"license,omitempty"`
	Free          bool     `json:"isAccessibleForFree,omitempty"`
}

// Person is an author of an Article.
type Person struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

func articleOf(s Site, p *paper.Paper) *Article {
	a := &Article{
		Context: "https://schema.org", Type: "ScholarlyArticle", ID: s.Base + paperPath(p.Key), URL: s.Base + paperPath(p.Key),
		Headline: p.Form.Line(p.Title), Author: []Person{}, Keywords: p.Topics, Free: p.ArXiv() != "",
	}
	if p.AbstractBy == "" {
		a.Abstract = abstractText(p)
	}
	for _, au := range p.Authors {
		a.Author = append(a.Author, Person{"Person", au.Name})
	}
	if !p.Submitted.IsZero() {
		a.DatePublished = p.Submitted.UTC().Format(time.DateOnly)
	}
	if !p.Revised.IsZero() {
		a.DateModified = p.Revised.UTC().Format(time.DateOnly)
	}
	for _, id := range p.Identifiers {
		if u := id.URL(); isWeb(u) {
			a.SameAs = append(a.SameAs, u)
		}
		if id.Scheme != paper.URL && id.Scheme != paper.Own {
			a.Identifier = append(a.Identifier, id.String())
		}
	}
	if isWeb(p.Licence) {
		a.Licence = p.Licence
	}
	return a
}

// citation returns the tags by which reference managers and scholarly search
// engines read a page (the Highwire Press names, as Google Scholar's inclusion
// guidelines and Zotero's Embedded Metadata translator take them).
func citation(s Site, p *paper.Paper) []Meta {
	var tags []Meta
	add := func(name, content string) {
		if content != "" {
			tags = append(tags, Meta{Name: "citation_" + name, Content: content})
		}
	}
	add("title", p.Form.Line(p.Title))
	for _, a := range p.Authors {
		add("author", cite.NameOf(a).FamilyFirst())
		for _, at := range a.Affiliations {
			add("author_institution", at)
		}
	}
	if !p.Submitted.IsZero() {
		date := p.Submitted.UTC().Format("2006/01/02")
		add("publication_date", date)
		add("date", date)
	}
	if !p.Revised.IsZero() {
		add("online_date", p.Revised.UTC().Format("2006/01/02"))
	}
	if id := p.ArXiv(); id != "" {
		add("arxiv_id", id)
		add("pdf_url", "https://arxiv.org/pdf/"+id)
	}
	add("doi", p.Identifier(paper.DOI))
	add("journal_title", p.Form.Line(p.JournalRef))
	add("abstract_html_url", s.Base+paperPath(p.Key))
	if p.AbstractBy == "" {
		add("abstract", abstractText(p))
	}
	return tags
}

// abstractText returns the abstract on one line, without markup.
func abstractText(p *paper.Paper) string {
	return strings.Join(strings.Fields(p.Form.Line(p.Abstract)), " ")
}

package search

import (
	"strings"
	"time"

	"broadsheet/paper"
)

// Document is a paper as the indexes see it, or a text of a judged collection.
type Document struct {
	ID       int64
	Title    string
	Abstract string
	Authors  []string // names in reading order
	Keys     []string // exact properties, made by the functions of this file
	Day      int64    // of submission, days since 1970; 0 when unknown
	Votes    int64
	Edition  int64 // the day of its edition as 20260414; 0 for none
}

// Properties of a document that can be asked for and counted.
const (
	KeyCategory = "cat:"   // cs.LG, and its archive cs
	KeyTopic    = "topic:" // lower case
	KeyOrg      = "org:"   // handle and full name, lower case
	KeyAuthor   = "au:"    // in the forms of nameKeys
	KeyPerson   = "name:"  // the whole name as printed, for facets and suggestions
	KeyID       = "id:"
	KeyHas      = "has:"
	KeyYear     = "year:"
)

// DocumentOf returns the document of a paper that stands in the edition of a day,
// "" for none.
func DocumentOf(p *paper.Paper, edition string) Document {
	d := Document{ID: p.ID, Title: p.Title, Abstract: p.Abstract, Votes: int64(p.Votes()), Edition: dayNumber(edition)}
	if !p.Submitted.IsZero() {
		d.Day = p.Submitted.Unix() / 86400
		d.Keys = append(d.Keys, KeyYear+p.Submitted.UTC().Format("2006"))
	}
	seen := map[string]bool{}
	add := func(k string) {
		if !seen[k] {
			seen[k] = true
			d.Keys = append(d.Keys, k)
		}
	}
	for _, c := range p.Categories {
		add(KeyCategory + c)
		if archive, _, ok := strings.Cut(c, "."); ok {
			add(KeyCategory + archive)
		}
	}
	for _, t := range p.Topics {
		add(KeyTopic + strings.ToLower(t))
	}
	if o := p.Organisation; o != nil {
		add(KeyOrg + strings.ToLower(o.Name))
		add(KeyOrg + strings.ToLower(o.FullName))
	}
	for _, id := range p.Identifiers {
		add(KeyID + id.String())
		if id.Scheme == paper.DOI {
			add(KeyHas + "doi")
		}
	}
	for _, l := range p.Links {
		if has, ok := linkNames[l.Kind]; ok {
			add(KeyHas + has)
		}
	}
	for _, a := range p.Authors {
		d.Authors = append(d.Authors, a.Name)
		for _, k := range nameKeys(a.Name, a.Family) {
			add(KeyAuthor + k)
		}
		add(KeyPerson + a.Name)
	}
	return d
}

// linkNames are what has: calls the kinds of links.
var linkNames = map[paper.LinkKind]string{paper.Code: "code", paper.Data: "data", paper.Project: "page", paper.Media: "media"}

// dayNumber returns a day written as 2026-04-14 as 20260414, 0 for none.
func dayNumber(day string) int64 {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return int64(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

// epochDay returns a day written as 2026-04-14 in days since 1970.
func epochDay(day string) int64 {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return t.Unix() / 86400
}

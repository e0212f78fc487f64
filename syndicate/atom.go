package syndicate

import (
	"encoding/xml"
	"io"
	"time"
)

// Elements of Atom, in the order in which RFC 4287 lists them.
type (
	atomEntry struct {
		XMLName   xml.Name       `xml:"entry"`
		ID        string         `xml:"id"`
		Title     atomText       `xml:"title"`
		Published string         `xml:"published"`
		Updated   string         `xml:"updated"`
		Authors   []atomPerson   `xml:"author"`
		Links     []atomLink     `xml:"link"`
		Under     *atomUnder     `xml:"thr:in-reply-to"`
		Tags      []atomCategory `xml:"category"`
		Summary   *atomText      `xml:"summary"`
		Content   atomText       `xml:"content"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		XMLName xml.Name `xml:"link"`
		Rel     string   `xml:"rel,attr"`
		Type    string   `xml:"type,attr,omitempty"`
		Href    string   `xml:"href,attr"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
	atomUnder struct {
		Ref  string `xml:"ref,attr"`
		Href string `xml:"href,attr"`
		Type string `xml:"type,attr"`
	}
)

func writeAtom(w io.Writer, f *Feed) error {
	x := newXML(w)
	x.open("feed", "xmlns", "http://www.w3.org/2005/Atom", "xmlns:thr", "http://purl.org/syndication/thread/1.0", "xml:lang", "en")
	x.text("id", f.ID)
	x.text("title", f.Title)
	if f.Subtitle != "" {
		x.text("subtitle", f.Subtitle)
	}
	x.text("updated", atomTime(f.Updated))
	x.element("author", atomPerson{"Broadsheet"})
	x.text("generator", "Broadsheet")
	for _, l := range atomLinks(f, "application/atom+xml") {
		x.element("link", l)
	}
	for e := range f.Entries {
		x.element("entry", atomOf(e))
	}
	x.close("feed")
	return x.end()
}

// atomLinks returns the links of a feed, in its format of media.
func atomLinks(f *Feed, media string) []atomLink {
	links := []atomLink{{Rel: "self", Type: media, Href: f.Self}, {Rel: "alternate", Type: "text/html", Href: f.Home}}
	for _, l := range []atomLink{{Rel: "first", Href: f.First}, {Rel: "next", Href: f.Next}} {
		if l.Href != "" {
			links = append(links, atomLink{Rel: l.Rel, Type: media, Href: l.Href})
		}
	}
	if f.Hub != "" {
		links = append(links, atomLink{Rel: "hub", Href: f.Hub})
	}
	return links
}

func atomOf(e *Entry) atomEntry {
	a := atomEntry{
		ID: e.ID, Title: atomText{"text", e.Title}, Published: atomTime(e.Published), Updated: atomTime(e.Updated),
		Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: e.URL}}, Content: atomText{"html", e.HTML},
	}
	for _, name := range e.Authors {
		a.Authors = append(a.Authors, atomPerson{name})
	}
	if e.Outside != "" {
		a.Links = append(a.Links, atomLink{Rel: "related", Href: e.Outside})
	}
	if e.Replies != "" {
		a.Links = append(a.Links, atomLink{Rel: "replies", Type: "application/atom+xml", Href: e.Replies})
	}
	if e.Under != nil {
		a.Under = &atomUnder{e.Under.ID, e.Under.URL, "text/html"}
	}
	for _, tag := range e.Tags {
		a.Tags = append(a.Tags, atomCategory{tag})
	}
	if e.Text != "" {
		a.Summary = &atomText{"text", e.Text}
	}
	return a
}

func atomTime(t time.Time) string { return when(t).Format(time.RFC3339) }

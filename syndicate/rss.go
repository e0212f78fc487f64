package syndicate

import (
	"encoding/xml"
	"io"
	"time"
)

// rssItem is an item of RSS 2.0 (https://www.rssboard.org/rss-specification), with its
// text as HTML in the content module and its authors in that of Dublin Core.
type rssItem struct {
	XMLName     xml.Name `xml:"item"`
	GUID        rssGUID  `xml:"guid"`
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	Date        string   `xml:"pubDate"`
	Updated     string   `xml:"atom:updated"`
	Authors     []string `xml:"dc:creator"`
	Tags        []string `xml:"category"`
	Comments    string   `xml:"comments,omitempty"`
	Description string   `xml:"description"`
	Content     string   `xml:"content:encoded"`
}

type rssGUID struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	ID        string `xml:",chardata"`
}

// rssLink is an Atom link in a channel; the name is spelt with its prefix, as
// encoding/xml writes none.
type rssLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

func writeRSS(w io.Writer, f *Feed) error {
	x := newXML(w)
	x.open("rss", "version", "2.0", "xmlns:atom", "http://www.w3.org/2005/Atom", "xmlns:content", "http://purl.org/rss/1.0/modules/content/", "xmlns:dc", "http://purl.org/dc/elements/1.1/")
	x.open("channel")
	x.text("title", f.Title)
	x.text("link", f.Home)
	description := f.Subtitle
	if description == "" {
		description = f.Title
	}
	x.text("description", description)
	x.text("language", "en")
	x.text("generator", "Broadsheet")
	x.text("lastBuildDate", rssTime(f.Updated))
	for _, l := range atomLinks(f, "application/rss+xml") {
		if l.Rel != "alternate" {
			x.element("atom:link", rssLink{l.Rel, l.Type, l.Href})
		}
	}
	for e := range f.Entries {
		x.element("item", rssItem{
			GUID: rssGUID{false, e.ID}, Title: e.Title, Link: e.URL, Date: rssTime(e.Published), Updated: atomTime(e.Updated),
			Authors: e.Authors, Tags: e.Tags, Comments: e.Talk, Description: e.summary(), Content: e.HTML,
		})
	}
	x.close("channel")
	x.close("rss")
	return x.end()
}

// rssTime is the date of RFC 822 with the year of four digits.
func rssTime(t time.Time) string { return when(t).Format("Mon, 02 Jan 2006 15:04:05 +0000") }

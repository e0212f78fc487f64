package syndicate

import (
	"io"
	"time"
)

// Outline is a feed in a list of feeds.
type Outline struct {
	Title string
	Feed  string // its address, absolute
	Page  string // that of the page that shows the same
	Group string // "" for none
}

type opmlOutline struct {
	Text string        `xml:"text,attr"`
	Type string        `xml:"type,attr,omitempty"`
	Feed string        `xml:"xmlUrl,attr,omitempty"`
	Page string        `xml:"htmlUrl,attr,omitempty"`
	Kids []opmlOutline `xml:"outline"`
}

// OPMLType is what is sent with a list of feeds.
const OPMLType = "text/x-opml; charset=utf-8"

// WriteOPML writes a list of feeds (http://opml.org/spec2.opml), those of a group
// together, in the order in which they come.
func WriteOPML(w io.Writer, title string, made time.Time, list []Outline) error {
	x := newXML(w)
	x.open("opml", "version", "2.0")
	x.open("head")
	x.text("title", title)
	x.text("dateCreated", rssTime(made))
	x.close("head")
	x.open("body")
	for i := 0; i < len(list); {
		group := list[i].Group
		var kids []opmlOutline
		for ; i < len(list) && list[i].Group == group; i++ {
			kids = append(kids, opmlOutline{Text: list[i].Title, Type: "rss", Feed: list[i].Feed, Page: list[i].Page})
		}
		if group != "" {
			kids = []opmlOutline{{Text: group, Kids: kids}}
		}
		for _, k := range kids {
			x.element("outline", k)
		}
	}
	x.close("body")
	x.close("opml")
	return x.end()
}

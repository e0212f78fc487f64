package web

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"broadsheet/edition"
)

// A View is the data of one page. Its name is that of its template.
type View interface{ template() string }

// Page is the part of a page that all have: its head, masthead and foot. Every
// view embeds one.
type Page struct {
	Title       string // of the document, without the name of the site
	Description string // for search engines and previews; "" for none
	Canonical   string // absolute; "" for none
	NoIndex     bool
	Alternates  []Alternate
	Along       *Along // how what the page shows can be taken along; nil when it is no list
	UnAPI       string // where reference managers get the papers of the page one by one; "" for nowhere
	Meta        []Meta
	Article     *Article // for a page that is about one paper

	Theme    string // light, dark, "" for the reader's system
	Here     string // the path of this page, to come back to
	Skip     string // what the first link skips to: "papers"
	Full     *Ear   // the masthead of editions; nil for the plain one
	Newest   *Today // beside the navigation of plain pages; nil before the first edition
	Nav      []Link
	Strip    *Strip
	Line     *Link // under the navigation: the ledger line; its address may be empty
	Counts   string
	Places   Places
	Foot     []Link
	Searches bool   // there is a search
	Keeps    bool   // readers can save, mark and follow
	Unread   bool   // what is read is not shown
	Mails    bool   // a strip asks visitors to subscribe
	Version  string // of the program, "" for none

	Pressed bool // there is no server behind the page

	Demo     bool    // this is the demo, and says so
	Desk     bool    // there is a desk, which those who are at it find in the navigation
	DeskKeys bool    // this is its page, with keys of its own
	Island   *Island // for readers that scrape; nil without
}

// Link is a text that leads somewhere. With no address it is only a text.
type Link struct {
	Text    string
	Href    string
	Current bool
	Note    string // small, behind the text
}

// Alternate is the same page in another form.
type Alternate struct{ Type, Title, Href string }

// Meta is one <meta> of the head, by name or by property.
type Meta struct{ Name, Property, Content string }

// Ear is the left corner of an edition's masthead.
type Ear struct {
	Text string
	Day  string // set when the text is a date
	Note string
	Far  string // more of the note, on wide windows only
}

// Today names the newest edition.
type Today struct {
	Day    string
	Text   string // Tuesday 14 April 2026
	Number int
}

// Strip is the row of days, weeks or months beside the navigation.
type Strip struct {
	Label string
	Older *Link // the step to the left
	Newer *Link
	Cells []Cell
}

// Cell is one day, week or month in a Strip.
type Cell struct {
	Kind    string // Mon; Week; empty for months
	Text    string // 14; 16; Apr
	Note    string // 28, due, none
	Count   bool   // the note is a number of papers
	Href    string // empty when there is no edition
	Current bool
}

// Places are the addresses behind the keys g d, g w, g m and g t.
type Places struct{ Day, Week, Month, Trending string }

// Island is the data that readers which scrape take from a page.
type Island struct{ Props string }

// Site is what all pages of one server share at one moment.
type Site struct {
	Base     string // of absolute addresses, without a slash at the end
	Version  string
	Theme    string
	Path     string       // of the page that is being made
	Now      time.Time    // of the request
	Today    string       // the feed day that Now falls on
	Newest   *edition.Day // nil before the first edition
	Demo     bool         // this is the demo
	Searches bool         // there is a search
	Mails    bool         // readers can subscribe by mail
	Scrape   bool         // pages carry what scrapers look for
	Talk     bool         // readers can vote and write
	API      bool         // there is an API
	Pressed  bool         // the pages are read without a server
	Keeps    bool         // readers can save, mark and follow
	Unread   bool         // only what the reader has not read is asked for
	Desk     bool         // people make the edition
	Submits  bool         // readers can put papers in
}

// page returns the Page of a plain page.
func (s Site) page(title, skip string) Page {
	p := Page{
		Title: title, Theme: s.Theme, Here: s.Path, Demo: s.Demo, Skip: skip, Version: s.Version, Pressed: s.Pressed, Keeps: s.Keeps, Unread: s.Unread,
		Places: Places{Day: "/"}, Desk: s.Desk,
		Foot: []Link{{Text: "Archive", Href: "/archive"}, {Text: "Status", Href: "/status"}},
	}
	if !s.Pressed {
		p.Foot = slices.Insert(p.Foot, 1, Link{Text: "Feeds", Href: feedsPath})
	}
	if s.Submits {
		p.Foot = slices.Insert(p.Foot, 1, Link{Text: "Submit", Href: submitPath})
	}
	if s.API {
		p.Foot = slices.Insert(p.Foot, 1, Link{Text: "API", Href: "/api"})
	}
	if s.Mails {
		p.Foot = append(p.Foot, Link{Text: "E-mail", Href: "/subscribe"})
	}
	if s.Talk {
		p.Foot = slices.Insert(p.Foot, len(p.Foot)-1, Link{Text: "Moderation", Href: "/moderation"})
	}
	if s.Pressed {
		p.Foot = slices.DeleteFunc(p.Foot, func(l Link) bool { return l.Href == "/status" })
	}
	if s.Newest == nil {
		return p
	}
	p.Searches = s.Searches
	p.Mails = s.Mails && s.Path != "/subscribe" && !strings.HasPrefix(s.Path, "/mail")
	day := day(s.Newest.Day)
	p.Newest = &Today{s.Newest.Day, longDate(day), s.Newest.Number}
	p.Places.Week = weekPath(day)
	p.Places.Month = monthPath(day)
	p.Places.Trending = trendingPath
	p.Nav = []Link{{Text: "Today", Href: "/"}, {Text: "Week", Href: p.Places.Week}, {Text: "Month", Href: p.Places.Month}, {Text: "Trending", Href: trendingPath}, {Text: "Archive", Href: "/archive"}}
	if s.Mails {
		p.Nav = append(p.Nav, Link{Text: "Subscribe", Href: "/subscribe"})
	}
	return p
}

// at marks the navigation's link to the named section as the current one.
func (p *Page) at(section string) {
	for i := range p.Nav {
		p.Nav[i].Current = p.Nav[i].Text == section
	}
}

// describe sets what search engines and previews are told.
func (p *Page) describe(s Site, path, kind, description string) {
	p.Canonical = s.Base + path
	p.Description = clip(description, 300)
	p.Meta = append(p.Meta,
		Meta{Property: "og:site_name", Content: "Broadsheet"},
		Meta{Property: "og:type", Content: kind},
		Meta{Property: "og:title", Content: p.Title},
		Meta{Property: "og:url", Content: p.Canonical},
		Meta{Property: "og:description", Content: p.Description})
}

// clip cuts a text after the last word that fits into n letters.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	cut := string(r[:n])
	if i := strings.LastIndexByte(cut, ' '); i > n/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// Text is a piece of a paper's text made ready for a page.
type Text = template.HTML

package web

import (
	"net/http"
	"time"

	"broadsheet/account"
	"broadsheet/cite"
)

// FeedsData is what the page of feeds and citations is made of.
type FeedsData struct {
	Mine bool      // a reader asks, who can have feeds of their own
	Made time.Time // when the secret address of these was made; zero for none
	Key  string    // it was made just now
}

// FeedsPage lists how papers can be taken along.
type FeedsPage struct {
	Page
	Feeds   []FeedRow
	Formats []FeedRow // of citations
	Mine    bool
	Made    string
	Own     []Link // the addresses of a reader's own feeds, this once
	Lists   []Link // the reader's own exports
}

func (*FeedsPage) template() string { return "feeds" }

// FeedRow is an address, and what it holds.
type FeedRow struct {
	Address string
	Holds   string
	New     string
	Links   []Link
}

// FeedsPageOf makes the page of feeds and citations.
func FeedsPageOf(s Site, d FeedsData) *FeedsPage {
	v := &FeedsPage{Page: s.page("Feeds and citations", "lists"), Mine: d.Mine}
	v.describe(s, feedsPath, "website", "Every list as Atom, RSS and JSON Feed, and as BibTeX, BibLaTeX, RIS and CSL-JSON.")
	v.offer("papers", "papers", "", nil)
	v.offer("editions", "editions", "", nil)
	row := func(kind, of, holds, fresh string, link bool) {
		r := FeedRow{Address: "/feed/" + kind + of, Holds: holds, New: fresh}
		if link {
			r.Links = feedLinks(kind, "", nil)
		}
		v.Feeds = append(v.Feeds, r)
	}
	row("papers", "", "the papers of the last two editions, one entry a paper", "as they come", true)
	row("editions", "", "one entry an edition", "daily", true)
	row("trending", "", "what is rising", "hourly", true)
	row("day", "/2026-04-14", "an edition; likewise week/2026-W16 and month/2026-04", "as they come", false)
	if s.Searches {
		row("search", "?q=…", "any search, with its filters", "as they come", false)
		row("author", "/…", "an author, by the name as it is printed", "as they come", false)
		row("category", "/cs.RO", "a category; likewise topic/…", "as they come", false)
	}
	if s.Talk {
		row("comments", "/2604.11666", "the comments on a paper", "at once", false)
		row("collection", "/reader/name", "a public collection; likewise reader/name", "at once", false)
	}
	made := map[string]string{"BibTeX": "LaTeX", "BibLaTeX": "LaTeX with biber", "RIS": "Zotero, EndNote, Mendeley", "CSL-JSON": "Pandoc, citeproc", "Text": "a letter"}
	for _, f := range cite.Formats() {
		v.Formats = append(v.Formats, FeedRow{Address: f.Ending, Holds: f.Name, New: made[f.Name]})
	}
	if !d.Made.IsZero() {
		v.Made = longDate(d.Made)
	}
	if d.Key != "" {
		for _, l := range []Link{{Text: "What you follow", Href: "/feed/me/" + d.Key + "/following.atom"}, {Text: "What you saved", Href: "/feed/me/" + d.Key + "/saved.atom"}, {Text: "Your library for Zotero", Href: "/cite/me/" + d.Key + "/library.ris"}, {Text: "Feeds that you follow", Href: "/feed/me/" + d.Key + "/follows.opml"}} {
			l.Href = s.Base + l.Href
			v.Own = append(v.Own, l)
		}
	}
	for _, f := range cite.Formats() {
		v.Lists = append(v.Lists, Link{Text: f.Name, Href: "/cite/mine/library" + f.Ending})
	}
	return v
}

// feedsPage shows how papers can be taken along.
func (h *Handler) feedsPage(w http.ResponseWriter, r *http.Request) error {
	return h.showFeeds(w, r, "")
}

func (h *Handler) showFeeds(w http.ResponseWriter, r *http.Request, key string) error {
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	v := account.From(r.Context())
	if v == nil || h.Keys == nil || h.Library == nil {
		return h.showVisitors(w, r, state, FeedsPageOf(site, FeedsData{}))
	}
	d := FeedsData{Mine: true, Key: key}
	if d.Made, err = h.Keys.Made(r.Context(), v.ID); err != nil {
		return err
	}
	site.Path = feedsPath
	return h.showOnce(w, r, FeedsPageOf(site, d))
}

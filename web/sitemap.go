package web

import (
	"encoding/xml"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/fault"
)

// Sitemaps after https://www.sitemaps.org/protocol.html: an index of the months
// that have editions, and for each month its pages and papers.

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

type sitemapIndex struct {
	XMLName xml.Name  `xml:"sitemapindex"`
	Space   string    `xml:"xmlns,attr"`
	Maps    []located `xml:"sitemap"`
}

type urlSet struct {
	XMLName xml.Name  `xml:"urlset"`
	Space   string    `xml:"xmlns,attr"`
	Pages   []located `xml:"url"`
}

type located struct {
	At      string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`
}

func (h *Handler) sitemapIndex(w http.ResponseWriter, r *http.Request) error {
	state := h.State()
	days, err := h.Editions.Days(r.Context(), edition.Span{From: "0000", To: "9999"})
	if err != nil {
		return err
	}
	index := sitemapIndex{Space: sitemapSpace}
	for _, d := range slices.Backward(days) {
		at := h.base(r) + "/sitemap-" + d.Day[:7] + ".xml"
		if n := len(index.Maps); n == 0 || index.Maps[n-1].At != at {
			index.Maps = append(index.Maps, located{at, d.Day})
		}
	}
	return h.sendXML(w, r, state, index)
}

var sitemapName = regexp.MustCompile(`^/sitemap-(\d{4}-\d{2})\.xml$`)

// rest answers for the addresses that no pattern can name: the sitemap of a
// month. Everything else is not there.
func (h *Handler) rest(w http.ResponseWriter, r *http.Request) error {
	if h.Library != nil && strings.HasPrefix(r.URL.Path, "/@") {
		return h.atReader(w, r)
	}
	m := sitemapName.FindStringSubmatch(r.URL.Path)
	if m == nil {
		return fault.NotFound("")
	}
	span, err := edition.ParseMonth(m[1])
	if err != nil {
		return fault.NotFound("")
	}
	return h.sitemap(w, r, span)
}

func (h *Handler) sitemap(w http.ResponseWriter, r *http.Request, span edition.Span) error {
	state := h.State()
	list, err := outlines(r.Context(), h.Papers.DB(), span)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.NotFound("There is no edition in that month.")
	}
	base := h.base(r)
	set := urlSet{Space: sitemapSpace, Pages: []located{{base + monthPath(day(span.From)), list[len(list)-1].Day}}}
	last := ""
	for _, o := range list {
		if o.Day != last {
			last = o.Day
			set.Pages = append(set.Pages, located{base + dayPath(o.Day), o.Day})
		}
		set.Pages = append(set.Pages, located{base + paperPath(o.Key), o.Day})
	}
	return h.sendXML(w, r, state, set)
}

func (h *Handler) sendXML(w http.ResponseWriter, r *http.Request, state uint64, v any) error {
	body, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	return h.hand(w, r, state, finish("application/xml; charset=utf-8", askAgain, append([]byte(xml.Header), body...)))
}

// robots welcomes crawlers, but for what is not a page.
func (h *Handler) robots(w http.ResponseWriter, r *http.Request) error {
	body := "User-agent: *\nDisallow: /theme\nDisallow: /sign-in\nDisallow: /auth/\nDisallow: /account\n\nSitemap: " + h.base(r) + "/sitemap.xml\n"
	f := finish("text/plain; charset=utf-8", askAgain, []byte(body))
	f.until = h.Now().Add(time.Hour)
	return h.hand(w, r, h.State(), f)
}

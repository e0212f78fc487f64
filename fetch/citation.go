package fetch

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Citation is what a page says of the paper that it is about: in the citation_* tags
// that Google Scholar reads (https://scholar.google.com/intl/en/scholar/inclusion.html),
// and where these are silent in those of Dublin Core and of previews. Everything in it
// is what a stranger wrote, cut to a bearable length.
type Citation struct {
	Title     string
	Authors   []Name // at most 500
	Abstract  string
	DOI       string // as written
	ArXiv     string // as written
	Journal   string
	Published time.Time // zero when unknown
	Canonical string    // the address that the page gives itself, absolute when it is one
	Links     []string  // the papers on arXiv that the page leads to, each once; at most 20
	Tagged    bool      // there is at least one citation_* tag
}

// Name is an author's, in reading order.
type Name struct{ Whole, Family, Given string }

const (
	mostAuthors = 500
	mostLinks   = 20
	longTitle   = 1000
	longText    = 20_000
)

// ParseCitation reads a page. It reads whatever there is: a page that says nothing has
// an empty Citation.
func ParseCitation(page string) Citation {
	r := reading{}
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(1 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken: // the end, of the page or of what can be read
			return r.done()
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.DataAtom {
			case atom.Meta:
				r.meta(t)
			case atom.Link:
				if slices.Contains(strings.Fields(strings.ToLower(attribute(t, "rel"))), "canonical") && r.Canonical == "" {
					r.Canonical = clean(attribute(t, "href"), longTitle)
				}
			case atom.A:
				r.link(attribute(t, "href"))
			}
		}
	}
}

// reading is a Citation under way, with what stands in for what is missing.
type reading struct {
	Citation
	second, third Citation // of Dublin Core, of previews
}

func (r *reading) meta(t html.Token) {
	name := strings.ToLower(attribute(t, "name"))
	if name == "" {
		name = strings.ToLower(attribute(t, "property"))
	}
	name = strings.Replace(name, "dcterms.", "dc.", 1)
	content := clean(attribute(t, "content"), longText)
	if content == "" {
		return
	}
	switch name {
	case "citation_title":
		first(&r.Title, content, longTitle)
	case "citation_author":
		r.author(&r.Citation, content)
	case "citation_authors": // the older form: all in one
		for a := range strings.SplitSeq(content, ";") {
			r.author(&r.Citation, a)
		}
	case "citation_abstract":
		first(&r.Abstract, content, longText)
	case "citation_doi":
		first(&r.DOI, content, longTitle)
	case "citation_arxiv_id":
		first(&r.ArXiv, content, longTitle)
	case "citation_journal_title", "citation_conference_title":
		first(&r.Journal, content, longTitle)
	case "citation_publication_date", "citation_online_date", "citation_date", "citation_cover_date":
		date(&r.Published, content)
	case "dc.title":
		first(&r.second.Title, content, longTitle)
	case "dc.creator":
		r.author(&r.second, content)
	case "dc.description", "dc.abstract":
		first(&r.second.Abstract, content, longText)
	case "dc.identifier", "prism.doi":
		if doi := doiIn.FindString(content); doi != "" {
			first(&r.second.DOI, doi, longTitle)
		}
	case "dc.date", "dc.issued", "prism.publicationdate":
		date(&r.second.Published, content)
	case "og:description", "description":
		first(&r.third.Abstract, content, longText)
	case "og:title":
		first(&r.third.Title, content, longTitle)
	}
	r.Tagged = r.Tagged || strings.HasPrefix(name, "citation_")
}

var doiIn = regexp.MustCompile(`10\.\d{4,9}/[^\s"<>]+`)

func (r *reading) author(c *Citation, name string) {
	name = clean(name, 200)
	if name == "" || len(c.Authors) == mostAuthors {
		return
	}
	n := Name{Whole: name}
	if family, given, ok := strings.Cut(name, ","); ok {
		n.Family, n.Given = strings.TrimSpace(family), strings.TrimSpace(given)
		n.Whole = strings.TrimSpace(n.Given + " " + n.Family)
	}
	if n.Whole != "" {
		c.Authors = append(c.Authors, n)
	}
}

var arxivPaper = regexp.MustCompile(`^https?://(?:www\.)?arxiv\.org/(?:abs|pdf|html)/([^?#\s]+)`)

func (r *reading) link(href string) {
	if m := arxivPaper.FindStringSubmatch(strings.TrimSpace(href)); m != nil && len(r.Links) < mostLinks && len(m[1]) < 40 {
		if id := strings.TrimSuffix(strings.TrimSuffix(m[1], "/"), ".pdf"); !slices.Contains(r.Links, id) {
			r.Links = append(r.Links, id)
		}
	}
}

// done fills in what the citation_* tags left out.
func (r *reading) done() Citation {
	c := r.Citation
	for _, other := range []Citation{r.second, r.third} {
		first(&c.Title, other.Title, longTitle)
		first(&c.Abstract, other.Abstract, longText)
		first(&c.DOI, other.DOI, longTitle)
		if len(c.Authors) == 0 {
			c.Authors = other.Authors
		}
		if c.Published.IsZero() {
			c.Published = other.Published
		}
	}
	c.Abstract = strings.TrimSpace(strings.TrimPrefix(c.Abstract, "Abstract: "))
	if u, err := url.Parse(c.Canonical); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		c.Canonical = ""
	}
	return c
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// first sets a text that is not set yet.
func first(to *string, text string, most int) {
	if *to == "" {
		*to = clean(text, most)
	}
}

// clean returns a text with single spaces, of at most so many letters.
func clean(s string, most int) string {
	if len(s) > 4*most {
		s = s[:4*most]
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if r := []rune(s); len(r) > most {
		s = strings.TrimSpace(string(r[:most]))
	}
	return s
}

// date reads the day of a paper, in the forms that such pages write it; the first that
// can be read counts.
func date(to *time.Time, s string) {
	if !to.IsZero() {
		return
	}
	s = strings.ReplaceAll(s, "/", "-")
	for _, form := range []string{time.RFC3339, "2006-1-2", "2006-1-2T15:04:05", "2 January 2006", "2006 January 2", "January 2, 2006", "2006-1", "2006"} {
		if t, err := time.Parse(form, s); err == nil && t.Year() > 1500 && t.Year() < 2200 {
			*to = t.UTC()
			return
		}
	}
}

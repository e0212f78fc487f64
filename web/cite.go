package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"

	"broadsheet/cite"
	"broadsheet/fault"
	"broadsheet/paper"
)

// mostCited is how many papers an export of a list holds at most.
const mostCited = 50_000

// unAPIPath is where reference managers get papers one by one.
const unAPIPath = "/unapi"

// Along is how what a page shows can be taken along.
type Along struct{ Feeds, Citations []Link }

// takeAlong offers the list that a page shows as a feed and as citations. title is what
// the feed is called; kind and of are the list's name, and q what it is asked with.
func (p *Page) takeAlong(s Site, title, kind, of string, q url.Values) {
	p.offer(title, kind, of, q)
	if !s.Pressed {
		p.UnAPI = s.Base + unAPIPath
	}
	p.Along = &Along{Feeds: feedLinks(kind, of, q), Citations: p.cites(func(ending string) string { return listPath("/cite/", kind, of, q, ending) })}
}

// cites offers citations at the addresses that href makes of each ending, to programs in
// the formats by which reference managers look for them; it returns them for people.
func (p *Page) cites(href func(ending string) string) (links []Link) {
	for _, f := range cite.Formats() {
		links = append(links, Link{Text: f.Name, Href: href(f.Ending)})
		if f.Name != "Text" && f.Name != "BibLaTeX" {
			p.Alternates = append(p.Alternates, Alternate{f.Type, f.Name, href(f.Ending)})
		}
	}
	return links
}

// bibTeX is the citation of a paper as the page shows it: what one copies.
func (s Site) bibTeX(p *paper.Paper) string {
	x := cite.Site{Base: s.Base}.Of(p)
	x.Abstract, x.Keywords = "", nil
	var b strings.Builder
	if err := cite.Formats()[0].NewWriter(&b).Write(x); err != nil {
		return "" // a string takes all that is written
	}
	return b.String()
}

// citePaper answers with the citation of one paper.
func (h *Handler) citePaper(w http.ResponseWriter, r *http.Request, name string, format cite.Format) error {
	state := h.State()
	id, _, err := paper.ParseIdentifier(name)
	if err != nil {
		return fault.NotFound("%s", hint(name))
	}
	p, err := h.Papers.Find(r.Context(), id)
	if err != nil {
		return err
	}
	if p.Key != name {
		http.Redirect(w, r, paperPath(p.Key)+format.Ending, http.StatusMovedPermanently)
		return nil
	}
	var b bytes.Buffer
	if err := h.writeCitations(r.Context(), cite.Site{Base: h.base(r)}, format, &b, []int64{p.ID}); err != nil {
		return err
	}
	return h.hand(w, r, state, finish(format.ContentType(), askAgain, b.Bytes()))
}

// cite answers with the citations of a list, as many as there are. They are sent as
// they are read, so that a long list takes no more memory than a short one.
func (h *Handler) cite(w http.ResponseWriter, r *http.Request) error {
	name, format, ok := cite.Cut(r.PathValue("list"))
	if !ok {
		return fault.NotFound("The address of citations ends in .bib, .biblatex, .ris, .csl.json or .txt. %s says what there is.", feedsPath)
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	kind, of, _ := strings.Cut(name, "/")
	a, _, err := listAs(of, r.URL.Query(), mostCited, mostCited)
	if err != nil {
		return err
	}
	l, err := h.list(r.Context(), site, kind, a)
	if err != nil {
		return err
	}
	if l.entries != nil {
		return fault.NotFound("Only papers are cited; the list %s holds something else.", kind)
	}
	head := w.Header()
	head.Set("Content-Type", format.ContentType())
	head.Set("Content-Disposition", `inline; filename="broadsheet`+format.Ending+`"`)
	head.Set("Cache-Control", askAgain)
	head.Set("Vary", "Accept-Encoding")
	if r.Method == http.MethodHead {
		return nil
	}
	return h.stream(w, r, func(out io.Writer) error {
		return h.writeCitations(r.Context(), cite.Site{Base: site.Base}, format, out, l.ids)
	})
}

// stream sends what write writes, packed when that is asked for. A failure after the
// first byte breaks the connection, so that nobody takes a part for the whole.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, write func(io.Writer) error) error {
	var out io.Writer = w
	end := func() error { return nil }
	if acceptsGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is one that there is
		out, end = z, z.Close                          // an end that only what is whole is given
	}
	err := write(out)
	if err == nil {
		err = end()
	}
	if err != nil {
		h.Log.Error("a list broke off", "path", LogPath(r.URL.Path), "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// unAPI tells reference managers in which formats the papers of a page can be had, and
// hands them over one by one (https://unapi.info/specs/).
func (h *Handler) unAPI(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	id, name := q.Get("id"), q.Get("format")
	for _, f := range cite.Formats() {
		if id != "" && name == strings.ToLower(f.Name) {
			parsed, _, err := paper.ParseIdentifier(id)
			if err != nil {
				return fault.NotFound("%s", hint(id))
			}
			p, err := h.Papers.Find(r.Context(), parsed)
			if err != nil {
				return err
			}
			http.Redirect(w, r, paperPath(p.Key)+f.Ending, http.StatusFound)
			return nil
		}
	}
	if name != "" {
		return fault.Invalid("The formats are bibtex and ris, each with an id.")
	}
	list := unAPIFormats{ID: id}
	for _, f := range cite.Formats() {
		if f.Name == "BibTeX" || f.Name == "RIS" {
			list.Formats = append(list.Formats, unAPIFormat{strings.ToLower(f.Name), f.Type})
		}
	}
	return h.sendXML(w, r, h.State(), list)
}

type unAPIFormats struct {
	XMLName xml.Name      `xml:"formats"`
	ID      string        `xml:"id,attr,omitempty"`
	Formats []unAPIFormat `xml:"format"`
}

type unAPIFormat struct {
	Name string `xml:"name,attr"`
	Type string `xml:"type,attr"`
}

func (h *Handler) writeCitations(ctx context.Context, s cite.Site, format cite.Format, out io.Writer, ids []int64) error {
	to := format.NewWriter(out)
	err := h.eachPaper(ctx, ids, func(p *paper.Paper) error { return to.Write(s.Of(p)) })
	if err != nil {
		return err
	}
	return to.Close()
}

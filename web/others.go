package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/cite"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// paper shows one paper. An identifier that is not the one in the paper's own
// address leads there.
func (h *Handler) paper(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("id")
	if bare, format, ok := cite.Cut(name); ok {
		return h.citePaper(w, r, bare, format)
	}
	state := h.State()
	id, version, err := paper.ParseIdentifier(name)
	if err != nil {
		return fault.NotFound("%s", hint(name))
	}
	p, err := h.Papers.Find(r.Context(), id)
	if err != nil {
		return err
	}
	newest := 0
	if n := len(p.Versions); n > 0 {
		newest = p.Versions[n-1].N
	}
	own := p.Key
	if version > 0 && version <= max(newest, 1) {
		own = fmt.Sprintf("%sv%d", p.Key, version)
	} else if version > 0 && newest > 0 {
		return fault.NotFound("The newest version of %s is version %d.", p.Key, newest)
	}
	if name != own {
		http.Redirect(w, r, paperPath(own), http.StatusMovedPermanently)
		return nil
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d, err := h.paperData(r.Context(), p, version)
	if err != nil {
		return err
	}
	if h.Talk == nil && d.Partly {
		return h.showOnce(w, r, PaperPageOf(site, *d))
	}
	if h.Talk == nil {
		return h.show(w, r, askAgain, state, PaperPageOf(site, *d))
	}
	if d.Talk, err = h.talkData(r, p); err != nil {
		return err
	}
	v := account.From(r.Context())
	if d.Mine, err = h.mine(r, v, p); err != nil {
		return err
	}
	switch page := PaperPageOf(site, *d); {
	case v != nil:
		return h.showTo(w, r, v, page, p.ID)
	case d.Partly:
		return h.showOnce(w, r, page)
	default:
		return h.showVisitors(w, r, state, page)
	}
}

func (h *Handler) paperData(ctx context.Context, p *paper.Paper, version int) (*PaperData, error) {
	d := &PaperData{Paper: p, Version: version}
	d.Near, d.Partly = h.near(ctx, p)
	place, err := h.Editions.Place(ctx, h.Papers.DB(), p.ID)
	if err != nil {
		return nil, err
	}
	if d.Readings, err = h.Papers.Readings(ctx, p.ID); err != nil || place == nil {
		return d, err
	}
	days, err := h.Editions.Days(ctx, edition.DaySpan(place.Day))
	if err != nil || len(days) == 0 {
		return d, err
	}
	d.Edition = &days[0]
	if place.Ord > 0 && h.Accounts != nil {
		if d.Said, err = h.said(ctx, p.ID, place); err != nil {
			return nil, err
		}
	}
	at := day(place.Day)
	for _, span := range []edition.Span{edition.DaySpan(place.Day), weekly.around(at), monthly.around(at)} {
		rank, err := h.ranks.of(ctx, h, span, p.ID)
		if err != nil {
			return nil, err
		}
		d.Ranks = append(d.Ranks, rank)
	}
	return d, nil
}

// said returns what the desk says of a paper that it kept, and what those said who put
// it in.
func (h *Handler) said(ctx context.Context, id int64, place *edition.Place) ([]string, error) {
	var list []string
	if place.Note != "" {
		list = append(list, "The desk: "+place.Note)
	}
	put, err := h.Editions.PutIn(ctx, id)
	if err != nil {
		return nil, err
	}
	var by []int64
	for _, x := range put {
		by = append(by, x.Account)
	}
	people, err := h.persons(ctx, by)
	if err != nil {
		return nil, err
	}
	for _, x := range put {
		if a := people[x.Account]; a != nil && x.Note != "" {
			list = append(list, fmt.Sprintf("%s, who put it in: “%s”", personOf(a).Name, x.Note))
		}
	}
	return list, nil
}

// near returns the papers nearest to one, or that these could not be had. A page stands
// without them too, and waits for them no longer than a moment.
func (h *Handler) near(ctx context.Context, p *paper.Paper) (list []*paper.Paper, failed bool) {
	if h.Finder == nil {
		return nil, false
	}
	const shown, moment = 5, time.Second
	within, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	list, err := h.Finder.Near(within, p, shown)
	if err != nil && !fault.Is(err, fault.KindBusy) && ctx.Err() == nil { // else nobody waits for the page
		h.Log.Error("the papers near one could not be found", "paper", p.Key, "error", err)
	}
	return list, err != nil
}

var nearlyArXiv = regexp.MustCompile(`^(\d{4})\.(\d{1,7})(v\d+)?$`)

// hint says what is wrong with an identifier that is none.
func hint(name string) string {
	if m := nearlyArXiv.FindStringSubmatch(name); m != nil {
		digits := "five digits"
		if m[1] < "1501" {
			digits = "four digits"
		}
		if month := m[1][2:]; month < "01" || month > "12" {
			return "An arXiv identifier begins with the year and the month, such as 2604."
		}
		return "An arXiv identifier of that time has " + digits + " after the point."
	}
	return "A paper’s address ends in its identifier, such as 2604.11666 or hep-th/9901001."
}

// similar returns papers whose address begins like the one that was not found.
func (h *Handler) similar(r *http.Request) []Link {
	name, ok := strings.CutPrefix(r.URL.Path, "/papers/")
	if !ok || !nearlyArXiv.MatchString(name) || len(name) < 7 {
		return nil
	}
	list, err := alike(r.Context(), h.Papers.DB(), name)
	if err != nil {
		h.Log.Warn("papers with a similar address were not found", "error", err)
	}
	var links []Link
	for _, o := range list {
		links = append(links, Link{Text: o.Form.Line(o.Title), Href: paperPath(o.Key), Note: o.Key})
	}
	return links
}

// archive shows all editions, or leads to the one asked for by day or by number.
func (h *Handler) archive(w http.ResponseWriter, r *http.Request) error {
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	if site.Newest == nil {
		return h.firstRun(w, r, site)
	}
	days, err := h.Editions.Days(r.Context(), edition.Span{From: "0000", To: "9999"})
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if no := strings.TrimSpace(q.Get("no")); no != "" {
		n, err := strconv.Atoi(strings.ReplaceAll(no, ",", ""))
		if err != nil {
			return fault.Invalid("%q is no number of an edition.", clip(no, 40))
		}
		if n < 1 || n > len(days) {
			return fault.NotFound("There is no edition No. %d; the newest is No. %d.", n, len(days))
		}
		http.Redirect(w, r, dayPath(days[n-1].Day), http.StatusSeeOther)
		return nil
	}
	if at := strings.TrimSpace(q.Get("date")); at != "" {
		if _, err := edition.ParseDay(at); err != nil {
			return err
		}
		http.Redirect(w, r, dayPath(at), http.StatusSeeOther)
		return nil
	}
	first, err := leads(r.Context(), h.Papers.DB())
	if err != nil {
		return err
	}
	d := ArchiveData{Days: days, Leads: make(map[string]string, len(first))}
	for _, o := range first {
		d.Leads[o.Day] = o.Form.Line(o.Title)
	}
	return h.show(w, r, askAgain, state, ArchivePageOf(site, d))
}

// status shows what was announced, what is held, and how the sources do. It is
// made at most every five seconds.
func (h *Handler) status(w http.ResponseWriter, r *http.Request) error {
	const keep = 5 * time.Second
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	var d StatusData
	if h.Status != nil {
		if d, err = h.Status(r.Context()); err != nil {
			return err
		}
	}
	d.Up = site.Now.Sub(h.Started)
	n, err := h.Papers.Count(r.Context())
	if err != nil {
		return err
	}
	size, err := h.Papers.DB().Size(r.Context())
	if err != nil {
		return err
	}
	held := []Fact{{"Papers", number(n)}, {"Database", fmt.Sprintf("%.1f MB", float64(size)/1e6)}}
	if site.Newest != nil {
		held = append(held, Fact{"Newest edition", "No. " + number(site.Newest.Number)})
	}
	d.Facts = append(held, d.Facts...)
	c, err := h.templates.cut(StatusPageOf(site, d))
	if err != nil {
		return err
	}
	f := finish("text/html; charset=utf-8", askAgain, c.plain)
	f.cut, f.until = c, h.Now().Add(keep)
	return h.hand(w, r, state, f)
}

// theme keeps the reader's choice in a cookie and leads back to the page it was
// made on.
func (h *Handler) theme(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	c := &http.Cookie{Name: "theme", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(h.base(r), "https://")}
	switch v := r.PostForm.Get("theme"); v {
	case "light", "dark":
		c.Value, c.MaxAge = v, 365*24*60*60
	case "auto":
		c.MaxAge = -1
	default:
		return fault.Invalid("A theme is auto, light or dark.")
	}
	http.SetCookie(w, c)
	http.Redirect(w, r, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

// readForm reads the form of a request.
func readForm(r *http.Request) error {
	err := r.ParseForm()
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return fault.Invalid("That form is longer than %d bytes.", long.Limit)
	case err != nil:
		return fault.Invalid("That form could not be read.")
	}
	return nil
}

var safePath = regexp.MustCompile(`^(/[A-Za-z0-9._-]+)*/?$`)

// localPath returns next if it is a plain path of this server, else the front
// page. What a browser may read as another server (//, a backslash, a control
// character) is no plain path.
func localPath(next string) string {
	if next == "" || len(next) > 200 || !safePath.MatchString(next) {
		return "/"
	}
	return next
}

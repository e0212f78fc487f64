package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"broadsheet/account"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
)

const submitPath = "/submit"

// mountSubmit adds the pages on which readers put papers in.
func (h *Handler) mountSubmit(mux *http.ServeMux) {
	h.route(mux, "GET "+submitPath, account.Submit, h.submitPage)              // the form
	h.route(mux, "POST "+submitPath, account.Submit, h.lookUp)                 // a paper is looked up
	h.route(mux, "POST "+submitPath+"/paper", account.Submit, h.does(h.putIn)) // and put in, or saved
	h.route(mux, "POST "+submitPath+"/hand", account.Submit, h.does(h.handIn)) // one that is typed in
}

// submits reports whether readers can put papers in.
func (h *Handler) submits() bool {
	s := h.Editions.Settings()
	return h.Lookup != nil && !h.Pressed && s.Submit.PerDay > 0 && s.Fill != edition.FillAnnounced
}

// submitPage shows the form, with a paper that the address names when that is held:
// what lies outside is asked for by a click alone.
func (h *Handler) submitPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	d := SubmitData{Any: clip(strings.TrimSpace(q.Get("any")), 500), Done: q.Get("done"), Saved: q.Get("saved")}
	if done := cmp.Or(d.Done, d.Saved); done != "" {
		d.Any = done
	}
	if d.Any != "" {
		p, err := h.Lookup.Held(r.Context(), d.Any)
		switch {
		case err == nil:
			d.Found = p
		case !fault.Is(err, fault.KindMissing):
			return err
		}
	}
	return h.showSubmit(w, r, d)
}

// lookUp shows the paper that a reader names, or why there is none.
func (h *Handler) lookUp(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	d := SubmitData{Any: strings.TrimSpace(r.PostForm.Get("any"))}
	if d.Any == "" {
		http.Redirect(w, r, submitPath, http.StatusSeeOther)
		return nil
	}
	if _, ok := edition.Identify(d.Any); !ok {
		return h.titles(w, r, d)
	}
	p, err := h.Lookup.Find(r.Context(), account.From(r.Context()).ID, d.Any)
	if err != nil {
		if d.Err = fault.Message(err); d.Err == "" {
			return err
		}
		if d.Missing = fault.Is(err, fault.KindMissing); d.Missing {
			if id, ok := edition.Identify(d.Any); ok && id.Scheme == paper.ArXiv {
				if d.Newest, err = h.Papers.NewestOf(r.Context(), id.Value); err != nil {
					return err
				}
			}
		}
		return h.showSubmit(w, r, d)
	}
	d.Found = p
	return h.showSubmit(w, r, d)
}

// titles shows the held papers whose titles are nearest to a text.
func (h *Handler) titles(w http.ResponseWriter, r *http.Request, d SubmitData) error {
	const shown = 5
	d.Asked = true
	if h.Finder != nil {
		page, err := h.Finder.Find(r.Context(), search.Ask{Query: search.Parse(clip(strings.Trim(d.Any, `"`), search.MaxQuery)), Limit: shown})
		if err != nil && fault.KindOf(err) == fault.Internal {
			return err
		}
		if err == nil {
			for _, f := range page.List {
				d.Titles = append(d.Titles, f.Paper)
			}
		}
	}
	if len(d.Titles) == 0 {
		d.Err = "That is no identifier and no address, and no paper here has such a title."
	}
	return h.showSubmit(w, r, d)
}

// showSubmit adds to the page what is known of the paper and of the reader.
func (h *Handler) showSubmit(w http.ResponseWriter, r *http.Request, d SubmitData) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	ctx, v := r.Context(), account.From(r.Context())
	d.Settings, d.Desk, d.Open = h.Editions.Settings(), v.Role >= account.Desk, h.submits()
	if d.Left, err = h.Editions.Left(ctx, h.Now(), v.ID); err != nil {
		return err
	}
	if d.Settings.Desk {
		if d.Making, err = h.Editions.Making(ctx, h.Now()); err != nil {
			return err
		}
		if d.Kept, d.Decided, err = h.Editions.Decided(ctx, h.Now().AddDate(0, 0, -90)); err != nil {
			return err
		}
	}
	d.Saves = h.Library != nil
	if d.Found != nil && d.Near == nil && d.Done == "" && d.Saved == "" {
		if d.Near, err = h.Lookup.Duplicates(ctx, d.Found); err != nil {
			return err
		}
	}
	var ids []int64
	if p := d.Found; p != nil && p.ID != 0 {
		if d.Place, err = h.Editions.Place(ctx, h.Papers.DB(), p.ID); err != nil {
			return err
		}
		if d.PutIn, err = h.Editions.PutIn(ctx, p.ID); err != nil {
			return err
		}
		if d.Place != nil {
			if d.Stood, err = h.stoodAt(ctx, p.ID, d.Place.Day); err != nil {
				return err
			}
		}
		d.Me = v.ID
		ids = append(ids, p.ID)
	}
	if err := h.submitted(ctx, v.ID, &d); err != nil {
		return err
	}
	return h.showTo(w, r, v, SubmitPageOf(site, d), ids...)
}

// Stand is where a paper stands in an edition.
type Stand struct {
	Day        string
	Number     int
	Rank, From int
}

// stoodAt returns where a paper stands in the edition of a day.
func (h *Handler) stoodAt(ctx context.Context, id int64, at string) (*Stand, error) {
	rank, err := h.ranks.of(ctx, h, edition.DaySpan(at), id)
	if err != nil {
		return nil, err
	}
	days, err := h.Editions.Days(ctx, edition.DaySpan(at))
	if err != nil || len(days) == 0 {
		return nil, err
	}
	return &Stand{at, days[0].Number, rank.At, rank.Of}, nil
}

// submitted reads what the reader has put in lately.
func (h *Handler) submitted(ctx context.Context, account int64, d *SubmitData) error {
	const shown = 8
	list, err := h.Editions.SubmissionsOf(ctx, account, shown)
	if err != nil {
		return err
	}
	papers := map[int64]bool{}
	for _, x := range list {
		papers[x.Paper] = true
	}
	found, err := h.papersNumbered(ctx, papers)
	if err != nil {
		return err
	}
	for _, x := range list {
		p := found[x.Paper]
		if p == nil {
			continue
		}
		own := OwnSubmission{Submission: x, Paper: p}
		if x.State == edition.Printed {
			if own.Stands, err = h.stoodAt(ctx, p.ID, x.Day); err != nil {
				return err
			}
		}
		d.Mine = append(d.Mine, own)
	}
	return nil
}

// putIn puts a paper in, or with do=save into the reader's own library alone.
func (h *Handler) putIn(w http.ResponseWriter, r *http.Request) (string, error) {
	v, name := account.From(r.Context()), strings.TrimSpace(r.PostFormValue("any"))
	p, err := h.Lookup.Find(r.Context(), v.ID, name)
	if err != nil {
		return "", err
	}
	if r.PostFormValue("do") == "save" && h.Library != nil {
		return h.saveAlone(r.Context(), v.ID, p)
	}
	e := entryOf(r, v, p)
	x, err := h.Editions.Submit(r.Context(), h.Now(), e)
	if err != nil {
		if says := fault.Message(err); says != "" {
			return "", h.showSubmit(w, r, SubmitData{Any: name, Found: p, Err: says, Entry: e})
		}
		return "", err
	}
	return h.wasPutIn(r.Context(), x)
}

// wasPutIn returns the page that says what becomes of a submission.
func (h *Handler) wasPutIn(ctx context.Context, x *edition.Submission) (string, error) {
	held, err := h.paperNumbered(ctx, x.Paper)
	if err != nil {
		return "", err
	}
	return submitPath + "?" + url.Values{"done": {held.Key}}.Encode(), nil
}

// saveAlone saves a paper for a reader, and for nobody else: it is in the record, and in
// no edition.
func (h *Handler) saveAlone(ctx context.Context, account int64, p *paper.Paper) (string, error) {
	id, err := h.Editions.Hold(ctx, h.Now(), p)
	if err != nil {
		return "", err
	}
	if err := h.Library.Save(ctx, h.Now(), account, id, true); err != nil {
		return "", err
	}
	held, err := h.paperNumbered(ctx, id)
	if err != nil {
		return "", err
	}
	return submitPath + "?" + url.Values{"saved": {held.Key}}.Encode(), nil
}

// entryOf reads what a form says of a paper that is put in.
func entryOf(r *http.Request, v *account.Viewer, p *paper.Paper) edition.Entry {
	f := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	e := edition.Entry{Paper: p, By: edition.Submitter{Account: v.ID, Handle: v.Handle, Role: v.Role}, Note: f("note"), Author: f("author") != ""}
	for _, l := range []struct {
		kind paper.LinkKind
		name string
	}{{paper.Code, "code"}, {paper.Project, "project"}, {paper.Data, "data"}, {paper.Media, "media"}} {
		if address := f(l.name); address != "" {
			e.Links = append(e.Links, paper.Link{Kind: l.kind, URL: address})
		}
	}
	return e
}

// handIn puts in a paper that the reader typed in. What may be the same is shown before.
func (h *Handler) handIn(w http.ResponseWriter, r *http.Request) (string, error) {
	v, f := account.From(r.Context()), r.PostFormValue
	d := SubmitData{Hand: &HandForm{Title: f("title"), Authors: f("authors"), Abstract: f("abstract"), Year: strings.TrimSpace(f("year")), Link: f("link"), Note: f("note"), Author: f("author") != ""}}
	year, err := strconv.Atoi(d.Hand.Year)
	if err != nil {
		year = -1 // none was typed
	}
	p, err := edition.Hand{Title: d.Hand.Title, Authors: strings.Split(d.Hand.Authors, "\n"), Abstract: d.Hand.Abstract, Year: year, Link: d.Hand.Link}.Paper(h.Now())
	if err == nil && v.Role < account.Desk {
		err = h.Editions.Settings().TooOld(p, h.Now())
	}
	if err == nil && f("sure") == "" {
		if d.Near, err = h.Lookup.Duplicates(r.Context(), p); err == nil && len(d.Near) > 0 {
			d.Hand.Sure = true
			return "", h.showSubmit(w, r, d)
		}
	}
	var x *edition.Submission
	if err == nil {
		x, err = h.Editions.Submit(r.Context(), h.Now(), entryOf(r, v, p))
	}
	if err != nil {
		if d.Hand.Err = fault.Message(err); d.Hand.Err == "" {
			return "", err
		}
		d.Hand.Sure = f("sure") != ""
		return "", h.showSubmit(w, r, d)
	}
	return h.wasPutIn(r.Context(), x)
}

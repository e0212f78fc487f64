package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"broadsheet/account"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/paper"
)

const deskPath = "/desk"

// mountDesk adds the page on which the coming edition is made.
func (h *Handler) mountDesk(mux *http.ServeMux) {
	h.route(mux, "GET "+deskPath, account.Edit, h.desk)                        // the candidates
	h.route(mux, "POST "+deskPath, account.Edit, h.deskDo)                     // what is done to one, or to the edition
	h.route(mux, "GET "+deskPath+"/changes", account.Edit, h.deskChanges)      // what others did since
	h.route(mux, "GET "+deskPath+"/preview", account.Edit, h.deskPreview)      // the edition as it stands
	h.route(mux, "GET "+deskPath+"/publish", account.Edit, h.deskPublish)      // now?
	h.route(mux, "POST "+deskPath+"/publish", account.Edit, h.does(h.publish)) // now
}

// desk shows the candidates of the coming edition.
func (h *Handler) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, http.StatusOK, "", "")
}

// showDesk shows the desk with a notice, and what somebody wrote that was not kept.
func (h *Handler) showDesk(w http.ResponseWriter, r *http.Request, status int, notice, lost string) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d, err := h.deskData(r.Context(), site)
	if err != nil {
		return err
	}
	d.Notice, d.Lost, d.All = notice, lost, r.URL.Query().Get("all") != ""
	if status == http.StatusOK {
		return h.showOnce(w, r, DeskPageOf(site, *d))
	}
	body, err := h.templates.RenderFor(DeskPageOf(site, *d), h.mast(r))
	if err != nil {
		return err
	}
	SetPolicy(w.Header())
	w.Header().Set("Cache-Control", keepNothing)
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// deskData reads what the page of the desk is made of.
func (h *Handler) deskData(ctx context.Context, site Site) (*DeskData, error) {
	if !h.Editions.Settings().Desk {
		return nil, fault.NotFound("There is no desk here: an edition fills as its day goes. The setting --desk-hour makes one.")
	}
	m, err := h.Editions.Making(ctx, h.Now())
	if err != nil {
		return nil, err
	}
	d := &DeskData{Making: *m, Me: account.From(ctx).ID}
	if d.List, err = h.Editions.Candidates(ctx, m.Day); err != nil {
		return nil, err
	}
	if d.Number, err = h.numberToBe(ctx, site, m.Day); err != nil {
		return nil, err
	}
	if h.Ledger != nil {
		if d.Ledger, err = h.Ledger(ctx, edition.DaySpan(m.Day)); err != nil {
			return nil, err
		}
	}
	d.Why = h.Feeds.Rank(d.Day, h.Now(), d.List)
	if err := h.deskNear(ctx, d); err != nil {
		return nil, err
	}
	const shown, asked = 100, 5
	if d.Doubts, err = h.Papers.Doubts(ctx, asked); err != nil {
		return nil, err
	}
	if d.Acts, err = h.Editions.Acts(ctx, m.Day, 0, shown); err != nil {
		return nil, err
	}
	return d, h.deskNames(ctx, d)
}

// deskNear looks for what may be the same as the first candidates.
func (h *Handler) deskNear(ctx context.Context, d *DeskData) (err error) {
	const most = 3 * line
	d.Near = map[int64][]*paper.Paper{}
	for _, c := range d.List[:min(len(d.List), most)] {
		if d.Near[c.Paper.ID], err = h.Lookup.Duplicates(ctx, c.Paper); err != nil {
			return err
		}
	}
	return nil
}

// deskNames looks up the papers and people of the acts and submissions.
func (h *Handler) deskNames(ctx context.Context, d *DeskData) error {
	d.Papers = map[int64]*paper.Paper{}
	var people []int64
	for _, c := range d.List {
		d.Papers[c.Paper.ID] = c.Paper
		for _, x := range c.PutIn {
			people = append(people, x.Account)
		}
	}
	missing := map[int64]bool{}
	for _, a := range d.Acts {
		people = append(people, a.Account)
		if a.Paper != 0 && d.Papers[a.Paper] == nil {
			missing[a.Paper] = true
		}
	}
	found, err := h.papersNumbered(ctx, missing)
	if err != nil {
		return err
	}
	maps.Copy(d.Papers, found)
	persons, err := h.persons(ctx, people)
	if err != nil {
		return err
	}
	d.People = map[int64]Writer{}
	for id, a := range persons {
		d.People[id] = personOf(a)
	}
	return nil
}

// numberToBe returns the number that the edition of a day to come will have.
func (h *Handler) numberToBe(ctx context.Context, site Site, day string) (int, error) {
	if site.Newest != nil && site.Newest.Day < day {
		return site.Newest.Number + 1, nil
	}
	days, err := h.Editions.Days(ctx, edition.Span{From: "0000", To: day})
	return len(days) + 1, err
}

// deskDo does what somebody at the desk asks for. A form that says what is shown of a
// paper asks for two things at once.
func (h *Handler) deskDo(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	requests, err := deskRequests(r)
	if err != nil {
		return err
	}
	for _, q := range requests {
		if _, err := h.Editions.Do(r.Context(), h.Now(), q); err != nil {
			return h.deskRefused(w, r, q, err)
		}
		if q.Do == edition.Unite || q.Do == edition.Part {
			h.Lookup.Forget()
		}
	}
	if wantsJSON(r) {
		return sendJSON(w, struct{}{})
	}
	w.Header().Set("Cache-Control", keepNothing)
	to := deskPath
	if id := requests[0].Paper; id != 0 {
		to += fmt.Sprintf("#c%d", id)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// deskRequests reads the form of the desk.
func deskRequests(r *http.Request) ([]edition.Request, error) {
	f := r.PostForm
	q := edition.Request{Desk: account.From(r.Context()).ID, Day: f.Get("day"), Do: edition.Deed(f.Get("do"))}
	for name, to := range map[string]*int64{"paper": &q.Paper, "seen": &q.Seen, "before": &q.Before, "other": &q.Other, "act": &q.Act} {
		if s := f.Get(name); s != "" {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil || n < 0 {
				return nil, fault.Invalid("The form’s %s is no number.", name)
			}
			*to = n
		}
	}
	if q.Do == edition.Publish {
		return nil, fault.Invalid("An edition is published from a page of its own: %s/publish.", deskPath)
	}
	if q.Do != "say" {
		return []edition.Request{q}, nil
	}
	claim, note := q, q
	claim.Do, claim.Text = edition.Choose, f.Get("claim")
	note.Do, note.Text = edition.Remark, f.Get("note")
	if claim.Text == f.Get("claim-was") {
		return []edition.Request{note}, nil
	}
	if note.Text == f.Get("note-was") {
		return []edition.Request{claim}, nil
	}
	return []edition.Request{claim, note}, nil
}

// deskRefused tells who asked why nothing was done; what they wrote is not lost.
func (h *Handler) deskRefused(w http.ResponseWriter, r *http.Request, q edition.Request, err error) error {
	if !fault.Is(err, fault.KindClash) {
		return err
	}
	says := fault.Message(err)
	var c *edition.Clash
	if errors.As(err, &c) {
		by, err := h.persons(r.Context(), []int64{c.By.Account})
		if err != nil {
			return err
		}
		if a := by[c.By.Account]; a != nil {
			says = fmt.Sprintf("Meanwhile %s %s, at %s UTC. Yours was not done; look again.", personOf(a).Name, c.By.Says(), c.By.At.UTC().Format("15:04"))
		}
	}
	if wantsJSON(r) {
		return sendJSON(w, struct {
			Error string `json:"error"`
		}{says})
	}
	lost := ""
	if q.Do == edition.Remark {
		lost = q.Text
	}
	return h.showDesk(w, r, http.StatusConflict, says, lost)
}

// deskChanges tells the script what others did after an act: nothing when there is
// nothing.
func (h *Handler) deskChanges(w http.ResponseWriter, r *http.Request) error {
	if !h.Editions.Settings().Desk {
		return fault.NotFound("There is no desk here.")
	}
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		return fault.Invalid("after is the number of an act.")
	}
	m, err := h.Editions.Making(r.Context(), h.Now())
	if err != nil {
		return err
	}
	out := struct {
		Day  string   `json:"day"`
		Act  int64    `json:"act"`
		Says []string `json:"says"`
	}{m.Day, m.Act, []string{}}
	if m.Act > after {
		const most = 20
		d := &DeskData{Me: account.From(r.Context()).ID}
		if d.Acts, err = h.Editions.Acts(r.Context(), m.Day, 0, most); err != nil {
			return err
		}
		if err := h.deskNames(r.Context(), d); err != nil {
			return err
		}
		for _, a := range d.Acts {
			if a.ID > after && a.Account != d.Me {
				out.Says = append(out.Says, d.told(a))
			}
		}
	}
	w.Header().Set("Cache-Control", keepNothing)
	return sendJSON(w, out)
}

// deskPreview shows the edition as it would be published now.
func (h *Handler) deskPreview(w http.ResponseWriter, r *http.Request) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d, err := h.deskData(r.Context(), site)
	if err != nil {
		return err
	}
	items := d.printed()
	v := EditionPageOf(site, EditionData{Edition: edition.Day{Day: d.Day, Number: d.Number, Submitted: len(items)}, Items: items})
	v.Notice, v.NoIndex, v.Canonical = "A preview, for the desk alone. Nothing of it has been published.", true, ""
	return h.showOnce(w, r, v)
}

// printed returns what would stand in the edition, in its order.
func (d *DeskData) printed() []feed.Item {
	var items []feed.Item
	for _, c := range d.List {
		if c.Pick == edition.Kept || c.Pick == edition.Open && c.Direct {
			it := feed.Item{Paper: c.Paper, Place: c.Place}
			if c.Pick == edition.Kept {
				it.Origin = edition.Submitted
			}
			items = append(items, it)
		}
	}
	slices.SortStableFunc(items, func(a, b feed.Item) int {
		switch {
		case a.Origin != b.Origin:
			return cmp.Compare(b.Origin, a.Origin) // submitted before announced
		case a.Ord != b.Ord:
			return cmp.Compare(cmp.Or(a.Ord, len(d.List)+1), cmp.Or(b.Ord, len(d.List)+1))
		}
		return cmp.Or(b.Paper.Votes()-a.Paper.Votes(), a.Entered.Compare(b.Entered))
	})
	for i := range items {
		items[i].Rank = i + 1
	}
	return items
}

// deskPublish asks whether the edition is to be published now.
func (h *Handler) deskPublish(w http.ResponseWriter, r *http.Request) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d, err := h.deskData(r.Context(), site)
	if err != nil {
		return err
	}
	return h.showOnce(w, r, PublishPageOf(site, *d))
}

// publish publishes the edition of the day that the form names.
func (h *Handler) publish(_ http.ResponseWriter, r *http.Request) (string, error) {
	day := r.PostFormValue("day")
	_, err := h.Editions.Do(r.Context(), h.Now(), edition.Request{Desk: account.From(r.Context()).ID, Day: day, Do: edition.Publish})
	return dayPath(day), err
}

package web

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"broadsheet/account"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/mail"
)

// mountMail mounts the pages of mail where there is any.
func (h *Handler) mountMail(mux *http.ServeMux) {
	if h.Digests == nil {
		return
	}
	page := func(pattern string, f handler) { h.route(mux, pattern, account.Look, f) }
	page("GET /subscribe", h.subscribe)                      // the form
	page("POST /subscribe", h.askFor)                        // asks the owner of an address
	page("GET /subscribe/preview", h.previewForm)            // a whole mail by what the form says
	page("GET /mail/confirm", h.confirm)                     // a button
	page("POST /mail/confirm", h.confirmed)                  // begins
	page("GET /mail", h.preferences)                         // the form of a subscription
	page("POST /mail", h.changeMail)                         // changes it
	page("GET /mail/preview", h.previewMail)                 // its mail on a day
	page("GET /mail/pause", h.pause)                         // a day and a button
	page("POST /mail/pause", h.paused)                       // pauses
	page("GET /mail/stop", h.stop)                           // a button
	page("POST /mail/stop", h.stopped)                       // ends it; mail programs post here, too
	page("GET /mail/read", h.readMail)                       // a mail that was sent
	h.route(mux, "GET /desk/mail", account.Edit, h.deskMail) // what went out, came back, waits
	if h.Demo != nil {
		page("GET /demo/mail", h.demoMail)             // what the demo would have sent
		page("GET /demo/mail/{name}", h.demoMessage)   // one of them
		page("GET /demo/mail/{name}/html", h.demoHTML) // as a mail program draws it
		page("POST /demo/clock", h.demoClock)          // moves the demo's clock
	}
}

func (h *Handler) subscribe(w http.ResponseWriter, r *http.Request) error {
	return h.showSubscribe(w, r, SubscribeData{Choice: h.standard()})
}

// standard is the choice that the form begins with.
func (h *Handler) standard() digest.Choice {
	c := digest.Standard()
	if z := h.Editions.Settings().Zone; z != nil && z != time.Local {
		c.Cadence.Zone = z.String()
	}
	return c
}

// showSubscribe shows the form with a preview of its choice.
func (h *Handler) showSubscribe(w http.ResponseWriter, r *http.Request, d SubscribeData) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	if d.Topics, err = h.topics(r.Context()); err != nil {
		return err
	}
	d.Can = Can{h.Digests.Trending != nil, h.Digests.Follows != nil && d.Held != nil && d.Held.Account != 0}
	if site.Newest != nil && d.Wrong == "" {
		d.Preday = day(site.Newest.Day)
		sample := d.Held
		if sample == nil {
			sample = h.Digests.Sample(d.Choice)
		}
		if d.Preview, err = h.Digests.On(r.Context(), sample, d.Preday); err != nil {
			return err
		}
	}
	var wrong error
	if d.Wrong != "" {
		wrong = fault.Invalid("%s", d.Wrong)
	}
	return h.showWith(w, r, wrong, SubscribePageOf(site, d))
}

// topical keeps the topics of the last month for a day.
type topical struct {
	mu   sync.Mutex
	day  string
	list []TopicCount
}

// topics counts the topics of the last month. They are counted again once a day.
func (h *Handler) topics(ctx context.Context) ([]TopicCount, error) {
	const back, most, papers = 30, 15, 3000
	today := h.Editions.Settings().DayOf(h.Now())
	h.topical.mu.Lock()
	defer h.topical.mu.Unlock()
	if h.topical.day == today {
		return h.topical.list, nil
	}
	newest, err := h.Editions.Newest(ctx)
	if err != nil || newest == "" {
		return nil, err
	}
	span := edition.Span{From: day(newest).AddDate(0, 0, -back).Format(time.DateOnly), To: newest}
	days, err := h.Editions.Days(ctx, span)
	if err != nil {
		return nil, err
	}
	items, _, err := h.Feeds.List(ctx, feed.Query{Span: span, Limit: papers})
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, it := range items {
		for _, t := range it.Paper.Topics {
			counts[t]++
		}
	}
	h.topical.day, h.topical.list = today, topicsOf(days, counts, most)
	return h.topical.list, nil
}

// askFor takes the form and the strip. Whatever the address, the page is the same.
func (h *Handler) askFor(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	c := h.standard()
	if form.Has("cadence") { // the strip sends an address alone
		if c, err = choiceOf(form); err != nil && !fault.Is(err, fault.KindInvalid) {
			return err
		}
	}
	to, wrong := mail.ParseAddress(form.Get("email"))
	if err == nil {
		err = wrong
	}
	if err == nil {
		err = h.Digests.Subscribe(r.Context(), to, c, clientOf(r))
	}
	if fault.Is(err, fault.KindInvalid) {
		return h.showSubscribe(w, r, SubscribeData{Choice: c, Email: form.Get("email"), Wrong: fault.Message(err)})
	}
	if err != nil {
		return err
	}
	return h.tell(w, r, "Look into your inbox", nil,
		"If "+to.String()+" can be written to, a mail is on its way there. Press the button on the page that its link opens, and Broadsheet comes "+c.Cadence.String()+".",
		"Nothing is sent before. No mail after ten minutes: look among the spam, then ask once more.")
}

func (h *Handler) previewForm(w http.ResponseWriter, r *http.Request) error {
	c := h.standard()
	var err error
	if r.URL.Query().Has("cadence") {
		if c, err = choiceOf(r.URL.Query()); err != nil {
			return err
		}
	}
	return h.showMail(w, r, h.Digests.Sample(c), r.URL.Query().Get("date"))
}

func (h *Handler) previewMail(w http.ResponseWriter, r *http.Request) error {
	held, err := h.held(r, r.URL.Query(), digest.ActChange)
	if err != nil {
		return err
	}
	return h.showMail(w, r, held, r.URL.Query().Get("date"))
}

// showMail shows the mail of a subscription on a day, that of the newest edition when
// none is named.
func (h *Handler) showMail(w http.ResponseWriter, r *http.Request, held *digest.Subscription, on string) error {
	if on == "" {
		var err error
		if on, err = h.Editions.Newest(r.Context()); err != nil {
			return err
		}
		if on == "" {
			return fault.NotFound("There is no edition yet.")
		}
	}
	at, err := edition.ParseDay(on)
	if err != nil {
		return err
	}
	p, err := h.Digests.On(r.Context(), held, at)
	if err != nil {
		return err
	}
	body, err := p.HTML()
	if err != nil {
		return err
	}
	return sendMail(w, r, body)
}

func (h *Handler) readMail(w http.ResponseWriter, r *http.Request) error {
	id, err := h.Digests.Open(r.URL.Query().Get("t"), digest.ActRead)
	if err != nil {
		return err
	}
	body, err := h.Digests.Read(r.Context(), id)
	if err != nil {
		return err
	}
	return sendMail(w, r, body)
}

// sendMail answers with the HTML of a mail, whose styles stand in it.
func sendMail(w http.ResponseWriter, r *http.Request, body string) error {
	head := w.Header()
	SetPolicy(head)
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
	head.Set("Cache-Control", keepNothing)
	head.Set("X-Robots-Tag", "noindex")
	if r.Method != http.MethodHead {
		w.Write([]byte(body))
	}
	return nil
}

func (h *Handler) confirm(w http.ResponseWriter, r *http.Request) error {
	held, err := h.held(r, r.URL.Query(), digest.ActConfirm)
	if err != nil {
		return err
	}
	if held.State == digest.Active {
		return h.begun(w, r, held)
	}
	v := &MailPage{Action: "/mail/confirm", Token: r.URL.Query().Get("t"), Button: "Begin"}
	return h.tell(w, r, "Begin Broadsheet by mail?", v, "To "+held.Address.String()+", "+held.Choice.Cadence.String()+", "+held.Choice.String()+".")
}

func (h *Handler) confirmed(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	id, err := h.Digests.Open(form.Get("t"), digest.ActConfirm)
	if err != nil {
		return err
	}
	held, err := h.Digests.Confirm(r.Context(), id)
	if err != nil {
		return err
	}
	return h.begun(w, r, held)
}

func (h *Handler) begun(w http.ResponseWriter, r *http.Request, held *digest.Subscription) error {
	v := &MailPage{Link: &Link{Text: "Change what you get", Href: h.linkTo("/mail", held)}}
	return h.tell(w, r, "You are subscribed", v, "To "+held.Address.String()+". "+nextMail(held), "Every mail has a link to change it and one to end it.")
}

func (h *Handler) preferences(w http.ResponseWriter, r *http.Request) error {
	held, err := h.held(r, r.URL.Query(), digest.ActChange)
	if err != nil {
		return err
	}
	return h.showSubscribe(w, r, SubscribeData{Choice: held.Choice, Held: held, Token: r.URL.Query().Get("t")})
}

func (h *Handler) changeMail(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	held, err := h.held(r, form, digest.ActChange)
	if err != nil {
		return err
	}
	d := SubscribeData{Choice: held.Choice, Held: held, Token: form.Get("t")}
	c, err := choiceOf(form)
	if err == nil {
		if held.State == digest.Stopped {
			_, err = h.Digests.Confirm(r.Context(), held.ID)
		}
		if err == nil {
			d.Held, err = h.Digests.Change(r.Context(), held.ID, c)
		}
	}
	if fault.Is(err, fault.KindInvalid) {
		d.Wrong = fault.Message(err)
		return h.showSubscribe(w, r, d)
	}
	if err != nil {
		return err
	}
	d.Choice, d.Done = d.Held.Choice, "Saved. "+nextMail(d.Held)
	return h.showSubscribe(w, r, d)
}

func (h *Handler) pause(w http.ResponseWriter, r *http.Request) error {
	held, err := h.held(r, r.URL.Query(), digest.ActChange)
	if err != nil {
		return err
	}
	now := h.Now()
	v := &MailPage{
		Action: "/mail/pause", Token: r.URL.Query().Get("t"), Button: "Pause",
		Until: now.AddDate(0, 0, 7).Format(time.DateOnly), Least: now.Format(time.DateOnly),
	}
	return h.tell(w, r, "Pause the mails?", v, "To "+held.Address.String()+". "+nextMail(held), "What comes in meanwhile is weighed for the first mail after the pause.")
}

func (h *Handler) paused(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	held, err := h.held(r, form, digest.ActChange)
	if err != nil {
		return err
	}
	until, err := edition.ParseDay(form.Get("until"))
	if err != nil {
		return err
	}
	if held, err = h.Digests.Pause(r.Context(), held.ID, until); err != nil {
		return err
	}
	v := &MailPage{Link: &Link{Text: "Change what you get", Href: h.linkTo("/mail", held)}}
	return h.tell(w, r, "Paused", v, nextMail(held))
}

func (h *Handler) stop(w http.ResponseWriter, r *http.Request) error {
	held, err := h.held(r, r.URL.Query(), digest.ActStop, digest.ActChange)
	if fault.Is(err, fault.KindMissing) {
		return h.out(w, r)
	}
	if err != nil {
		return err
	}
	v := &MailPage{Action: "/mail/stop?t=" + url.QueryEscape(r.URL.Query().Get("t")), Button: "Unsubscribe"}
	return h.tell(w, r, "Unsubscribe?", v, held.Address.String()+" gets no more mail from the moment you press the button.")
}

// stopped ends a subscription. The token stands in the address, where mail programs
// leave it (RFC 8058); what they post is not looked at.
func (h *Handler) stopped(w http.ResponseWriter, r *http.Request) error {
	id, err := h.Digests.Open(r.URL.Query().Get("t"), digest.ActStop, digest.ActChange)
	if err != nil {
		return err
	}
	if err := h.Digests.Leave(r.Context(), id); err != nil {
		return err
	}
	return h.out(w, r)
}

func (h *Handler) out(w http.ResponseWriter, r *http.Request) error {
	v := &MailPage{Link: &Link{Text: "Subscribe again", Href: "/subscribe"}}
	return h.tell(w, r, "You are unsubscribed", v, "No more mail comes. Your address and what you chose are deleted; a keyed hash of the address stays, so that no import brings it back.")
}

// tell shows a page with one message; v has what else stands on it.
func (h *Handler) tell(w http.ResponseWriter, r *http.Request, heading string, v *MailPage, says ...string) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	page := MailPageOf(site, heading, says...)
	if v != nil {
		v.Page, v.Heading, v.Says = page.Page, page.Heading, page.Says
		page = v
	}
	return h.showOnce(w, r, page)
}

// held returns the subscription that the token t of a form names.
func (h *Handler) held(r *http.Request, form url.Values, acts ...digest.Act) (*digest.Subscription, error) {
	id, err := h.Digests.Open(form.Get("t"), acts...)
	if err != nil {
		return nil, err
	}
	return h.Digests.Get(r.Context(), id)
}

func (h *Handler) linkTo(path string, held *digest.Subscription) string {
	return path + "?t=" + h.Digests.Token(digest.ActChange, held.ID, time.Time{})
}

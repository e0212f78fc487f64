package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/digest"
	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/outbox"
)

// PostPage shows the desk what went out, what came back, what waits, and why.
type PostPage struct {
	Page
	Facts   []Fact
	States  []outbox.Count
	Filters []Link
	Rows    []PostRow
	Older   string
}

// PostRow is one letter.
type PostRow struct {
	outbox.Record
	State   State
	Word    string
	At, Due string
	Why     string
}

func (*PostPage) template() string { return "post" }

// PostData is what that page is made of.
type PostData struct {
	Readers map[digest.State]int
	Closed  map[outbox.Reason]int // addresses that are not written to
	Due     digest.Due
	Counts  []outbox.Count
	Records []outbox.Record
	Filter  string
	Full    bool // there are more records
	Sends   bool // a mail server is set
}

var postFilters = []struct{ value, text string }{
	{"", "All"}, {"waiting", "Waiting"}, {"sent", "Sent"}, {"refused", "Refused"}, {"expired", "Expired"}, {"dropped", "Dropped"}, {"returned", "Came back"},
}

// PostPageOf makes the desk's page of mail.
func PostPageOf(s Site, d PostData) *PostPage {
	v := &PostPage{Page: s.page("Mail", "letters"), States: d.Counts}
	v.NoIndex = true
	v.Facts = []Fact{{"Readers", number(d.Readers[digest.Active])}, {"Not confirmed yet", number(d.Readers[digest.Asked])}, {"Stopped, mail came back", number(d.Readers[digest.Stopped])}}
	for _, f := range []struct {
		name   string
		reason outbox.Reason
	}{{"Addresses that bounce", outbox.Bounced}, {"Addresses that complained", outbox.Complained}, {"Addresses that left", outbox.Left}} {
		if n := d.Closed[f.reason]; n > 0 {
			v.Facts = append(v.Facts, Fact{f.name, number(n)})
		}
	}
	if !d.Sends {
		v.Facts = append(v.Facts, Fact{"Sending", "off: no --mail-from"})
	}
	if d.Due.Readers > 0 {
		v.Facts = append(v.Facts, Fact{"Mails due now", number(d.Due.Readers)})
	}
	if !d.Due.Next.IsZero() {
		v.Facts = append(v.Facts, Fact{"Next mail", minute(d.Due.Next)})
	}
	for _, f := range postFilters {
		v.Filters = append(v.Filters, Link{Text: f.text, Href: "/desk/mail?state=" + f.value, Current: f.value == d.Filter})
	}
	for _, r := range d.Records {
		row := PostRow{Record: r, At: minute(r.At), Word: strings.ToUpper(r.State[:1]) + r.State[1:], Why: r.Said}
		switch r.State {
		case "sent":
			row.State = Done
		case "waiting":
			row.State, row.Due = Waiting, minute(r.Due)
		case "taken", "handing":
			row.State, row.Word = Running, "Under way"
		default:
			row.State = Failed
		}
		if r.Returned != "" {
			row.State, row.Word, row.Why = Failed, "Came back", r.Returned
		}
		if r.Unsure > 0 {
			row.Why = strings.TrimSpace(row.Why + " Sent again " + count(r.Unsure, "time") + " without knowing whether it had arrived.")
		}
		v.Rows = append(v.Rows, row)
	}
	if d.Full {
		v.Older = "/desk/mail?state=" + url.QueryEscape(d.Filter) + "&before=" + strconv.FormatInt(d.Records[len(d.Records)-1].ID, 10)
	}
	return v
}

func minute(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

func (h *Handler) deskMail(w http.ResponseWriter, r *http.Request) error {
	const most = 100
	ctx, q := r.Context(), r.URL.Query()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d := PostData{Filter: q.Get("state"), Sends: h.Digests.Outbox.Dial != nil}
	if !slices.ContainsFunc(postFilters, func(f struct{ value, text string }) bool { return f.value == d.Filter }) {
		return fault.Invalid("There are no letters in the state %q.", clip(d.Filter, 40))
	}
	before, err := strconv.ParseInt(q.Get("before"), 10, 64)
	if err != nil && q.Get("before") != "" {
		return fault.Invalid("A letter's number is wanted after before=.")
	}
	if d.Readers, err = h.Digests.Figures(ctx); err != nil {
		return err
	}
	if d.Closed, err = h.Digests.Outbox.Suppressions(ctx); err != nil {
		return err
	}
	if d.Due, err = h.Digests.Waiting(ctx); err != nil {
		return err
	}
	if d.Counts, err = h.Digests.Outbox.Counts(ctx); err != nil {
		return err
	}
	if d.Records, err = h.Digests.Outbox.Records(ctx, d.Filter, before, most); err != nil {
		return err
	}
	d.Full = len(d.Records) == most
	return h.showOnce(w, r, PostPageOf(site, d))
}

// Demo is what the pages of a demo show beside the others.
type Demo struct {
	Mail mail.Maildir        // what would have been sent
	Move func(time.Duration) // moves the clock forward
}

// DemoMailPage lists the mails that the demo would have sent, or shows one.
type DemoMailPage struct {
	Page
	Clock   string
	Letters []DemoLetter
	One     *DemoLetter
}

// DemoLetter is one of them.
type DemoLetter struct {
	Href, From, To, Subject, Date string
	Header                        []Fact
	Text                          string
	HTML                          string // the address of the drawn mail; "" for none
}

func (*DemoMailPage) template() string { return "demomail" }

func (h *Handler) demoMail(w http.ResponseWriter, r *http.Request) error {
	const most = 200
	site, err := h.site(r)
	if err != nil {
		return err
	}
	files, err := h.Demo.Mail.List()
	if err != nil {
		return err
	}
	slices.Reverse(files)
	v := &DemoMailPage{Page: site.page("The demo’s mail", "letters"), Clock: h.Now().UTC().Format("Monday 2 January 2006, 15:04 UTC")}
	v.NoIndex = true
	for _, f := range files[:min(most, len(files))] {
		one, err := demoLetter(f)
		if err != nil {
			return err
		}
		v.Letters = append(v.Letters, *one)
	}
	return h.showOnce(w, r, v)
}

func demoLetter(file string) (*DemoLetter, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := mail.Read(f)
	if err != nil {
		return nil, err
	}
	one := &DemoLetter{Href: "/demo/mail/" + filepath.Base(file), From: m.From, To: m.Header.Get("Delivered-To"), Subject: m.Subject(), Date: m.Date.UTC().Format("2 Jan 2006, 15:04 UTC"), Text: m.Text}
	if m.HTML != "" {
		one.HTML = one.Href + "/html"
	}
	for _, name := range []string{"Return-Path", "Reply-To", "Message-Id", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-Id"} {
		if value := m.Header.Get(name); value != "" {
			one.Header = append(one.Header, Fact{name, value})
		}
	}
	return one, nil
}

// demoFile returns the file that the address names, if it is one of the Maildir's.
func (h *Handler) demoFile(r *http.Request) (string, error) {
	files, err := h.Demo.Mail.List()
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(files, func(f string) bool { return filepath.Base(f) == r.PathValue("name") }); i >= 0 {
		return files[i], nil
	}
	return "", fault.NotFound("The demo has no such mail.")
}

func (h *Handler) demoMessage(w http.ResponseWriter, r *http.Request) error {
	file, err := h.demoFile(r)
	if err != nil {
		return err
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	one, err := demoLetter(file)
	if err != nil {
		return err
	}
	v := &DemoMailPage{Page: site.page(one.Subject, "letter"), One: one}
	v.NoIndex = true
	return h.showOnce(w, r, v)
}

func (h *Handler) demoHTML(w http.ResponseWriter, r *http.Request) error {
	file, err := h.demoFile(r)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := mail.Read(f)
	if err != nil {
		return err
	}
	return sendMail(w, r, m.HTML)
}

// demoClock moves the clock to the next morning, and sends what is due then.
func (h *Handler) demoClock(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	hours, err := strconv.Atoi(form.Get("hours"))
	if err != nil || hours < 1 || hours > 24*31 {
		return fault.Invalid("The clock moves by 1 to 744 hours.")
	}
	h.Demo.Move(time.Duration(hours) * time.Hour)
	if _, err := h.Digests.Run(r.Context()); err != nil {
		return err
	}
	if _, err := h.Digests.Outbox.Flush(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/demo/mail", http.StatusSeeOther)
	return nil
}

package mail

import (
	"bufio"
	"bytes"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
)

// Class is what a mail that came back means.
type Class string

// The classes.
const (
	NotABounce Class = ""          // an answer, an automatic one, a report of success, anything else
	Delayed    Class = "delayed"   // the server goes on trying
	Soft       Class = "soft"      // not delivered, for a reason that can pass: a full mailbox, a server that was down, a filter
	Hard       Class = "hard"      // not delivered, and never will be: there is no such mailbox
	Complaint  Class = "complaint" // the reader, or who acts for them, called it spam
)

// Report is what a mail that came back says.
type Report struct {
	Class      Class
	Status     string // RFC 3463: 5.1.1; "" when none is said
	Text       string // what the server said, cut
	Recipient  string // whom it was about, as the report names them
	OriginalID string // the Message-ID of the mail that came back, without brackets
}

// ReadReport says what a mail that came in means: a report of delivery (RFC 3464; RFC
// 6533 for international mail), a complaint (RFC 5965), a bounce in the words of a
// server that knows neither, or none of them.
func ReadReport(m *Received) Report {
	r := Report{OriginalID: originalID(m)}
	for _, p := range m.Parts {
		switch p.Kind {
		case "message/feedback-report":
			r.readComplaint(p.Body)
			return r
		case "message/delivery-status", "message/global-delivery-status":
			r.readDelivery(p.Body)
			return r
		}
	}
	if failed := m.Header.Get("X-Failed-Recipients"); failed != "" || fromDaemon(m) {
		r.Recipient = failed
		r.readWords(m)
	}
	return r
}

// readComplaint reads the fields of RFC 5965. "not-spam" takes a complaint back.
func (r *Report) readComplaint(body []byte) {
	for _, f := range fields(body)[:1] {
		switch kind := strings.ToLower(strings.TrimSpace(f.Get("Feedback-Type"))); kind {
		case "abuse", "fraud", "virus", "other", "miscategorized", "opt-out", "opt-out-list":
			r.Class, r.Text = Complaint, kind
		}
		r.Recipient = address(f.Get("Original-Rcpt-To"))
	}
}

// readDelivery reads the groups of RFC 3464: of the message, then of each recipient.
// We send to one recipient at a time, so the worst of them counts.
func (r *Report) readDelivery(body []byte) {
	rank := []Class{NotABounce, Delayed, Soft, Hard}
	for _, f := range fields(body) {
		if f.Get("Action") == "" {
			continue
		}
		status := enhanced.FindString(f.Get("Status"))
		text := f.Get("Diagnostic-Code")
		if _, rest, ok := strings.Cut(text, ";"); ok {
			text = rest
		}
		var c Class
		switch strings.ToLower(strings.TrimSpace(f.Get("Action"))) {
		case "failed":
			c = classify(status, text)
		case "delayed":
			c = Delayed
		}
		if slices.Index(rank, c) < slices.Index(rank, r.Class) {
			continue
		}
		r.Class, r.Status, r.Text = c, status, clean(text)
		r.Recipient = address(f.Get("Original-Recipient"))
		if r.Recipient == "" {
			r.Recipient = address(f.Get("Final-Recipient"))
		}
	}
}

// fields reads groups of header fields parted by empty lines.
func fields(body []byte) []textproto.MIMEHeader {
	list := []textproto.MIMEHeader{}
	const most = 50
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(bytes.TrimLeft(body, "\r\n "), "\r\n\r\n"...))))
	for len(list) < most {
		h, err := r.ReadMIMEHeader()
		if len(h) > 0 {
			list = append(list, h)
		}
		if err != nil {
			break
		}
	}
	if len(list) == 0 {
		list = append(list, textproto.MIMEHeader{})
	}
	return list
}

// address returns the address of "rfc822; name@example.org".
func address(s string) string {
	if _, rest, ok := strings.Cut(s, ";"); ok {
		s = rest
	}
	return clip(strings.Trim(strings.TrimSpace(s), "<>"), 320)
}

var (
	enhanced = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)
	reply    = regexp.MustCompile(`(?:^|[^\d.])([45]\d\d)[ -]`)

	// What servers say of a mailbox that there is not, and of one that has no room.
	noMailbox = regexp.MustCompile(`(?i)(user|recipient|mailbox|address|account|addressee)[^.\n]{0,40}(unknown|not found|does ?n.t exist|does not exist|no longer|invalid|disabled|deactivated|inactive|unavailable|rejected)|no such (user|mailbox|recipient|address|account|person)|unknown (user|recipient|mailbox|address|local)|(domain|host)[^.\n]{0,30}(not found|does not exist|unknown)|no mailbox here|couldn.t find any host|name service error`)
	full      = regexp.MustCompile(`(?i)(over|exceed)[^.\n]{0,20}quota|quota[^.\n]{0,30}(exceed|full|reached)|(mailbox|account|storage|disk)[^.\n]{0,30}(full|exceeded|over)|insufficient (system )?storage|out of (disk )?space`)
	policy    = regexp.MustCompile(`(?i)spam|blacklist|block ?list|blocked|reputation|policy|dmarc|spf|rate limit|too many|greylist|try again|throttl`)
)

// classify says whether a failure is for ever. The status decides where it says
// enough; else the words do.
func classify(status, text string) Class {
	if status == "" {
		status = enhanced.FindString(text)
	}
	if status == "" {
		if m := reply.FindStringSubmatch(" " + text); m != nil {
			status = m[1][:1] + ".0.0"
		}
	}
	switch {
	case strings.HasPrefix(status, "4"):
		return Soft
	case full.MatchString(text):
		return Soft
	case strings.HasPrefix(status, "5.1."), status == "5.2.1", status == "5.4.4":
		return Hard
	case strings.HasPrefix(status, "5.2."), strings.HasPrefix(status, "5.3."), strings.HasPrefix(status, "5.6."):
		return Soft
	case strings.HasPrefix(status, "5.7."):
		if noMailbox.MatchString(text) && !policy.MatchString(text) {
			return Hard
		}
		return Soft
	case noMailbox.MatchString(text):
		return Hard
	case policy.MatchString(text):
		return Soft
	case strings.HasPrefix(status, "5"):
		return Soft // a server that says no and not why: three days of it count as much as one bounce and a half
	}
	return NotABounce
}

// fromDaemon reports whether a mail is from a mail server, and no answer of a person
// or of their absence.
func fromDaemon(m *Received) bool {
	if auto := strings.ToLower(m.Header.Get("Auto-Submitted")); strings.HasPrefix(auto, "auto-replied") && m.Header.Get("X-Failed-Recipients") == "" && !daemonName(m.From) {
		return false
	}
	if m.Header.Get("X-Autoreply") != "" || m.Header.Get("X-Autorespond") != "" {
		return false
	}
	return daemonName(m.From) || strings.TrimSpace(m.Header.Get("Return-Path")) == "<>" && daemonSubject.MatchString(m.Subject())
}

var daemonSubject = regexp.MustCompile(`(?i)undeliver|failure notice|delivery (status|failure|has failed|failed)|returned mail|mail delivery|non remis|unzustellbar|delayed|warning: could not send`)

func daemonName(from string) bool {
	local, _, _ := strings.Cut(strings.ToLower(from), "@")
	return local == "mailer-daemon" || local == "postmaster" || local == "mail-daemon" || local == "mailerdaemon"
}

// readWords reads a bounce that has no report: what stands before the mail that comes
// back with it.
func (r *Report) readWords(m *Received) {
	text := m.Text
	if at := returned.FindStringIndex(text); at != nil {
		text = text[:at[0]]
	}
	if stillTrying.MatchString(text) || stillTrying.MatchString(m.Subject()) {
		r.Class, r.Text = Delayed, clean(text)
		return
	}
	r.Status = enhanced.FindString(text)
	r.Class = classify(r.Status, text)
	r.Text = clean(text)
}

var (
	returned    = regexp.MustCompile(`(?im)^-+ ?(this is a copy|original message|the following|below this line|returned message|enclosed)|^--- Below this line`)
	stillTrying = regexp.MustCompile(`(?i)still (being )?(re)?tr(y|ied)|will (continue|keep)[^.\n]{0,20}tr(y|ied)|no action is required|delivery[^.\n]{0,20}delayed|has not yet been delivered`)
)

// originalID finds the Message-ID of the mail that came back.
func originalID(m *Received) string {
	for _, p := range m.Parts {
		switch p.Kind {
		case "message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global", "message/global-headers":
			inner, err := netmail.ReadMessage(bytes.NewReader(append(bytes.TrimLeft(p.Body, "\r\n "), "\r\n\r\n"...)))
			if err == nil {
				return strings.Trim(strings.TrimSpace(inner.Header.Get("Message-Id")), "<>")
			}
		}
	}
	if at := innerID.FindStringSubmatch(m.Text); at != nil {
		return at[1]
	}
	return ""
}

var innerID = regexp.MustCompile(`(?im)^>?\s*Message-ID:\s*<([^<>\s]{3,250})>`)

// clean makes what a server said one line of bounded length.
func clean(s string) string { return clip(strings.Join(strings.Fields(s), " "), 300) }

func clip(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return strings.ToValidUTF8(s, "")
}

package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/discuss"
	"broadsheet/paper"
)

// ModerationData is what the pages of moderation are made of.
type ModerationData struct {
	Month    time.Time     // whose acts are shown
	Acts     []discuss.Act // of the month, the newest first
	Before   int           // acts of the month before
	Show     string        // comments, votes, records; "" for all
	Recent   []discuss.Act // of twelve weeks
	Count    discuss.Counted
	Mine     []discuss.Act // that concern who asks
	Signed   bool          // there is somebody who asks
	Asked    bool          // and it is the desk
	Reported string        // a page that was reported a moment ago
	Papers   map[int64]*paper.Paper
	People   map[int64]Writer

	Desk    bool // the queue is shown, too
	Waiting []discuss.Case
	Appeals []discuss.Act
	Claims  []discuss.Claim
	Texts   func(string) Text
}

// ModerationPage is the public log, and for the desk its queue.
type ModerationPage struct {
	Page
	Heading, Sum string
	Tabs         []Link
	Notice       string
	Queue        *Queue
	Rows         []ActRow
	Span         string // November, newest first
	Older        *Link
	Weeks        Chart
	WeeksSay     string
	Rules        []Rule
	Deciders     []Fact
	Mine         []ActRow
	Signed       bool
}

func (*ModerationPage) template() string { return "moderation" }

// ActRow is an act in the log.
type ActRow struct {
	ID       int64
	Day, Of  string // 18, Tue
	Title    string
	Reason   string
	Paper    *Link
	By       string
	State    string // the name of its sign: dot, half, ring, x
	Says     string
	Appeal   string // what was appealed, and answered
	MayAsk   bool   // whom it concerns may appeal it
	Clearing int64  // the cluster that the desk may clear
}

// Queue is what waits for the desk.
type Queue struct {
	Cases   []CaseRow
	Claims  []ClaimRow
	Appeals []ActRow
	Votes   []ActRow // weighed down, and not cleared
	Rules   []Rule
}

// CaseRow is a reported or held comment, or a reported record.
type CaseRow struct {
	N       int
	Age     string
	Name    string
	When    string
	At      time.Time
	Paper   Link
	Text    Text
	Why     string
	Facts   string
	PaperID int64
	Comment int64
	Href    string
	Rule    int // suggested
	Leave   string
	Act     string
	Asked   bool
}

// ClaimRow is a claim that waits.
type ClaimRow struct {
	ID                 int64
	Age, Who, Evidence string
	Author             string
	Paper              Link
}

// ModerationPageOf makes the log, and with Desk the queue above it.
func ModerationPageOf(s Site, d ModerationData) *ModerationPage {
	v := &ModerationPage{
		Page: s.page("Moderation log", "log"), Heading: "Moderation log", Rules: rules(), Signed: d.Signed,
		Sum: "Every act of the desk on a comment, a vote or a record, with its reason. Names of those it concerns are left out; what was removed is not shown again.",
	}
	v.describe(s, "/moderation", "website", v.Sum)
	for _, t := range [][2]string{{"All", ""}, {"Comments", "comments"}, {"Votes", "votes"}, {"Records", "records"}} {
		href := "/moderation"
		if t[1] != "" {
			href += "?show=" + t[1]
		}
		v.Tabs = append(v.Tabs, Link{Text: t[0], Href: href, Current: d.Show == t[1]})
	}
	if d.Asked {
		v.Tabs = append(v.Tabs, Link{Text: "Reports", Href: "/moderation/reports"})
	}
	if d.Reported != "" {
		v.Notice = "Reported. The desk looks at it within a day; what it decides stands in this log."
	}
	for _, a := range d.Acts {
		if d.Show == "" || subjectOf(a.Kind) == d.Show {
			v.Rows = append(v.Rows, d.row(s, a))
		}
	}
	v.Span = d.Month.Format("January") + ", newest first"
	if before := d.Month.AddDate(0, -1, 0); d.Before > 0 {
		v.Older = &Link{Text: before.Format("January") + ", " + count(d.Before, "act"), Href: "/moderation?month=" + before.Format("2006-01")}
	}
	for _, a := range d.Mine {
		row := d.row(s, a)
		row.MayAsk = a.State == discuss.Closed && a.Appealed.IsZero() && s.Now.Sub(a.At) < 14*24*time.Hour && appealable(a.Kind)
		v.Mine = append(v.Mine, row)
	}
	v.counted(d)
	v.deciders(d)
	if d.Desk {
		v.queue(s, d)
	}
	return v
}

func subjectOf(k discuss.Kind) string {
	switch k {
	case discuss.VotesWeighed, discuss.VotesCleared:
		return "votes"
	case discuss.RecordCorrected, discuss.ClaimGranted, discuss.ClaimRefused:
		return "records"
	}
	return "comments"
}

func appealable(k discuss.Kind) bool { return k == discuss.CommentRemoved || k == discuss.ClaimRefused }

func (d *ModerationData) row(s Site, a discuss.Act) ActRow {
	kind := string(a.Kind)
	r := ActRow{ID: a.ID, Day: a.At.Format("2"), Of: a.At.Format("Mon"), Title: strings.ToUpper(kind[:1]) + kind[1:], Reason: fmt.Sprintf("Rule %d: %s", a.Rule, a.Reason), By: "by the server", State: "dot", Says: a.State}
	if a.Account != 0 {
		r.By = "by " + d.name(a.Account)
	}
	if p := d.Papers[a.Paper]; p != nil {
		r.Paper = &Link{Text: p.Form.Line(p.Title), Href: paperPath(p.Key)}
	}
	switch {
	case a.State == discuss.Reversed:
		r.State = "x"
	case a.State == discuss.Appealed:
		r.State, r.Says = "half", "under appeal"
	case a.State == discuss.Closed && appealable(a.Kind) && s.Now.Sub(a.At) < 14*24*time.Hour:
		r.State, r.Says = "ring", "appeal open"
	}
	if a.Answer != "" {
		r.Appeal = "On appeal, " + d.name(a.Answered) + ": " + a.Answer
	}
	return r
}

func (d *ModerationData) name(id int64) string {
	if p, ok := d.People[id]; ok {
		return p.Name
	}
	return "a former reader"
}

// counted draws how reports went.
func (v *ModerationPage) counted(d ModerationData) {
	n := d.Count
	weeks := n.Weeks[:]
	least, most := slices.Min(weeks), slices.Max(weeks)
	v.Weeks = Chart{Width: 96, Height: 48, Label: fmt.Sprintf("Reports a week over twelve weeks, %d to %d; %d this week", least, most, weeks[len(weeks)-1])}
	for i, x := range weeks {
		if x > 0 {
			b := bar(float64(8*i), 6, 1+46*float64(x)/float64(most), 48)
			if i == len(weeks)-1 {
				b.Class = "ink"
			}
			v.Weeks.Bars = append(v.Weeks.Bars, b)
		}
	}
	if n.All == 0 {
		v.WeeksSay = "No reports in twelve weeks."
		return
	}
	v.WeeksSay = fmt.Sprintf("%s: %d left as they were, %d acted on, %d reversed, %d open.", count(n.All, "report"), n.Left, n.Acted, n.Reversed, n.Open)
	if n.All > n.Open {
		v.WeeksSay += " Half were answered within " + long(n.Half) + "."
	}
}

// long writes a length of time in words, rounded up.
func long(t time.Duration) string {
	switch {
	case t <= time.Hour:
		return count(max(1, int((t+time.Minute-1)/time.Minute)), "minute")
	case t <= 48*time.Hour:
		return count(int((t+time.Hour-1)/time.Hour), "hour")
	}
	return count(int((t+24*time.Hour-1)/(24*time.Hour)), "day")
}

func (v *ModerationPage) deciders(d ModerationData) {
	n := map[int64]int{}
	for _, a := range d.Recent {
		if a.Account != 0 {
			n[a.Account]++
		}
	}
	for id, acts := range n {
		v.Deciders = append(v.Deciders, Fact{d.name(id), count(acts, "act")})
	}
	slices.SortFunc(v.Deciders, func(a, b Fact) int {
		return cmp.Or(len(b.Value)-len(a.Value), cmp.Compare(b.Value, a.Value), cmp.Compare(a.Name, b.Name))
	})
}

// queue makes the part that only the desk sees.
func (v *ModerationPage) queue(s Site, d ModerationData) {
	q := &Queue{Rules: rules()}
	v.Queue, v.Heading, v.Title, v.NoIndex = q, "Reports and log", "Reports and moderation log", true
	waits := len(d.Waiting) + len(d.Claims) + len(d.Appeals)
	v.Tabs = []Link{{Text: "Reports " + number(waits), Href: "/moderation/reports", Current: true}, {Text: "Log, as readers see it", Href: "/moderation"}}
	v.Sum = "Nothing waits. Promised: an answer within a day."
	if waits > 0 {
		oldest := s.Now
		for _, at := range d.since() {
			if at.Before(oldest) {
				oldest = at
			}
		}
		v.Sum = fmt.Sprintf("%s wait, the oldest %s old. Promised: an answer within a day.", count(waits, "case"), long(s.Now.Sub(oldest)))
		if waits == 1 {
			v.Sum = strings.Replace(v.Sum, "case wait,", "case waits,", 1)
		}
	}
	for i, c := range d.Waiting {
		q.Cases = append(q.Cases, d.caseRow(s, i+1, c))
	}
	for _, c := range d.Claims {
		q.Claims = append(q.Claims, ClaimRow{ID: c.ID, Age: age(s.Now.Sub(c.At)), Who: d.name(c.Account), Evidence: c.Evidence, Author: c.Author, Paper: d.paper(c.Paper)})
	}
	for _, a := range d.Appeals {
		row := d.row(s, a)
		row.Appeal = a.Appeal
		q.Appeals = append(q.Appeals, row)
	}
	for _, a := range d.Recent {
		if a.Kind == discuss.VotesWeighed && a.State == discuss.Closed && !slices.ContainsFunc(q.Votes, func(r ActRow) bool { return r.Clearing == a.Concerns }) {
			row := d.row(s, a)
			row.Clearing = a.Concerns
			q.Votes = append(q.Votes, row)
		}
	}
}

// since returns since when each case has waited.
func (d *ModerationData) since() []time.Time {
	var list []time.Time
	for _, c := range d.Waiting {
		list = append(list, c.Since)
	}
	for _, c := range d.Claims {
		list = append(list, c.At)
	}
	for _, a := range d.Appeals {
		list = append(list, a.Appealed)
	}
	return list
}

func (d *ModerationData) paper(id int64) Link {
	if p := d.Papers[id]; p != nil {
		return Link{Text: clip(p.Form.Line(p.Title), 60), Href: paperPath(p.Key)}
	}
	return Link{Text: "a paper"}
}

func (d *ModerationData) caseRow(s Site, n int, c discuss.Case) CaseRow {
	r := CaseRow{N: n, Age: age(s.Now.Sub(c.Since)), Paper: d.paper(c.Paper), PaperID: c.Paper, Leave: "Dismiss", Act: "Corrected", Rule: 5, Name: "The record", At: c.Since, When: said(s, c.Since), Href: d.paper(c.Paper).Href, Asked: c.Asked != 0}
	var reasons []string
	for _, rep := range c.Reports {
		if q := "“" + clip(rep.Reason, 200) + "”"; !slices.Contains(reasons, q) {
			reasons = append(reasons, q)
		}
	}
	r.Why = count(len(c.Reports), "reader") + ": " + strings.Join(reasons, ", ") + "."
	m := c.Comment
	if m == nil {
		return r
	}
	r.Name, r.At, r.When, r.Text, r.Comment = d.name(m.Account), m.At, said(s, m.At), d.Texts(m.Body), m.ID
	r.Href, r.Leave, r.Act, r.Rule = fmt.Sprintf("/comments/%d", m.ID), "Leave", "Remove", 3
	if strings.Contains(strings.ToLower(r.Why), "adverti") || strings.Contains(r.Why, "link") {
		r.Rule = 2
	}
	if m.State == discuss.Held {
		r.Why, r.Leave = "Held by the server: "+strings.Trim(strings.Join(reasons, ", "), "“”"), "Release"
	}
	r.Facts = fmt.Sprintf("by this writer: %s, %d removed by the desk", count(c.Written, "comment"), c.Before)
	return r
}

// age writes how long something has waited, for the place of a rank: 3 h, 2 d.
func age(t time.Duration) string {
	switch {
	case t < time.Hour:
		return fmt.Sprintf("%d min", max(0, int(t/time.Minute)))
	case t < 48*time.Hour:
		return fmt.Sprintf("%d h", int(t/time.Hour))
	}
	return fmt.Sprintf("%d d", int(t/(24*time.Hour)))
}

package web

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/paper"
)

// TalkData is what readers did with a paper.
type TalkData struct {
	Comments []discuss.Comment
	Order    discuss.Order
	Locked   time.Time                  // since when nobody may write; zero when all may
	People   map[int64]Writer           // who wrote
	Authors  map[int64]bool             // accounts that have claimed the paper
	Voters   []string                   // who voted here and shows it, by name
	Votes    int                        // how many voted here
	Text     func(string) template.HTML // makes a comment ready
	Asks     *account.Viewer            // nil for the page that visitors share
	Reacted  map[int64]discuss.Reaction // of who asks
	Quiet    bool                       // who asks wants no mail
	Claims   []discuss.Claim            // of who asks
}

// Writer is who wrote something.
type Writer struct {
	Name string
	Role account.Role

	Sample bool // invented for the demo
}

// Talk is the discussion of a paper, and what readers did with it.
type Talk struct {
	Key     string
	Sum     string // 5 comments, oldest first
	Orders  []Link
	Threads []Remark
	Closed  string // why nobody may write, "" when all may
	Write   bool   // there is somebody to write
	Pressed bool   // and nowhere to write to
	Quiet   bool
	Desk    bool
	Rules   []Rule // for the desk
	Claims  []string
}

// Remark is one comment on a page.
type Remark struct {
	ID      int64
	Key     string // of the paper
	Name    string
	Role    string // Author, Desk, Sample
	At      time.Time
	When    string
	Edited  bool
	To      *Link // whom it answers, when that is not what it stands under
	Text    Text
	Removed string // why there is no text
	Held    string // why only its writer and the desk see it
	Ups     int
	Doubts  int
	Up      bool // who asks finds it of use
	Doubt   bool
	Own     bool // who asks wrote it
	Desk    bool // who asks decides
	Pressed bool // nothing can be done with it
	Paper   *Link
	Replies []Remark
}

// NewTalk makes the discussion of a paper.
func NewTalk(s Site, p *paper.Paper, d TalkData) *Talk {
	t := &Talk{Key: p.Key, Write: d.Asks != nil, Quiet: d.Quiet, Desk: d.asksDesk(), Pressed: s.Pressed}
	for _, th := range discuss.Threads(d.Comments, d.Order, d.sees) {
		t.Threads = append(t.Threads, d.remark(s, p, th))
	}
	if t.Desk {
		t.Rules = rules()
	}
	n := p.Here.Comments
	orders := []struct {
		order      discuss.Order
		name, says string
	}{{discuss.Oldest, "Oldest", "oldest first"}, {discuss.Newest, "Newest", "newest first"}, {discuss.Best, "Best", "by the lower bound of their votes"}}
	for _, o := range orders {
		if o.order == d.Order && n > 0 {
			t.Sum = count(n, "comment")
			if n > 1 {
				t.Sum += ", " + o.says
			}
		}
		if n > 1 && !s.Pressed {
			href := paperPath(p.Key)
			if o.order != discuss.Oldest {
				href += "?sort=" + string(o.order)
			}
			t.Orders = append(t.Orders, Link{Text: o.name, Href: href + "#talk", Current: o.order == d.Order})
		}
	}
	if n := p.Figures.Comments; n > 0 {
		if t.Sum != "" {
			t.Sum += "; "
		}
		t.Sum += number(n) + " more upstream"
	}
	if !d.Locked.IsZero() {
		t.Closed = "The desk closed this discussion on " + shortDate(d.Locked) + ". The reason stands in the moderation log."
	}
	for _, c := range d.Claims {
		t.Claims = append(t.Claims, claimState(c))
	}
	return t
}

func (d *TalkData) asksDesk() bool { return d.Asks != nil && d.Asks.Role >= account.Desk }

// sees reports whether who asks sees a comment that is held.
func (d *TalkData) sees(c *discuss.Comment) bool {
	return d.Asks != nil && (d.Asks.ID == c.Account || d.asksDesk())
}

func (d *TalkData) remark(s Site, p *paper.Paper, th *discuss.Thread) Remark {
	r := d.one(s, p, &th.Comment)
	if th.To != nil {
		r.To = &Link{Text: d.person(th.To.Account).Name, Href: fmt.Sprintf("#c%d", th.To.ID)}
	}
	for _, reply := range th.Replies {
		r.Replies = append(r.Replies, d.remark(s, p, reply))
	}
	return r
}

// one makes a comment ready, without what answers it.
func (d *TalkData) one(s Site, p *paper.Paper, c *discuss.Comment) Remark {
	who := d.person(c.Account)
	r := Remark{
		ID: c.ID, Key: p.Key, Name: who.Name, At: c.At, When: said(s, c.At), Edited: !c.Edited.IsZero(),
		Ups: c.Ups, Doubts: c.Doubts, Up: d.Reacted[c.ID] == discuss.Up, Doubt: d.Reacted[c.ID] == discuss.Doubt,
		Own: d.Asks != nil && d.Asks.ID == c.Account, Desk: d.asksDesk(), Pressed: s.Pressed,
	}
	switch {
	case d.Authors[c.Account]:
		r.Role = "Author"
	case who.Role >= account.Desk:
		r.Role = "Desk"
	case who.Sample:
		r.Role = "Sample"
	}
	switch c.State {
	case discuss.Withdrawn:
		r.Removed = "Comment removed by its writer"
	case discuss.Hidden:
		r.Removed = "Comment removed by the desk"
	default:
		r.Text = d.Text(c.Body)
	}
	if r.Removed != "" {
		if !c.Changed.IsZero() {
			r.Removed += ", " + c.Changed.Format("2 January")
		}
		r.Removed += "."
		if c.State == discuss.Hidden && (r.Own || r.Desk) {
			r.Removed += " " + c.Why
		}
	}
	if c.State == discuss.Held {
		r.Held = "Held for the desk. " + c.Why
	}
	return r
}

func (d *TalkData) person(id int64) Writer {
	if p, ok := d.People[id]; ok {
		return p
	}
	return Writer{Name: "A former reader"}
}

// said writes when something was said: with its year when that is another one.
func said(s Site, t time.Time) string {
	if t.Year() == s.Now.Year() && !s.Pressed {
		return t.UTC().Format("2 January, 15:04")
	}
	return t.UTC().Format("2 January 2006, 15:04")
}

// voters says who voted for a paper here.
func voters(d TalkData) string {
	const named = 12
	if d.Votes == 0 {
		return ""
	}
	shown := d.Voters[:min(len(d.Voters), named)]
	rest := d.Votes - len(shown)
	names := slices.Clone(shown)
	switch {
	case len(names) == 0:
		return "Here " + count(d.Votes, "reader") + " voted, without showing their names."
	case rest == 1:
		names = append(names, "one more reader")
	case rest > 1:
		names = append(names, count(rest, "more reader"))
	}
	if len(names) == 1 {
		return "Here " + names[0] + " voted."
	}
	return "Here " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1] + " voted."
}

func claimState(c discuss.Claim) string {
	switch c.State {
	case discuss.Open:
		return "Your claim to be " + c.Author + " waits for the desk, since " + shortDate(c.At) + "."
	case discuss.Granted:
		return "You have claimed this paper as " + c.Author + ". " + c.Reason
	}
	return "Your claim to be " + c.Author + " was refused on " + shortDate(c.Decided) + ": " + c.Reason + " You can ask again."
}

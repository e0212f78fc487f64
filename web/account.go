package web

import (
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/fault"
	"broadsheet/library"
)

// AccountData is what the page of one's own account is made of.
type AccountData struct {
	Account     *account.Account
	Settings    account.Settings
	Passkeys    bool // they can be used at this address
	Ways        []account.Way
	Sessions    []account.Session
	Here        int64 // the session that asks
	Tokens      []account.Token
	Made        string // a token that was just made, shown this once
	ORCID       string // proved, "" for none
	Mails       []MailRow
	Mailing     bool // there are mails to subscribe to
	Quiet       bool // no mail of replies and mentions
	Talks       bool // readers talk here
	Kept        *library.Counts
	Invitations []account.Invitation
	Invited     string // the address of an invitation that was just made
	Done        string // what was just done
	Wrong       error  // what is wrong with what was typed; nil for nothing
}

// AccountPage is the page of one's own account.
type AccountPage struct {
	Page
	Name, Sum       string
	Done, Failed    string
	Handle, Address string
	Switches        []Switch
	Ways            []WayRow
	Providers       []Link // that can be added
	Passkeys        bool
	Password        bool // one can be set or changed
	HasPassword     bool
	Sessions        []SessionRow
	Others          string // sessions beside this one, in words; "" for none
	Made            string
	Tokens          []TokenRow
	Scopes          []Choice
	ORCID           string
	Letters         []MailRow // subscriptions
	Mailing, Talks  bool
	Quiet           bool
	Kept            []Fact
	Own             Link // their page, as others see it
	Inviting        bool
	Invited         string
	Invitations     []InvitationRow
	Roles           []string
	Confirm         string // what is typed to confirm the leaving
}

func (*AccountPage) template() string { return "account" }

// Switch is something that is on or off.
type Switch struct {
	Name, Text string
	On         bool
}

// Choice is one of several.
type Choice struct {
	Value, Text string
	On          bool
}

// MailRow is a subscription, with the addresses of the pages that alter it.
type MailRow struct {
	To, What, Next           string
	Change, Pause, Read, End string
}

// WayRow is a way to sign in. Sign is the shape before the state.
type WayRow struct {
	Kind, Key, Name   string
	Sign, State, Used string
	Act               string // what can be done: Remove, Unlink, Switch on
	Does              string // drop or add
}

// SessionRow is one session.
type SessionRow struct {
	ID                 int64
	Where, From, Since string
	Here               bool
}

// TokenRow is one token.
type TokenRow struct {
	ID                    int64
	Name, May, Used, Ends string
	Ended                 bool
}

// InvitationRow is one invitation.
type InvitationRow struct {
	ID                     int64
	Role, Note, Left, Ends string
}

// AccountPageOf makes the page of one's own account.
func AccountPageOf(s Site, d AccountData) *AccountPage {
	a := d.Account
	v := &AccountPage{
		Page: s.page("Account and settings", "settings"), Name: a.Name, Handle: a.Handle, Address: a.Address, Made: d.Made, Done: d.Done, Failed: fault.Message(d.Wrong),
		Passkeys: d.Passkeys, Password: d.Settings.Password && a.Address != "", HasPassword: a.HasPassword(), Invited: d.Invited, Confirm: a.Address,
	}
	v.NoIndex = true
	v.ORCID, v.Letters, v.Mailing, v.Talks, v.Quiet = d.ORCID, d.Mails, d.Mailing, d.Talks, d.Quiet
	if d.Kept != nil {
		v.Own = Link{Text: "Your page, as others see it", Href: readerPath(a.Handle)}
		v.Kept = []Fact{
			{"Saved, with notes", number(d.Kept.Saved) + ", " + number(d.Kept.Noted)},
			{"Collections", number(d.Kept.Collections)},
			{"Read marks", number(d.Kept.Marked)},
			{"Followed, muted", number(d.Kept.Followed) + ", " + number(d.Kept.Muted)},
		}
	}
	article := map[account.Role]string{account.Administrator: "An administrator", account.Desk: "At the desk"}[a.Role]
	if article == "" {
		article = "A reader"
	}
	v.Sum = article + " since " + a.Joined.Format("2 January 2006") + ". Each part saves by itself."
	if a.Address != "" {
		v.Sum = a.Address + ". " + v.Sum
	}
	if v.Confirm == "" {
		v.Confirm = a.Handle
	}
	v.Switches = []Switch{
		{"votes", "Show my name by my upvotes", a.Shows.Votes},
		{"followable", "Let readers follow me", a.Shows.Followable},
		{"comments", "List my comments on my page", a.Shows.Comments},
		{"papers", "List the papers I put in on my page", a.Shows.Papers},
		{"listed", "Let search engines list my page", a.Shows.Listed},
		{"read", "Keep a read mark on what I open", a.Shows.KeepsRead},
	}
	for _, w := range d.Ways {
		v.way(s, w)
	}
	v.sessions(s, d)
	v.tokens(s, d.Tokens)
	names := map[account.Scope]string{account.ScopeRead: "Read what I keep", account.ScopeVote: "Vote", account.ScopeSubmit: "Submit", account.ScopeWrite: "Write: save, note, comment", account.ScopeDesk: "Edit and moderate"}
	for _, x := range a.Role.Scopes() {
		v.Scopes = append(v.Scopes, Choice{string(x), names[x], x == account.ScopeRead})
	}
	if a.Role == account.Administrator {
		v.invitations(d)
	}
	return v
}

// sessions lists where the account is signed in, this browser first.
func (v *AccountPage) sessions(s Site, d AccountData) {
	for _, x := range d.Sessions {
		row := SessionRow{ID: x.ID, Where: x.Agent, From: x.Network, Since: lately(s, x.Made), Here: x.ID == d.Here}
		if row.Here {
			row.Where = "This browser, " + row.Where
			v.Sessions = append([]SessionRow{row}, v.Sessions...)
			continue
		}
		v.Sessions = append(v.Sessions, row)
	}
	if n := len(v.Sessions) - 1; n == 1 {
		v.Others = "the other"
	} else if n > 1 {
		v.Others = "the other " + inWords(n)
	}
}

// tokens lists those of programs.
func (v *AccountPage) tokens(s Site, list []account.Token) {
	for _, t := range list {
		var may []string
		for _, x := range t.Scopes {
			may = append(may, string(x))
		}
		row := TokenRow{ID: t.ID, Name: t.Name, May: strings.Join(may, ", "), Used: lately(s, t.Used), Ends: t.Ends.Format("2 Jan 2006"), Ended: !t.Ends.After(s.Now)}
		if row.Ended {
			row.Ends = "Ended " + t.Ends.Format("2 Jan")
		}
		v.Tokens = append(v.Tokens, row)
	}
}

func (v *AccountPage) way(s Site, w account.Way) {
	row := WayRow{Kind: w.Kind, Key: w.Key, Name: w.Name, Sign: "i-ring", State: "Off", Used: "–", Act: "Remove", Does: "drop"}
	if w.Kind == "passkey" {
		row.Name = "Passkey, " + w.Name
	}
	if w.Ready {
		row.Sign, row.State, row.Used = "i-dot", "Ready", lately(s, w.Used)
	}
	switch {
	case w.Kind == "password" && w.Ready:
		row.State, row.Used = "Set "+w.Made.Format("2 January 2006"), "–"
	case w.Kind == "password":
		return // it is set below
	case w.Kind == "provider" && !w.Ready:
		v.Providers = append(v.Providers, Link{Text: "Link " + w.Name, Href: "/auth/" + w.Key + "?add"})
		return
	case w.Kind == "provider":
		row.Act = "Unlink"
	case w.Kind == "link" && w.Ready:
		row.Act, row.Used = "Switch off", "–"
	case w.Kind == "link":
		row.Act, row.Does = "Switch on", "add"
	}
	v.Ways = append(v.Ways, row)
}

func (v *AccountPage) invitations(d AccountData) {
	v.Inviting = d.Settings.Join != account.Nobody
	for r := account.Reader; r <= account.Administrator; r++ {
		v.Roles = append(v.Roles, r.String())
	}
	for _, i := range d.Invitations {
		v.Invitations = append(v.Invitations, InvitationRow{i.ID, i.Role.String(), i.Note, number(i.Left), i.Ends.Format("2 Jan 2006")})
	}
}

// lately writes a time that has passed: today, 07:02; else the day.
func lately(s Site, t time.Time) string {
	switch {
	case t.IsZero():
		return "never"
	case t.Format(time.DateOnly) == s.Now.Format(time.DateOnly):
		return "today, " + t.Format("15:04")
	}
	return t.Format("2 Jan 2006")
}

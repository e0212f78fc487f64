package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/fault"
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
	Others          int // sessions beside this one
	Made            string
	Tokens          []TokenRow
	Scopes          []Choice
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
	article := map[account.Role]string{account.Administrator: "an administrator", account.Desk: "at the desk"}[a.Role]
	if article == "" {
		article = "a reader"
	}
	v.Sum = strings.TrimPrefix(fmt.Sprintf("%s, %s since %s. Each part saves by itself.", a.Address, article, a.Joined.Format("2 January 2006")), ", ")
	if v.Confirm == "" {
		v.Confirm = a.Handle
	}
	v.Switches = []Switch{
		{"votes", "Show my name by my upvotes", a.Shows.Votes}, {"followable", "Let readers follow me", a.Shows.Followable},
		{"listed", "Let search engines list my page", a.Shows.Listed}, {"read", "Keep a read mark on what I open", a.Shows.KeepsRead},
	}
	for _, w := range d.Ways {
		v.way(s, w)
	}
	for _, x := range d.Sessions {
		row := SessionRow{ID: x.ID, Where: x.Agent, From: x.Network, Since: lately(s, x.Made), Here: x.ID == d.Here}
		if row.Here {
			row.Where = "This browser, " + row.Where
		} else {
			v.Others++
		}
		v.Sessions = append(v.Sessions, row)
	}
	for _, t := range d.Tokens {
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
	names := map[account.Scope]string{account.ScopeRead: "Read what I keep", account.ScopeVote: "Vote", account.ScopeSubmit: "Submit", account.ScopeWrite: "Write: save, note, comment"}
	for _, x := range account.Scopes() {
		v.Scopes = append(v.Scopes, Choice{string(x), names[x], x == account.ScopeRead})
	}
	if a.Role == account.Administrator {
		v.invitations(d)
	}
	return v
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

// own shows the page of the account that asks; more may add what was just done.
func (h *Handler) own(w http.ResponseWriter, r *http.Request, more func(*AccountData)) error {
	ctx, v := r.Context(), account.From(r.Context())
	a, err := h.Accounts.Get(ctx, v.ID)
	if err != nil {
		return err
	}
	d := AccountData{Account: a, Settings: h.Accounts.Settings(), Passkeys: h.Accounts.PasskeysAt(h.base(r)), Here: v.Session.ID, Done: done(r.URL.Query().Get("done"))}
	var e1, e2, e3, e4 error
	d.Ways, e1 = h.Accounts.Ways(ctx, a)
	d.Sessions, e2 = h.Accounts.Sessions(ctx, a.ID)
	d.Tokens, e3 = h.Accounts.Tokens(ctx, a.ID)
	if a.Role == account.Administrator {
		d.Invitations, e4 = h.Accounts.Invitations(ctx)
	}
	site, err := h.site(r)
	if err := errors.Join(e1, e2, e3, e4, err); err != nil {
		return err
	}
	site.Path = "/account"
	if more != nil {
		more(&d)
	}
	return h.showWith(w, r, d.Wrong, AccountPageOf(site, d))
}

// done are the words for what an address says was just done.
func done(key string) string {
	return map[string]string{
		"profile": "Your profile is saved.", "password": "Your password is saved, and the other sessions have ended.", "way": "Your ways to sign in have changed.",
		"session": "That session has ended.", "passkey": "The passkey is added.", "sessions": "The other sessions have ended.", "token": "The token is revoked.", "address": "A link is on its way to the new address.",
		"invitation": "The invitation has ended.",
	}[key]
}

func (h *Handler) account(w http.ResponseWriter, r *http.Request) error { return h.own(w, r, nil) }

// change makes a handler of a part of the account page: f does what the form asks
// and returns what was done; a fault of what was typed is shown on the page.
func (h *Handler) change(f func(r *http.Request, v *account.Viewer) (string, error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := readForm(r); err != nil {
			return err
		}
		what, err := f(r, account.From(r.Context()))
		switch fault.KindOf(err) {
		case fault.KindInvalid, fault.KindClash, fault.KindOften:
			return h.own(w, r, func(d *AccountData) { d.Wrong = err })
		}
		if err != nil {
			return err
		}
		section, _, _ := strings.Cut(what, "=")
		http.Redirect(w, r, "/account?done="+strings.TrimPrefix(what, section+"=")+"#"+section, http.StatusSeeOther)
		return nil
	}
}

func (h *Handler) changeProfile(r *http.Request, v *account.Viewer) (string, error) {
	f := r.PostForm
	shows := account.Shows{Votes: f.Has("votes"), Followable: f.Has("followable"), Listed: f.Has("listed"), KeepsRead: f.Has("read")}
	return "profile=profile", h.Accounts.SetProfile(r.Context(), v.ID, strings.TrimSpace(f.Get("handle")), f.Get("name"), shows)
}

func (h *Handler) changeAddress(r *http.Request, v *account.Viewer) (string, error) {
	address, err := account.ParseAddress(r.PostForm.Get("email"))
	if err != nil {
		return "", err
	}
	return "signin=address", h.Accounts.Ask(r.Context(), account.Letter{
		Purpose: account.ToChange, Address: address, Account: v.ID, Base: h.base(r), Next: "/account", Network: account.PlaceOf(r).Network,
	})
}

func (h *Handler) changePassword(r *http.Request, v *account.Viewer) (string, error) {
	if !h.Accounts.Settings().Password {
		return "", fault.Forbidden("Passwords are switched off here.")
	}
	if v.HasPassword() {
		right, err := h.Accounts.CheckPassword(r.Context(), &v.Account, r.PostForm.Get("old"), account.PlaceOf(r))
		if err != nil {
			return "", err
		}
		if !right {
			return "", fault.Invalid("The old password is another one.")
		}
	}
	return "signin=password", h.Accounts.SetPassword(r.Context(), v.ID, v.Session.ID, r.PostForm.Get("password"), true)
}

func (h *Handler) changeWay(r *http.Request, v *account.Viewer) (string, error) {
	f := r.PostForm
	if f.Get("does") == "add" && f.Get("kind") == "link" {
		return "signin=way", h.Accounts.SetByLink(r.Context(), v.ID, true)
	}
	return "signin=way", h.Accounts.DropWay(r.Context(), v.ID, f.Get("kind"), f.Get("key"))
}

func (h *Handler) endSession(r *http.Request, v *account.Viewer) (string, error) {
	which := r.PostForm.Get("end")
	if which == "others" {
		return "sessions=sessions", h.Accounts.EndSessions(r.Context(), v.ID, v.Session.ID)
	}
	id, err := strconv.ParseInt(which, 10, 64)
	if err != nil {
		return "", fault.Invalid("There is no session %q.", clip(which, 20))
	}
	return "sessions=session", h.Accounts.EndSession(r.Context(), v.ID, id)
}

func (h *Handler) revokeToken(r *http.Request, v *account.Viewer) (string, error) {
	id, err := strconv.ParseInt(r.PostForm.Get("token"), 10, 64)
	if err != nil {
		return "", fault.Invalid("There is no such token.")
	}
	return "tokens=token", h.Accounts.RevokeToken(r.Context(), v.ID, id)
}

func (h *Handler) uninvite(r *http.Request, v *account.Viewer) (string, error) {
	id, err := strconv.ParseInt(r.PostForm.Get("invitation"), 10, 64)
	if err != nil {
		return "", fault.Invalid("There is no such invitation.")
	}
	return "invitations=invitation", h.Accounts.Uninvite(r.Context(), v.ID, id)
}

// makeToken makes a token and shows it, this once.
func (h *Handler) makeToken(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	var scopes []account.Scope
	for _, s := range r.PostForm["scope"] {
		scopes = append(scopes, account.Scope(s))
	}
	days, err := strconv.Atoi(r.PostForm.Get("days"))
	if err != nil {
		days = 0
	}
	made, err := h.Accounts.MakeToken(r.Context(), account.From(r.Context()).ID, r.PostForm.Get("name"), scopes, time.Duration(days)*24*time.Hour)
	return h.own(w, r, func(d *AccountData) { d.Made, d.Wrong = made, err })
}

// invite makes an invitation and shows its address, this once.
func (h *Handler) invite(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := r.PostForm
	role, err := account.ParseRole(f.Get("role"))
	uses, _ := strconv.Atoi(f.Get("uses"))
	days, _ := strconv.Atoi(f.Get("days"))
	code := ""
	if err == nil {
		code, err = h.Accounts.Invite(r.Context(), account.From(r.Context()).ID, role, f.Get("note"), uses, time.Duration(days)*24*time.Hour)
	}
	return h.own(w, r, func(d *AccountData) {
		if d.Wrong = err; err == nil {
			d.Invited = h.base(r) + "/join/" + code
		}
	})
}

// export sends everything that is held of the account that asks.
func (h *Handler) export(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	if err := h.Accounts.Export(r.Context(), account.From(r.Context()).ID, &b); err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", "application/zip")
	head.Set("Content-Disposition", `attachment; filename="broadsheet-`+account.From(r.Context()).Handle+`.zip"`)
	head.Set("Cache-Control", keepNothing)
	head.Set("Content-Length", strconv.Itoa(b.Len()))
	_, err := b.WriteTo(w)
	return err
}

// leave ends the account that asks, when its address has been typed.
func (h *Handler) leave(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v := account.From(r.Context())
	confirm := v.Address
	if confirm == "" {
		confirm = v.Handle
	}
	err := error(nil)
	if !strings.EqualFold(strings.TrimSpace(r.PostForm.Get("confirm")), confirm) {
		err = fault.Invalid("Nothing was deleted: type %s to confirm.", confirm)
	} else {
		err = h.Accounts.Leave(r.Context(), v.ID, r.PostForm.Has("words"))
	}
	if fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindClash) {
		return h.own(w, r, func(d *AccountData) { d.Wrong = err })
	}
	if err != nil {
		return err
	}
	account.SetCookie(w, "session", "", h.secure(r))
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// passkeyOptions begins to add a passkey to the account that asks.
func (h *Handler) passkeyOptions(w http.ResponseWriter, r *http.Request) error {
	options, secret, err := h.Accounts.BeginPasskey(r.Context(), &account.From(r.Context()).Account, h.base(r))
	return h.ceremony(w, r, options, secret, err)
}

// passkeySignInOptions begins to sign in by a passkey.
func (h *Handler) passkeySignInOptions(w http.ResponseWriter, r *http.Request) error {
	options, secret, err := h.Accounts.BeginPasskeySignIn(r.Context(), h.base(r), account.PlaceOf(r))
	return h.ceremony(w, r, options, secret, err)
}

func (h *Handler) ceremony(w http.ResponseWriter, r *http.Request, options any, secret string, err error) error {
	if err != nil {
		return err
	}
	account.SetCookie(w, "flow", secret, h.secure(r))
	return sendJSON(w, options)
}

// addPasskey takes the passkey that a browser made.
func (h *Handler) addPasskey(w http.ResponseWriter, r *http.Request) error {
	answer, err := readBody(r)
	if err != nil {
		return err
	}
	place := account.PlaceOf(r)
	name := strings.TrimPrefix(place.Agent, "A ")
	if err := h.Accounts.AddPasskey(r.Context(), &account.From(r.Context()).Account, h.base(r), account.Cookie(r, "flow", h.secure(r)), name, answer); err != nil {
		return err
	}
	account.SetCookie(w, "flow", "", h.secure(r))
	return sendJSON(w, map[string]string{"next": "/account?done=passkey"})
}

// passkeySignIn takes what a browser's passkey signed.
func (h *Handler) passkeySignIn(w http.ResponseWriter, r *http.Request) error {
	answer, err := readBody(r)
	if err != nil {
		return err
	}
	secret, err := h.Accounts.SignInByPasskey(r.Context(), h.base(r), account.Cookie(r, "flow", h.secure(r)), answer, account.PlaceOf(r))
	if err != nil {
		return err
	}
	if err := h.leaveSession(r); err != nil {
		return err
	}
	account.SetCookie(w, "flow", "", h.secure(r))
	account.SetCookie(w, "session", secret, h.secure(r))
	return sendJSON(w, map[string]string{"next": localPath(r.URL.Query().Get("next"))})
}

func readBody(r *http.Request) ([]byte, error) {
	const most = 64 << 10
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil || len(body) > most {
		return nil, fault.Invalid("What was sent is too long, or was cut off.")
	}
	return body, nil
}

func sendJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", keepNothing)
	_, err = w.Write(body)
	return err
}

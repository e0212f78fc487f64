package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/digest"
	"broadsheet/fault"
)

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
	if err := errors.Join(e1, e2, e3, e4, err, h.ownMore(ctx, &d)); err != nil {
		return err
	}
	site.Path = "/account"
	if more != nil {
		more(&d)
	}
	return h.showWith(w, r, d.Wrong, AccountPageOf(site, d))
}

// ownMore reads what other rooms hold of the account.
func (h *Handler) ownMore(ctx context.Context, d *AccountData) (err error) {
	id := d.Account.ID
	if h.ORCID != nil {
		if d.ORCID, err = h.ORCID(ctx, id); err != nil {
			return err
		}
	}
	if h.Library != nil {
		c, err := h.Library.Count(ctx, id)
		if err != nil {
			return err
		}
		d.Kept = &c
	}
	if d.Talks = h.Talk != nil; d.Talks {
		if d.Quiet, err = h.Talk.Quiet(ctx, id); err != nil {
			return err
		}
	}
	if d.Mailing = h.Digests != nil; !d.Mailing {
		return nil
	}
	held, err := h.Digests.Of(ctx, id)
	for _, s := range held {
		row := MailRow{To: s.Address.String(), What: s.Choice.Cadence.String() + ", " + s.Choice.String(), Next: nextMail(s), Change: h.linkTo("/mail", s), End: h.linkTo("/mail/stop", s)}
		switch s.State {
		case digest.Asked:
			row.Next, row.Change, row.End = "It waits until you press the button on the page that the mail leads to.", "", ""
		case digest.Active:
			row.Pause, row.Read = h.linkTo("/mail/pause", s), h.linkTo("/mail/preview", s)
		}
		d.Mails = append(d.Mails, row)
	}
	return err
}

// changeMails says whether who asks wants mail of replies and mentions.
func (h *Handler) changeMails(r *http.Request, v *account.Viewer) (string, error) {
	return "mail=mail", h.Talk.SetQuiet(r.Context(), v.ID, !r.PostForm.Has("replies"))
}

// done are the words for what an address says was just done.
func done(key string) string {
	return map[string]string{
		"profile": "Your profile is saved.", "password": "Your password is saved, and the other sessions have ended.", "password-tokens": "Your password is saved; the other sessions and all tokens have ended.", "way": "Your ways to sign in have changed.",
		"session": "That session has ended.", "passkey": "The passkey is added.", "sessions": "The other sessions have ended.", "token": "The token is revoked.", "address": "A link is on its way to the new address.",
		"invitation": "The invitation has ended.", "mail": "Your choice of mail is saved.", "role": "The role is changed. Their sessions go on under it.",
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
	shows := account.Shows{Votes: f.Has("votes"), Followable: f.Has("followable"), Listed: f.Has("listed"), KeepsRead: f.Has("read"), Comments: f.Has("comments"), Papers: f.Has("papers")}
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
	what, tokens := "signin=password", r.PostForm.Has("tokens")
	if tokens {
		what = "signin=password-tokens"
	}
	return what, h.Accounts.SetPassword(r.Context(), v.ID, v.Session.ID, r.PostForm.Get("password"), tokens)
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

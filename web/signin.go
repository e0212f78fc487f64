package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"broadsheet/account"
	"broadsheet/fault"
)

// SignInData is what the page to sign in is made of.
type SignInData struct {
	Settings   account.Settings
	Passkeys   bool   // they can be used at this address
	Next       string // the path to go to afterwards
	Invitation string // the code of one; "" for none
	By         string // the way that was chosen: password, or "" for the usual one
	Address    string // as it was typed
	Wrong      error  // what is wrong with what was typed; nil for nothing
	Sent       bool   // a link has been asked for
}

// SignInPage is where one signs in and joins.
type SignInPage struct {
	Page
	Heading, Says string
	Form          string // link, password, or "" when providers are the only way
	Address       string
	Wrong         string // of the address
	Failed        string // of the whole
	Next          string
	Invitation    string
	Hint          string
	Reset         bool   // a forgotten password can be chosen anew
	Ways          []Link // the others
	Passkeys      bool
	Sent          bool
}

func (*SignInPage) template() string { return "signin" }

// SignInPageOf makes the page to sign in.
func SignInPageOf(s Site, d SignInData) *SignInPage {
	v := &SignInPage{
		Page: s.page("Sign in", "form"), Heading: "Sign in", Says: "Reading needs no account. Signing in lets you vote, save, follow and discuss.",
		Address: d.Address, Next: d.Next, Invitation: d.Invitation, Passkeys: d.Passkeys, Sent: d.Sent,
	}
	v.NoIndex = true
	if d.Invitation != "" {
		v.Heading, v.Says = "You are invited", "Say who you are, and you have an account here."
	}
	if d.Sent {
		v.Heading, v.Says = "Look into your mail", "If that address may sign in here, a link is on its way to it. The link works once, for 15 minutes."
		return v
	}
	switch {
	case d.Settings.Password && (d.By == "password" || !d.Settings.Link):
		v.Form, v.Reset = "password", true
	case d.Settings.Link:
		v.Form = "link"
	}
	v.Hint = joining(d.Settings, d.Invitation != "")
	query := "?" + queryOf("next", d.Next, "invitation", d.Invitation)
	if v.Form == "link" && d.Settings.Password {
		v.Ways = append(v.Ways, Link{Text: "Use a password", Href: "/sign-in?" + queryOf("by", "password", "next", d.Next, "invitation", d.Invitation)})
	} else if v.Form == "password" && d.Settings.Link {
		v.Ways = append(v.Ways, Link{Text: "E-mail me a sign-in link", Href: "/sign-in" + strings.TrimSuffix(query, "?")})
	}
	for _, p := range d.Settings.Providers {
		v.Ways = append(v.Ways, Link{Text: "Continue with " + p.Name, Href: "/auth/" + p.ID + strings.TrimSuffix(query, "?")})
	}
	switch {
	case d.Wrong == nil:
	case v.Form == "link" && fault.Is(d.Wrong, fault.KindInvalid):
		v.Wrong = fault.Message(d.Wrong)
	default:
		v.Failed = fault.Message(d.Wrong)
	}
	return v
}

// joining says who may join, under the form.
func joining(c account.Settings, invited bool) string {
	once := "The link works once, for 15 minutes. "
	if !c.Link {
		once = ""
	}
	switch {
	case invited || c.Join == account.Anyone:
		return once + "A new address makes a new account."
	case c.Join == account.ByDomain:
		return once + "A new address of " + strings.Join(c.Domains, " or ") + " makes a new account."
	case c.Join == account.ByInvitation:
		return once + "New readers come by invitation."
	}
	return strings.TrimSpace(once)
}

// LinkPage is the page of a mailed link: it asks before it does anything, because
// programs open links, too.
type LinkPage struct {
	Page
	Heading, Says string
	Key           string
	Button        string
	AskAddress    bool // and the name
	AskPassword   bool
	Optional      bool // the password is
	Address       string
	Name          string
	Failed        string
}

func (*LinkPage) template() string { return "link" }

// LinkPageOf makes the page of a mailed link. wrong is what is wrong with what was
// typed, nil for nothing.
func LinkPageOf(s Site, l *account.Letter, key string, passwords bool, with account.Answer, wrong error) *LinkPage {
	v := &LinkPage{Page: s.page("Sign in", "form"), Heading: "Sign in", Says: "As " + l.Address + ".", Key: key, Button: "Sign in", Address: with.Address, Name: with.Name, Failed: fault.Message(wrong)}
	v.NoIndex = true
	switch l.Purpose {
	case account.ToReset:
		v.Heading, v.Says, v.Button, v.AskPassword = "Choose a password", "For "+l.Address+". All sessions end, on every machine, and so do the tokens of programs.", "Save and sign in", true
	case account.ToChange:
		v.Heading, v.Says, v.Button = "Your address", "Make "+l.Address+" the address of your account.", "Use this address"
	case account.ToBegin:
		v.Heading, v.Says, v.Button = "The first administrator", "This server has nobody who administers it yet. Be that person.", "Make the account"
		v.AskAddress, v.AskPassword, v.Optional = true, passwords, true
	case account.ToEnter:
		v.Says = "By the link that the operator made."
	}
	return v
}

func (h *Handler) signInData(r *http.Request) SignInData {
	return SignInData{
		Settings: h.Accounts.Settings(), Passkeys: h.Accounts.PasskeysAt(h.base(r)),
		Next: localPath(r.FormValue("next")), Invitation: r.FormValue("invitation"), By: r.FormValue("by"),
	}
}

// signInPage shows the form, or leads on who is signed in already.
func (h *Handler) signInPage(w http.ResponseWriter, r *http.Request) error {
	d := h.signInData(r)
	d.Sent = r.URL.Query().Has("sent")
	if account.From(r.Context()) != nil && !d.Sent {
		http.Redirect(w, r, d.Next, http.StatusSeeOther)
		return nil
	}
	return h.showSignIn(w, r, d)
}

// join is the page of an invitation.
func (h *Handler) join(w http.ResponseWriter, r *http.Request) error {
	d := h.signInData(r)
	d.Invitation = r.PathValue("code")
	if _, err := h.Accounts.Invitation(r.Context(), d.Invitation); err != nil {
		return err
	}
	return h.showSignIn(w, r, d)
}

func (h *Handler) showSignIn(w http.ResponseWriter, r *http.Request, d SignInData) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	return h.showWith(w, r, d.Wrong, SignInPageOf(site, d))
}

// showWith shows a page again with what is wrong, under the status of that; nil is
// nothing.
func (h *Handler) showWith(w http.ResponseWriter, r *http.Request, wrong error, v View) error {
	if wrong == nil {
		return h.showOnce(w, r, v)
	}
	if fault.KindOf(wrong) == fault.Internal {
		return wrong
	}
	body, err := h.templates.RenderFor(v, h.mast(r))
	if err != nil {
		return err
	}
	SetPolicy(w.Header())
	w.Header().Set("Cache-Control", keepNothing)
	w.WriteHeader(fault.KindOf(wrong).Status())
	w.Write(body)
	return nil
}

// signIn takes the form: a link is asked for, or a password given.
func (h *Handler) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	d := h.signInData(r)
	d.Address = clip(r.PostForm.Get("email"), 254)
	address, err := account.ParseAddress(r.PostForm.Get("email"))
	if err == nil && d.By == "password" && r.PostForm.Get("how") != "reset" {
		var secret string
		if secret, err = h.Accounts.SignIn(r.Context(), address, r.PostForm.Get("password"), account.PlaceOf(r)); err == nil {
			return h.enter(w, r, secret, d.Next)
		}
	} else if err == nil {
		err = h.askForLink(r, address, d)
		if err == nil {
			http.Redirect(w, r, "/sign-in?sent", http.StatusSeeOther)
			return nil
		}
	}
	d.Wrong = err
	return h.showSignIn(w, r, d)
}

func (h *Handler) askForLink(r *http.Request, address string, d SignInData) error {
	l := account.Letter{Purpose: account.ToSignIn, Address: address, Next: d.Next, Base: h.base(r), Network: account.PlaceOf(r).Network}
	if r.PostForm.Get("how") == "reset" {
		l.Purpose = account.ToReset
	}
	if d.Invitation != "" {
		i, err := h.Accounts.Invitation(r.Context(), d.Invitation)
		if err != nil {
			return err
		}
		l.Invitation = i.ID
	}
	return h.Accounts.Ask(r.Context(), l)
}

// enter gives the browser its session, in place of any that it had, and leads on.
func (h *Handler) enter(w http.ResponseWriter, r *http.Request, secret, next string) error {
	if err := h.leaveSession(r); err != nil {
		return err
	}
	account.SetCookie(w, "session", secret, h.secure(r))
	w.Header().Set("Cache-Control", keepNothing)
	http.Redirect(w, r, localPath(next), http.StatusSeeOther)
	return nil
}

// leaveSession ends the session that a request came with, if any.
func (h *Handler) leaveSession(r *http.Request) error {
	v := account.From(r.Context())
	if v == nil || v.Session == nil {
		return nil
	}
	if err := h.Accounts.EndSession(r.Context(), v.ID, v.Session.ID); !fault.Is(err, fault.KindMissing) {
		return err
	}
	return nil
}

func (h *Handler) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := h.leaveSession(r); err != nil {
		return err
	}
	account.SetCookie(w, "session", "", h.secure(r))
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// linkPage shows what a mailed link is for.
func (h *Handler) linkPage(w http.ResponseWriter, r *http.Request) error {
	return h.showLink(w, r, r.URL.Query().Get("key"), account.Answer{}, nil)
}

func (h *Handler) showLink(w http.ResponseWriter, r *http.Request, key string, with account.Answer, wrong error) error {
	l, err := h.Accounts.Letter(r.Context(), key)
	if err != nil {
		return err
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer") // the key stands in the address
	return h.showWith(w, r, wrong, LinkPageOf(site, l, key, h.Accounts.Settings().Password, with, wrong))
}

// useLink does what a mailed link is for.
func (h *Handler) useLink(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := r.PostForm
	with := account.Answer{Address: f.Get("email"), Name: f.Get("name"), Password: f.Get("password")}
	secret, next, err := h.Accounts.Use(r.Context(), f.Get("key"), with, account.PlaceOf(r))
	switch {
	case fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindClash):
		return h.showLink(w, r, f.Get("key"), with, err)
	case err != nil:
		return err
	case secret == "": // an address was confirmed
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return nil
	}
	return h.enter(w, r, secret, next)
}

// depart sends the browser to an OpenID Connect provider; with add, to add what it
// is there to the account that is signed in.
func (h *Handler) depart(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	j := account.Journey{Provider: r.PathValue("provider"), Next: localPath(q.Get("next"))}
	j.Redirect = h.base(r) + "/auth/" + j.Provider + "/callback"
	if q.Has("add") {
		v := account.From(r.Context())
		if err := account.May(v, account.Manage); err != nil {
			return err
		}
		j.Account, j.Next = v.ID, "/account#signin"
	}
	if code := q.Get("invitation"); code != "" {
		i, err := h.Accounts.Invitation(r.Context(), code)
		if err != nil {
			return err
		}
		j.Invitation = i.ID
	}
	to, secret, err := h.Accounts.Depart(r.Context(), j, account.PlaceOf(r))
	if err != nil {
		return err
	}
	account.SetCookie(w, "flow", secret, h.secure(r))
	w.Header().Set("Cache-Control", keepNothing)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// arrive takes the browser back from a provider.
func (h *Handler) arrive(w http.ResponseWriter, r *http.Request) error {
	secret := account.Cookie(r, "flow", h.secure(r))
	account.SetCookie(w, "flow", "", h.secure(r))
	session, j, err := h.Accounts.Arrive(r.Context(), r.PathValue("provider"), secret, r.URL.Query(), account.PlaceOf(r))
	if err != nil {
		return err
	}
	if session == "" {
		http.Redirect(w, r, j.Next, http.StatusSeeOther)
		return nil
	}
	return h.enter(w, r, session, j.Next)
}

// demo signs whoever sits at this machine in, as a reader or as the desk of the
// demo.
func (h *Handler) demo(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	if !h.Accounts.Settings().Demo || !onLoopback(r) {
		return fault.Forbidden("Only the demo signs in with one click, and only on the machine that it runs on.")
	}
	role, err := account.ParseRole(r.PostForm.Get("as"))
	if err != nil {
		return err
	}
	secret, err := h.Accounts.SignInToDemo(r.Context(), role, account.PlaceOf(r))
	if err != nil {
		return err
	}
	return h.enter(w, r, secret, localPath(r.PostForm.Get("next")))
}

// onLoopback reports whether a request comes from this machine, and asks for it by
// one of its own names.
func onLoopback(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// secure reports whether cookies go through TLS alone.
func (h *Handler) secure(r *http.Request) bool { return strings.HasPrefix(h.base(r), "https://") }

// queryOf writes pairs of names and values as a query, those without a value and a
// next that leads to the front page left out.
func queryOf(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if v := pairs[i+1]; v != "" && (pairs[i] != "next" || v != "/") {
			parts = append(parts, fmt.Sprintf("%s=%s", pairs[i], url.QueryEscape(v)))
		}
	}
	return strings.Join(parts, "&")
}

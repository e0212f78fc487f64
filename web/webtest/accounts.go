package webtest

import (
	"time"

	"broadsheet/account"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/web"
)

func accounts() []Fixture {
	every := account.Settings{
		Join: account.Anyone, Link: true, Password: true, Passkey: true,
		Providers: []account.Provider{{ID: "orcid", Name: "ORCID"}, {ID: "oidc", Name: "your organisation"}},
	}
	alone := account.Settings{Join: account.ByDomain, Domains: []string{"uni.example"}, Providers: every.Providers[1:]}
	signIn := func(name, says string, d web.SignInData) Fixture {
		return Fixture{Name: name, Says: says, View: web.SignInPageOf(Site("/sign-in"), d)}
	}
	link := func(name, says string, l account.Letter, wrong error) Fixture {
		return Fixture{Name: name, Says: says, View: web.LinkPageOf(Site("/sign-in/link"), &l, "KEY", true, account.Answer{}, wrong)}
	}
	mara := &account.Account{ID: 7, Handle: "mara", Name: "Mara Lindqvist", Address: "mara@readers.test", Role: account.Reader, Joined: Now().AddDate(-2, 0, 0), Shows: account.Shows{Followable: true, KeepsRead: true}}
	whole := web.AccountData{
		Account: mara, Settings: every, Passkeys: true, Here: 3,
		Ways: []account.Way{
			{Kind: "passkey", Key: "a1", Name: "Chrome on Linux", Ready: true, Made: Now().AddDate(0, -1, 0), Used: Now().Add(-3 * time.Hour)},
			{Kind: "password", Name: "Password", Ready: true, Made: Now().AddDate(-1, 0, 0)},
			{Kind: "provider", Key: "oidc", Name: "your organisation", Ready: true},
			{Kind: "provider", Key: "orcid", Name: "ORCID"},
			{Kind: "link", Name: "Link by e-mail"},
		},
		Sessions: []account.Session{
			{ID: 3, Agent: "Firefox on Linux", Network: "192.0.2.0/24", Made: Now().Add(-3 * time.Hour)},
			{ID: 2, Agent: "Safari on an iPhone", Network: "198.51.100.0/24", Made: Now().AddDate(0, 0, -2)},
			{ID: 1, Agent: "A browser", Made: Now().AddDate(0, 0, -20)},
		},
		Tokens: []account.Token{
			{ID: 2, Name: "Zotero at the lab", Scopes: []account.Scope{account.ScopeRead, account.ScopeWrite}, Used: Now().Add(-time.Hour), Ends: Now().AddDate(0, 1, 0)},
			{ID: 1, Name: "<b>old</b> script", Scopes: []account.Scope{account.ScopeRead}, Ends: Now().AddDate(0, -1, 0)},
		},
		Made:  "bs_0123456789",
		ORCID: "0000-0002-1825-0097", Mailing: true, Talks: true, Quiet: true, Kept: &library.Counts{Saved: 14, Noted: 4, Marked: 1306, Followed: 9, Muted: 2, Collections: 3},
		Mails: []web.MailRow{
			{To: "mara@readers.test", What: "weekdays at 07:00, ten papers", Next: "The next mail is due on Wednesday 15 April 2026, 07:00 UTC.", Change: "/mail?t=A", Pause: "/mail/pause?t=A", Read: "/mail/preview?t=A", End: "/mail/stop?t=A"},
			{To: "mara@<b>old</b>.test", What: "weekly", Next: "It waits until you press the button on the page that the mail leads to."},
		},
	}
	chief, bare := *mara, *mara
	chief.Role = account.Administrator
	bare.Address, bare.Handle = "", "mallory"
	inviting := web.AccountData{Account: &chief, Settings: every, Sessions: whole.Sessions[:1], Here: 3, Invited: "https://broadsheet.example/join/CODE", Done: "The invitation has ended.", Invitations: []account.Invitation{
		{ID: 1, Role: account.Desk, Note: "the new editor", Left: 1, Ends: Now().AddDate(0, 0, 7)}, {ID: 2, Role: account.Reader, Left: 30, Ends: Now().AddDate(0, 0, 30)},
	}}
	kept := Site("/accounts")
	kept.Keeps = true
	people := web.AccountsData{
		Accounts: []*account.Account{&chief, mara, {ID: 9, Handle: "noor-sample", Name: "Noor <i>Haddad</i>", Role: account.Desk, Sample: true, Joined: Now()}}, Next: 9, Done: "The role is changed.",
		Log:   []account.Entry{{ID: 2, At: Now(), Actor: 7, Act: "change a role", Subject: "account 9", Detail: "reader to desk"}, {ID: 1, At: Now().AddDate(0, 0, -1), Act: "add an account", Subject: "account 7", Detail: "administrator"}},
		Names: map[int64]string{7: "Mara Lindqvist"},
	}
	demo := Site("/sign-in")
	demo.Demo = true
	return []Fixture{
		signIn("sign-in", "every way to sign in, and half an address", web.SignInData{Settings: every, Passkeys: true, Next: "/archive", Address: "mara@", Wrong: fault.Invalid("The part after @ is missing.")}),
		signIn("sign-in-password", "by a password, which was wrong", web.SignInData{Settings: every, Passkeys: true, Next: "/", By: "password", Address: "mara@readers.test", Wrong: fault.Invalid("That address and that password do not belong together.")}),
		signIn("sign-in-provider", "by a provider alone", web.SignInData{Settings: alone, Next: "/"}),
		signIn("sign-in-often", "after too many attempts", web.SignInData{Settings: every, Next: "/", Wrong: fault.TooOften("Too many attempts. Wait 10m and try again.")}),
		signIn("sign-in-invited", "by an invitation", web.SignInData{Settings: every, Next: "/", Invitation: "CODE"}),
		signIn("sign-in-sent", "a link has been asked for", web.SignInData{Settings: every, Sent: true}),
		{Name: "sign-in-demo", Says: "in the demo", View: web.SignInPageOf(demo, web.SignInData{Settings: every, Next: "/"})},
		link("link", "a mailed link", account.Letter{Purpose: account.ToSignIn, Address: "mara@readers.test"}, nil),
		link("link-reset", "a new password, too short a one", account.Letter{Purpose: account.ToReset, Address: "mara@readers.test"}, fault.Invalid("A password has at least 10 letters; four words make a good one.")),
		link("link-address", "another address", account.Letter{Purpose: account.ToChange, Address: "new@readers.test"}, nil),
		link("link-first", "the first administrator", account.Letter{Purpose: account.ToBegin}, nil),
		link("link-enter", "a link that the operator made", account.Letter{Purpose: account.ToEnter}, nil),
		seen(Fixture{Name: "account", Says: "a reader's account, with a token that was just made", View: web.AccountPageOf(Site("/account"), whole)}),
		seen(Fixture{Name: "account-administrator", Says: "an administrator, who has just invited somebody", View: web.AccountPageOf(Site("/account"), inviting)}),
		seen(Fixture{Name: "accounts", Says: "all accounts, for who administers", View: web.AccountsPageOf(kept, people)}),
		seen(Fixture{Name: "accounts-none", Says: "nobody of that handle; why a role could not be changed", View: web.AccountsPageOf(kept, web.AccountsData{Asked: "nobody", Wrong: fault.Conflict("Nobody else administers this server.")})}),
		seen(Fixture{Name: "account-bare", Says: "an account without an address, and what was wrong", View: web.AccountPageOf(Site("/account"), web.AccountData{Account: &bare, Settings: alone, Sessions: whole.Sessions[:1], Here: 3, Wrong: fault.Invalid("Nothing was deleted: type mallory to confirm.")})}),
	}
}

// seen is a page as somebody who has signed in sees it.
func seen(f Fixture) Fixture {
	f.Reader = &web.Overlay{Reader: &web.Reader{Name: "Mara Lindqvist", Initials: "ML"}}
	return f
}

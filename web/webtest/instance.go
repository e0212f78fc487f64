package webtest

import (
	"time"

	"broadsheet/account"
	"broadsheet/web"
)

// instances are the operator's page: with all there can be, and of a server that has just
// begun.
func instances() []Fixture {
	now := Now()
	at := func(hour, minute int) time.Time {
		return now.Truncate(24 * time.Hour).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	}
	sent, due := make([]int, 24), make([]int, 24)
	sent[6], sent[7], due[18] = 410, 120, 31
	full := web.InstanceData{
		StatusData: web.StatusData{Up: 41 * 24 * time.Hour, Sources: []web.Source{
			{Name: "arXiv, OAI-PMH", Ran: at(6, 12), Took: 278 * time.Second, Got: 412, State: web.Done, Says: "Current", Next: at(12, 12)},
			{Name: "huggingface.co", State: web.Failed, Says: "Failed"},
		}},
		Edition: "The edition of 2026-04-15, held back by the desk, publishes itself at 06:00 UTC on Wednesday.",
		Needs: []web.Need{
			{Title: "huggingface.co is failing.", Text: "It answered 429 <b>.", State: web.Failed, Says: "Failing"},
			{Title: "3 reports wait for the desk.", State: web.Waiting, Says: "Open", Link: web.Link{Text: "Decide", Href: "/moderation/reports"}},
		},
		Lanes: []web.Lane{
			{Name: "arXiv, OAI-PMH", Runs: []web.Run{{From: at(6, 12), To: at(6, 17)}, {From: at(12, 12), To: at(12, 12)}}},
			{Name: "Backup", Runs: []web.Run{{From: at(-3, 0), To: at(-2, 50)}, {From: at(9, 50), To: at(10, 30)}}},
		},
		Outbox: web.OutboxData{Sent: sent, Due: due, States: []web.OutboxState{{Name: "Sent", State: web.Done, Count: 1530, Says: "in 60 days"}, {Name: "Given up", State: web.Failed, Count: 3}}},
		Index:  []web.Gauge{{Name: "Found by words", N: 214906, Of: 214906, Value: "214,906 of 214,906"}, {Name: "Changes that some watcher has still to see", Value: "0"}}, Engine: "built in",
		Backups: []web.Fact{{Name: "/srv/backup", Value: "14 Apr 03:00 UTC, 2.1 GB, of which 3.0 MB were new"}},
		Room:    []web.Gauge{{Name: "Disk", N: 68, Of: 400, Value: "6.8 GB of 40 GB"}},
		Numbers: []web.Fact{{Name: "Accounts", Value: "1,940"}},
		Staff:   []*account.Account{{Handle: "noor", Name: "Noor <b>", Role: account.Desk, Joined: now.AddDate(-1, 0, 0)}},
		Log:     []account.Entry{{At: at(9, 14), Actor: account.Operator, Act: "role", Subject: "@noor", Detail: "desk"}},
	}
	young := web.InstanceData{StatusData: web.StatusData{Up: time.Minute}, Edition: "No edition yet.", Engine: "there is none", Backups: []web.Fact{{Name: "Last", Value: "none was taken"}}}
	site := Site("/instance")
	return []Fixture{
		seen(Fixture{Name: "instance", Says: "what administrators see of the server", View: web.InstancePageOf(site, full)}),
		seen(Fixture{Name: "instance-young", Says: "the same of a server that has just begun", View: web.InstancePageOf(site, young)}),
	}
}

package webtest

import (
	"time"

	"broadsheet/digest"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/web"
)

// mails are the pages of the paper by e-mail.
func mails() []Fixture {
	site := func(path string) web.Site {
		s := Site(path)
		s.Mails = true
		return s
	}
	topics := []web.TopicCount{{Name: "agents", N: 31}, {Name: "robotics", N: 28}, {Name: "theory", N: 1.6}}
	choice := digest.Standard()
	choice.Topics, choice.Authors, choice.Words = []string{"robotics", "rare one"}, []string{"Kaiming He", "Jifeng Dai"}, `"learning theory" OR generalisation -survey`
	held := &digest.Subscription{ID: 7, Address: mail.Address{Local: "name", Domain: "university.example"}, State: digest.Active, Choice: choice, Next: Now().Add(21 * time.Hour)}
	stopped := *held
	stopped.State = digest.Stopped
	button := web.MailPageOf(site("/mail/confirm"), "Begin Broadsheet by mail?", "To name@university.example, weekdays at 07:00 UTC, ten papers.")
	button.Action, button.Token, button.Button = "/mail/confirm", "TOKEN", "Begin"
	pause := web.MailPageOf(site("/mail/pause"), "Pause the mails?", "What comes in meanwhile is weighed for the first mail after the pause.")
	pause.Action, pause.Token, pause.Button, pause.Until, pause.Least = "/mail/pause", "TOKEN", "Pause", "2026-04-21", "2026-04-14"
	record := func(id int64, state, said, returned string, unsure int) outbox.Record {
		return outbox.Record{ID: id, Kind: "digest", To: "name@university.example", State: state, Made: Now(), At: Now(), Due: Now().Add(time.Hour), Said: said, Returned: returned, Unsure: unsure}
	}
	return []Fixture{
		{Name: "subscribe", Says: "the form for whoever comes", View: web.SubscribePageOf(site("/subscribe"), web.SubscribeData{Choice: digest.Standard(), Topics: topics, Can: web.Can{Trending: true}})},
		{Name: "subscribe-wrong", Says: "the address was no address", View: web.SubscribePageOf(site("/subscribe"), web.SubscribeData{Choice: choice, Email: "name@", Topics: topics, Wrong: "The part after @ is missing."})},
		{Name: "subscribe-held", Says: "the settings of a subscription, saved a moment ago", View: web.SubscribePageOf(site("/mail"), web.SubscribeData{Choice: choice, Held: held, Token: "TOKEN", Topics: topics, Done: "Saved."})},
		{Name: "subscribe-stopped", Says: "mail to it came back", View: web.SubscribePageOf(site("/mail"), web.SubscribeData{Choice: choice, Held: &stopped, Token: "TOKEN"})},
		{Name: "mail-button", Says: "what a mailed link opens", View: button},
		{Name: "mail-pause", Says: "a day and a button", View: pause},
		{Name: "mail-done", Says: "what was done", View: web.MailPageOf(site("/mail/stop"), "You are unsubscribed", "No more mail comes.")},
		{Name: "post-desk", Says: "what went out, came back and waits", View: web.PostPageOf(site("/desk/mail"), web.PostData{
			Readers: map[digest.State]int{digest.Active: 1204, digest.Asked: 3, digest.Stopped: 2}, Sends: true, Due: digest.Due{Next: Now().Add(21 * time.Hour)},
			Counts:  []outbox.Count{{Kind: "digest", State: "sent", Letters: 1200, Unsure: 1, Returned: 2}, {Kind: "digest", State: "waiting", Letters: 4}},
			Records: []outbox.Record{record(9, "sent", "", "", 1), record(8, "waiting", "RCPT refused: 452 4.2.2 mailbox full", "", 0), record(7, "refused", "RCPT refused: 550 5.1.1 no such reader", "", 0), record(6, "sent", "", "hard 5.1.1 unknown user", 0), record(5, "handing", "", "", 0)},
		})},
		{Name: "post-empty", Says: "no mail is set up and none was written", View: web.PostPageOf(site("/desk/mail"), web.PostData{Filter: "refused"})},
	}
}

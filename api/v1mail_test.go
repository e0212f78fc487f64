package api_test

import (
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/api"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/digest"
	"broadsheet/feed"
	"broadsheet/mail"
	"broadsheet/outbox"
)

// TestMailsByToken begins, changes, pauses and ends mails by token, and asks for some to
// an address that the account has not proved.
func TestMailsByToken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var accounts *account.Store
		var letters *outbox.Outbox
		s := open(t, d, func(c *api.Config) {
			accounts = account.NewStore(d, account.Settings{}, c.Now, nil)
			var err error
			if letters, err = outbox.Open(t.Context(), d, outbox.Config{From: mail.Address{Local: "news", Domain: "papers.example"}, Dial: (&mail.Server{}).Dial, Now: c.Now}); err != nil {
				t.Fatal(err)
			}
			c.Accounts = accounts
			c.Mails = digest.New(digest.Config{Papers: c.Papers, Editions: c.Editions, Feeds: feed.New(c.Papers), Outbox: letters, Base: c.Base, Now: c.Now})
		})
		ada := bearer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader), account.ScopeRead, account.ScopeWrite)
		ben := bearer(t, accounts, accounttest.Create(t, accounts, d, "ben", account.Reader), account.ScopeRead, account.ScopeWrite)
		waiting := func() int {
			n := 0
			counts, err := letters.Counts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range counts {
				n += c.Letters
			}
			return n
		}
		const path = "/api/v1/me/subscriptions"
		var first v1.Subscription
		if w := s.as(ada, "POST", path, ``, &first); w.Code != 201 || first.State != "active" || first.Address != "ada@readers.test" || first.Mailing.Size != 10 || first.Due.IsZero() || waiting() != 0 {
			t.Fatalf("begun: %d %+v", w.Code, first)
		}
		if w := s.as(ada, "POST", path, ``, nil); w.Code != 409 {
			t.Errorf("begun twice: %d %s", w.Code, w.Body)
		}
		for _, address := range []string{"nobody@else.test", "ada@readers.test"} { // the latter has a subscription: whoever asks learns nothing of it
			if w := s.as(ben, "POST", path, `{"address": "`+address+`"}`, nil); w.Code != 202 || w.Body.Len() != 0 {
				t.Errorf("another's address: %d %s", w.Code, w.Body)
			}
		}
		if waiting() != 2 {
			t.Errorf("%d letters to those whom others asked for", waiting())
		}
		var list v1.Subscriptions
		if s.as(ben, "GET", path, "", &list); len(list.Subscriptions) != 0 {
			t.Errorf("ben gets %+v", list)
		}
		one := path + "/" + first.ID
		for _, method := range []string{"PATCH", "DELETE"} {
			want := map[string]int{"PATCH": 404, "DELETE": 204}[method]
			if w := s.as(ben, method, one, `{}`, nil); w.Code != want {
				t.Errorf("%s of another's: %d", method, w.Code)
			}
		}
		var changed v1.Subscription
		s.as(ada, "PATCH", one, `{"mailing": {"every": "days", "days": ["tuesday", "friday"], "hour": 8, "zone": "Europe/Stockholm", "size": 25, "topics": ["Agents"], "least": 3}, "pause_until": "2026-05-01"}`, &changed)
		if m := changed.Mailing; m.Every != "days" || len(m.Days) != 2 || m.Hour != 8 || m.Size != 25 || m.Topics[0] != "agents" || m.Least != 3 || !m.Edition ||
			!changed.Due.Equal(time.Date(2026, 5, 1, 6, 0, 0, 0, time.UTC)) {
			t.Errorf("changed: %+v", changed)
		}
		for _, body := range []string{`{"mailing": {"hour": 24}}`, `{"mailing": {"zone": "Mars"}}`, `{"mailing": {"days": ["tuesdays"]}}`, `{"pause_until": "soon"}`, `{"pause_until": "2029-01-01"}`, `{"address": "b@b.test"}`, `{"size": 5}`} {
			if w := s.as(ada, "PATCH", one, body, nil); w.Code != 400 {
				t.Errorf("%s: %d %s", body, w.Code, w.Body)
			}
		}
		if w := s.as(ada, "PATCH", one, `{"mailing": {"hour": 9}}`, nil, "If-Match", `"old"`); w.Code != 412 {
			t.Errorf("a change of what it is no more: %d", w.Code)
		}
		if w := s.as(ada, "DELETE", one, "", nil); w.Code != 204 {
			t.Errorf("ended: %d", w.Code)
		}
		if s.as(ada, "GET", path, "", &list); len(list.Subscriptions) != 0 {
			t.Errorf("ada still gets %+v", list)
		}
	})
}

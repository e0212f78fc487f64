package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/hook"
)

// TestHooksByToken has an administrator's program name a hook, which the desk's may not,
// and reads what a hook is told of each event.
func TestHooksByToken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, accounts, talk := talking(t, d)
		s.edition("2026-04-14", 3, "ada")
		ada := accounttest.Create(t, accounts, d, "ada", account.Reader)
		desk := bearer(t, accounts, accounttest.Create(t, accounts, d, "noor", account.Desk), account.ScopeDesk)
		admin := bearer(t, accounts, accounttest.Create(t, accounts, d, "kim", account.Administrator), account.ScopeDesk)
		body := `{"url": "https://lab.example/in", "events": ["paper.votes", "comment.posted"], "votes": 2, "note": "the lab"}`
		if w := s.as(desk, "POST", "/api/v1/hooks", body, nil); w.Code != http.StatusForbidden {
			t.Errorf("the desk makes a hook: %d %s", w.Code, w.Body)
		}
		var made, read v1.Hook
		s.as(admin, "POST", "/api/v1/hooks", body, &made)
		s.as(admin, "GET", "/api/v1/hooks/"+made.ID, "", &read)
		if !strings.HasPrefix(made.Secret, "whsec_") || read.Secret != "" || read.URL != "https://lab.example/in" || read.State != "active" || read.Votes != 2 || len(read.Events) != 2 {
			t.Errorf("made %+v, read %+v", made, read)
		}
		for _, x := range []struct {
			method, path, body string
			want               int
		}{
			{"POST", "/api/v1/hooks", `{"url": "https://lab.example/in", "events": ["all"]}`, 400},
			{"POST", "/api/v1/hooks/" + made.ID + "/test", "", 204},
			{"POST", "/api/v1/hooks/" + made.ID + "/resume", "", 200},
			{"GET", "/api/v1/hooks/99/deliveries", "", 404},
			{"GET", "/api/v1/hooks/x", "", 404},
			{"POST", "/api/v1/hooks/99/test", "", 404},
		} {
			if w := s.as(admin, x.method, x.path, x.body, nil); w.Code != x.want || strings.Contains(w.Body.String(), made.Secret) {
				t.Errorf("%s %s: %d %s, want %d", x.method, x.path, w.Code, w.Body, x.want)
			}
		}
		var told v1.Deliveries
		s.as(admin, "GET", "/api/v1/hooks/"+made.ID+"/deliveries", "", &told)
		if len(told.Deliveries) != 1 || told.Deliveries[0].Event != "test" || told.Deliveries[0].State != "waiting" {
			t.Errorf("deliveries %+v", told)
		}

		papers, err := s.papers.Newest(t.Context(), 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		c, err := talk.Write(t.Context(), now, discuss.Draft{Paper: papers[0].ID, Body: "Well *done*.", Writer: discuss.Writer{Account: ada.ID, Handle: ada.Handle, Joined: ada.Joined}})
		if err != nil {
			t.Fatal(err)
		}
		say := func(e hook.Event, subject int64) string {
			t.Helper()
			data, err := s.Happened(t.Context(), e, &hook.Hook{Votes: 2}, subject)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(data)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		for _, x := range []struct {
			event   hook.Event
			subject int64
			want    string
		}{
			{hook.EditionPublished, 20260414, `{"edition":{"date":"2026-04-14","number":1,"submitted":3,`},
			{hook.EditionPublished, 20260413, "null"},
			{hook.PaperVotes, papers[0].ID, fmt.Sprintf(`{"passed":2,"paper":{"id":"%s",`, papers[0].Key)},
			{hook.CommentPosted, c.ID, fmt.Sprintf(`{"comment":{"id":"%d","paper":"%s","by":{"handle":"ada",`, c.ID, papers[0].Key)},
			{hook.CommentPosted, 99, "null"},
			{hook.SubmissionReceived, 99, "null"},
		} {
			if got := say(x.event, x.subject); !strings.HasPrefix(got, x.want) {
				t.Errorf("%s %d: %s", x.event, x.subject, got)
			}
		}
		if err := talk.Withdraw(t.Context(), now, c.ID, ada.ID); err != nil {
			t.Fatal(err)
		}
		if got := say(hook.CommentPosted, c.ID); got != "null" {
			t.Errorf("a comment that was withdrawn is told: %s", got)
		}
		if w := s.as(admin, "DELETE", "/api/v1/hooks/"+made.ID, "", nil); w.Code != http.StatusNoContent {
			t.Errorf("removed: %d %s", w.Code, w.Body)
		}
		if w := s.as(admin, "GET", "/api/v1/hooks/"+made.ID, "", nil); w.Code != http.StatusNotFound {
			t.Errorf("removed, it is still there: %d", w.Code)
		}
	})
}

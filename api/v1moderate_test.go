package api_test

import (
	"fmt"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// TestModerationByToken reports, decides, appeals and answers with tokens, and looks at
// what each may see and do.
func TestModerationByToken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, accounts, _ := desked(t, d)
		make := func(handle string, role account.Role, scopes ...account.Scope) *account.Viewer {
			return bearer(t, accounts, accounttest.Create(t, accounts, d, handle, role), scopes...)
		}
		ada := make("ada", account.Reader, account.ScopeRead, account.ScopeWrite, account.ScopeSubmit)
		eve := make("eve", account.Reader, account.ScopeRead, account.ScopeWrite)
		noor := make("noor", account.Desk, account.ScopeDesk)
		ben := make("ben", account.Desk, account.ScopeDesk)
		do := func(who *account.Viewer, path, body string, want int) {
			t.Helper()
			if w := s.as(who, "POST", "/api/v1/"+path, body, nil); w.Code != want {
				t.Errorf("%s %s: %d %s", path, body, w.Code, w.Body)
			}
		}
		if w := s.as(ada, "GET", "/api/v1/moderation", "", nil); w.Code != 403 {
			t.Errorf("the queue for a reader: %d", w.Code)
		}
		var c v1.Comment
		s.as(eve, "POST", "/api/v1/papers/2604.00001/comments", `{"body": "Rubbish."}`, &c)
		do(ada, "comments/"+c.ID+"/reports", `{"reason": "Unkind."}`, 204)
		do(ada, "papers/2604.00002/reports", `{"reason": "The title is cut."}`, 204)
		do(ada, "papers/2604.00001/claims", `{"author": "Ada Reader", "evidence": "My page says so."}`, 201)
		var q v1.Queue
		s.as(noor, "GET", "/api/v1/moderation", "", &q)
		if len(q.Cases) != 2 || q.Cases[0].About == nil || q.Cases[0].About.By.Handle != "eve" || q.Cases[0].Reasons[0] != "Unkind." || q.Cases[0].Written != 1 ||
			q.Cases[1].About != nil || q.Cases[1].Paper != "2604.00002" || len(q.Claims) != 1 || q.Claims[0].By.Handle != "ada" || q.Claims[0].Evidence == "" || q.Claims[0].Author != "Ada Reader" {
			t.Fatalf("what waits: %+v", q)
		}
		act := func(who *account.Viewer, body string, want int) { t.Helper(); do(who, "moderation/acts", body, want) }
		act(noor, `{"do": "second", "comment": "`+c.ID+`"}`, 204)
		act(noor, `{"do": "remove", "comment": "`+c.ID+`", "rule": 3, "reason": "Unkind."}`, 403) // who asked for a second
		act(ben, `{"do": "remove", "comment": "`+c.ID+`", "rule": 3}`, 400)
		act(ben, `{"do": "correct", "comment": "`+c.ID+`", "rule": 3, "reason": "No."}`, 400)
		act(ben, `{"do": "remove", "comment": "`+c.ID+`", "rule": 3, "reason": "Unkind."}`, 204)
		act(ben, `{"do": "correct", "paper": "2604.00002", "rule": 5, "reason": "Mended."}`, 204)
		act(ben, `{"do": "grant", "claim": "`+q.Claims[0].ID+`", "reason": "Her page says so."}`, 204)
		act(ben, `{"do": "lock", "paper": "2604.00003", "rule": 1, "reason": "Heated."}`, 204)
		act(ben, `{"do": "sing"}`, 400)
		act(ben, `{"do": "grant", "claim": "x", "reason": "."}`, 400)
		act(ben, `{"do": "restore", "comment": "77", "rule": 1, "reason": "."}`, 404)
		do(ada, "papers/2604.00003/comments", `{"body": "One more."}`, 403)
		act(ben, `{"do": "unlock", "paper": "2604.00003", "rule": 1, "reason": "Cooled."}`, 204)
		do(ada, "papers/2604.00003/comments", `{"body": "One more."}`, 201)

		var mine v1.Acts
		s.as(eve, "GET", "/api/v1/me/acts", "", &mine)
		if len(mine.Acts) != 1 || mine.Acts[0].Act != "comment removed" {
			t.Fatalf("what concerns eve: %+v", mine)
		}
		do(ada, "log/"+mine.Acts[0].ID+"/appeals", `{"reason": "It was fine."}`, 403)
		do(eve, "log/"+mine.Acts[0].ID+"/appeals", `{"reason": "It was a joke."}`, 204)
		s.as(noor, "GET", "/api/v1/moderation", "", &q)
		if len(q.Cases)+len(q.Claims) != 0 || len(q.Appeals) != 1 || q.Appeals[0].Appeal != "It was a joke." || q.Appeals[0].Act.Act != "comment removed" {
			t.Errorf("after deciding: %+v", q)
		}
		act(ben, fmt.Sprintf(`{"do": "reverse", "act": %q, "reason": "A joke."}`, mine.Acts[0].ID), 403) // who did it
		act(noor, fmt.Sprintf(`{"do": "reverse", "act": %q, "reason": "A joke."}`, mine.Acts[0].ID), 204)
		var list v1.Comments
		if s.read("/api/v1/papers/2604.00001/comments", &list); len(list.Comments) != 1 || list.Comments[0].State != "shown" {
			t.Errorf("the comment: %+v", list)
		}
		var log v1.Acts
		s.read("/api/v1/log", &log)
		var kinds []string
		for _, x := range log.Acts {
			kinds = append(kinds, x.Act)
		}
		if got := strings.Join(kinds, ", "); got != "comment restored, discussion opened, discussion closed, claim granted, record corrected, comment removed" {
			t.Errorf("the log: %s", got)
		}
	})
}

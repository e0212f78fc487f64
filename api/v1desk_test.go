package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/api"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/library"
	"broadsheet/paper"
)

// desked opens an API where readers put papers in for a desk that prints at six, with
// a few papers that arXiv would know of.
func desked(t *testing.T, d *db.DB) (*service, *account.Store, *discuss.Store) {
	t.Helper()
	var accounts *account.Store
	var talk *discuss.Store
	s := open(t, d, func(c *api.Config) {
		accounts = account.NewStore(d, account.Settings{}, c.Now, nil)
		talk = discuss.NewStore(c.Papers, accounts, nil)
		c.Editions = edition.NewStore(c.Papers, edition.Settings{Desk: true, Hour: 6 * time.Hour, Submit: edition.Submitting{PerDay: 9, Direct: edition.DeskOnly}})
		c.Accounts, c.Talk, c.Library, c.Lookup = accounts, talk, library.NewStore(c.Papers, accounts), &edition.Lookup{Papers: c.Papers, Accounts: accounts}
	})
	s.editions = s.Config.Editions
	for i := range 3 {
		id := fmt.Sprintf("2604.0000%d", i+1)
		s.put(&paper.Paper{
			Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: id}}, Title: "On " + id, Abstract: "First words. We show it. Last words.",
			Submitted: now.AddDate(0, 0, -1), Form: paper.TeX, Authority: paper.FromArXiv, Record: paper.Record{Authors: []paper.Author{{Name: "Ada Reader"}}},
		})
	}
	return s, accounts, talk
}

// TestDeskByToken makes an edition with two people's tokens: reads the candidates,
// decides, clashes, undoes, and publishes.
func TestDeskByToken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, accounts, _ := desked(t, d)
		ada := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader))
		noor := bearer(t, accounts, accounttest.Create(t, accounts, d, "noor", account.Desk), account.ScopeDesk)
		ben := bearer(t, accounts, accounttest.Create(t, accounts, d, "ben", account.Desk), account.ScopeDesk)
		read := bearer(t, accounts, &noor.Account, account.ScopeRead)
		if w := s.as(read, "GET", "/api/v1/desk", "", nil); w.Code != http.StatusForbidden {
			t.Errorf("the desk with the scope read: %d", w.Code)
		}
		if _, err := accounts.MakeToken(t.Context(), ada.ID, "x", []account.Scope{account.ScopeDesk}, time.Hour); err == nil {
			t.Error("a reader has a token for the desk")
		}
		for i := range 3 {
			if w := s.as(ada, "POST", "/api/v1/submissions", fmt.Sprintf(`{"paper": "2604.0000%d", "note": "Read it."}`, i+1), nil); w.Code != http.StatusCreated {
				t.Fatalf("put in: %d %s", w.Code, w.Body)
			}
		}
		var desk v1.Desk
		s.as(noor, "GET", "/api/v1/desk?limit=2", "", &desk)
		var rest v1.Desk
		s.as(noor, "GET", desk.Next, "", &rest)
		if len(desk.Candidates) != 2 || len(rest.Candidates) != 1 || rest.Next != "" || desk.Date != "2026-04-17" || desk.Seen != "0" {
			t.Fatalf("the desk: %+v\nthe rest: %+v", desk, rest)
		}
		if c := desk.Candidates[0]; c.Direct || c.Pick != "" || len(c.PutIn) != 1 || c.PutIn[0].By.Handle != "ada" || c.PutIn[0].Note != "Read it." || len(c.Sentences) != 3 {
			t.Errorf("a candidate: %+v", c)
		}
		do := func(who *account.Viewer, body string, want int) v1.DeskAct {
			t.Helper()
			var act v1.DeskAct
			into := any(&act)
			if want != http.StatusCreated {
				into = nil
			}
			if w := s.as(who, "POST", "/api/v1/desk/acts", body, into); w.Code != want {
				t.Errorf("%s: %d %s", body, w.Code, w.Body)
			}
			return act
		}
		kept := do(noor, `{"do": "keep", "paper": "2604.00001", "seen": "0"}`, 201)
		do(noor, `{"do": "keep", "paper": "2604.00001", "seen": "0"}`, 204)
		do(noor, fmt.Sprintf(`{"do": "keep", "paper": "2604.00002", "seen": %q}`, kept.ID), 201)
		if w := s.as(ben, "POST", "/api/v1/desk/acts", `{"do": "skip", "paper": "2604.00001", "seen": "0"}`, nil); w.Code != 409 || !strings.Contains(w.Body.String(), "@noor kept it") {
			t.Errorf("a clash: %d %s", w.Code, w.Body)
		}
		do(ben, `{"do": "skip", "paper": "2604.00003"}`, 201)
		do(ben, `{"do": "claim", "paper": "2604.00001", "text": "We show it.", "seen": "99"}`, 201)
		do(ben, `{"do": "claim", "paper": "2604.00001", "text": "I say so.", "seen": "99"}`, 400)
		do(ben, `{"do": "note", "paper": "2604.00001", "text": "With code.", "seen": "99"}`, 201)
		do(noor, `{"do": "put", "paper": "2604.00002", "before": "2604.00001", "seen": "99"}`, 201)
		held := do(noor, `{"do": "hold"}`, 201)
		do(noor, fmt.Sprintf(`{"do": "undo", "act": %q}`, held.ID), 201)
		do(noor, `{"do": "sing", "paper": "2604.00001"}`, 400)
		do(noor, `{"do": "keep", "paper": "2604.77777"}`, 404)
		do(noor, `{"do": "publish"}`, 400)
		s.as(noor, "GET", "/api/v1/desk", "", &desk)
		first, second := desk.Candidates[0], desk.Candidates[1]
		if first.ID != "2604.00002" || second.Chosen != "We show it." || second.Claim != "We show it." || second.Note != "With code." || second.Order != 2 || desk.Held {
			t.Errorf("made so far: %+v\n%+v", first, second)
		}
		var log, older v1.DeskActs
		s.as(ben, "GET", "/api/v1/desk/log?limit=4", "", &log)
		s.as(ben, "GET", log.Next, "", &older)
		if len(log.Acts) != 4 || len(older.Acts) != 4 || older.Next != "" || older.Acts[3].Says != "kept it" || older.Acts[3].By.Handle != "noor" || !log.Acts[1].Undone {
			t.Errorf("the log: %+v\n%+v", log, older)
		}
		do(noor, `{"do": "publish", "date": "2026-04-17"}`, 201)
		do(noor, `{"do": "skip", "paper": "2604.00001", "date": "2026-04-17"}`, 409)
		s.publish()
		var printed v1.EditionPapers
		if s.read("/api/v1/editions/2026-04-17", &printed); len(printed.Papers) != 2 || printed.Papers[1].Edition.Note != "With code." {
			t.Errorf("printed: %+v", printed)
		}
	})
}

// bearer returns who asks with a new token of an account.
func bearer(t *testing.T, accounts *account.Store, a *account.Account, scopes ...account.Scope) *account.Viewer {
	t.Helper()
	secret, err := accounts.MakeToken(t.Context(), a.ID, "a program", scopes, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	v, err := accounts.ByToken(t.Context(), secret)
	if err != nil || v == nil {
		t.Fatalf("the token is not known: %v", err)
	}
	return v
}

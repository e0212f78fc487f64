package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/api"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// TestSubmit puts papers in as clients do, and reads what the desk made of them.
func TestSubmit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var accounts *account.Store
		s := open(t, d, func(c *api.Config) {
			accounts = account.NewStore(d, account.Settings{}, c.Now, nil)
			c.Accounts = accounts
			c.Editions = edition.NewStore(c.Papers, edition.Settings{Desk: true, Hour: 6 * time.Hour, Submit: edition.Submitting{PerDay: 2, Direct: edition.DeskOnly}})
			c.Lookup = &edition.Lookup{Papers: c.Papers, Accounts: accounts, ArXiv: func(_ context.Context, id string) (*paper.Paper, error) {
				if id == "2604.99999" {
					return nil, fault.NotFound("arXiv has no %s.", id)
				}
				return &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: id}}, Title: "On " + id, Abstract: "First. We show it. Last.", Form: paper.TeX, Authority: paper.FromArXiv}, nil
			}}
		})
		s.editions = s.Config.Editions
		ada := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader))
		noor := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, "noor", account.Desk))
		post := func(path, body string) (int, map[string]any) {
			t.Helper()
			r := httptest.NewRequest("POST", path, strings.NewReader(body))
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r.WithContext(account.With(r.Context(), ada)))
			s.state.Add(1)
			var o map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
				t.Fatalf("%s: %s", path, w.Body)
			}
			return w.Code, o
		}
		for _, c := range []struct {
			path, body string
			status     int
		}{
			{"/api/papers/submit", `{}`, http.StatusBadRequest},
			{"/api/papers/submit", `no`, http.StatusBadRequest},
			{"/api/papers/submit", `{"paperId": "2604.99999"}`, http.StatusNotFound},
			{"/api/papers/submit", `{"paperId": "2604.00001", "githubRepo": "javascript:x"}`, http.StatusBadRequest},
			{"/api/papers/submit", `{"paperId": "2604.00001", "comment": "Good.", "githubRepo": "https://git.example/x"}`, http.StatusCreated},
			{"/api/papers/submit", `{"url": "https://arxiv.org/abs/2604.00001v2"}`, http.StatusCreated}, // again
			{"/api/papers/submit", `{"paperId": "2604.00002"}`, http.StatusCreated},
			{"/api/papers/submit", `{"paperId": "2604.00003"}`, http.StatusTooManyRequests},
			{"/api/papers/index", `{"arxivId": "2604.00003"}`, http.StatusOK},
			{"/api/papers/index", `{"arxivId": "2604.99999"}`, http.StatusNotFound},
		} {
			status, o := post(c.path, c.body)
			if status != c.status || status == http.StatusCreated && (o["state"] != "waiting" || o["edition"] != "2026-04-17") {
				t.Errorf("%s %s: %d %v", c.path, c.body, status, o)
			}
		}
		id := func(key string) int64 {
			p, err := s.papers.Find(t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: key})
			if err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		for _, r := range []edition.Request{
			{Do: edition.Keep, Paper: id("2604.00001")},
			{Do: edition.Keep, Paper: id("2604.00002")},
			{Do: edition.Lead, Paper: id("2604.00002")},
			{Do: edition.Choose, Paper: id("2604.00001"), Text: "Last."},
			{Do: edition.Remark, Paper: id("2604.00001"), Text: "Read it."},
			{Do: edition.Publish},
		} {
			r.Desk, r.Day = noor.ID, "2026-04-17"
			if _, err := s.editions.Do(t.Context(), now, r); err != nil {
				t.Fatal(err)
			}
		}
		s.state.Add(1)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "/api/daily_papers?date=2026-04-17", nil))
		var list []struct {
			Paper struct {
				ID         string
				GitHubRepo string `json:"githubRepo"`
			}
			SubmittedBy struct{ Name string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) != 2 || list[0].Paper.ID != "2604.00002" || list[1].Paper.ID != "2604.00001" || list[1].Paper.GitHubRepo != "https://git.example/x" || list[1].SubmittedBy.Name != "ada" {
			t.Errorf("%v: %s", err, w.Body)
		}
		w = httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/papers/2604.00001", nil))
		var one struct {
			Claim   string
			Edition struct {
				Order int
				Note  string
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &one); err != nil || one.Claim != "Last." || one.Edition.Order != 2 || one.Edition.Note != "Read it." {
			t.Errorf("%v: %s", err, w.Body)
		}
	})
}

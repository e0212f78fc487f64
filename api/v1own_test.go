package api_test

import (
	"context"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/paper"
)

// TestPutInByToken looks a paper up, saves one for oneself alone, and types one in that
// is much like a held one.
func TestPutInByToken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, accounts, _ := desked(t, d)
		s.Lookup.ArXiv = func(_ context.Context, id string) (*paper.Paper, error) {
			return &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: id}}, Title: "On " + id, Abstract: "We show it.", Form: paper.TeX, Authority: paper.FromArXiv}, nil
		}
		s.Lookup.Near = func(ctx context.Context, p *paper.Paper, limit int) ([]*paper.Paper, error) {
			return s.papers.Newest(ctx, 0, limit)
		}
		ada := bearer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader), account.ScopeRead, account.ScopeWrite, account.ScopeSubmit)
		var l v1.Lookup
		if s.as(ada, "GET", "/api/v1/lookup?paper=2604.00001", "", &l); !l.Held || l.ID != "2604.00001" || l.Page == "" {
			t.Errorf("a held paper: %+v", l)
		}
		if s.as(ada, "GET", "/api/v1/lookup?paper=2604.00008", "", &l); l.Held || l.ID != "2604.00008" || l.Title != "On 2604.00008" || l.Page != "" {
			t.Errorf("a paper outside: %+v", l)
		}
		var m v1.Mark
		if w := s.as(ada, "POST", "/api/v1/me/saved", `{"paper": "2604.00008", "note": "mine"}`, &m); w.Code != 201 || m != (v1.Mark{ID: "2604.00008", Saved: true, Note: "mine"}) {
			t.Errorf("saved for oneself: %d %+v", w.Code, m)
		}
		typed := `"by_hand": {"title": "On 2604.00001 by Ada", "author_names": ["Ada Reader"], "abstract": "What I was told of it, as well as I remember it today, and hardly a word more than that.", "year": 2026}`
		for body, want := range map[string]int{
			`{}`: 400, `{"paper": "2604.00001", ` + typed + `}`: 400, `{"by_hand": {"title": "Too little said of it", "author_names": ["A"], "abstract": "Short.", "year": 2026}}`: 400,
		} {
			if w := s.as(ada, "POST", "/api/v1/submissions", body, nil); w.Code != want {
				t.Errorf("%s: %d %s", body, w.Code, w.Body)
			}
		}
		typed = `"by_hand": {"title": "On 2604.00001", "author_names": ["Ada Reader"], "abstract": "What I was told of it, as well as I remember it today, and hardly a word more than that.", "year": 2026}`
		if w := s.as(ada, "POST", "/api/v1/submissions", `{`+typed+`}`, nil); w.Code != 409 {
			t.Errorf("much like a held one: %d %s", w.Code, w.Body)
		}
		var x v1.Submission
		if s.as(ada, "POST", "/api/v1/submissions", `{"sure": true, `+typed+`}`, &x); x.State != "waiting" || x.Paper[0] != 'b' {
			t.Errorf("typed in: %+v", x)
		}
		var desk v1.Desk
		noor := bearer(t, accounts, accounttest.Create(t, accounts, d, "noor", account.Desk), account.ScopeDesk)
		if s.as(noor, "GET", "/api/v1/desk", "", &desk); len(desk.Candidates) != 1 || len(desk.Candidates[0].Near) != 1 || desk.Candidates[0].Near[0] != "2604.00001" {
			t.Errorf("at the desk: %+v", desk)
		}
	})
}

// TestProfileByToken changes what a reader shows, and turns a knob.
func TestProfileByToken(t *testing.T) {
	t.Parallel()
	s, accounts, _ := desked(t, dbtest.Open(t, dbtest.SQLite(t)))
	ada := bearer(t, accounts, accounttest.Create(t, accounts, s.papers.DB(), "ada", account.Reader), account.ScopeRead, account.ScopeWrite)
	var was, is v1.Profile
	s.as(ada, "GET", "/api/v1/me/profile", "", &was)
	s.as(ada, "PATCH", "/api/v1/me/profile", `{"name": "Ada B.", "shows_votes": true, "reply_mail": false}`, &is)
	want := was
	want.Name, want.ShowsVotes, want.ReplyMail = "Ada B.", true, false
	if is != want || was.Name == is.Name || was.ShowsVotes || !was.ReplyMail {
		t.Errorf("was %+v, is %+v", was, is)
	}
	if w := s.as(ada, "PATCH", "/api/v1/me/profile", `{"handle": "eve"}`, nil); w.Code != 400 {
		t.Errorf("another handle by token: %d", w.Code)
	}
	if w := s.as(ada, "PUT", "/api/v1/me/knobs/topic/agents", `{"turn": -1}`, nil); w.Code != 204 {
		t.Errorf("a knob: %d %s", w.Code, w.Body)
	}
	if w := s.as(ada, "PUT", "/api/v1/me/knobs/topic/agents", `{"turn": 9}`, nil); w.Code != 400 {
		t.Errorf("a knob that turns too far: %d", w.Code)
	}
	var knobs v1.Knobs
	if s.as(ada, "GET", "/api/v1/me/knobs", "", &knobs); len(knobs.Knobs) != 1 || knobs.Knobs[0] != (v1.Knob{Kind: "topic", Key: "agents", Turn: -1}) {
		t.Errorf("the knobs: %+v", knobs)
	}
	for _, c := range [][2]string{{"paper", "2604.00001"}, {"word", "benchmark"}} {
		if w := s.as(ada, "PUT", "/api/v1/me/mutes/"+c[0]+"/"+c[1], "", nil); w.Code != 204 {
			t.Errorf("mute %v: %d %s", c, w.Code, w.Body)
		}
	}
	if w := s.as(ada, "POST", "/api/v1/me/following/looks", "", nil); w.Code != 204 {
		t.Errorf("a look: %d", w.Code)
	}
}

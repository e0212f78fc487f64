package api_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// as sends a request of somebody and reads the answer into v, if that is not nil.
func (s *service) as(who *account.Viewer, method, path, body string, v any, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if who != nil {
		r = r.WithContext(account.With(r.Context(), who))
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	s.state.Add(1)
	if v != nil {
		if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
			s.t.Fatalf("%s %s answers %d %q: %v", method, path, w.Code, w.Body, err)
		}
	}
	return w
}

// TestActsCanBeSentTwice votes, saves and notes, each twice, and looks at what is kept.
func TestActsCanBeSentTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, accounts, _ := talking(t, d)
		s.edition("2026-04-14", 3, "ada")
		ada := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader))
		id := "2604.14000"
		if w := s.as(nil, "PUT", "/api/v1/papers/"+id+"/vote", "", nil); w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("a visitor's vote: %d", w.Code)
		}
		var first v1.Paper
		s.read("/api/v1/papers/"+id, &first)
		for _, c := range []struct {
			method string
			votes  int
		}{{"PUT", 1}, {"PUT", 1}, {"DELETE", 0}, {"DELETE", 0}, {"PUT", 1}} {
			var v v1.Vote
			if s.as(ada, c.method, "/api/v1/papers/"+id+"/vote", "", &v); v.Votes != first.Votes+c.votes || v.Yours != (c.method == "PUT") {
				t.Errorf("%s: %+v", c.method, v)
			}
		}
		var m v1.Mark
		for range 2 {
			if s.as(ada, "PUT", "/api/v1/me/saved/"+id, `{"note": "for Thursday"}`, &m); m != (v1.Mark{ID: id, Saved: true, Note: "for Thursday"}) {
				t.Errorf("saved: %+v", m)
			}
		}
		s.as(ada, "PUT", "/api/v1/me/saved/"+id, "", &m)
		s.as(ada, "PUT", "/api/v1/me/read/"+id, "", &m)
		var saved v1.Saved
		if s.as(ada, "GET", "/api/v1/me/saved", "", &saved); len(saved.Papers) != 1 || !saved.Papers[0].Read || saved.Papers[0].Note != "for Thursday" || saved.Papers[0].Votes != first.Votes+1 {
			t.Errorf("the library: %+v", saved)
		}
		var me v1.Me
		w := s.as(ada, "GET", "/api/v1/me", "", &me)
		if me.Handle != "ada" || me.Saved != 1 {
			t.Errorf("me: %+v", me)
		}
		if again := s.as(ada, "GET", "/api/v1/me", "", nil, "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("me again: %d", again.Code)
		}
		if s.as(ada, "DELETE", "/api/v1/me/saved/"+id, "", &m); m.Saved || !m.Read || m.Note == "" {
			t.Errorf("let go: %+v", m)
		}
	})
}

// TestIdempotencyKeys sends an act again and again under one key, at once and later.
func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, accounts, _ := talking(t, d)
		s.edition("2026-04-14", 1, "ada")
		ada := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader))
		path, body, key := "/api/v1/papers/2604.14000/comments", `{"body": "Well done."}`, []string{"Idempotency-Key", "one"}
		codes := make([]int, 8)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() { codes[i] = s.as(ada, "POST", path, body, nil, key...).Code })
		}
		all.Wait()
		for _, c := range codes {
			if c != 201 && c != 409 {
				t.Errorf("at once: %v", codes)
			}
		}
		s.later.Store(int64(2 * time.Hour)) // longer than the same words count as one comment
		first := s.as(ada, "POST", path, body, nil, key...)
		if first.Code != 201 || first.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("sent again: %d %v", first.Code, first.Header())
		}
		var list v1.Comments
		if s.read(path, &list); len(list.Comments) != 1 {
			t.Errorf("%d comments under one key", len(list.Comments))
		}
		if w := s.as(ada, "POST", path, `{"body": "Another."}`, nil, key...); w.Code != 422 {
			t.Errorf("the key for another request: %d", w.Code)
		}
		if w := s.as(ada, "POST", path, `{"body": ""}`, nil, "Idempotency-Key", "two"); w.Code != 400 {
			t.Errorf("a mistake: %d", w.Code)
		} else if again := s.as(ada, "POST", path, `{"body": ""}`, nil, "Idempotency-Key", "two"); again.Body.String() != w.Body.String() || again.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("a mistake again: %s, not %s", again.Body, w.Body)
		}
		s.later.Store(int64(27 * time.Hour))
		if w := s.as(ada, "POST", path, body, nil, key...); w.Code != 201 || w.Header().Get("Idempotency-Replayed") != "" {
			t.Errorf("after a day: %d %s", w.Code, w.Body)
		}
		if s.read(path, &list); len(list.Comments) != 2 {
			t.Errorf("%d comments after a day", len(list.Comments))
		}
	})
}

// TestBodiesAreChecked sends bodies that are none.
func TestBodiesAreChecked(t *testing.T) {
	t.Parallel()
	s, accounts, _ := talking(t, dbtest.Open(t, dbtest.SQLite(t)))
	s.edition("2026-04-14", 1, "ada")
	ada := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, s.papers.DB(), "ada", account.Reader))
	for body, says := range map[string]string{
		`{"note": 1}`: "note in the body is not of the right kind", `{"not": "x"}`: "not", `[]`: "JSON object", `{"note": "x"} {}`: "one", `{`: "JSON object",
		fmt.Sprintf(`{"note": "%s"}`, strings.Repeat("x", 600<<10)): "too long",
	} {
		var p v1.Problem
		if w := s.as(ada, "PUT", "/api/v1/me/notes/2604.14000", body, &p); w.Code != 400 || !strings.Contains(p.Detail, says) {
			t.Errorf("%.30s: %d %s", body, w.Code, p.Detail)
		}
	}
}

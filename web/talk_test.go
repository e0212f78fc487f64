package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/web"
)

// TestForms posts the forms of a discussion as browsers without script do, and looks
// who then sees what.
func TestForms(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var accounts *account.Store
		s := open(t, d, func(c *web.Config) {
			accounts = account.NewStore(d, account.Settings{}, c.Now, nil)
			c.Accounts, c.Talk = accounts, discuss.NewStore(c.Papers, accounts, nil)
			c.Voted = c.Talk.Voted
		})
		s.edition("2026-04-14", 2)
		viewer := func(handle string, role account.Role) *account.Viewer {
			return accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, handle, role))
		}
		ada, bo, desk := viewer("ada", account.Reader), viewer("bo", account.Reader), viewer("noor", account.Desk)
		post := func(v *account.Viewer, path string, fields ...string) *httptest.ResponseRecorder {
			t.Helper()
			form := url.Values{}
			for i := 0; i < len(fields); i += 2 {
				form.Set(fields[i], fields[i+1])
			}
			r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Referer", "http://example.com/papers/date/2026-04-14")
			if v != nil {
				r = r.WithContext(account.With(r.Context(), v))
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			s.state.Add(1)
			return w
		}
		leads := func(what string, w *httptest.ResponseRecorder, to string) {
			t.Helper()
			if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != to {
				t.Errorf("%s: %d, leads to %q, want %q: %s", what, w.Code, got, to, w.Body)
			}
		}
		page := s.get("/").Body.String()
		_, rest, _ := strings.Cut(page, `action="/vote/`)
		key, _, _ := strings.Cut(rest, "?")
		if key == "" {
			t.Fatal("the edition has no form to vote with")
		}
		paper := "/papers/" + key
		leads("a visitor's vote", post(nil, "/vote/"+key, "vote", "1"), "/sign-in?next=%2Fpapers%2Fdate%2F2026-04-14")
		for range 2 {
			leads("a vote", post(ada, "/vote/"+key+"?at=p1", "vote", "1"), "/papers/date/2026-04-14#p1")
		}
		if w := post(ada, "/vote/"+key, "vote", "2"); w.Code != 400 {
			t.Errorf("two votes at once: %d", w.Code)
		}
		if w := post(ada, "/vote/2604.99999", "vote", "1"); w.Code != 404 {
			t.Errorf("a vote for nothing: %d", w.Code)
		}
		leads("a comment", post(ada, "/comment/"+key, "comment", "Mine, with $x$.", "asked", "mail"), paper+"#c1")
		if w := post(ada, "/comment/"+key, "comment", ""); w.Code != 400 || !strings.Contains(w.Body.String(), "The comment is empty.") {
			t.Errorf("an empty comment: %d", w.Code)
		}
		for _, c := range []struct {
			name string
			who  *account.Viewer
			text string
			want int
		}{
			{"signed out meanwhile", nil, "An hour's <thought>.", 401},
			{"too long", ada, "An hour's <thought>." + strings.Repeat("x", 65536), 400},
		} {
			w := post(c.who, "/comment/"+key, "comment", c.text)
			if body := w.Body.String(); w.Code != c.want || !strings.Contains(body, "An hour&#39;s &lt;thought&gt;.") || c.who == nil && !strings.Contains(body, `href="/sign-in?next=`) {
				t.Errorf("%s: %d, and what was written is lost: %.200s", c.name, w.Code, body)
			}
		}
		if quiet, err := s.Talk.Quiet(t.Context(), ada.ID); err != nil || !quiet {
			t.Errorf("the box was not ticked, yet there is mail: %v", err)
		}

		// Each has a page of their own, in whatever order they come.
		for range 2 {
			for _, c := range []struct {
				name      string
				body      string
				has, lack string
			}{
				{"a visitor", s.get(paper).Body.String(), "to write a comment", `action="/comment/`},
				{"the writer", s.as(ada, paper).Body.String(), `/comments/1#edit`, `/comments/1#report`},
				{"a reader", s.as(bo, paper).Body.String(), `/comments/1#report`, `/comments/1#edit`},
				{"the desk", s.as(desk, paper).Body.String(), `/lock/` + key, `/comments/1#edit`},
			} {
				if !strings.Contains(c.body, c.has) || strings.Contains(c.body, c.lack) {
					t.Errorf("%s: the page lacks %q or has %q", c.name, c.has, c.lack)
				}
			}
		}
		if got := s.as(ada, paper).Header().Get("Cache-Control"); !strings.Contains(got, "no-store") {
			t.Errorf("a page of one's own may be kept: %q", got)
		}
		leads("a report", post(bo, "/comments/1/report", "reason", "off the point"), "/moderation?reported="+url.QueryEscape(paper+"#c1"))
		if w := s.as(bo, "/moderation/reports"); w.Code != 403 {
			t.Errorf("a reader looks at the queue: %d", w.Code)
		}
		leads("a removal", post(desk, "/comments/1/hide", "do", "hide", "rule", "1", "why", "Of something else."), paper+"#c1")
		if body := s.get(paper).Body.String(); !strings.Contains(body, "Comment removed by the desk") || strings.Contains(body, "Mine, with") {
			t.Error("the comment is still shown")
		}
		if body := s.get("/moderation").Body.String(); !strings.Contains(body, "Of something else.") || strings.Contains(body, "ada") {
			t.Error("the log lacks the reason, or names whom it concerns")
		}
	})
}

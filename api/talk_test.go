package api_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/api"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/paper"
)

// TestTalk votes and writes as clients do, and reads what others see.
func TestTalk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var accounts *account.Store
		s := open(t, d, func(c *api.Config) {
			accounts = account.NewStore(d, account.Settings{}, c.Now, nil)
			c.Accounts, c.Talk = accounts, discuss.NewStore(c.Papers, accounts, nil)
		})
		for _, id := range []string{"2604.00001", "hep-th/9901001"} {
			s.put(&paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: id}}, Title: "T", Abstract: "A", Form: paper.TeX, Authority: paper.FromArXiv})
		}
		ada := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader))
		ask := func(v *account.Viewer, method, path, body string, into any) int {
			t.Helper()
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			if v != nil {
				r = r.WithContext(account.With(r.Context(), v))
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			s.state.Add(1)
			if into != nil {
				if err := json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(into); err != nil {
					t.Fatalf("%s %s answers %q: %v", method, path, w.Body, err)
				}
			}
			return w.Code
		}
		for _, id := range []string{"2604.00001", "2604.00001v1", "hep-th/9901001"} {
			path := "/api/papers/" + id + "/upvote"
			if code := ask(nil, "POST", path, "", nil); code != 401 {
				t.Errorf("a visitor's vote: %d", code)
			}
			var got struct {
				Upvotes int
				Upvoted bool
			}
			for _, c := range []struct {
				method string
				votes  int
			}{{"POST", 1}, {"POST", 1}, {"DELETE", 0}, {"DELETE", 0}, {"POST", 1}} {
				if code := ask(ada, c.method, path, "", &got); code != 200 || got.Upvotes != c.votes || got.Upvoted != (c.method == "POST") {
					t.Errorf("%s %s: %d, %+v", c.method, path, code, got)
				}
			}
			var p struct{ Upvotes int }
			if ask(nil, "GET", "/api/papers/"+id, "", &p); p.Upvotes != 1 {
				t.Errorf("%s has %d votes", id, p.Upvotes)
			}
		}
		type message struct {
			ID     string
			Author struct{ Name string }
			Data   struct {
				Hidden          bool
				ParentCommentID string `json:"parentCommentId"`
				Latest          struct{ Raw, HTML string }
			}
		}
		var made struct{ NewMessage message }
		path := "/api/papers/hep-th/9901001/comment"
		if code := ask(ada, "POST", path, `{"comment": "Is $x^2$ <b>new</b>?"}`, &made); code != 201 || made.NewMessage.Author.Name != "ada" {
			t.Errorf("a comment: %d, %+v", code, made)
		}
		first := made.NewMessage.ID
		if code := ask(ada, "POST", path+"/"+first+"/reply", `{"comment": "It is."}`, &made); code != 201 || made.NewMessage.Data.ParentCommentID != first {
			t.Errorf("an answer: %d, %+v", code, made)
		}
		for body, want := range map[string]int{`{}`: 400, `[]`: 400, ``: 400, `{"comment": " "}`: 400, `{"comment": "` + strings.Repeat("a", 65537) + `"}`: 400, `{"comment": "` + strings.Repeat("a", 600<<10) + `"}`: 400} {
			if code := ask(ada, "POST", path, body, nil); code != want {
				t.Errorf("a body of %d bytes: %d, want %d", len(body), code, want)
			}
		}
		if code := ask(ada, "POST", path+"/999/reply", `{"comment": "x"}`, nil); code != 404 {
			t.Errorf("an answer to nothing: %d", code)
		}
		var list []message
		if ask(nil, "GET", path+"s", "", &list); len(list) != 2 || list[0].Data.Latest.HTML != "<p>Is <math><msup><mi>x</mi><mn>2</mn></msup></math> &lt;b&gt;new&lt;/b&gt;?</p>" || list[0].Data.Latest.Raw != "Is $x^2$ <b>new</b>?" {
			t.Errorf("the comments are %+v", list)
		}
		if ask(nil, "GET", path+"s?limit=1&after="+first, "", &list); len(list) != 1 || list[0].ID == first {
			t.Errorf("the second page is %+v", list)
		}
		if code := ask(nil, "GET", "/api/moderation?month=never", "", nil); code != 400 {
			t.Errorf("a month that is none: %d", code)
		}
		var acts []json.RawMessage
		if code := ask(nil, "GET", "/api/moderation", "", &acts); code != 200 || len(acts) != 0 {
			t.Errorf("the log: %d, %s", code, acts)
		}
	})
}

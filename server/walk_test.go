package server

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"broadsheet/account"
	"broadsheet/account/accounttest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// openHouse opens a house on an empty SQLite database.
func openHouse(t testing.TB, change func(*Config)) *House {
	t.Helper()
	c := Config{DSN: filepath.Join(t.TempDir(), "broadsheet.db"), Version: "1.0"}
	if change != nil {
		change(&c)
	}
	h, err := Open(context.Background(), c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// TestWalk sends a request to every address of the server as everybody who could
// ask, and compares who was let in with testdata/walk.txt: y is let in, s is led to
// sign in, n is refused. The columns are visitor, reader, desk, administrator, then
// the tokens of an administrator with one scope each: read, vote, submit, write, desk.
// That a form is empty or a thing is not there is found out by whoever is let in.
func TestWalk(t *testing.T) {
	h := openHouse(t, func(c *Config) {
		c.Base, c.Index = "http://papers.test", t.TempDir()
		c.Account = account.Settings{Join: account.Anyone, Link: true, Password: true, Passkey: true, Demo: true}
	})
	handler := h.Handler()
	routes := h.Routes()
	if len(routes) < 20 {
		t.Fatalf("only %d routes are known", len(routes))
	}
	people := []*account.Account{nil}
	for _, r := range []account.Role{account.Reader, account.Desk, account.Administrator} {
		people = append(people, accounttest.Create(t, h.Accounts, h.DB, r.String()+"s", r))
	}
	administrator := people[len(people)-1]
	var got strings.Builder
	for _, route := range routes {
		method, path, found := strings.Cut(route.Pattern, " ")
		if !found {
			method, path = "GET", route.Pattern
		}
		path = strings.TrimSuffix(wildcard.ReplaceAllString(path, "1"), "{$}")
		ask := func(header, value string) string {
			r := httptest.NewRequest(method, path, strings.NewReader(""))
			if value != "" {
				r.Header.Set(header, value)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			to := w.Header().Get("Location")
			switch {
			case w.Code == http.StatusUnauthorized, w.Code == http.StatusSeeOther && strings.HasPrefix(to, "/sign-in?next="):
				return "s"
			case w.Code == http.StatusForbidden:
				return "n"
			case w.Code >= 500 && w.Code != http.StatusServiceUnavailable: // the index of this house is still being made
				t.Errorf("%s %s: status %d", method, path, w.Code)
			}
			return "y"
		}
		row := ""
		for _, a := range people {
			cookie := ""
			if a != nil { // a new session each time: some of what is asked ends it
				cookie = "session=" + accounttest.SignIn(t, h.Accounts, a)
			}
			row += ask("Cookie", cookie)
		}
		row += " "
		for _, scope := range account.Scopes() {
			secret, err := h.Accounts.MakeToken(t.Context(), administrator.ID, "walk", []account.Scope{scope}, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			row += ask("Authorization", "Bearer "+secret)
			tokens, err := h.Accounts.Tokens(t.Context(), administrator.ID)
			if err != nil || h.Accounts.RevokeToken(t.Context(), administrator.ID, tokens[0].ID) != nil {
				t.Fatal("the token cannot be revoked")
			}
		}
		fmt.Fprintf(&got, "%s  %-10s %s\n", row, route.Act, route.Pattern)
	}
	golden := filepath.Join("testdata", "walk.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("who may do what has changed (-want +got); rewrite it with -update:\n%s", diff)
	}
}

// TestNothingComesFromAnotherSite posts to every address that changes something as
// a page of another site would have a reader's browser do.
func TestNothingComesFromAnotherSite(t *testing.T) {
	h := openHouse(t, nil)
	handler := h.Handler()
	ada := accounttest.Create(t, h.Accounts, h.DB, "ada", account.Administrator)
	posts := 0
	for _, route := range h.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if method == "GET" || path == "" {
			continue
		}
		posts++
		path = wildcard.ReplaceAllString(path, "1")
		for _, foreign := range [][2]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
			r := httptest.NewRequest(method, path, strings.NewReader("theme=dark"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Cookie", "session="+accounttest.SignIn(t, h.Accounts, ada))
			r.Header.Set(foreign[0], foreign[1])
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s %s with %v: status %d, cookie %q", method, path, foreign, w.Code, w.Header().Get("Set-Cookie"))
			}
		}
	}
	if posts == 0 {
		t.Fatal("no address changes anything: this test looks in the wrong place")
	}
}

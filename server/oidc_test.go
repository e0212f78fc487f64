package server

import (
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
)

// openTownWithProvider opens a house where one signs in by a real OpenID Connect
// provider. BROADSHEET_TEST_OIDC says which: issuer, client, secret and redirect
// address, parted by spaces. Its users are ada, whose address is verified, and mallory, who says that ada's is hers, too; the
// password of both is engine.
func openTownWithProvider(t *testing.T, join account.Join) *town {
	t.Helper()
	return openTownWith(t, join, "oidc")
}

// openTownWith is the same with the provider under another ID, at which it then calls
// back.
func openTownWith(t *testing.T, join account.Join, id string) *town {
	t.Helper()
	told := os.Getenv("BROADSHEET_TEST_OIDC")
	if told == "" {
		t.Skip("BROADSHEET_TEST_OIDC names no OpenID Connect provider")
	}
	words := strings.Fields(told)
	if len(words) != 4 {
		t.Fatalf("BROADSHEET_TEST_OIDC is %q; issuer, client, secret and redirect address are wanted", told)
	}
	redirect, err := url.Parse(words[3])
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", redirect.Host)
	if err != nil {
		t.Fatal(err)
	}
	v := &town{t: t, House: openHouse(t, func(c *Config) {
		c.Account = account.Settings{Join: join, Link: true, Providers: []account.Provider{
			{ID: id, Name: "the university", Issuer: words[0], Client: words[1], Secret: words[2], Scopes: []string{"profile", "email"}},
		}}
	})}
	s := httptest.NewUnstartedServer(nil)
	s.Listener.Close()
	s.Listener = l
	v.serve(s)
	v.base = "http://" + redirect.Host
	return v
}

var loginID = regexp.MustCompile(`name="id" value="([^"]*)"`)

// as follows the way through the provider's own form and returns the last page and
// its address.
func (v *town) as(c *http.Client, from, user string) (body, at string) {
	v.t.Helper()
	w, err := c.Get(from)
	if err != nil {
		v.t.Fatal(err)
	}
	body, at = v.read(w)
	id := loginID.FindStringSubmatch(body)
	if id == nil {
		return body, at
	}
	form, err := url.Parse(at)
	if err != nil {
		v.t.Fatal(err)
	}
	form.Path, form.RawQuery = "/login/username", ""
	if w, err = c.PostForm(form.String(), url.Values{"id": {id[1]}, "username": {user}, "password": {"engine"}}); err != nil {
		v.t.Fatal(err)
	}
	return v.read(w)
}

func (v *town) read(w *http.Response) (body, at string) {
	v.t.Helper()
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return string(b), w.Request.URL.String()
}

func newClient(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// TestOpenIDConnect signs in by a real provider. The address of ada opens her
// account; the same address, not verified, does not.
func TestOpenIDConnect(t *testing.T) {
	v := openTownWithProvider(t, account.Anyone)
	ada := accounttest.Create(t, v.Accounts, v.DB, "ada", account.Desk) // her address is ada@readers.test

	body, at := v.as(newClient(t), v.base+"/auth/oidc?next=%2fstatus", "ada")
	if at != v.base+"/status" || !strings.Contains(body, `<span class="wide">ada<`) {
		t.Fatalf("ada ends up at %s:\n%s", at, body)
	}
	mallory := newClient(t)
	body, at = v.as(mallory, v.base+"/auth/oidc?next=%2faccount", "mallory")
	if at != v.base+"/account" || strings.Contains(body, "ada@readers.test") || !strings.Contains(body, "Mallory Unverified") {
		t.Errorf("mallory ends up at %s:\n%.3000s", at, body)
	}
	list, err := v.Accounts.All(t.Context(), 0, 10)
	if err != nil || len(list) != 2 || list[1].Address != "" || list[0].ID != ada.ID {
		t.Errorf("accounts %+v, %v", list, err)
	}
	sessions, err := v.Accounts.Sessions(t.Context(), ada.ID)
	if err != nil || len(sessions) != 1 || sessions[0].Method != "the university" {
		t.Errorf("ada's sessions: %+v, %v", sessions, err)
	}

	// A second time it is the same account, whatever became of the address.
	if _, at = v.as(newClient(t), v.base+"/auth/oidc", "mallory"); at != v.base+"/" {
		t.Errorf("mallory's second time ends at %s", at)
	}
	if list, err := v.Accounts.All(t.Context(), 0, 10); err != nil || len(list) != 2 {
		t.Errorf("%d accounts, %v", len(list), err)
	}

	// An answer without its question, and with another's state, opens nothing.
	for _, query := range []string{"", "?code=x&state=y", "?error=access_denied"} {
		w, err := newClient(t).Get(v.base + "/auth/oidc/callback" + query)
		if err != nil {
			t.Fatal(err)
		}
		if body, _ := v.read(w); w.StatusCode != 400 || !strings.Contains(body, "begun in another browser") {
			t.Errorf("callback%s: status %d", query, w.StatusCode)
		}
	}
	stranger := newClient(t)
	stranger.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w, err := stranger.Get(v.base + "/auth/oidc")
	if err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
	for i, want := range []string{"The answer is not to what this browser asked", "begun in another browser"} {
		if w, err = stranger.Get(v.base + "/auth/oidc/callback?code=x&state=forged"); err != nil {
			t.Fatal(err)
		}
		if body, _ := v.read(w); !strings.Contains(body, want) {
			t.Errorf("a forged state, time %d: status %d", i+1, w.StatusCode)
		}
	}
}

// TestOpenIDConnectAdds adds an identity to an account that is signed in.
func TestOpenIDConnectAdds(t *testing.T) {
	v := openTownWithProvider(t, account.Nobody)
	bo := accounttest.Create(t, v.Accounts, v.DB, "bo", account.Reader)
	c := newClient(t)
	base, err := url.Parse(v.base)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := v.as(c, v.base+"/auth/oidc", "mallory"); !strings.Contains(body, "Nobody can join here.") {
		t.Errorf("mallory joins where nobody may:\n%.2000s", body)
	}
	c = newClient(t)
	c.Jar.SetCookies(base, []*http.Cookie{{Name: "session", Value: accounttest.SignIn(t, v.Accounts, bo)}})
	if body, at := v.as(c, v.base+"/auth/oidc?add", "mallory"); !strings.HasPrefix(at, v.base+"/account") || !strings.Contains(body, "Unlink") {
		t.Errorf("adding ends at %s", at)
	}
	if _, at := v.as(newClient(t), v.base+"/auth/oidc", "mallory"); at != v.base+"/" {
		t.Errorf("the added identity ends at %s", at)
	}
	sessions, err := v.Accounts.Sessions(t.Context(), bo.ID)
	if err != nil || len(sessions) != 2 {
		t.Errorf("bo's sessions: %+v, %v", sessions, err)
	}
}

// TestORCIDIsAProvider adds an identity at a provider in the place of ORCID: what it
// calls its user is kept, and is an ORCID iD only when it is one. The provider must
// allow the redirect address with orcid in the place of oidc.
func TestORCIDIsAProvider(t *testing.T) {
	v := openTownWith(t, account.Nobody, "orcid")
	bo := accounttest.Create(t, v.Accounts, v.DB, "bo", account.Reader)
	base, err := url.Parse(v.base)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t)
	c.Jar.SetCookies(base, []*http.Cookie{{Name: "session", Value: accounttest.SignIn(t, v.Accounts, bo)}})
	if body, at := v.as(c, v.base+"/auth/orcid?add", "ada"); !strings.HasPrefix(at, v.base+"/account") || !strings.Contains(body, "Unlink") {
		t.Fatalf("adding ends at %s:\n%.1000s", at, body)
	}
	subject, err := v.Accounts.IdentityAt(t.Context(), bo.ID, "orcid")
	if err != nil || subject == "" {
		t.Errorf("the provider knows bo as %q, %v", subject, err)
	}
	if id, err := v.orcid(t.Context(), bo.ID); err != nil || (id != "") != isORCID(subject) {
		t.Errorf("the ORCID iD of bo, whom the provider calls %q, is %q, %v", subject, id, err)
	}
}

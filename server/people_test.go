package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/web/browsertest"
)

// town is a house with its doors open on loopback, and a postman who keeps the
// letters.
type town struct {
	*House
	t    *testing.T
	base string

	mu      sync.Mutex
	letters []string // the newest last: address, subject, text
}

var everyWay = account.Settings{Join: account.Anyone, Link: true, Password: true, Passkey: true}

func openTown(t *testing.T, s account.Settings) *town {
	t.Helper()
	v := &town{t: t, House: openHouse(t, func(c *Config) { c.Account = s })}
	v.serve(httptest.NewUnstartedServer(nil))
	return v
}

func (v *town) serve(s *httptest.Server) {
	v.Accounts.UseMailer(func(_ context.Context, tx *db.Tx, to, subject, text string) error {
		tx.After(func() {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.letters = append(v.letters, to+"\n"+subject+"\n"+text)
		})
		return nil
	})
	s.Config.Handler = v.Handler()
	s.Start()
	v.t.Cleanup(s.Close)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	v.base = "http://localhost:" + port // a name, which passkeys want
	v.ready.Store(true)
}

var linkIn = regexp.MustCompile(`http://\S+`)

// post delivers what waits and returns the link in the newest letter, "" when none
// has come since the last time.
func (v *town) post() string {
	v.t.Helper()
	for more := true; more; {
		var err error
		if more, err = v.Accounts.DeliverOne(v.t.Context()); err != nil {
			v.t.Fatal(err)
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.letters) == 0 {
		return ""
	}
	last := v.letters[len(v.letters)-1]
	v.letters = nil
	return linkIn.FindString(last)
}

// TestComeAndGo has newcomers join, sign in and out, choose a password, forget it,
// end sessions, make a token, and leave, with and without script.
func TestComeAndGo(t *testing.T) {
	for _, script := range []bool{true, false} {
		name := map[bool]string{true: "with script", false: "without"}[script]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := browsertest.Open(t)
			v := openTown(t, everyWay)
			if !script {
				b.NoScript()
			}
			b.Go(v.base + "/archive")
			b.Click(".who a")
			b.Type("#e", "mara@")
			b.Click("form[action='/sign-in'] button")
			if got := b.Text("#e-err"); !strings.Contains(got, "The part after @ is missing.") {
				t.Errorf("half an address: %q", got)
			}
			if script {
				b.Shoot("sign-in-1280-light", 1280, false)
				b.Shoot("sign-in-1280-dark", 1280, true)
				b.Shoot("sign-in-390-light", 390, false)
				b.Shoot("sign-in-390-dark", 390, true)
			}
			b.Type("#e", "mara@readers.test")
			b.Click("form[action='/sign-in'] button")
			if got := b.Text("h1"); got != "Look into your mail" {
				t.Fatalf("after asking for a link: %q", got)
			}
			link := v.post()
			b.Go(link)
			b.Go(link) // looking uses nothing up
			b.Click("main button")
			if got := b.Text(".who"); !strings.Contains(got, "mara") {
				t.Fatalf("after the link the masthead says %q", got)
			}
			b.Go(link)
			if got := b.Text("main"); !strings.Contains(got, "This link has been used") {
				t.Errorf("the link a second time: %q", got)
			}

			b.Go(v.base + "/account")
			b.Type("#nm", "Mara Lindqvist")
			b.Click("#profile .btn")
			if got := b.Text("h1"); got != "Mara Lindqvist" {
				t.Errorf("the name is %q", got)
			}
			b.Type("#pn", "short")
			b.Click("form[action='/account/password'] button")
			if got := b.Text("[role=alert]"); !strings.Contains(got, "at least 10 letters") {
				t.Errorf("a short password: %q", got)
			}
			b.Type("#pn", "correct horse battery")
			b.Click("form[action='/account/password'] button")
			if got := b.Text("main [role=status]"); !strings.Contains(got, "Your password is saved") {
				t.Errorf("a password: %q", got)
			}
			b.Type("#tn", "a script")
			b.Click("form[action='/account/token'] button")
			token := b.Value("#tok")
			if who := whoami(t, v.base, token); !strings.Contains(who, `"name":"mara"`) || !strings.Contains(who, `"fullname":"Mara Lindqvist"`) {
				t.Errorf("the token is that of %s", who)
			}
			if script {
				mara, err := v.Accounts.ByAddress(t.Context(), "mara@readers.test")
				if err != nil {
					t.Fatal(err)
				}
				for _, agent := range []string{"Safari on an iPhone", "Firefox on Linux"} {
					if _, err := v.Accounts.StartSession(t.Context(), mara.ID, "link", account.Place{Agent: agent, Network: "198.51.100.0/24"}); err != nil {
						t.Fatal(err)
					}
				}
				b.Type("#tn", "Zotero at the lab")
				b.Click("form[action='/account/token'] button")
				b.Shoot("account-1280-light", 1280, false)
				b.Shoot("account-1280-dark", 1280, true)
				b.Shoot("account-390-light", 390, false)
				b.Shoot("account-390-dark", 390, true)
				b.Shoot("account-1280-light", 1280, false)
			}
			b.Click("form[action='/sign-out'] button")
			if got := b.Text(".who"); !strings.Contains(got, "Sign in") {
				t.Errorf("after signing out the masthead says %q", got)
			}

			b.Go(v.base + "/account") // leads to the form, and back
			b.Click("a[href*='by=password']")
			b.Type("#e", "mara@readers.test")
			b.Type("#p", "wrong horse battery")
			b.Click("form[action='/sign-in'] .btn")
			if got := b.Text("[role=alert]"); !strings.Contains(got, "do not belong together") {
				t.Errorf("a wrong password: %q", got)
			}
			b.Type("#p", "correct horse battery")
			b.Click("form[action='/sign-in'] .btn")
			if got := b.Address(); got != v.base+"/account" {
				t.Errorf("after the password: %s", got)
			}

			// Forgotten: a reset ends every session.
			other, err := v.Accounts.ByAddress(t.Context(), "mara@readers.test")
			if err != nil {
				t.Fatal(err)
			}
			elsewhere := accounttest.SignIn(t, v.Accounts, other)
			b.Click("form[action='/sign-out'] button")
			b.Go(v.base + "/sign-in?by=password")
			b.Type("#e", "mara@readers.test")
			b.Click("button[value=reset]")
			b.Go(v.post())
			b.Type("#p", "another horse battery")
			b.Click("main button")
			if viewer, err := v.Accounts.BySession(t.Context(), elsewhere); err != nil || viewer != nil {
				t.Errorf("a session outlives the reset: %v, %v", viewer, err)
			}

			b.Go(v.base + "/account")
			b.Type("#del", "somebody@else.test")
			b.Click("form[action='/account/leave'] button")
			if got := b.Text("[role=alert]"); !strings.Contains(got, "Nothing was deleted") {
				t.Errorf("leaving without the address: %q", got)
			}
			b.Type("#del", "mara@readers.test")
			b.Click("form[action='/account/leave'] button")
			if gone, err := v.Accounts.Get(t.Context(), other.ID); err != nil || !gone.Gone || gone.Name != "a former reader" || gone.Address != "" {
				t.Errorf("after leaving: %+v, %v", gone, err)
			}
			if got := b.Text(".who"); !strings.Contains(got, "Sign in") {
				t.Errorf("after leaving the masthead says %q", got)
			}
		})
	}
}

func whoami(t *testing.T, base, token string) string {
	t.Helper()
	r, err := http.NewRequest("GET", base+"/api/whoami-v2", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	var b strings.Builder
	if _, err := io.Copy(&b, w.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPasskey adds a passkey with a virtual authenticator, signs in by it, and finds
// that the last way to sign in cannot be removed.
func TestPasskey(t *testing.T) {
	t.Parallel()
	b := browsertest.Open(t)
	v := openTown(t, everyWay)
	b.Authenticator()
	link, err := v.Accounts.Print(t.Context(), account.ToEnter, accounttest.Create(t, v.Accounts, v.DB, "ada", account.Reader).ID, v.base)
	if err != nil {
		t.Fatal(err)
	}
	b.Go(link)
	b.Click("main button")
	b.Press("[data-passkey]")
	b.Wait("main [role=status]")
	if got := b.Text("#signin tbody th"); !strings.HasPrefix(got, "Passkey, Chrome on ") {
		t.Errorf("the passkey is called %q", got)
	}
	b.Click("form[action='/sign-out'] button")
	b.Go(v.base + "/sign-in?next=/archive")
	b.Press("[data-passkey]")
	b.Wait(".who a[href='/account']")
	if got := b.Address(); got != v.base+"/archive" {
		t.Errorf("after the passkey: %s", got)
	}
	b.Go(v.base + "/account")
	if got := b.Text("#signin tbody tr td:nth-of-type(2)"); !strings.HasPrefix(got, "today") {
		t.Errorf("the passkey was last used %q", got)
	}
	b.Click("#signin tbody tr:last-child button") // the mailed link goes
	b.Click("#signin tbody tr:first-child button")
	if got := b.Text("[role=alert]"); !strings.Contains(got, "That is the last way to sign in.") {
		t.Errorf("the last way: %q", got)
	}
}

// TestFirstAdministratorAndInvitation has the operator's link make the first
// administrator, who invites somebody to the desk of a house that is closed.
func TestFirstAdministratorAndInvitation(t *testing.T) {
	t.Parallel()
	b := browsertest.Open(t)
	s := everyWay
	s.Join = account.ByInvitation
	v := openTown(t, s)
	var out strings.Builder
	if err := v.welcome(t.Context(), &net.TCPAddr{IP: net.IPv4zero, Port: 1}, &out); err != nil {
		t.Fatal(err)
	}
	printed := linkIn.FindString(out.String())
	if !strings.HasPrefix(printed, "http://localhost:1/sign-in/link?key=") {
		t.Fatalf("the house prints %q", out.String())
	}
	b.Go(strings.Replace(printed, "http://localhost:1", v.base, 1))
	b.Type("#e", "root@readers.test")
	b.Type("#n", "Ada Root")
	b.Click("main button")
	if got := b.Text("main .head p"); !strings.Contains(got, "An administrator since") {
		t.Fatalf("the first administrator: %q", got)
	}
	out.Reset()
	if err := v.welcome(t.Context(), &net.TCPAddr{}, &out); err != nil || out.String() != "" {
		t.Errorf("a second link is printed: %q, %v", out.String(), err)
	}
	b.Type("#in", "the new editor")
	b.Choose("#ir", "desk")
	b.Click("form[action='/account/invite'] button")
	invitation := b.Value("#inv")
	b.Shoot("account-administrator-1280-light", 1280, false)
	b.Click("form[action='/sign-out'] button")

	b.Go(v.base + "/sign-in")
	b.Type("#e", "bo@readers.test")
	b.Click("form[action='/sign-in'] button")
	if got := b.Text("h1"); got != "Look into your mail" {
		t.Errorf("somebody who may not join is told %q", got)
	}
	if got := v.post(); got != "" {
		t.Errorf("somebody who may not join is sent %q", got)
	}
	b.Go(invitation)
	b.Shoot("invitation-1280-light", 1280, false)
	b.Type("#e", "bo@readers.test")
	b.Click("form[action='/sign-in'] button")
	b.Go(v.post())
	b.Click("main button")
	bo, err := v.Accounts.ByAddress(t.Context(), "bo@readers.test")
	if err != nil || bo.Role != account.Desk || bo.Invitation == 0 {
		t.Fatalf("the invited is %+v, %v", bo, err)
	}
	b.Click(".who a[href='/account']")
	b.Click("form[action='/sign-out'] button")
	b.Go(invitation)
	if got := b.Text("main"); !strings.Contains(got, "This invitation has been used") {
		t.Errorf("the invitation a second time: %q", got)
	}
}

// TestDemo signs in with one click, and not from elsewhere.
func TestDemo(t *testing.T) {
	t.Parallel()
	b := browsertest.Open(t)
	s := everyWay
	s.Demo = true
	v := openTown(t, s)
	if err := v.Accounts.SeatDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.NoScript()
	b.Go(v.base + "/status")
	if got := b.Text("form[action='/demo']"); !strings.Contains(got, "A demo.") {
		t.Errorf("the demo says of itself %q", got)
	}
	b.Click("form[action='/demo'] button[value=desk]")
	if got := b.Text(".who"); !strings.Contains(got, "The Sample Desk") {
		t.Errorf("after one click the masthead says %q", got)
	}
	if got := b.Address(); got != v.base+"/status" {
		t.Errorf("after one click: %s", got)
	}
	b.Go(v.base + "/")
	b.Shoot("demo-1280-light", 1280, false)
	b.Shoot("demo-390-dark", 390, true)
	b.Click("form[action='/demo'] button[value=reader]")
	if got := b.Text(".who"); !strings.Contains(got, "A Sample Reader") {
		t.Errorf("after another click the masthead says %q", got)
	}
	for _, from := range []struct{ remote, host string }{{"192.0.2.7:1000", "localhost:80"}, {"127.0.0.1:1000", "evil.example"}, {"127.0.0.1:1000", "localhost.evil.example:80"}} {
		r := httptest.NewRequest("POST", "/demo", strings.NewReader("as=desk"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr, r.Host = from.remote, from.host
		w := httptest.NewRecorder()
		v.Handler().ServeHTTP(w, r)
		if w.Code != 403 || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("from %+v: status %d", from, w.Code)
		}
	}
}

// TestDeliverWrites has the worker of the house deliver a letter that was asked for.
func TestDeliverWrites(t *testing.T) {
	t.Parallel()
	v := openTown(t, everyWay)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { v.Accounts.Deliver(ctx); close(done) }()
	if err := v.Accounts.Ask(ctx, account.Letter{Purpose: account.ToSignIn, Address: "ada@readers.test", Base: v.base}); err != nil {
		t.Fatal(err)
	}
	for wait := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		v.mu.Lock()
		n := len(v.letters)
		v.mu.Unlock()
		if n == 1 {
			break
		}
		if time.Since(wait) > 20*time.Second {
			t.Fatal("no letter was written")
		}
	}
	stop()
	<-done
}

package account_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
)

var everyWay = account.Settings{Join: account.Anyone, Link: true, Password: true, Passkey: true}

// office is a store with a postman who keeps the letters, and a clock.
type office struct {
	*account.Store
	t  *testing.T
	db *db.DB
	*clock
	mu      sync.Mutex
	letters []string
}

func openOffice(t *testing.T, d *db.DB, s account.Settings) *office {
	o := &office{t: t, db: d, clock: newClock()}
	o.Store = account.NewStore(d, s, o.now, nil)
	o.UseMailer(func(_ context.Context, tx *db.Tx, to, subject, text string) error {
		tx.After(func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.letters = append(o.letters, to+": "+subject+"\n"+text)
		})
		return nil
	})
	return o
}

// post delivers what waits and returns all letters since the last time.
func (o *office) post() []string {
	o.t.Helper()
	for more := true; more; {
		var err error
		if more, err = o.DeliverOne(o.t.Context()); err != nil {
			o.t.Fatal(err)
		}
	}
	list := o.letters
	o.letters = nil
	return list
}

// key returns the secret in a letter.
func key(letter string) string {
	_, rest, _ := strings.Cut(letter, "/sign-in/link?key=")
	secret, _, _ := strings.Cut(rest, "\n")
	return secret
}

func (o *office) ask(p account.Purpose, address, network string) error {
	return o.Ask(o.t.Context(), account.Letter{Purpose: p, Address: address, Base: "https://papers.test", Next: "/archive", Network: network})
}

func TestMailedLinks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		o := openOffice(t, d, everyWay)
		if err := o.ask(account.ToSignIn, "ada@readers.test", "192.0.2.0/24"); err != nil {
			t.Fatal(err)
		}
		letters := o.post()
		if len(letters) != 1 || !strings.HasPrefix(letters[0], "ada@readers.test: Join Broadsheet\n") {
			t.Fatalf("letters %q", letters)
		}
		secret := key(letters[0])
		session, next, err := o.Use(ctx, secret, account.Answer{}, account.Place{Agent: "A", Network: "192.0.2.0/24"})
		if err != nil || next != "/archive" {
			t.Fatalf("%q, %v", next, err)
		}
		ada, err := o.BySession(ctx, session)
		if err != nil || ada == nil || ada.Address != "ada@readers.test" || ada.Handle != "ada" || ada.Network != "192.0.2.0/24" {
			t.Fatalf("the link signs in %+v, %v", ada, err)
		}
		if _, _, err := o.Use(ctx, secret, account.Answer{}, account.Place{}); !fault.Is(err, fault.KindMissing) {
			t.Errorf("a link works twice: %v", err)
		}

		// The second time it signs in; after a quarter of an hour it does not.
		for _, wait := range []time.Duration{14 * time.Minute, 16 * time.Minute} {
			if err := o.ask(account.ToSignIn, "ada@readers.test", ""); err != nil {
				t.Fatal(err)
			}
			secret := key(o.post()[0])
			o.pass(wait)
			_, _, err := o.Use(ctx, secret, account.Answer{}, account.Place{})
			if late := wait > 15*time.Minute; (err != nil) != late {
				t.Errorf("after %s: %v", wait, err)
			}
		}
	})
}

// TestALinkWorksOnce has many use one link at the same time.
func TestALinkWorksOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := openOffice(t, d, everyWay)
		if err := o.ask(account.ToSignIn, "ada@readers.test", ""); err != nil {
			t.Fatal(err)
		}
		secret := key(o.post()[0])
		var got atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, _, err := o.Use(t.Context(), secret, account.Answer{}, account.Place{}); err == nil {
					got.Add(1)
				} else if !fault.Is(err, fault.KindMissing) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 {
			t.Errorf("the link worked %d times", got.Load())
		}
	})
}

// TestWhoMayJoin asks for links as strangers under each setting: nobody is told
// anything, and mail goes to those alone who have an account or may have one.
func TestWhoMayJoin(t *testing.T) {
	t.Parallel()
	with := func(j account.Join) account.Settings {
		s := everyWay
		s.Join, s.Domains = j, []string{"uni.test"}
		return s
	}
	for _, c := range []struct {
		join account.Join
		want []string // who gets mail, of the three that ask
	}{
		{account.Anyone, []string{"ada@readers.test", "new@readers.test", "new@uni.test"}},
		{account.ByDomain, []string{"ada@readers.test", "new@uni.test"}},
		{account.ByInvitation, []string{"ada@readers.test"}},
		{account.Nobody, []string{"ada@readers.test"}},
	} {
		t.Run(string(c.join), func(t *testing.T) {
			o := openOffice(t, dbtest.Open(t, dbtest.SQLite(t)), with(c.join))
			accounttest.Create(t, o.Store, o.db, "ada", account.Reader)
			for _, purpose := range []account.Purpose{account.ToSignIn, account.ToReset} {
				for _, a := range []string{"ada@readers.test", "new@readers.test", "new@uni.test"} {
					if err := o.ask(purpose, a, ""); err != nil {
						t.Errorf("%s asks: %v", a, err)
					}
				}
				var got []string
				for _, l := range o.post() {
					to, _, _ := strings.Cut(l, ":")
					got = append(got, to)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: mail went to %v, want %v", purpose, got, c.want)
				}
			}
		})
	}
}

func TestInvitationsAreUsedUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := everyWay
		s.Join = account.ByInvitation
		o := openOffice(t, d, s)
		code, err := o.Invite(ctx, account.Operator, account.Desk, "the desk", 2, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		i, err := o.Invitation(ctx, code)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 4 {
			if err := o.Ask(ctx, account.Letter{Purpose: account.ToSignIn, Address: fmt.Sprintf("r%d@readers.test", n), Invitation: i.ID, Base: "https://papers.test"}); err != nil {
				t.Fatal(err)
			}
		}
		in := 0
		for _, l := range o.post() {
			session, _, err := o.Use(ctx, key(l), account.Answer{}, account.Place{})
			if err == nil {
				in++
				if v, err := o.BySession(ctx, session); err != nil || v.Role != account.Desk || v.Invitation != i.ID {
					t.Errorf("the invited is %+v, %v", v, err)
				}
			} else if !fault.Is(err, fault.KindRefused) {
				t.Error(err)
			}
		}
		if in != 2 {
			t.Errorf("an invitation for 2 let %d in", in)
		}
		if _, err := o.Invitation(ctx, code); !fault.Is(err, fault.KindMissing) {
			t.Errorf("a used invitation: %v", err)
		}
		code, err = o.Invite(ctx, account.Operator, account.Reader, "", 1, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		o.pass(2 * time.Hour)
		if _, err := o.Invitation(ctx, code); !fault.Is(err, fault.KindMissing) {
			t.Errorf("an invitation that has ended: %v", err)
		}
	})
}

// TestPasswords signs in, fails alike for a wrong password, no password and no
// account, and does the same work each time.
func TestPasswords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		o := openOffice(t, d, everyWay)
		ada := accounttest.Create(t, o.Store, d, "ada", account.Reader)
		accounttest.Create(t, o.Store, d, "bo", account.Reader)
		for _, bad := range []string{"", "short", "aaaaaaaaaaaaaaa", strings.Repeat("long", 100)} {
			if err := o.SetPassword(ctx, ada.ID, 0, bad, false); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("the password %.10q: %v", bad, err)
			}
		}
		old := accounttest.SignIn(t, o.Store, ada)
		if err := o.SetPassword(ctx, ada.ID, 0, "correct horse battery", false); err != nil {
			t.Fatal(err)
		}
		if v, err := o.BySession(ctx, old); v != nil || err != nil {
			t.Errorf("a session outlives a new password: %v, %v", v, err)
		}
		secret, err := o.SignIn(ctx, "Ada@Readers.test", "correct horse battery", account.Place{})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := o.BySession(ctx, secret); err != nil || v.ID != ada.ID {
			t.Errorf("the password signs in %+v, %v", v, err)
		}
		var says []string
		for _, c := range [][2]string{{"ada@readers.test", "wrong horse battery"}, {"bo@readers.test", "correct horse battery"}, {"bo@readers.test", ""}, {"nobody@readers.test", "correct horse battery"}, {"ada@readers.test", strings.Repeat("x", 1000)}} {
			_, err := o.SignIn(ctx, c[0], c[1], account.Place{})
			if !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%q: %v", c, err)
			}
			says = append(says, fault.Message(err))
		}
		if len(slices.Compact(says)) != 1 {
			t.Errorf("the answers differ: %q", says)
		}
	})
}

// TestSignInIsSlowed tries passwords and links until it is refused, in two processes
// that share a database, and waits.
func TestSignInIsSlowed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		o := openOffice(t, d, everyWay)
		other := account.NewStore(d, everyWay, o.now, nil)
		try := func(n int, do func(i int) error) (refused int) {
			for i := range n {
				if err := do(i); fault.Is(err, fault.KindOften) {
					refused++
				} else if err != nil && !fault.Is(err, fault.KindInvalid) {
					t.Fatal(err)
				}
			}
			return refused
		}
		guess := func(i int) error {
			s := o.Store
			if i%2 == 1 {
				s = other
			}
			_, err := s.SignIn(ctx, "ada@readers.test", "guess", account.Place{Network: fmt.Sprintf("10.0.%d.0/24", i)})
			return err
		}
		if n := try(14, guess); n != 4 {
			t.Errorf("of 14 guesses at one address from many networks %d were refused, want 4", n)
		}
		o.pass(3 * time.Minute)
		if n := try(5, guess); n != 2 {
			t.Errorf("after three minutes %d of 5 were refused, want 2", n)
		}
		spray := func(i int) error {
			_, err := o.SignIn(ctx, fmt.Sprintf("a%d@readers.test", i), "guess", account.Place{Network: "192.0.2.0/24"})
			return err
		}
		if n := try(33, spray); n != 3 {
			t.Errorf("of 33 guesses from one network at many addresses %d were refused, want 3", n)
		}
		letter := func(int) error { return o.ask(account.ToSignIn, "victim@readers.test", "") }
		if n := try(8, letter); n != 3 {
			t.Errorf("of 8 letters to one address %d were refused, want 3", n)
		}
		o.pass(24 * time.Hour)
		if err := o.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.QueryRow(ctx, `SELECT (SELECT count(*) FROM pace) + (SELECT count(*) FROM letter)`).Scan(&left); err != nil || left != 0 {
			t.Errorf("a day later %d rows are left, %v", left, err)
		}
	})
}

// TestRoleRenewsSessions changes a role: the old secret is replaced once, and dies.
func TestRoleRenewsSessions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		o := openOffice(t, d, everyWay)
		ada := accounttest.Create(t, o.Store, d, "ada", account.Administrator)
		bo := accounttest.Create(t, o.Store, d, "bo", account.Reader)
		secret := accounttest.SignIn(t, o.Store, bo)
		if err := o.SetRole(ctx, ada.ID, bo.ID, account.Desk); err != nil {
			t.Fatal(err)
		}
		v, w := ask(t, o.Store, "Cookie", "session="+secret)
		cookies := w.Result().Cookies()
		if v == nil || v.Role != account.Desk || len(cookies) != 1 || cookies[0].Value == secret || !cookies[0].HttpOnly {
			t.Fatalf("after a change of role: %+v, cookies %v", v, cookies)
		}
		if v, w := ask(t, o.Store, "Cookie", "session="+secret); v == nil || len(w.Result().Cookies()) != 0 {
			t.Error("a request under way with the old secret is lost, or renews it again")
		}
		o.pass(2 * time.Minute)
		if v, _ := ask(t, o.Store, "Cookie", "session="+secret); v != nil {
			t.Error("the old secret still opens")
		}
		if v, _ := ask(t, o.Store, "Cookie", "session="+cookies[0].Value); v == nil || v.Role != account.Desk {
			t.Error("the new secret does not open")
		}
		if err := o.SetRole(ctx, account.Operator, ada.ID, account.Reader); !fault.Is(err, fault.KindClash) {
			t.Errorf("the only administrator was made a reader: %v", err)
		}
		log, err := o.Audited(ctx, 0, 10)
		if err != nil || len(log) != 1 || log[0].Actor != ada.ID || log[0].Act != "change a role" || log[0].Subject != fmt.Sprintf("account %d", bo.ID) || log[0].Detail != "reader to desk" || !log[0].At.Equal(newClock().now()) {
			t.Errorf("the audit log is %+v, %v", log, err)
		}
	})
}

// votes is a room that holds one thing of each reader.
type votes struct{ left []string }

func (r *votes) Export(_ context.Context, account int64, add func(string, any) error) error {
	return add("votes", []string{fmt.Sprintf("vote of %d", account)})
}

func (r *votes) Leave(_ context.Context, _ *db.Tx, account int64, words bool) error {
	r.left = append(r.left, fmt.Sprintf("%d %v", account, words))
	return nil
}

func TestTakeAlongAndLeave(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		o := openOffice(t, d, everyWay)
		room := &votes{}
		o.Register(room)
		ada := accounttest.Create(t, o.Store, d, "ada", account.Reader)
		secret := accounttest.SignIn(t, o.Store, ada)
		token, err := o.MakeToken(ctx, ada.ID, "a script", ada.Role.Scopes(), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := o.Export(ctx, ada.ID, &b); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&all, f.Name)
			io.Copy(&all, r)
		}
		for _, want := range []string{"account.json", "votes.json", "ada@readers.test", "a script", fmt.Sprintf("vote of %d", ada.ID)} {
			if !strings.Contains(all.String(), want) {
				t.Errorf("the export lacks %q:\n%s", want, all.String())
			}
		}
		if strings.Contains(all.String(), secret) || strings.Contains(all.String(), token) {
			t.Error("the export holds a secret")
		}

		if err := o.Leave(ctx, ada.ID, true); err != nil {
			t.Fatal(err)
		}
		if want := []string{fmt.Sprintf("%d true", ada.ID)}; !slices.Equal(room.left, want) {
			t.Errorf("the room was told %v", room.left)
		}
		if v, err := o.BySession(ctx, secret); v != nil || err != nil {
			t.Error("a session outlives its account")
		}
		if v, err := o.ByToken(ctx, token); v != nil || err != nil {
			t.Error("a token outlives its account")
		}
		if again := accounttest.Create(t, o.Store, d, "ada", account.Reader); again.ID == ada.ID {
			t.Error("who joins again gets the old account")
		}
		if err := o.Leave(ctx, ada.ID, true); !fault.Is(err, fault.KindMissing) {
			t.Errorf("leaving twice: %v", err)
		}
	})
}

func TestWaysToSignIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		o := openOffice(t, d, everyWay)
		ada := accounttest.Create(t, o.Store, d, "ada", account.Reader)
		if err := o.DropWay(ctx, ada.ID, "link", ""); !fault.Is(err, fault.KindClash) {
			t.Errorf("the last way was removed: %v", err)
		}
		if err := o.SetPassword(ctx, ada.ID, 0, "correct horse battery", false); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var gone atomic.Int32
		for _, kind := range []string{"link", "password"} { // both at once: one must stay
			all.Go(func() {
				switch err := o.DropWay(ctx, ada.ID, kind, ""); {
				case err == nil:
					gone.Add(1)
				case !fault.Is(err, fault.KindClash):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if gone.Load() != 1 {
			t.Errorf("%d of two ways were removed", gone.Load())
		}
		for _, bad := range [][2]string{{"passkey", "zz"}, {"provider", "none"}, {"smile", ""}} {
			if err := o.DropWay(ctx, ada.ID, bad[0], bad[1]); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%v: %v", bad, err)
			}
		}
	})
}

func TestAnotherAddress(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		o := openOffice(t, d, everyWay)
		ada := accounttest.Create(t, o.Store, d, "ada", account.Reader)
		accounttest.Create(t, o.Store, d, "bo", account.Reader)
		change := func(to string) []string {
			if err := o.Ask(ctx, account.Letter{Purpose: account.ToChange, Address: to, Account: ada.ID, Base: "https://papers.test"}); err != nil {
				t.Fatal(err)
			}
			return o.post()
		}
		if got := change("bo@readers.test"); len(got) != 0 {
			t.Errorf("a letter about bo's address: %q", got)
		}
		if session, _, err := o.Use(ctx, key(change("new@readers.test")[0]), account.Answer{}, account.Place{}); err != nil || session != "" {
			t.Fatalf("%q, %v", session, err)
		}
		if a, err := o.ByAddress(ctx, "new@readers.test"); err != nil || a.ID != ada.ID {
			t.Errorf("the new address is that of %v, %v", a, err)
		}
		if told := o.letters; len(told) != 1 || !strings.HasPrefix(told[0], "ada@readers.test: Your address has changed") {
			t.Errorf("the old address was told %q", told)
		}
	})
}

package account_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
)

// TestOldPasswords: a password from before today's rules, whose hash is made anew at the
// next sign-in, signs in, then and later.
func TestOldPasswords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := openOffice(t, d, everyWay)
		ada := accounttest.Create(t, o.Store, d, "ada", account.Reader)
		b64, salt := base64.RawStdEncoding, []byte("sixteen of these")
		weak := fmt.Sprintf("$argon2id$v=19$m=4096,t=1,p=1$%s$%s", b64.EncodeToString(salt), b64.EncodeToString(argon2.IDKey([]byte("short"), salt, 1, 4096, 1, 32)))
		read := func() (hash string, at int64) {
			if err := d.QueryRow(t.Context(), `SELECT password, password_at FROM account WHERE id = $1`, ada.ID).Scan(&hash, &at); err != nil {
				t.Fatal(err)
			}
			return hash, at
		}
		if err := d.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE account SET password = $2, password_at = 7 WHERE id = $1`, ada.ID, weak)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := o.SignIn(t.Context(), ada.Address, "short", account.Place{}); err != nil {
				t.Fatal(err)
			}
			if hash, at := read(); hash == weak || !strings.Contains(hash, "m=19456,t=2") || at != 7 {
				t.Errorf("the hash is %s, of a password set at %d", hash, at)
			}
		}
	})
}

// TestWhatAResetEnds: whoever had the account before has nothing of it after: no session,
// no token, no letter that would give it their address. A change spares the tokens, unless
// asked not to.
func TestWhatAResetEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, o := t.Context(), openOffice(t, d, everyWay)
		ada, bo := accounttest.Create(t, o.Store, d, "ada", account.Reader), accounttest.Create(t, o.Store, d, "bo", account.Reader)
		token := func(a *account.Account) string {
			secret, err := o.MakeToken(ctx, a.ID, "script", []account.Scope{account.ScopeRead}, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		stands := func(secret string) bool {
			v, err := o.ByToken(ctx, secret)
			if err != nil {
				t.Fatal(err)
			}
			return v != nil
		}
		first, others := token(ada), token(bo)
		if err := o.Ask(ctx, account.Letter{Purpose: account.ToChange, Address: "eve@elsewhere.test", Account: ada.ID, Base: "https://papers.test"}); err != nil {
			t.Fatal(err)
		}
		eves := key(o.post()[0])
		if err := o.ask(account.ToReset, ada.Address, ""); err != nil {
			t.Fatal(err)
		}
		session, _, err := o.Use(ctx, key(o.post()[0]), account.Answer{Password: "correct horse battery"}, account.Place{})
		if err != nil {
			t.Fatal(err)
		}
		if stands(first) || !stands(others) {
			t.Error("a token outlives a reset, or another's does not")
		}
		if _, _, err := o.Use(ctx, eves, account.Answer{}, account.Place{}); !fault.Is(err, fault.KindMissing) {
			t.Errorf("a letter from before the reset gives the account another address: %v", err)
		}
		v, err := o.BySession(ctx, session)
		if err != nil || v == nil {
			t.Fatal(v, err)
		}
		second := token(ada)
		for _, tokens := range []bool{false, true} {
			if err := o.SetPassword(ctx, ada.ID, v.Session.ID, "another horse battery", tokens); err != nil {
				t.Fatal(err)
			}
			if stands(second) == tokens {
				t.Errorf("a token after a change that ends tokens %v: %v", tokens, stands(second))
			}
		}
	})
}

// TestProviderHangs: a provider that does not answer keeps its own callers waiting, and
// nobody else.
func TestProviderHangs(t *testing.T) {
	t.Parallel()
	var well atomic.Bool
	var once sync.Once
	arrived, release := make(chan struct{}), make(chan struct{})
	discovery := func(w http.ResponseWriter, r *http.Request) {
		base := "http://" + r.Host
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": base, "authorization_endpoint": base + "/auth", "token_endpoint": base + "/token", "jwks_uri": base + "/keys"})
	}
	hangs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(arrived) })
		<-release
		if !well.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		discovery(w, r)
	}))
	defer hangs.Close()
	answers := httptest.NewServer(http.HandlerFunc(discovery))
	defer answers.Close()
	d := dbtest.Open(t, dbtest.SQLite(t))
	settings := everyWay
	settings.Providers = []account.Provider{{ID: "slow", Name: "Slow", Issuer: hangs.URL}, {ID: "quick", Name: "Quick", Issuer: answers.URL}}
	o := openOffice(t, d, settings)
	ada := accounttest.Create(t, o.Store, d, "ada", account.Reader)
	if err := o.SetPassword(t.Context(), ada.ID, 0, "correct horse battery", false); err != nil {
		t.Fatal(err)
	}
	depart := func(provider string) error {
		_, _, err := o.Depart(t.Context(), account.Journey{Provider: provider, Redirect: "https://papers.test/auth/" + provider}, account.Place{})
		return err
	}
	var back atomic.Int32
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := depart("slow"); !fault.Is(err, fault.KindBusy) {
				t.Errorf("by the provider that hangs: %v", err)
			}
			back.Add(1)
		})
	}
	<-arrived
	if err := depart("quick"); err != nil {
		t.Error(err)
	}
	if _, err := o.SignIn(t.Context(), ada.Address, "correct horse battery", account.Place{}); err != nil {
		t.Error(err)
	}
	if n := back.Load(); n != 0 {
		t.Errorf("they waited for the one that hangs: %d are back", n)
	}
	close(release)
	all.Wait()
	well.Store(true)
	if err := depart("slow"); err != nil {
		t.Errorf("once it answers: %v", err)
	}
}

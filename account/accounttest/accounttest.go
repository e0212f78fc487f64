// Package accounttest makes accounts for the tests of other rooms.
package accounttest

import (
	"testing"

	"broadsheet/account"
	"broadsheet/db"
)

// Create makes an account of that handle, whose address is handle@readers.test.
func Create(t testing.TB, s *account.Store, d *db.DB, handle string, role account.Role) *account.Account {
	t.Helper()
	var a *account.Account
	err := d.Transact(t.Context(), func(tx *db.Tx) (err error) {
		a, err = s.Create(t.Context(), tx, account.Newcomer{Handle: handle, Address: handle + "@readers.test", Role: role})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// SignIn starts a session and returns the value of its cookie, which is named
// "session" without TLS.
func SignIn(t testing.TB, s *account.Store, a *account.Account) string {
	t.Helper()
	secret, err := s.StartSession(t.Context(), a.ID, "demo", account.Place{Agent: "A test", Network: "192.0.2.0/24"})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// Viewer returns who asks when the account has signed in with a browser.
func Viewer(t testing.TB, s *account.Store, a *account.Account) *account.Viewer {
	t.Helper()
	v, err := s.BySession(t.Context(), SignIn(t, s, a))
	if err != nil || v == nil {
		t.Fatalf("the session of %s is not known: %v", a.Handle, err)
	}
	return v
}

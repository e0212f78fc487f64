package account_test

import (
	"testing"

	"broadsheet/account"
	"broadsheet/fault"
)

// TestMay holds the whole table: who may do what. A letter for each of visitor,
// reader, desk, administrator, then for a token of each scope of an administrator:
// y may, s must sign in, n may not.
func TestMay(t *testing.T) {
	t.Parallel()
	want := map[account.Act]string{
		account.Look:       "yyyy yyyyy",
		account.Enter:      "yyyy yyyyy",
		account.Own:        "syyy ynnnn",
		account.Vote:       "syyy nynnn",
		account.Submit:     "syyy nnynn",
		account.Keep:       "syyy nnnyn",
		account.Comment:    "syyy nnnyn",
		account.Manage:     "syyy nnnnn",
		account.Edit:       "snyy nnnny",
		account.Moderate:   "snyy nnnny",
		account.Tell:       "snny nnnny",
		account.Administer: "snny nnnnn",
	}
	if len(want) != int(account.Administer)+1 {
		t.Fatalf("%d acts are listed", len(want))
	}
	letter := func(err error) string {
		switch {
		case err == nil:
			return "y"
		case fault.Is(err, fault.KindVisitor):
			return "s"
		case fault.Is(err, fault.KindRefused):
			return "n"
		}
		return err.Error()
	}
	for act, want := range want {
		got := letter(account.May(nil, act))
		for _, role := range []account.Role{account.Reader, account.Desk, account.Administrator} {
			got += letter(account.May(&account.Viewer{Account: account.Account{Role: role}, Session: &account.Session{}}, act))
		}
		got += " "
		for _, scope := range account.Scopes() {
			v := &account.Viewer{Account: account.Account{Role: account.Administrator}, Token: &account.Token{Scopes: []account.Scope{scope}}}
			got += letter(account.May(v, act))
		}
		if got != want {
			t.Errorf("%s: %s, want %s", act, got, want)
		}
	}
}

package account_test

import (
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// TestAgain: after an act of theirs a viewer is known anew, with the act, and a session
// that has ended meanwhile is not brought back.
func TestAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := account.NewStore(d, account.Settings{}, nil, nil)
		ada := accounttest.Create(t, s, d, "ada", account.Reader)
		secret := accounttest.SignIn(t, s, ada)
		v, err := s.BySession(ctx, secret)
		if err != nil || v == nil {
			t.Fatalf("ada's session: %v, %v", v, err)
		}
		if err := d.Transact(ctx, func(tx *db.Tx) error { return account.Touch(ctx, tx, ada.ID) }); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if now, err := s.Again(ctx, v); err != nil || now == nil || now.Version != v.Version+1 || now.Session.ID != v.Session.ID {
				t.Errorf("after an act: %+v, %v", now, err)
			}
			if now, err := s.BySession(ctx, secret); err != nil || now == nil || now.Version != v.Version+1 {
				t.Errorf("the next request: %+v, %v", now, err)
			}
		}
		if err := s.EndSession(ctx, ada.ID, v.Session.ID); err != nil {
			t.Fatal(err)
		}
		if now, err := s.Again(ctx, v); err != nil || now != nil {
			t.Errorf("of a session that has ended: %+v, %v", now, err)
		}
		if now, err := s.BySession(ctx, secret); err != nil || now != nil {
			t.Errorf("a session that has ended is back: %+v, %v", now, err)
		}
		token, err := s.MakeToken(ctx, ada.ID, "script", []account.Scope{account.ScopeWrite}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if v, err = s.ByToken(ctx, token); err != nil || v == nil {
			t.Fatalf("by a token: %v, %v", v, err)
		}
		if now, err := s.Again(ctx, v); err != nil || now == nil || now.Token != v.Token || now.Version != v.Version {
			t.Errorf("by a token, again: %+v, %v", now, err)
		}
	})
}

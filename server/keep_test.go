package server

import (
	"net/netip"
	"testing"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/digest"
	"broadsheet/mail"
)

// TestLateJoinersAdoptTheirMail: a subscription that was confirmed before its reader had
// an account is theirs as soon as they join, and so is that of another address once
// they have proved it.
func TestLateJoinersAdoptTheirMail(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.Base = "http://papers.test" })
	ctx := t.Context()
	confirm := func(address string) {
		t.Helper()
		a, err := mail.ParseAddress(address)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Digests.Subscribe(ctx, a, digest.Standard(), netip.MustParseAddr("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		held, err := h.Digests.Find(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Digests.Confirm(ctx, held.ID); err != nil {
			t.Fatal(err)
		}
	}
	confirm("Ada@readers.test")
	var ada *account.Account
	if err := h.DB.Transact(ctx, func(tx *db.Tx) (err error) {
		ada, err = h.Accounts.Create(ctx, tx, account.Newcomer{Address: "ada@readers.test"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if list, err := h.Digests.Of(ctx, ada.ID); err != nil || len(list) != 1 {
		t.Errorf("who joins has %d of their subscriptions, %v", len(list), err)
	}
	if list, err := h.Digests.Of(ctx, 0); err != nil || len(list) != 0 {
		t.Errorf("nobody has %d, %v", len(list), err)
	}
}

func TestORCIDsAreChecked(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"0000-0002-1825-0097": true, "0000-0002-1694-233X": true, "0000-0001-5109-3700": true,
		"0000-0002-1825-0098": false, "0000-0002-1694-2330": false, "id-ada": false, "": false, "0000-0002-1825-00971": false, "https://orcid.org/0000-0002-1825-0097": false,
	} {
		if isORCID(id) != want {
			t.Errorf("%q is an ORCID iD: %t, want %t", id, !want, want)
		}
	}
}

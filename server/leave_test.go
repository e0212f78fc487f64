package server

import (
	"archive/zip"
	"bytes"
	"slices"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
)

// TestEveryRoomLetsGo: what a reader takes along has a part of each room that holds
// something of theirs, and leaving goes through all of them.
func TestEveryRoomLetsGo(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	ada := accounttest.Create(t, h.Accounts, h.DB, "ada", account.Reader)
	var b bytes.Buffer
	if err := h.Accounts.Export(t.Context(), ada.ID, &b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		if slices.Contains(names, f.Name) {
			t.Errorf("the export has %s twice", f.Name)
		}
		names = append(names, f.Name)
	}
	for _, want := range []string{"account.json", "votes.json", "comments.json", "claims.json"} {
		if !slices.Contains(names, want) {
			t.Errorf("the export lacks %s; it has %v", want, names)
		}
	}
	if err := h.Accounts.Leave(t.Context(), ada.ID, true); err != nil {
		t.Error(err)
	}
}

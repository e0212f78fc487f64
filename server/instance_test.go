package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/backup"
	"broadsheet/db"
	"broadsheet/hook"
)

// TestInstancePage has an administrator look at the server: what is well, what was done,
// and what needs them. Nobody else may.
func TestInstancePage(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.Index = t.TempDir() })
	as := func(role account.Role) func() (int, string) {
		session := "session=" + accounttest.SignIn(t, h.Accounts, accounttest.Create(t, h.Accounts, h.DB, role.String(), role))
		return func() (int, string) {
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/instance", nil)
			r.Header.Set("Cookie", session)
			h.Handler().ServeHTTP(w, r)
			return w.Code, w.Body.String()
		}
	}
	admin := as(account.Administrator)
	if code, _ := as(account.Desk)(); code != http.StatusForbidden {
		t.Errorf("the desk gets %d", code)
	}
	_, page := admin()
	for _, want := range []string{"No backup was ever taken.", "Found by words", "Database, sqlite", `<th scope="row">administrator</th>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	vault, err := backup.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Run(t.Context(), h.DB, backup.Taking{}); err != nil {
		t.Fatal(err)
	}
	gone, _, err := h.Hooks.Add(t.Context(), hook.Draft{URL: "https://lab.example/in", Events: []hook.Event{hook.CommentPosted}})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE hook SET state = $1 WHERE id = $2`, hook.Stopped, gone.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	_, page = admin()
	for _, want := range []string{"1 program is told nothing more.", "were new", "Backup: 1 time"} {
		if !strings.Contains(page, want) {
			t.Errorf("after a backup and a failure the page lacks %q", want)
		}
	}
	if strings.Contains(page, "No backup") {
		t.Error("a backup was taken, and the page says that none was")
	}
}

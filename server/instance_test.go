package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/backup"
	"broadsheet/db"
	"broadsheet/harvest"
	"broadsheet/hook"
	"broadsheet/job"
	"broadsheet/mail"
	"broadsheet/outbox"
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
	if _, err := vault.Run(t.Context(), h.DB, backup.Taking{Now: h.Config.Now()}); err != nil {
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
	for _, want := range []string{"1 program is told nothing more.", "were new", "Backup: 1 time", `aria-label="Backups of 30 days: `, "29 days of 30 without one"} {
		if !strings.Contains(page, want) {
			t.Errorf("after a backup and a failure the page lacks %q", want)
		}
	}
	if strings.Contains(page, "No backup") {
		t.Error("a backup was taken, and the page says that none was")
	}
}

// TestInstanceButtons: an administrator has the server harvest, back up and rehearse; what
// it does not do is not offered.
func TestInstanceButtons(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	admin := "session=" + accounttest.SignIn(t, h.Accounts, accounttest.Create(t, h.Accounts, h.DB, "noor", account.Administrator))
	send := func(method, deed string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(method, "/instance", strings.NewReader(url.Values{"do": {deed}}.Encode()))
		r.Header.Set("Cookie", admin)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		h.Handler().ServeHTTP(w, r)
		return w
	}
	if page := send("GET", "").Body.String(); strings.Contains(page, `name="do"`) {
		t.Error("a server that does nothing offers to do it")
	}
	if w := send("POST", "harvest now"); w.Code != http.StatusBadRequest {
		t.Errorf("a server without sources harvests: %d", w.Code)
	}
	vault, err := backup.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Run(t.Context(), h.DB, backup.Taking{Now: h.Config.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO source (name, cursor, began, ended, got, expected, failed, next) VALUES ('arxiv-oai', '', 1, 2, 3, 0, '', 9000000000000000)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	h.Harvests, h.BacksUpTo = true, vault.Place()
	if page := send("GET", "").Body.String(); strings.Count(page, `name="do"`) != 3 || !strings.Contains(page, "No restore was ever rehearsed.") {
		t.Error("the page lacks its buttons, or that no restore was rehearsed")
	}
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		if err := job.Ran(t.Context(), tx, harvest.Work("arxiv-oai"), h.Config.Now(), true, 0); err != nil {
			return err
		}
		return job.Ran(t.Context(), tx, harvest.Work("arxiv-oai"), h.Config.Now().AddDate(0, 0, -1), false, 3)
	}); err != nil {
		t.Fatal(err)
	}
	if page := send("GET", "").Body.String(); !strings.Contains(page, `aria-label="30 days: failed on one, not read on 28"`) {
		t.Error("the page does not draw how the source went on 30 days")
	}
	for _, deed := range []string{"harvest now", "rehearse a restore"} {
		if w := send("POST", deed); w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", deed, w.Code, w.Body)
		}
	}
	runs, err := harvest.Runs(t.Context(), h.DB)
	if err != nil || len(runs) != 1 || runs[0].Next.After(h.Config.Now()) {
		t.Errorf("the sources are due at %+v (%v)", runs, err)
	}
	if page := send("GET", "").Body.String(); !strings.Contains(page, "asked for") || !strings.Contains(page, "<td>rehearse a restore") {
		t.Error("neither the backups nor the acts say what was asked for")
	}
	look := func(ctx context.Context, dsn string) error { return Rehearse(ctx, dsn, h.log) }
	if _, err := vault.Rehearse(t.Context(), h.DB, backup.Rehearsal{Now: h.Config.Now(), Folder: t.TempDir(), Look: look}); err != nil {
		t.Error(err)
	}
	if page := send("GET", "").Body.String(); !strings.Contains(page, ", good") || strings.Contains(page, "No restore was ever") {
		t.Error("the page does not say that a restore was rehearsed")
	}
}

// TestMailIsPausedByAButton: an administrator pauses the mail and has it go on; the page and
// the log of acts say so.
func TestMailIsPausedByAButton(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.Mail.Dial = mail.Maildir(t.TempDir()).Dial })
	admin := "session=" + accounttest.SignIn(t, h.Accounts, accounttest.Create(t, h.Accounts, h.DB, "noor", account.Administrator))
	send := func(method, deed string) string {
		w, r := httptest.NewRecorder(), httptest.NewRequest(method, "/instance", strings.NewReader(url.Values{"do": {deed}}.Encode()))
		r.Header.Set("Cookie", admin)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		h.Handler().ServeHTTP(w, r)
		if method == "POST" && w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", deed, w.Code, w.Body)
		}
		return w.Body.String()
	}
	for _, c := range []struct{ deed, offered, not string }{{"", "pause mail", "resume mail"}, {"pause mail", "resume mail", "pause mail"}, {"resume mail", "pause mail", "resume mail"}} {
		if c.deed != "" {
			send("POST", c.deed)
		}
		page := send("GET", "")
		if !strings.Contains(page, `value="`+c.offered+`"`) || strings.Contains(page, `value="`+c.not+`"`) {
			t.Errorf("after %q the page does not offer %q alone", c.deed, c.offered)
		}
		if since, err := outbox.Paused(t.Context(), h.DB); err != nil || since.IsZero() == (c.deed == "pause mail") || strings.Contains(page, "Mail is paused.") == since.IsZero() {
			t.Errorf("after %q it is paused since %v, %v, and the page says otherwise or the mail does", c.deed, since, err)
		}
		if c.deed != "" && !strings.Contains(page, "<td>"+c.deed) {
			t.Errorf("the log of acts has no %q", c.deed)
		}
	}
}

// TestPace: how long there is room is said where it can be known.
func TestPace(t *testing.T) {
	t.Parallel()
	const mega = 1 << 20
	for _, c := range []struct {
		taken, held, came int
		free              uint64
		want              string
	}{
		{600 * mega, 6000, 900, 90 * mega, "3.0 MB a day, room for about 30 days"},
		{600 * mega, 6000, 900, 900 * mega, "3.0 MB a day, room for about 10 months"},
		{600 * mega, 6000, 900, 4400 * mega, "3.0 MB a day, room for about 4 years"},
		{600 * mega, 6000, 900, 1 << 40, "3.0 MB a day, room for more than ten years"},
		{600 * mega, 0, 0, mega, ""},
		{600 * mega, 6000, 0, mega, ""},
		{600 * mega, 6000, 900, 0, ""},
	} {
		if got := pace(c.taken, c.held, c.came, c.free); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

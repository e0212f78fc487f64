package server

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/paper"
)

// TestLettersOfDiscussions has a reader answered, and follows the link of the letter
// by which they want no more.
func TestLettersOfDiscussions(t *testing.T) {
	h := openHouse(t, func(c *Config) { c.Base = "http://papers.test" })
	ctx := t.Context()
	p := &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}, Title: "On $x^2$", Abstract: "A", Form: paper.TeX, Authority: paper.FromArXiv}
	if err := h.DB.Transact(ctx, func(tx *db.Tx) error {
		_, err := h.Papers.Put(ctx, tx, "test", time.Now(), p)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ada, ben := accounttest.Create(t, h.Accounts, h.DB, "ada", account.Reader), accounttest.Create(t, h.Accounts, h.DB, "ben", account.Reader)
	write := func(a *account.Account, parent int64, body string) int64 {
		t.Helper()
		c, err := h.Talk.Write(ctx, time.Now(), discuss.Draft{Paper: p.ID, Parent: parent, Body: body, Writer: discuss.Writer{Account: a.ID, Handle: a.Handle, Joined: a.Joined}})
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	letters := func() []string {
		t.Helper()
		list, err := h.Outbox.Records(ctx, "waiting", 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, r := range list {
			l, err := h.Outbox.Letter(ctx, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, l.To.String()+"\n"+l.Message.Subject+"\n"+l.Message.Text)
		}
		return texts
	}
	first := write(ada, 0, "Is it new?")
	write(ben, first, "It is.\nSee Section 2.")
	got := letters()
	if len(got) != 1 || !strings.Contains(got[0], "ada@readers.test") || !strings.Contains(got[0], "ben answered you on On x²") || !strings.Contains(got[0], "> It is.\n> See Section 2.") {
		t.Fatalf("letters: %q", got)
	}
	off := regexp.MustCompile(`http://papers\.test(/quiet/\S+)`).FindStringSubmatch(got[0])
	if off == nil {
		t.Fatalf("no way to stop it: %s", got[0])
	}
	ask := func(method, path string) int {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Code
	}
	if code := ask("GET", off[1]); code != 200 {
		t.Errorf("the page of the link: %d", code)
	}
	if quiet, err := h.Talk.Quiet(ctx, ada.ID); quiet || err != nil {
		t.Errorf("looking at the link was taken for using it: %v", err)
	}
	if code := ask("POST", off[1][:len(off[1])-1]); code != 404 {
		t.Errorf("a link that was cut off: %d", code)
	}
	if code := ask("POST", off[1]); code != 200 {
		t.Errorf("using the link: %d", code)
	}
	write(ben, first, "And see Section 3.")
	if got := letters(); len(got) != 1 {
		t.Errorf("letters after it was stopped: %q", got)
	}
}

// TestMegabytes sends more than any form of ours holds, to where a visitor would be led
// elsewhere before it is read.
func TestMegabytes(t *testing.T) {
	h := openHouse(t, nil)
	for _, path := range []string{"/vote/2604.00001", "/comment/2604.00001", "/api/papers/2604.00001/comment", "/theme"} {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, httptest.NewRequest("POST", path, strings.NewReader(strings.Repeat("a", 2<<20))))
		if w.Code != 413 {
			t.Errorf("two megabytes to %s: status %d", path, w.Code)
		}
	}
}

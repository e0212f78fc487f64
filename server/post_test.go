package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/paper"
	"broadsheet/server"
)

// TestAReaderOfMail goes the whole way of a new reader: asks, confirms by the button,
// gets the next day's mail, changes the cadence, leaves by the mail program's one
// click; and that of a bounce, from a Maildir into the outbox.
func TestAReaderOfMail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	letters, returned := mail.Maildir(filepath.Join(dir, "out")), filepath.Join(dir, "in")
	var moved atomic.Int64
	began := time.Date(2026, 4, 14, 10, 0, 0, 0, time.UTC)
	now := func() time.Time { return began.Add(time.Duration(moved.Load())) }
	h, err := server.Open(t.Context(), server.Config{
		DSN: filepath.Join(dir, "broadsheet.db"), Base: "http://papers.example", Now: now, Listen: "127.0.0.1:0",
		Edition: edition.Settings{Fill: edition.FillSubmitted}, MailIn: []string{"maildir:" + returned},
		Mail: outbox.Config{From: mail.Address{Name: "Broadsheet", Local: "news", Domain: "papers.example"}, Dial: letters.Dial},
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		for i := range 3 {
			if _, err := h.Papers.Put(t.Context(), tx, "test", began, &paper.Paper{
				Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.0000%d", i+1)}}, Title: fmt.Sprintf("Paper number %d of the day", i+1), Form: paper.TeX,
				Abstract: "We show much.", Figures: paper.Figures{Votes: i + 1, At: began}, Record: paper.Record{Featured: &paper.Feature{Source: "test", At: began}},
			}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	web := h.Handler()
	ask := func(method, target, body string, header ...string) (int, string) {
		t.Helper()
		u, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(method, u.RequestURI(), strings.NewReader(body))
		r.Host = "papers.example"
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		web.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	newest := func(want int) *mail.Received {
		t.Helper()
		if _, err := h.Digests.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Outbox.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		files, err := letters.List()
		if err != nil || len(files) != want {
			t.Fatalf("%d mails, %v, want %d", len(files), err, want)
		}
		f, err := os.Open(files[len(files)-1])
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m, err := mail.Read(f)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	link := func(m *mail.Received, path string) string {
		t.Helper()
		found := regexp.MustCompile(`http://papers\.example` + path + `\?t=[A-Za-z0-9_-]+`).FindString(m.Text)
		if found == "" {
			t.Fatalf("no link to %s in:\n%s", path, m.Text)
		}
		return found
	}
	if _, page := ask("GET", "/papers/date/2026-04-14", ""); !strings.Contains(page, `action="/subscribe"`) {
		t.Error("the edition has no strip to subscribe")
	}
	_, known := ask("POST", "/subscribe", "email=reader@university.example")
	if !strings.Contains(known, "Look into your inbox") {
		t.Errorf("after asking:\n%s", known)
	}
	confirm := link(newest(1), "/mail/confirm")
	token := confirm[strings.Index(confirm, "=")+1:]
	for range 2 {
		if code, page := ask("GET", confirm, ""); code != 200 || !strings.Contains(page, "<form") {
			t.Errorf("the page of the link: %d\n%s", code, page)
		}
	}
	moved.Store(int64(24 * time.Hour))
	newest(1) // opening the page has confirmed nothing
	if code, _ := ask("POST", "/mail/confirm", "t="+token); code != 200 {
		t.Fatalf("the button answers %d", code)
	}
	moved.Store(int64(46 * time.Hour))
	m := newest(2)
	if !strings.Contains(m.Text, "Paper number 3 of the day") || !strings.Contains(m.HTML, "Paper number 1 of the day") || len(m.HTML) > 102<<10 || !strings.HasPrefix(m.Subject(), "Broadsheet, Thursday 16 April: ") {
		t.Errorf("the digest is %q, %d bytes:\n%s", m.Subject(), len(m.HTML), m.Text)
	}
	if code, page := ask("GET", link(m, "/mail/read"), ""); code != 200 || !strings.Contains(page, "Paper number 2 of the day") {
		t.Errorf("read on the web: %d", code)
	}
	change := link(m, "/mail")
	if code, page := ask("GET", change, ""); code != 200 || !strings.Contains(page, "Paper number 3 of the day") {
		t.Errorf("the settings show no preview: %d", code)
	}
	form := url.Values{"t": {change[strings.Index(change, "=")+1:]}, "cadence": {"week"}, "day": {"6"}, "hour": {"9"}, "tz": {"Europe/Stockholm"}, "size": {"5"}, "edition": {"1"}}
	if code, page := ask("POST", "/mail", form.Encode()); code != 200 || !strings.Contains(page, "Saved. The next mail is due on Saturday 18 April 2026, 09:00 Europe/Stockholm.") {
		t.Errorf("changed: %d\n%s", code, page)
	}
	form.Set("tz", "Nowhere/At_All")
	if _, page := ask("POST", "/mail", form.Encode()); !strings.Contains(page, "There is no time zone") {
		t.Error("a zone that there is not was taken")
	}

	// What comes back, while the server runs.
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Serve(ctx, io.Discard) }()
	if err := os.MkdirAll(filepath.Join(returned, "new"), 0o750); err != nil {
		t.Fatal(err)
	}
	bounce := "From: MAILER-DAEMON@mx.example\r\nTo: " + strings.Trim(m.Header.Get("Return-Path"), "<>") + "\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
	whole := filepath.Join(returned, "1") // a Maildir's mails come in whole, by a new name
	if err := os.WriteFile(whole, []byte(bounce), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(whole, filepath.Join(returned, "new", "1")); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		list, err := h.Outbox.Records(t.Context(), "returned", 0, 5)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 {
			break
		}
		if time.Now().After(until) {
			t.Fatal("the bounce was not taken in")
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}

	one := regexp.MustCompile(`<(http[^>]+)>`).FindStringSubmatch(m.Header.Get("List-Unsubscribe"))
	if one == nil {
		t.Fatal("no one-click address")
	}
	if code, page := ask("POST", one[1], "List-Unsubscribe=One-Click", "Sec-Fetch-Site", "cross-site", "Origin", "https://mail.example"); code != http.StatusOK || !strings.Contains(page, "You are unsubscribed") {
		t.Errorf("one click: %d", code)
	}
	if code, _ := ask("POST", "/mail", form.Encode(), "Sec-Fetch-Site", "cross-site", "Origin", "https://mail.example"); code != http.StatusForbidden {
		t.Errorf("another site changed the settings: %d", code)
	}
	if code, _ := ask("GET", change, ""); code != http.StatusNotFound {
		t.Errorf("the settings of a reader who has left: %d", code)
	}
	moved.Store(int64(30 * 24 * time.Hour))
	newest(2)
}

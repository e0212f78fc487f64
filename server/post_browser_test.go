package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/paper"
	"broadsheet/server"
	"broadsheet/web"
	"broadsheet/web/browsertest"
)

// said is what a server prints.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) find(form string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return regexp.MustCompile(form).FindString(s.b.String())
}

// openDemo serves a demo with an edition, and returns its address.
func openDemo(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	letters := mail.Maildir(filepath.Join(dir, "mail"))
	var moved atomic.Int64
	began := time.Date(2026, 4, 14, 10, 0, 0, 0, time.UTC)
	h, err := server.Open(t.Context(), server.Config{
		DSN: filepath.Join(dir, "broadsheet.db"), Listen: "127.0.0.1:0", Edition: edition.Settings{Fill: edition.FillSubmitted},
		Now:  func() time.Time { return began.Add(time.Duration(moved.Load())) },
		Mail: outbox.Config{From: mail.Address{Name: "Broadsheet", Local: "news", Domain: "demo.example"}, Dial: letters.Dial, Connections: 1},
		Demo: &web.Demo{Mail: letters, Move: func(d time.Duration) { moved.Add(int64(d)) }},
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		for i := range 12 {
			if _, err := h.Papers.Put(t.Context(), tx, "test", began, &paper.Paper{
				Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.000%02d", i+1)}}, Title: fmt.Sprintf("Study %d: Of What is Known of the Day", i+1), Form: paper.TeX,
				Abstract: "Much is unknown. We show that $x^2 \\le 4$ holds.", Figures: paper.Figures{Votes: i + 1, At: began},
				Record: paper.Record{Topics: []string{[]string{"agents", "theory", "vision"}[i%3]}, Featured: &paper.Feature{Source: "test", At: began}},
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
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	out, done := &said{}, make(chan error, 1)
	go func() { done <- h.Serve(ctx, out) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		h.Close()
	})
	for range 200 {
		if at := out.find(`http://127\.0\.0\.1:\d+`); at != "" {
			return at
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the server does not say where it listens")
	return ""
}

// TestMailInABrowser subscribes on the strip of the edition, confirms, has the clock
// moved, reads the digest, changes the cadence and leaves by one click.
func TestMailInABrowser(t *testing.T) {
	b := browsertest.Open(t)
	base := openDemo(t)
	b.Go(base + "/")
	b.Type(".strip input[name=email]", "reader@university.example")
	b.Click(".strip button")
	says := func(selector, want string) {
		t.Helper()
		if got := b.Text(selector); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	says("h1", "Look into your inbox")
	// open opens the newest mail and follows one of its links.
	open := func(subject string) {
		t.Helper()
		for try := 0; ; try++ {
			b.Go(base + "/demo/mail")
			if b.Has("main tbody a") && strings.Contains(b.Text("main tbody a"), subject) {
				break
			}
			if try == 100 {
				t.Fatalf("no mail %q came", subject)
			}
			time.Sleep(50 * time.Millisecond)
		}
		b.Click("main tbody a")
	}
	open("confirm your address")
	b.Click("pre a[href*='/mail/confirm']")
	b.Shoot("mail-confirm", 1280, false)
	b.Click("main form button")
	says("h1", "You are subscribed")
	b.Go(base + "/demo/mail")
	b.Click("button[name=hours][value='24']")
	open("Broadsheet, Wednesday 15 April: Study 12, and 9 more")
	says("pre", "We show that x² ≤ 4 holds.")
	one := regexp.MustCompile(`<(http://[^>]+)>`).FindStringSubmatch(b.Text("dl"))
	if one == nil {
		t.Fatalf("no one-click address in %q", b.Text("dl"))
	}
	b.Click("header a[href$='/html']")
	says("h1", "Study 12")
	b.Shoot("mail-digest", 680, false)
	b.Shoot("mail-digest-narrow", 320, true)
	open("Broadsheet, Wednesday")
	b.Click("pre a[href*='/mail?t=']")
	b.Shoot("mail-preferences", 1280, false)
	b.Press("input[name=cadence][value=week]")
	b.Click("form.sheet button:not([formaction])")
	says(".note", "Saved. The next mail is due on Saturday 18 April 2026, 07:00 UTC.")
	r, err := http.NewRequestWithContext(t.Context(), "POST", one[1], strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("one click answers %d", answer.StatusCode)
	}
	b.Go(one[1])
	says("h1", "You are unsubscribed")
}

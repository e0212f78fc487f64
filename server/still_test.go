package server_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/digest"
	"broadsheet/hook"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/server"
)

// TestACopyIsStill serves an instance that has a mail and an event to send: still it
// sends neither, and both when it is served as what it is.
func TestACopyIsStill(t *testing.T) {
	t.Parallel()
	var told atomic.Int64
	program := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told.Add(1) }))
	defer program.Close()
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	letters := mail.Maildir(out)
	mailed := func() int {
		list, err := filepath.Glob(filepath.Join(out, "new", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	serve := func(still bool, until func(*server.House) bool) {
		t.Helper()
		h, err := server.Open(t.Context(), server.Config{
			DSN: filepath.Join(dir, "broadsheet.db"), Base: "http://papers.example", Listen: "127.0.0.1:0", HooksNear: true, Still: still,
			Mail: outbox.Config{From: mail.Address{Name: "Broadsheet", Local: "news", Domain: "papers.example"}, Dial: letters.Dial},
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.Serve(ctx, io.Discard) }()
		for limit := time.Now().Add(30 * time.Second); !until(h) && time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	serve(true, func(h *server.House) bool {
		made, _, err := h.Hooks.Add(t.Context(), hook.Draft{URL: program.URL, Events: []hook.Event{hook.CommentPosted}, Account: account.Operator})
		if err == nil {
			err = h.Hooks.TryOut(t.Context(), made.ID)
		}
		if err == nil {
			err = h.Digests.Subscribe(t.Context(), mail.Address{Local: "ada", Domain: "readers.example"}, digest.Standard(), netip.MustParseAddr("192.0.2.7"))
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second) // hooks are told, and letters sent, within a second of two
		return true
	})
	if n := told.Load(); n != 0 || mailed() != 0 {
		t.Errorf("a copy told a program %d times and mailed %d letters", n, mailed())
	}
	serve(false, func(*server.House) bool { return told.Load() == 1 && mailed() == 1 })
	if n := told.Load(); n != 1 || mailed() != 1 {
		t.Errorf("then it told a program %d times and mailed %d letters", n, mailed())
	}
}

package hook_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/hook"
)

// answers listens for one request after the other, and gives each the same answer as it
// stands; more, if there is any, goes on until the other side hangs up.
func answers(t *testing.T, answer, more string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			go func() {
				if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					io.Copy(io.Discard, r.Body)
				}
				io.WriteString(c, answer)
				for more != "" {
					if _, err := io.WriteString(c, more); err != nil {
						return
					}
				}
			}() // and the connection stays open
		}
	}()
	return "http://" + l.Addr().String() + "/in"
}

// TestHostileAnswers gives every answer that a receiver may not: the delivery ends, and is
// noted in plain words.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.Patient(200 * time.Millisecond)
		for _, c := range []struct {
			name, answer, more string
			state              hook.Fate
			status             int
			due                time.Duration // at least
		}{
			{name: "nothing", state: hook.Waiting},
			{name: "no HTTP", answer: "\x00\x01\x1b[2J\xff\r\n\r\n", state: hook.Waiting},
			{name: "half a header", answer: "HTTP/1.1 200 OK\r\nX-A: ", state: hook.Waiting},
			{name: "headers without end", answer: "HTTP/1.1 200 OK\r\n", more: "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", state: hook.Waiting},
			{name: "hints without end", more: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", state: hook.Waiting},
			{name: "another protocol", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", state: hook.Waiting},
			{name: "a body without end", answer: "HTTP/1.1 200 OK\r\n\r\n", more: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", state: hook.Delivered, status: 200},
			{name: "a body that never comes", answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", state: hook.Delivered, status: 200},
			{name: "words for a terminal", answer: "HTTP/1.1 500 \x1b[31mred\x00\xff\u202e" + strings.Repeat("x", 999) + "\r\nContent-Length: 0\r\n\r\n", state: hook.Waiting, status: 500},
			{name: "gone, for a terminal", answer: "HTTP/1.1 410 \x1b[31m\x00\r\nContent-Length: 0\r\n\r\n", state: hook.Failed, status: 410},
			{name: "a place that is none", answer: "HTTP/1.1 302 Found\r\nLocation: http://[\x1b\xff\r\nContent-Length: 0\r\n\r\n", state: hook.Waiting},
			{name: "later than ever", answer: "HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n", state: hook.Waiting, status: 503, due: 24 * time.Hour},
			{name: "before now", answer: "HTTP/1.1 503 Busy\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n", state: hook.Waiting, status: 503},
			{name: "on a day long ago", answer: "HTTP/1.1 503 Busy\r\nRetry-After: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Length: 0\r\n\r\n", state: hook.Waiting, status: 503},
			{name: "on a day to come", answer: "HTTP/1.1 503 Busy\r\nRetry-After: Fri, 02 Jan 2099 15:04:05 GMT\r\nContent-Length: 0\r\n\r\n", state: hook.Waiting, status: 503, due: 24 * time.Hour},
		} {
			h.log.Reset()
			made, _, err := h.Add(t.Context(), hook.Draft{URL: answers(t, c.answer, c.more), Events: []hook.Event{hook.CommentPosted}})
			if err != nil {
				t.Fatal(err)
			}
			if err := h.TryOut(t.Context(), made.ID); err != nil {
				t.Fatal(err)
			}
			if n, err := h.Send(t.Context()); err != nil || n != 1 || strings.Contains(h.log.String(), "level=ERROR") {
				t.Errorf("%s: %d deliveries, %v, %s", c.name, n, err, h.log.String())
				continue
			}
			list, err := h.Deliveries(t.Context(), made.ID, 5)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			x := list[0]
			if x.State != c.state || x.Status != c.status || x.Tries != 1 || x.State == hook.Waiting && (x.Due.Before(h.now) || x.Due.Before(h.now.Add(c.due)) || x.Due.After(h.now.Add(24*time.Hour))) {
				t.Errorf("%s: %+v", c.name, x)
			}
			if !utf8.ValidString(x.Said) || len(x.Said) > 1000 || strings.ContainsFunc(x.Said, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%s: said %q", c.name, x.Said)
			}
		}
	})
}

// TestRemovedMeanwhile removes a hook that is about to be told: nothing is told, and
// nobody is alarmed.
func TestRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		made, _ := h.add(0, hook.CommentPosted)
		h.comment(h.put(quiet(testPaper(h))), "One.")
		s := h.other(func(ctx context.Context, _ hook.Event, _ *hook.Hook, subject int64) (any, error) {
			return subject, h.Remove(ctx, made.ID)
		})
		h.tell(s)
		if h.said() != "" || h.log.Len() > 0 {
			t.Errorf("%d heard, logged: %s", len(h.heard), h.log.String())
		}
	})
}

// TestFindLeavesNoCursor removes the last hook while events are looked for.
func TestFindLeavesNoCursor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		made, _ := h.add(0, hook.CommentPosted)
		h.comment(h.put(quiet(testPaper(h))), "One.")
		removes := hook.New(hook.Config{DB: d, Log: slog.New(slog.DiscardHandler), Now: func() time.Time {
			if err := h.Remove(t.Context(), made.ID); err != nil {
				t.Error(err)
			}
			return h.now
		}})
		if n, err := removes.Find(t.Context()); err != nil || n != 0 {
			t.Errorf("%d found, %v", n, err)
		}
		h.watched(false)
	})
}

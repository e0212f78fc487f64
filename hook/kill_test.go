package hook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/hook"
	"broadsheet/paper"
	"broadsheet/web/webtest"
)

// telling is set in the processes that TestKilled starts.
const telling = "BROADSHEET_TEST_TELLING"

// errand is what such a process does.
type errand struct {
	DSN string
	Now time.Time // its clock stands there
}

func TestMain(m *testing.M) {
	if what := os.Getenv(telling); what != "" {
		tellUntilKilled(what)
	}
	os.Exit(m.Run())
}

func tellUntilKilled(what string) {
	var e errand
	ctx := context.Background()
	err := json.Unmarshal([]byte(what), &e)
	var d *db.DB
	if err == nil {
		d, err = db.Open(ctx, e.DSN)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s := hook.New(hook.Config{
		DB: d, Papers: paper.NewStore(d), Private: true, Now: func() time.Time { return e.Now }, Log: slog.New(slog.DiscardHandler),
		Data: func(_ context.Context, _ hook.Event, _ *hook.Hook, subject int64) (any, error) {
			return map[string]any{"subject": subject}, nil
		},
	})
	for {
		s.Find(ctx) // what fails is tried again
		s.Send(ctx)
		time.Sleep(time.Millisecond)
	}
}

// TestKilled kills the process that tells, again and again, at any instant: every event
// is told, under one id, and a death has at most one told twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		const kills, words = 6, 80
		h := open(t, dbtest.Open(t, dsn))
		h.add(0, hook.CommentPosted)
		p := h.put(webtest.Papers(1, h.now)[0])
		want := map[int64]bool{}
		for i := range words {
			want[h.comment(p, fmt.Sprint("Word ", i)).ID] = true
		}
		heard := make(chan struct{}, 10*words)
		h.mu.Lock()
		h.answer = func(http.ResponseWriter, *http.Request) {
			heard <- struct{}{}
			time.Sleep(2 * time.Millisecond)
		}
		h.mu.Unlock()
		clock := h.now
		for range kills {
			clock = clock.Add(2 * time.Minute) // the turn of the one that was killed is over
			what, err := json.Marshal(errand{dsn, clock})
			if err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			c := exec.Command(os.Args[0])
			c.Env, c.Stderr = append(os.Environ(), telling+"="+string(what)), &said
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			for range 1 + rand.IntN(8) {
				select {
				case <-heard:
				case <-time.After(time.Minute):
					t.Errorf("a process told nothing for a minute: %s", said.String())
				}
			}
			time.Sleep(time.Duration(rand.IntN(4000)) * time.Microsecond)
			c.Process.Kill()
			c.Wait()
		}
		h.now = clock.Add(2 * time.Minute)
		h.tell()
		h.mu.Lock()
		defer h.mu.Unlock()
		ids := map[int64][]string{}
		for _, m := range h.heard {
			var x struct{ Data struct{ Subject int64 } }
			if err := json.Unmarshal(m.body, &x); err != nil {
				t.Fatalf("%s: %v", m.body, err)
			}
			ids[x.Data.Subject] = append(ids[x.Data.Subject], m.id)
		}
		twice := len(h.heard) - len(ids)
		for subject, list := range ids {
			if !want[subject] || len(slices.Compact(list)) != 1 {
				t.Errorf("comment %d, of those said %v, was told as %v", subject, want[subject], list)
			}
		}
		if len(ids) != words || twice > kills {
			t.Errorf("%d of %d were told, %d of them again after %d deaths", len(ids), words, twice, kills)
		}
		t.Logf("%d told, %d of them again, %d deaths", len(ids), twice, kills)
	})
}

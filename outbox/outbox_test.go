package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/mail"
	"broadsheet/mail/mailtest"
	"broadsheet/outbox"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func address(t testing.TB, s string) mail.Address {
	t.Helper()
	a, err := mail.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func open(t testing.TB, d *db.DB, server *mailtest.Server, c *clock, change ...func(*outbox.Config)) *outbox.Outbox {
	t.Helper()
	config := outbox.Config{
		From: address(t, "Broadsheet <news@papers.example>"), Connections: 4, Now: c.now,
	}
	if server != nil {
		config.Dial = (&mail.Server{Address: server.Address, Timeout: 5 * time.Second}).Dial
	}
	for _, f := range change {
		f(&config)
	}
	o, err := outbox.Open(t.Context(), d, config)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func enqueue(t testing.TB, d *db.DB, o *outbox.Outbox, letters ...outbox.Letter) (ids []int64) {
	t.Helper()
	if err := d.Transact(t.Context(), func(tx *db.Tx) error {
		ids = nil
		for _, l := range letters {
			id, err := o.Enqueue(t.Context(), tx, l)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}

func letter(t testing.TB, to string) outbox.Letter {
	return outbox.Letter{Kind: "test", To: address(t, to), Message: &mail.Message{Subject: "Hello " + to, Text: "A letter.\n"}}
}

func flush(t testing.TB, o *outbox.Outbox) int {
	t.Helper()
	n, err := o.Flush(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestALetterGoesOutOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server, c := mailtest.Start(t, nil), newClock()
		o := open(t, d, server, c)
		l := letter(t, "reader@university.example")
		l.Once = "digest 1 2026-04-14"
		if ids := enqueue(t, d, o, l, l); ids[0] == 0 || ids[1] != 0 {
			t.Errorf("the numbers are %v", ids)
		}
		if flush(t, o) != 1 || flush(t, o) != 0 {
			t.Error("the letter did not go out once")
		}
		got := server.Letters()
		if len(got) != 1 || !strings.HasPrefix(got[0].From, "bounces+") || !strings.Contains(string(got[0].Body), "Subject: Hello reader@university.example") {
			t.Errorf("arrived: %+v", got)
		}
		boom := errors.New("boom")
		err := d.Transact(t.Context(), func(tx *db.Tx) error {
			if _, err := o.Enqueue(t.Context(), tx, letter(t, "other@university.example")); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) || flush(t, o) != 0 {
			t.Errorf("a letter whose reason was rolled back went out: %v", err)
		}
	})
}

// TestNothingIsLostAtAnyStage: whatever the server does at whatever stage, each
// letter arrives, and only those arrive twice whose answer was lost, which is counted.
func TestNothingIsLostAtAnyStage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		n := 0
		server := mailtest.Start(t, func(s mailtest.Stage, _ string) mailtest.Fault {
			mu.Lock()
			defer mu.Unlock()
			if n++; n%11 != 0 { // every eleventh time it is asked, alternately
				return mailtest.None
			}
			if n%2 == 0 && s != mailtest.Answer { // a server that takes a letter and says no is none
				return mailtest.Defer
			}
			return mailtest.Vanish
		})
		c := newClock()
		unsure := 0
		o := open(t, d, server, c, func(c *outbox.Config) {
			c.Event = func(_, event string) {
				mu.Lock()
				defer mu.Unlock()
				if event == "unsure" {
					unsure++
				}
			}
		})
		const letters = 60
		for i := range letters {
			enqueue(t, d, o, letter(t, fmt.Sprintf("r%d@university.example", i)))
		}
		for range 60 {
			o.Flush(t.Context()) // its errors are the faults
			c.move(time.Hour)
		}
		times := map[string]int{}
		for _, l := range server.Letters() {
			times[l.To]++
		}
		extra := 0
		for i := range letters {
			k := times[fmt.Sprintf("r%d@university.example", i)]
			if k == 0 {
				t.Errorf("letter %d is lost", i)
			}
			extra += max(k-1, 0)
		}
		mu.Lock()
		defer mu.Unlock()
		if extra > unsure {
			t.Errorf("%d letters arrived a second time, and only %d were counted as unsure", extra, unsure)
		}
	})
}

// TestTwoProcesses: two outboxes over one database share the letters.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		server, c := mailtest.Start(t, nil), newClock()
		a, b := dbtest.Open(t, dsn), dbtest.Open(t, dsn)
		first, second := open(t, a, server, c), open(t, b, server, c)
		const letters = 100
		for i := range letters {
			enqueue(t, a, first, letter(t, fmt.Sprintf("r%d@university.example", i)))
		}
		var both sync.WaitGroup
		for _, o := range []*outbox.Outbox{first, second} {
			both.Go(func() {
				if _, err := o.Flush(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		times := map[string]int{}
		for _, l := range server.Letters() {
			times[l.To]++
		}
		if len(server.Letters()) != letters || len(times) != letters {
			t.Errorf("%d letters arrived for %d readers, want %d", len(server.Letters()), len(times), letters)
		}
	})
}

func TestALostLeaseIsNoticedBeforeTheEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		var slow atomic.Bool
		slow.Store(true)
		server := mailtest.Start(t, func(s mailtest.Stage, _ string) mailtest.Fault {
			if s == mailtest.Rcpt && slow.Swap(false) {
				c.move(time.Hour) // the lease runs out on the way
			}
			return mailtest.None
		})
		o := open(t, d, server, c)
		enqueue(t, d, o, letter(t, "reader@university.example"))
		flush(t, o)
		if n := len(server.Letters()); n != 0 {
			t.Errorf("%d letters arrived from a process that had lost its lease", n)
		}
		if flush(t, o) != 1 {
			t.Error("the letter did not go out afterwards")
		}
	})
}

func TestThreeDaysOfPatience(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tried := 0
		server := mailtest.Start(t, func(s mailtest.Stage, _ string) mailtest.Fault {
			if s == mailtest.Rcpt {
				tried++
				return mailtest.Defer
			}
			return mailtest.None
		})
		c := newClock()
		events := map[string]int{}
		o := open(t, d, server, c, func(c *outbox.Config) { c.Event = func(_, e string) { events[e]++ } })
		enqueue(t, d, o, letter(t, "full@university.example"))
		for range 24 * 5 {
			flush(t, o)
			c.move(time.Hour)
		}
		if events["expired"] != 1 || events["refused"] != 0 {
			t.Errorf("the events are %v", events)
		}
		if tried < 15 || tried > 30 {
			t.Errorf("tried %d times", tried)
		}
	})
}

func TestBouncesAreCountedAndFade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		apart   time.Duration
		bounces int
		stopped bool
	}{
		{"daily", 24 * time.Hour, 3, true},
		{"twice", 24 * time.Hour, 2, false},
		{"fortnightly", 14 * 24 * time.Hour, 3, true},
		{"once in a season", 90 * 24 * time.Hour, 8, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				server := mailtest.Start(t, func(s mailtest.Stage, _ string) mailtest.Fault {
					if s == mailtest.Rcpt {
						return mailtest.Refuse
					}
					return mailtest.None
				})
				now := newClock()
				o := open(t, d, server, now)
				told := 0
				o.OnStop(func(_ context.Context, _ *db.Tx, a mail.Address, r outbox.Reason) error {
					if told++; a.Bare() != "Gone@university.example" || r != outbox.Bounced {
						t.Errorf("told of %s, %s", a, r)
					}
					return nil
				})
				for range c.bounces {
					enqueue(t, d, o, letter(t, "Gone@university.example"))
					flush(t, o)
					now.move(c.apart)
				}
				r, err := o.Suppressed(t.Context(), d, address(t, "gone@UNIVERSITY.example"))
				if err != nil || (r == outbox.Bounced) != c.stopped || (told > 0) != c.stopped {
					t.Errorf("the address is %q, %v, told %d times", r, err, told)
				}
				if ids := enqueue(t, d, o, letter(t, "gone@university.example")); (ids[0] == 0) != c.stopped {
					t.Errorf("another letter: %v", ids)
				}
				if list, err := o.Suppressions(t.Context()); err != nil || (list[outbox.Bounced] == 1) != c.stopped {
					t.Errorf("the suppressed addresses are %v, %v", list, err)
				}
			})
		})
	}
}

func TestAFarewellHoldsButForWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, mailtest.Start(t, nil), newClock())
		before := enqueue(t, d, o, letter(t, "reader@university.example"))
		if err := d.Transact(t.Context(), func(tx *db.Tx) error {
			return o.Suppress(t.Context(), tx, address(t, "reader@university.example"), outbox.Left)
		}); err != nil {
			t.Fatal(err)
		}
		if n := flush(t, o); n != 0 || before[0] == 0 {
			t.Errorf("%d letters went out that waited when the reader left", n)
		}
		asked := letter(t, "reader@university.example")
		asked.Asked = true
		if ids := enqueue(t, d, o, letter(t, "reader@university.example"), asked); ids[0] != 0 || ids[1] == 0 {
			t.Errorf("the numbers are %v", ids)
		}
	})
}

func TestPacing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server, c := mailtest.Start(t, nil), newClock()
		o := open(t, d, server, c, func(c *outbox.Config) { c.PerMinute = 2 })
		for i := range 6 {
			enqueue(t, d, o, letter(t, fmt.Sprintf("r%d@slow.example", i)), letter(t, fmt.Sprintf("r@fast%d.example", i)))
		}
		if n := flush(t, o); n != 7 {
			t.Errorf("%d went out at once, want one to the slow domain and six to others", n)
		}
		for minute := range 3 {
			c.move(31 * time.Second)
			if n := flush(t, o); n != 1 {
				t.Errorf("%d went out in half minute %d, want 1", n, minute)
			}
		}
	})
}

func TestWhatWasAskedForGoesFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server := mailtest.Start(t, nil)
		o := open(t, d, server, newClock(), func(c *outbox.Config) { c.Connections = 1 })
		for i := range 5 {
			enqueue(t, d, o, letter(t, fmt.Sprintf("r%d@university.example", i)))
		}
		asked := letter(t, "me@university.example")
		asked.Asked = true
		enqueue(t, d, o, asked)
		flush(t, o)
		if got := server.Letters(); len(got) != 6 || got[0].To != "me@university.example" && got[1].To != "me@university.example" && got[2].To != "me@university.example" && got[3].To != "me@university.example" {
			t.Errorf("the order is %v", got)
		}
	})
}

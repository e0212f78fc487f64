package hook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/hook"
	"broadsheet/job"
	"broadsheet/paper"
	"broadsheet/web/webtest"
)

// house is a small instance with hooks, and a program that is told.
type house struct {
	*hook.Store
	t        *testing.T
	db       *db.DB
	papers   *paper.Store
	editions *edition.Store
	talk     *discuss.Store
	readers  []*account.Account
	now      time.Time
	log      bytes.Buffer

	mu     sync.Mutex
	heard  []message
	answer func(http.ResponseWriter, *http.Request)
	at     *httptest.Server
}

type message struct {
	id, stamp, signature string
	body                 []byte
}

func open(t *testing.T, d *db.DB) *house {
	h := &house{t: t, db: d, now: webtest.Now(), papers: paper.NewStore(d)}
	h.editions = edition.NewStore(h.papers, edition.Settings{})
	accounts := account.NewStore(d, account.Settings{Join: account.Anyone}, func() time.Time { return h.now }, slog.New(slog.DiscardHandler))
	h.talk = discuss.NewStore(h.papers, accounts, nil)
	for _, handle := range []string{"ada", "bo", "cy"} {
		h.readers = append(h.readers, accounttest.Create(t, accounts, d, handle, account.Reader))
	}
	h.at = httptest.NewServer(http.HandlerFunc(h.hear))
	t.Cleanup(h.at.Close)
	h.Store = h.other(nil)
	return h
}

// other is another process at the same hooks.
func (h *house) other(data func(context.Context, hook.Event, *hook.Hook, int64) (any, error)) *hook.Store {
	if data == nil {
		data = func(_ context.Context, e hook.Event, _ *hook.Hook, subject int64) (any, error) {
			return map[string]any{"subject": subject}, nil
		}
	}
	return hook.New(hook.Config{DB: h.db, Papers: h.papers, Private: true, Now: func() time.Time { return h.now }, Log: slog.New(slog.NewTextHandler(&h.log, nil)), Data: data})
}

func (h *house) hear(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.heard = append(h.heard, message{r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), r.Header.Get("webhook-signature"), body})
	answer := h.answer
	h.mu.Unlock()
	if answer != nil {
		answer(w, r)
	}
}

// said returns what was heard since the last time, as TYPE SUBJECT, in order of the words.
func (h *house) said() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []string
	for _, m := range h.heard {
		var x struct {
			Type string
			Data struct{ Subject int64 }
		}
		if err := json.Unmarshal(m.body, &x); err != nil {
			h.t.Errorf("%s: %v", m.body, err)
		}
		list = append(list, fmt.Sprint(x.Type, " ", x.Data.Subject))
	}
	h.heard = nil
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func (h *house) add(votes int, events ...hook.Event) (*hook.Hook, string) {
	h.t.Helper()
	made, secret, err := h.Add(h.t.Context(), hook.Draft{URL: h.at.URL + "/in", Events: events, Votes: votes})
	if err != nil {
		h.t.Fatal(err)
	}
	return made, secret
}

// tell finds events and sends what is due, until nothing is.
func (h *house) tell(stores ...*hook.Store) {
	h.t.Helper()
	if len(stores) == 0 {
		stores = []*hook.Store{h.Store}
	}
	for _, s := range stores {
		if _, err := s.Find(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		for {
			n, err := s.Send(h.t.Context())
			if err != nil {
				h.t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
}

func (h *house) put(p *paper.Paper) *paper.Paper {
	h.t.Helper()
	p.ID, p.Key = 0, ""
	if err := h.db.Transact(h.t.Context(), func(tx *db.Tx) error {
		_, err := h.papers.Put(h.t.Context(), tx, "upstream", h.now, p)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.editions.Update(h.t.Context(), h.now, 1000); err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) vote(p *paper.Paper, by int) {
	h.t.Helper()
	if _, err := h.talk.Vote(h.t.Context(), h.now, p.ID, discuss.VoterOf(h.readers[by]), true); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) comment(p *paper.Paper, body string) *discuss.Comment {
	h.t.Helper()
	x := h.readers[0]
	c, err := h.talk.Write(h.t.Context(), h.now, discuss.Draft{Paper: p.ID, Body: body, Writer: discuss.Writer{Account: x.ID, Handle: x.Handle, Joined: x.Joined, Trusted: true}})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// TestEventsAreToldOnce has one of each event happen, before a hook is there and after,
// and something else change what it happened to.
func TestEventsAreToldOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		list := webtest.Papers(3, h.now)
		for _, p := range list {
			p.Figures, p.Featured = paper.Figures{}, nil
		}
		old, young := h.put(list[0]), h.put(list[1])
		h.vote(old, 0)
		h.vote(old, 1)
		h.comment(old, "Said before anybody listened.")
		h.now = h.now.Add(time.Minute)
		h.add(2, hook.PaperVotes, hook.CommentPosted, hook.SubmissionReceived, hook.EditionPublished)
		h.now = h.now.Add(time.Minute)
		h.vote(old, 2)
		h.vote(young, 0)
		h.tell()
		if got := h.said(); got != "" {
			t.Errorf("the past was told: %s", got)
		}
		h.vote(young, 1)
		c := h.comment(old, "Said to everybody.")
		list[2].Featured = &paper.Feature{Source: "upstream", At: h.now}
		h.put(list[2])
		x, err := h.editions.Submit(t.Context(), h.now, edition.Entry{Paper: young, By: edition.Submitter{Account: h.readers[0].ID, Handle: h.readers[0].Handle, Role: account.Desk}})
		if err != nil {
			t.Fatal(err)
		}
		h.tell()
		want := fmt.Sprintf("comment.posted %d, edition.published %s, paper.votes %d, submission.received %d", c.ID, strings.ReplaceAll(x.Day, "-", ""), young.ID, x.ID)
		if got := h.said(); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
		h.vote(young, 2)
		h.comment(young, "More.")
		h.tell(h.Store, h.other(nil))
		if got := h.said(); strings.Count(got, ",") != 0 || !strings.HasPrefix(got, "comment.posted") {
			t.Errorf("what had been told already was told again: %s", got)
		}
		// It stays told after a vote is taken back and given again, and after its delivery is forgotten.
		if _, err := h.talk.Vote(t.Context(), h.now, young.ID, discuss.VoterOf(h.readers[2]), false); err != nil {
			t.Fatal(err)
		}
		h.now = h.now.Add(60 * 24 * time.Hour)
		if err := h.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.vote(young, 2)
		h.tell()
		if got := h.said(); got != "" {
			t.Errorf("two months later it was told %s", got)
		}
	})
}

// verify is what a receiver does, written from the standard.
func verify(secret string, m message) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(m.id + "." + m.stamp + "." + string(m.body)))
	return m.signature == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestDeliveriesAreSigned(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)))
	made, secret := h.add(0, hook.CommentPosted)
	if err := h.TryOut(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	h.tell()
	if len(h.heard) != 1 || !verify(secret, h.heard[0]) {
		t.Fatalf("%d messages, or a wrong signature", len(h.heard))
	}
	for _, change := range []func(*message){
		func(m *message) { m.body = append([]byte(" "), m.body...) },
		func(m *message) { m.id += "x" },
		func(m *message) { m.stamp += "0" },
	} {
		m := h.heard[0]
		change(&m)
		if verify(secret, m) {
			t.Errorf("what was changed on the way is taken: %+v", m)
		}
	}
	if strings.Contains(h.log.String(), secret) {
		t.Error("the secret stands in the log")
	}
	list, err := h.List(t.Context())
	if err != nil || strings.Contains(fmt.Sprintf("%+v", list), secret) {
		t.Errorf("the secret is told again, or %v", err)
	}
}

// TestFailuresAreTriedAgain lets a hook be out of order for hours, for days and for ever.
func TestFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		made, _ := h.add(0, hook.CommentPosted)
		h.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
		p := h.put(webtest.Papers(1, h.now)[0])
		first := h.comment(p, "One.")
		h.tell()
		h.now = h.now.Add(time.Second)
		h.tell() // too early
		h.now = h.now.Add(time.Hour)
		h.tell()
		if got, want := h.said(), fmt.Sprintf("comment.posted %d, comment.posted %d", first.ID, first.ID); got != want {
			t.Errorf("tried %q, want %q", got, want)
		}
		h.answer = nil
		h.now = h.now.Add(24 * time.Hour)
		h.tell()
		list, err := h.Deliveries(t.Context(), made.ID, 10)
		if err != nil || len(list) != 1 || list[0].State != hook.Delivered || list[0].Tries != 3 || list[0].Status != 200 {
			t.Fatalf("%+v, %v", list, err)
		}
		h.answer = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		h.comment(p, "Two.")
		h.tell()
		if list, err = h.Deliveries(t.Context(), made.ID, 10); err != nil || list[0].Due.Sub(h.now) != 2*time.Hour {
			t.Errorf("a hook that asked for two hours gets %s, %v", list[0].Due.Sub(h.now), err)
		}
		for range 15 {
			h.now = h.now.Add(27 * time.Hour)
			h.tell()
		}
		list, _ = h.Deliveries(t.Context(), made.ID, 10)
		now, err := h.Get(t.Context(), made.ID)
		if err != nil || list[0].State != hook.Failed || list[0].Tries != 10 || now.State != hook.Stopped {
			t.Errorf("after ten failures: %+v, %+v, %v", list[0], now, err)
		}
		h.said()
		h.answer = nil
		h.comment(p, "Three, to nobody.")
		h.tell()
		if err := h.Resume(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		c := h.comment(p, "Four.")
		h.tell()
		if got := h.said(); !strings.Contains(got, fmt.Sprint("comment.posted ", c.ID)) {
			t.Errorf("resumed, it hears %q", got)
		}
		h.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }
		h.comment(p, "Five.")
		h.tell()
		if now, err = h.Get(t.Context(), made.ID); err != nil || now.State != hook.Stopped || !strings.Contains(now.Said, "410") {
			t.Errorf("a hook that is gone is %s, %q, %v", now.State, now.Said, err)
		}
	})
}

// TestADeadWorkerLosesNothing lets a process stop in the middle of a delivery and another
// fall silent in one, and two processes send at once.
func TestADeadWorkerLosesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		made, _ := h.add(0, hook.CommentPosted)
		p := h.put(webtest.Papers(1, h.now)[0])
		var want []string
		for i := range 12 {
			want = append(want, fmt.Sprint("comment.posted ", h.comment(p, fmt.Sprint("Word ", i)).ID))
		}
		slices.Sort(want)
		ctx, stop := context.WithCancel(t.Context())
		stops := h.other(func(context.Context, hook.Event, *hook.Hook, int64) (any, error) { stop(); return nil, ctx.Err() })
		if n, err := stops.Find(t.Context()); err != nil || n != 12 {
			t.Fatalf("%d found, %v", n, err)
		}
		if n, err := stops.Send(ctx); err != nil || n != 0 {
			t.Fatalf("%d sent by who stops, %v", n, err)
		}
		hangs, hung := make(chan struct{}), make(chan struct{})
		dead := h.other(func(context.Context, hook.Event, *hook.Hook, int64) (any, error) {
			close(hung)
			<-hangs
			return nil, nil
		})
		var silent sync.WaitGroup
		silent.Go(func() { dead.Send(t.Context()) })
		<-hung
		if n, err := h.Send(t.Context()); err != nil || n != 0 {
			t.Errorf("%d sent past the other's turn, %v", n, err)
		}
		h.now = h.now.Add(2 * time.Minute)
		var both sync.WaitGroup
		for _, s := range []*hook.Store{h.Store, h.other(nil)} {
			both.Go(func() {
				for {
					if n, err := s.Send(t.Context()); err != nil || n == 0 {
						if err != nil {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		both.Wait()
		close(hangs) // what it found out meanwhile is not noted: its turn is over
		silent.Wait()
		if got := h.said(); got != strings.Join(want, ", ") {
			t.Errorf("told %s\nwant %s", got, strings.Join(want, ", "))
		}
		if list, err := h.Deliveries(t.Context(), made.ID, 100); err != nil || len(list) != 12 || slices.ContainsFunc(list, func(d hook.Delivery) bool { return d.State != hook.Delivered }) {
			t.Errorf("%+v, %v", list, err)
		}
		if waiting, _, err := h.Waiting(t.Context()); err != nil || waiting != 0 {
			t.Errorf("%d wait, %v", waiting, err)
		}
	})
}

// TestASlowAddressHoldsUpNobody has addresses hang for as long as it takes, and one that
// answers without end, while others are told, at the same host as well.
func TestASlowAddressHoldsUpNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const quick, words = 3, 6
		h := open(t, d)
		h.Patient(time.Hour)
		free, heard := make(chan struct{}), make(chan struct{}, quick*words)
		var hanging atomic.Int64
		h.answer = func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/waits":
				hanging.Add(1)
				<-free
			case "/endless":
				hanging.Add(1)
				drip(w, r, free)
			default:
				heard <- struct{}{}
			}
		}
		ways := []string{"/waits", "/waits", "/endless", "/waits", "/waits", "/waits"}
		for _, way := range append(slices.Clone(ways), "/in", "/in", "/in") {
			if _, _, err := h.Add(t.Context(), hook.Draft{URL: h.at.URL + way, Events: []hook.Event{hook.CommentPosted}}); err != nil {
				t.Fatal(err)
			}
		}
		p := h.put(testPaper(h))
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { h.Run(ctx) })
		for i := range words {
			h.comment(p, fmt.Sprint("Word ", i))
		}
		for n := 0; n < quick*words; n++ {
			select {
			case <-heard:
			case <-time.After(time.Minute):
				t.Errorf("%d of %d were told while others hang", n, quick*words)
				n = quick * words
			}
		}
		if n := hanging.Load(); n > int64(len(ways)) {
			t.Errorf("%d slow addresses were told %d things at once", len(ways), n)
		}
		close(free)
		stop()
		running.Wait()
	})
}

// drip answers byte by byte until it is freed.
func drip(w http.ResponseWriter, r *http.Request, free chan struct{}) {
	w.WriteHeader(http.StatusOK)
	for r.Context().Err() == nil {
		select {
		case <-free:
			return
		case <-time.After(time.Millisecond):
			w.Write([]byte("."))
			w.(http.Flusher).Flush()
		}
	}
}

// TestAStoppedHookMissesWhatHappens is told nothing of the time in which it was stopped,
// whatever changes afterwards.
func TestAStoppedHookMissesWhatHappens(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		made, _ := h.add(2, hook.CommentPosted, hook.PaperVotes)
		p := h.put(quiet(webtest.Papers(1, h.now)[0]))
		h.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }
		h.comment(p, "Before.")
		h.tell()
		h.now = h.now.Add(time.Minute)
		h.comment(p, "Meanwhile.")
		h.vote(p, 0)
		h.vote(p, 1)
		h.tell()
		h.said()
		h.now = h.now.Add(time.Minute)
		h.answer = nil
		for range 2 { // the second changes nothing
			if err := h.Resume(t.Context(), made.ID); err != nil {
				t.Fatal(err)
			}
		}
		h.vote(p, 2)
		h.tell()
		if got := h.said(); got != "" {
			t.Errorf("of the time in which it was stopped it was told %s", got)
		}
		c := h.comment(p, "After.")
		h.tell()
		if got, want := h.said(), fmt.Sprint("comment.posted ", c.ID); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

// TestACopyTellsNobody pauses the hooks of a copy, and resumes one: it is told of what
// waited for it, not of what came before that moment, and the other of nothing.
func TestACopyTellsNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		made, _ := h.add(0, hook.CommentPosted)
		other, _ := h.add(0, hook.CommentPosted)
		p := h.put(quiet(testPaper(h)))
		waits := h.comment(p, "Waits.")
		if _, err := h.Find(t.Context()); err != nil {
			t.Fatal(err)
		}
		paused, err := hook.Pause(t.Context(), d)
		if err != nil || !slices.Equal(paused, []int64{made.ID, other.ID}) {
			t.Fatal(paused, err)
		}
		if again, err := hook.Pause(t.Context(), d); err != nil || len(again) > 0 {
			t.Error(again, err)
		}
		h.comment(p, "Missed.")
		h.tell()
		if got := h.said(); got != "" {
			t.Errorf("a copy told %s", got)
		}
		h.now = h.now.Add(time.Minute)
		if err := h.Resume(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		next := h.comment(p, "Next.")
		h.tell()
		if got, want := h.said(), fmt.Sprintf("comment.posted %d, comment.posted %d", waits.ID, next.ID); got != want {
			t.Errorf("resumed, it told %q, want %q", got, want)
		}
		for _, table := range []string{"hook_delivery", "hook"} { // a schema from before them
			if err := d.Transact(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), `DROP TABLE `+table); return err }); err != nil {
				t.Fatal(err)
			}
		}
		if paused, err := hook.Pause(t.Context(), d); err != nil || len(paused) > 0 {
			t.Error(paused, err)
		}
	})
}

// TestOnePaperPassesOnce merges papers of which a hook was told, or is to be told.
func TestOnePaperPassesOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.add(2, hook.PaperVotes)
		var papers []*paper.Paper
		for _, p := range webtest.Papers(4, h.now) {
			papers = append(papers, h.put(quiet(p)))
		}
		merge := func(keep, gone *paper.Paper) {
			t.Helper()
			if err := d.Transact(t.Context(), func(tx *db.Tx) error { return h.papers.Merge(t.Context(), tx, h.now, keep.ID, gone.ID) }); err != nil {
				t.Fatal(err)
			}
		}
		pass := func(p *paper.Paper) {
			h.vote(p, 0)
			h.vote(p, 1)
		}
		pass(papers[0])
		h.tell()
		if got, want := h.said(), fmt.Sprint("paper.votes ", papers[0].ID); got != want {
			t.Fatalf("told %q, want %q", got, want)
		}
		merge(papers[1], papers[0]) // told of the one that is gone
		h.tell()
		pass(papers[2])
		if _, err := h.Find(t.Context()); err != nil {
			t.Fatal(err)
		}
		merge(papers[1], papers[2]) // about to be told of another
		h.vote(papers[1], 2)
		h.tell()
		if got := h.said(); got != "" {
			t.Errorf("told again of a paper under another place: %s", got)
		}
		pass(papers[3])
		h.tell()
		if got, want := h.said(), fmt.Sprint("paper.votes ", papers[3].ID); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

// TestWhatCannotBeReadIsGivenUp is our fault, so the hook is not stopped for it.
func TestWhatCannotBeReadIsGivenUp(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	h := open(t, d)
	made, _ := h.add(0, hook.CommentPosted)
	h.comment(h.put(webtest.Papers(1, h.now)[0]), "One.")
	broken := h.other(func(context.Context, hook.Event, *hook.Hook, int64) (any, error) { return nil, io.ErrUnexpectedEOF })
	for range 15 {
		h.tell(broken)
		h.now = h.now.Add(27 * time.Hour)
	}
	list, err := h.Deliveries(t.Context(), made.ID, 10)
	now, lost := h.Get(t.Context(), made.ID)
	if err != nil || lost != nil || list[0].State != hook.Failed || list[0].Tries != 10 || now.State != hook.Active || !now.Failed.IsZero() {
		t.Errorf("%+v, %+v, %v, %v", list, now, err, lost)
	}
}

// TestTheLastHookLeavesNoCursor removes the hooks: nothing falls behind for them.
func TestTheLastHookLeavesNoCursor(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)))
	one, _ := h.add(0, hook.CommentPosted)
	two, _ := h.add(0, hook.CommentPosted)
	h.put(webtest.Papers(1, h.now)[0])
	h.tell()
	for i, made := range []*hook.Hook{one, two} {
		if err := h.Remove(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		h.watched(i == 0)
	}
}

// watched asks whether there is a cursor of hooks.
func (h *house) watched(want bool) {
	h.t.Helper()
	all, err := job.Watchers(h.t.Context(), h.db)
	if _, watches := all["hook"]; err != nil || watches != want {
		h.t.Errorf("these watch: %v, %v", all, err)
	}
}

// testPaper is any paper.
func testPaper(h *house) *paper.Paper { return webtest.Papers(1, h.now)[0] }

// quiet is a paper without votes or places from elsewhere.
func quiet(p *paper.Paper) *paper.Paper {
	p.Figures, p.Featured = paper.Figures{}, nil
	return p
}

// TestOnlyTheAddressIsTold holds what is sent to the address that was named: not where it
// redirects to, and nowhere inside the network unless that was allowed.
func TestOnlyTheAddressIsTold(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)))
	made, _ := h.add(0, hook.CommentPosted)
	h.answer = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}
	last := func() hook.Delivery {
		t.Helper()
		h.now = h.now.Add(time.Second)
		if err := h.TryOut(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		h.tell()
		list, err := h.Deliveries(t.Context(), made.ID, 1)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	if d := last(); d.Status != 307 || len(h.heard) != 1 {
		t.Errorf("a redirection is %d, and %d requests came", d.Status, len(h.heard))
	}
	h.Store = hook.New(hook.Config{DB: h.db, Now: func() time.Time { return h.now }, Log: slog.New(slog.DiscardHandler)})
	if d := last(); d.Status != 0 || len(h.heard) != 1 || !strings.Contains(d.Said, "private network") || strings.Contains(d.Said, "/in") {
		t.Errorf("without leave, a private address: %+v, %d requests", d, len(h.heard))
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)))
	for _, c := range []struct {
		name string
		hook.Draft
		want string
	}{
		{"no address", hook.Draft{URL: "example.org", Events: []hook.Event{hook.CommentPosted}}, "no address"},
		{"a password", hook.Draft{URL: "https://a:b@example.org", Events: []hook.Event{hook.CommentPosted}}, "signature"},
		{"in the open", hook.Draft{URL: "http://example.org/", Events: []hook.Event{hook.CommentPosted}}, "https only"},
		{"a file", hook.Draft{URL: "file:///etc/passwd", Events: []hook.Event{hook.CommentPosted}}, "no address"},
		{"nothing to tell", hook.Draft{URL: "https://example.org/"}, "Name the events"},
		{"unknown", hook.Draft{URL: "https://example.org/", Events: []hook.Event{"paper.read"}}, "no event"},
		{"the test event", hook.Draft{URL: "https://example.org/", Events: []hook.Event{hook.Test}}, "no event"},
		{"twice", hook.Draft{URL: "https://example.org/", Events: []hook.Event{hook.CommentPosted, hook.CommentPosted}}, "named twice"},
		{"no number", hook.Draft{URL: "https://example.org/", Events: []hook.Event{hook.PaperVotes}}, "votes goes with"},
		{"a number for nothing", hook.Draft{URL: "https://example.org/", Votes: 3, Events: []hook.Event{hook.CommentPosted}}, "votes goes with"},
	} {
		if _, _, err := h.Add(t.Context(), c.Draft); !fault.Is(err, fault.KindInvalid) || !strings.Contains(fault.Message(err), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if list, err := h.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if err := h.Resume(t.Context(), 7); !fault.Is(err, fault.KindMissing) {
		t.Error(err)
	}
}
